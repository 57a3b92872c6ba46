// RUN: emel-opt %s --canonicalize | FileCheck %s

// The same triangle twice is one.
// CHECK-LABEL: func.func @tri_twice(
// CHECK-NEXT: %[[Y:.*]] = emel.tri lower %arg0
// CHECK-NEXT: return %[[Y]]
func.func @tri_twice(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %n = emel.tri lower %x : tensor<4x8xf32>
  %y = emel.tri lower %n : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// Two triangles are not.
// CHECK-LABEL: func.func @other_triangles(
// CHECK-COUNT-2: emel.tri
func.func @other_triangles(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %n = emel.tri lower_diag %x : tensor<4x8xf32>
  %y = emel.tri upper_diag %n : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// The same mask twice is one.
// CHECK-LABEL: func.func @mask_twice(
// CHECK-NEXT: %[[Y:.*]] = emel.diag_mask inf %arg0 past 1
// CHECK-NEXT: return %[[Y]]
func.func @mask_twice(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %n = emel.diag_mask inf %x past 1 : tensor<4x8xf32>
  %y = emel.diag_mask inf %n past 1 : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}

// Masks that differ stay.
// CHECK-LABEL: func.func @other_masks(
// CHECK-COUNT-2: emel.diag_mask
func.func @other_masks(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %n = emel.diag_mask inf %x past 1 : tensor<4x8xf32>
  %y = emel.diag_mask zero %n past 1 : tensor<4x8xf32>
  return %y : tensor<4x8xf32>
}
