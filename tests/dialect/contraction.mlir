// RUN: emel-opt %s | FileCheck %s
// RUN: emel-opt %s | emel-opt | FileCheck %s
// RUN: emel-opt %s --mlir-print-op-generic | emel-opt | FileCheck %s
// RUN: emel-opt %s --emit-bytecode | emel-opt | FileCheck %s

// CHECK-LABEL: func.func @matmul(
// CHECK: %{{.*}} = emel.matmul %{{.*}}, %{{.*}} : (tensor<?x64xf32>, tensor<172x64x!emel.q8_0>) -> tensor<?x172xf32>
// CHECK: %{{.*}} = emel.matmul %{{.*}}, %{{.*}} semiring min_plus : (tensor<?x64xf32>, tensor<8x64xf32>) -> tensor<?x8xf32>
func.func @matmul(%x: tensor<?x64xf32>,
                  %w: tensor<172x64x!emel.q8_0>,
                  %d: tensor<8x64xf32>)
    -> (tensor<?x172xf32>, tensor<?x8xf32>) {
  %y = emel.matmul %x, %w : (tensor<?x64xf32>, tensor<172x64x!emel.q8_0>) -> tensor<?x172xf32>
  %z = emel.matmul %x, %d semiring min_plus : (tensor<?x64xf32>, tensor<8x64xf32>) -> tensor<?x8xf32>
  return %y, %z : tensor<?x172xf32>, tensor<?x8xf32>
}

// CHECK-LABEL: func.func @matmul_id(
// CHECK: %{{.*}} = emel.matmul_id %{{.*}}, %{{.*}}, %{{.*}} : (tensor<?x64xf32>, tensor<8x172x64x!emel.q8_0>, tensor<?x2xi32>) -> tensor<?x2x172xf32>
func.func @matmul_id(%x: tensor<?x64xf32>,
                     %w: tensor<8x172x64x!emel.q8_0>,
                     %ids: tensor<?x2xi32>)
    -> tensor<?x2x172xf32> {
  %y = emel.matmul_id %x, %w, %ids
      : (tensor<?x64xf32>, tensor<8x172x64x!emel.q8_0>, tensor<?x2xi32>) -> tensor<?x2x172xf32>
  return %y : tensor<?x2x172xf32>
}

// CHECK-LABEL: func.func @grouped(
// CHECK: %[[ORDER:.*]], %[[STARTS:.*]] = emel.group_experts %[[IDS:.*]] experts 8 : (tensor<?x2xi32>) -> (tensor<?x2xi32>, tensor<9xi32>)
// CHECK: emel.matmul_id %{{.*}}, %{{.*}}, %[[IDS]] grouped(%[[ORDER]], %[[STARTS]]) : (tensor<?x64xf32>, tensor<8x172x64x!emel.q8_0>, tensor<?x2xi32>, tensor<?x2xi32>, tensor<9xi32>) -> tensor<?x2x172xf32>
func.func @grouped(%x: tensor<?x64xf32>,
                   %w: tensor<8x172x64x!emel.q8_0>,
                   %ids: tensor<?x2xi32>)
    -> tensor<?x2x172xf32> {
  %order, %starts = emel.group_experts %ids experts 8 : (tensor<?x2xi32>) -> (tensor<?x2xi32>, tensor<9xi32>)
  %y = emel.matmul_id %x, %w, %ids grouped(%order, %starts)
      : (tensor<?x64xf32>, tensor<8x172x64x!emel.q8_0>, tensor<?x2xi32>, tensor<?x2xi32>, tensor<9xi32>) -> tensor<?x2x172xf32>
  return %y : tensor<?x2x172xf32>
}

// CHECK-LABEL: func.func @out_prod(
// CHECK: %{{.*}} = emel.out_prod %{{.*}}, %{{.*}} : (tensor<?x4xf32>, tensor<?x8xf32>) -> tensor<4x8xf32>
func.func @out_prod(%a: tensor<?x4xf32>, %b: tensor<?x8xf32>) -> tensor<4x8xf32> {
  %y = emel.out_prod %a, %b : (tensor<?x4xf32>, tensor<?x8xf32>) -> tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}
