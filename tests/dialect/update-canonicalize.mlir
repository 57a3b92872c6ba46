// RUN: emel-opt %s --canonicalize | FileCheck %s

// A part of the same shape is all of the result.
// CHECK-LABEL: func.func @set_all(
// CHECK-NEXT: return %arg1 :
func.func @set_all(%x: tensor<4x8xf32>, %p: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %y = emel.set %x, %p at [0, 0] : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// Of an unknown size it may be less.
// CHECK-LABEL: func.func @set_unknown_part(
// CHECK: emel.set
func.func @set_unknown_part(%x: tensor<?x64xf32>, %p: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %y = emel.set %x, %p at [0, 0] : (tensor<?x64xf32>, tensor<?x64xf32>) -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// A smaller part stays.
// CHECK-LABEL: func.func @set_less(
// CHECK: emel.set
func.func @set_less(%x: tensor<4x8xf32>, %p: tensor<4x7xf32>) -> tensor<4x8xf32> {
  %y = emel.set %x, %p at [0, 0] : (tensor<4x8xf32>, tensor<4x7xf32>) -> tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// A sum is never all.
// CHECK-LABEL: func.func @accumulate_all(
// CHECK: emel.accumulate
func.func @accumulate_all(%x: tensor<4x8xf32>, %p: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %y = emel.accumulate %x, %p at [0, 0] : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}
