// RUN: emel-opt %s | FileCheck %s
// RUN: emel-opt %s | emel-opt | FileCheck %s
// RUN: emel-opt %s --mlir-print-op-generic | emel-opt | FileCheck %s
// RUN: emel-opt %s --emit-bytecode | emel-opt | FileCheck %s

// CHECK-LABEL: func.func @rms_norm(
// CHECK: %{{.*}} = emel.rms_norm %{{.*}} weight %{{.*}} eps 9.99999974E-6 : tensor<?x64xf32>, tensor<64xf32>
func.func @rms_norm(%x: tensor<?x64xf32>, %w: tensor<64xf32>) -> tensor<?x64xf32> {
  %y = emel.rms_norm %x weight %w eps 9.99999974E-6 : tensor<?x64xf32>, tensor<64xf32>
  return %y : tensor<?x64xf32>
}

// CHECK-LABEL: func.func @layer_norm(
// CHECK: %{{.*}} = emel.layer_norm %{{.*}} weight %{{.*}} bias %{{.*}} eps 9.99999974E-6 : tensor<?x64xf32>, tensor<64xf32>, tensor<64xf32>
func.func @layer_norm(%x: tensor<?x64xf32>,
                      %w: tensor<64xf32>,
                      %b: tensor<64xf32>)
    -> tensor<?x64xf32> {
  %y = emel.layer_norm %x weight %w bias %b eps 9.99999974E-6
      : tensor<?x64xf32>, tensor<64xf32>, tensor<64xf32>
  return %y : tensor<?x64xf32>
}

// CHECK-LABEL: func.func @l2_norm(
// CHECK: %{{.*}} = emel.l2_norm %{{.*}} eps 9.99999974E-6 : tensor<?x64xf32>
func.func @l2_norm(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %y = emel.l2_norm %x eps 9.99999974E-6 : tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// CHECK-LABEL: func.func @group_norm(
// CHECK: %{{.*}} = emel.group_norm %{{.*}} groups 4 eps 9.99999974E-6 : tensor<?x16x8x8xf32>
func.func @group_norm(%x: tensor<?x16x8x8xf32>) -> tensor<?x16x8x8xf32> {
  %y = emel.group_norm %x groups 4 eps 9.99999974E-6 : tensor<?x16x8x8xf32>
  return %y : tensor<?x16x8x8xf32>
}
