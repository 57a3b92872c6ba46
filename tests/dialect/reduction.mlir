// RUN: emel-opt %s | FileCheck %s
// RUN: emel-opt %s | emel-opt | FileCheck %s
// RUN: emel-opt %s --mlir-print-op-generic | emel-opt | FileCheck %s
// RUN: emel-opt %s --emit-bytecode | emel-opt | FileCheck %s

// CHECK-LABEL: func.func @reduce(
// CHECK: %{{.*}} = emel.reduce sum %{{.*}} [1] : (tensor<?x64xf32>) -> tensor<?x1xf32>
func.func @reduce(%x: tensor<?x64xf32>) -> tensor<?x1xf32> {
  %y = emel.reduce sum %x [1] : (tensor<?x64xf32>) -> tensor<?x1xf32>
  return %y : tensor<?x1xf32>
}

// CHECK-LABEL: func.func @top_k(
// CHECK: %{{.*}} = emel.top_k %{{.*}} k 2 : (tensor<?x8xf32>) -> tensor<?x2xi32>
func.func @top_k(%x: tensor<?x8xf32>) -> tensor<?x2xi32> {
  %ids = emel.top_k %x k 2 : (tensor<?x8xf32>) -> tensor<?x2xi32>
  return %ids : tensor<?x2xi32>
}

// CHECK-LABEL: func.func @top_k_parts(
// CHECK: %{{.*}} = emel.top_k_parts %{{.*}} k 2 width 16 : (tensor<?x40xf32>) -> tensor<?x3x2xi64>
func.func @top_k_parts(%x: tensor<?x40xf32>) -> tensor<?x3x2xi64> {
  %c = emel.top_k_parts %x k 2 width 16 : (tensor<?x40xf32>) -> tensor<?x3x2xi64>
  return %c : tensor<?x3x2xi64>
}

// CHECK-LABEL: func.func @merge_top_k(
// CHECK: %{{.*}} = emel.merge_top_k %{{.*}} : (tensor<?x3x2xi64>) -> tensor<?x2xi64>
func.func @merge_top_k(%c: tensor<?x3x2xi64>) -> tensor<?x2xi64> {
  %best = emel.merge_top_k %c : (tensor<?x3x2xi64>) -> tensor<?x2xi64>
  return %best : tensor<?x2xi64>
}

// CHECK-LABEL: func.func @argmax(
// CHECK: %{{.*}} = emel.argmax %{{.*}} : (tensor<?x8xf32>) -> tensor<?xi32>
func.func @argmax(%x: tensor<?x8xf32>) -> tensor<?xi32> {
  %ids = emel.argmax %x : (tensor<?x8xf32>) -> tensor<?xi32>
  return %ids : tensor<?xi32>
}

// CHECK-LABEL: func.func @argsort(
// CHECK: %{{.*}} = emel.argsort desc %{{.*}} : (tensor<?x8xf32>) -> tensor<?x8xi32>
func.func @argsort(%x: tensor<?x8xf32>) -> tensor<?x8xi32> {
  %ids = emel.argsort desc %x : (tensor<?x8xf32>) -> tensor<?x8xi32>
  return %ids : tensor<?x8xi32>
}

// CHECK-LABEL: func.func @cumsum(
// CHECK: %{{.*}} = emel.cumsum %{{.*}} : tensor<?x64xf32>
func.func @cumsum(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %y = emel.cumsum %x : tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// CHECK-LABEL: func.func @count_equal(
// CHECK: %{{.*}} = emel.count_equal %{{.*}}, %{{.*}} : (tensor<?x8xi32>, tensor<?x8xi32>) -> tensor<i64>
func.func @count_equal(%a: tensor<?x8xi32>, %b: tensor<?x8xi32>) -> tensor<i64> {
  %n = emel.count_equal %a, %b : (tensor<?x8xi32>, tensor<?x8xi32>) -> tensor<i64>
  return %n : tensor<i64>
}
