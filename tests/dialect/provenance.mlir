// An op that takes over from another keeps where both come from.
// RUN: emel-opt %s --canonicalize --mlir-print-debuginfo --mlir-print-local-scope | FileCheck %s

// CHECK-LABEL: func.func @reshapes
func.func @reshapes(%x: tensor<4x4xf32>) -> tensor<1x2x8xf32> {
  %0 = emel.reshape %x : tensor<4x4xf32> to tensor<2x8xf32> loc("first"("w"))
  // CHECK: emel.reshape {{.*}} loc(fused["first"("w"), "second"])
  %1 = emel.reshape %0 : tensor<2x8xf32> to tensor<1x2x8xf32> loc("second")
  return %1 : tensor<1x2x8xf32>
}

// CHECK-LABEL: func.func @permutes
func.func @permutes(%x: tensor<2x3x4xf32>) -> tensor<3x4x2xf32> {
  %0 = emel.permute %x [0, 2, 1] : (tensor<2x3x4xf32>) -> tensor<2x4x3xf32> loc("first")
  // CHECK: emel.permute {{.*}} loc(fused["first", "second"])
  %1 = emel.permute %0 [2, 1, 0] : (tensor<2x4x3xf32>) -> tensor<3x4x2xf32> loc("second")
  return %1 : tensor<3x4x2xf32>
}

// CHECK-LABEL: func.func @slices
func.func @slices(%x: tensor<8xf32>, %y: tensor<8xf32>) -> tensor<2xf32> {
  %0 = emel.concat %x, %y dim 0 : (tensor<8xf32>, tensor<8xf32>) -> tensor<16xf32> loc("first")
  %1 = emel.slice %0 dim 0 from 8 size 4 : (tensor<16xf32>) -> tensor<4xf32> loc("second")
  // CHECK: emel.slice {{.*}} loc(fused["first", "second", "third"])
  %2 = emel.slice %1 dim 0 from 1 size 2 : (tensor<4xf32>) -> tensor<2xf32> loc("third")
  return %2 : tensor<2xf32>
}

// CHECK-LABEL: func.func @norms
func.func @norms(%x: tensor<?x8xf32>, %w: tensor<8xf32>) -> tensor<?x8xf32> {
  %0 = emel.rms_norm %x eps 1.0 : tensor<?x8xf32> loc("first")
  // CHECK: emel.rms_norm {{.*}} loc(fused["first", "second"("w")])
  %1 = emel.mul %0, %w : (tensor<?x8xf32>, tensor<8xf32>) -> tensor<?x8xf32> loc("second"("w"))
  return %1 : tensor<?x8xf32>
}
