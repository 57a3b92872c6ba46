// Written by tests/reference/ops.py.
// RUN: emel-interpret %s --functions | FileCheck %s --match-full-lines
// RUN: emel-interpret %s --functions --f64 | FileCheck %s --match-full-lines

func.func @zeros() -> (tensor<6x9xf32>) {
  %x = arith.constant dense<[[1.814, -0.478, -0.109, 0.523], [-0.313, 0.007, 1.757, 1.201], [0.649, 0.004, 0.118, 1.589]]> : tensor<3x4xf32>
  %r = emel.pad zeros %x low [1, 2] high [2, 3] : (tensor<3x4xf32>) -> tensor<6x9xf32>
  return %r : tensor<6x9xf32>
}
// CHECK: @zeros
// CHECK-NEXT: 0 0 0 0 0 0 0 0 0
// CHECK-NEXT: 0 0 1.814 -0.478 -0.109 0.523 0 0 0
// CHECK-NEXT: 0 0 -0.313 0.007 1.757 1.201 0 0 0
// CHECK-NEXT: 0 0 0.649 0.004 0.118 1.589 0 0 0
// CHECK-NEXT: 0 0 0 0 0 0 0 0 0
// CHECK-NEXT: 0 0 0 0 0 0 0 0 0

func.func @zeros_integers() -> (tensor<3x4x4xi32>) {
  %x = arith.constant dense<[[[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]], [[12, 13, 14, 15], [16, 17, 18, 19], [20, 21, 22, 23]]]> : tensor<2x3x4xi32>
  %r = emel.pad zeros %x low [0, 1, 0] high [1, 0, 0] : (tensor<2x3x4xi32>) -> tensor<3x4x4xi32>
  return %r : tensor<3x4x4xi32>
}
// CHECK-NEXT: @zeros_integers
// CHECK-NEXT: 0 0 0 0
// CHECK-NEXT: 0 1 2 3
// CHECK-NEXT: 4 5 6 7
// CHECK-NEXT: 8 9 10 11
// CHECK-NEXT: 0 0 0 0
// CHECK-NEXT: 12 13 14 15
// CHECK-NEXT: 16 17 18 19
// CHECK-NEXT: 20 21 22 23
// CHECK-NEXT: 0 0 0 0
// CHECK-NEXT: 0 0 0 0
// CHECK-NEXT: 0 0 0 0
// CHECK-NEXT: 0 0 0 0

func.func @circular() -> (tensor<6x9xf32>) {
  %x = arith.constant dense<[[1.814, -0.478, -0.109, 0.523], [-0.313, 0.007, 1.757, 1.201], [0.649, 0.004, 0.118, 1.589]]> : tensor<3x4xf32>
  %r = emel.pad circular %x low [1, 2] high [2, 3] : (tensor<3x4xf32>) -> tensor<6x9xf32>
  return %r : tensor<6x9xf32>
}
// CHECK-NEXT: @circular
// CHECK-NEXT: 0.118 1.589 0.649 0.004 0.118 1.589 0.649 0.004 0.118
// CHECK-NEXT: -0.109 0.523 1.814 -0.478 -0.109 0.523 1.814 -0.478 -0.109
// CHECK-NEXT: 1.757 1.201 -0.313 0.007 1.757 1.201 -0.313 0.007 1.757
// CHECK-NEXT: 0.118 1.589 0.649 0.004 0.118 1.589 0.649 0.004 0.118
// CHECK-NEXT: -0.109 0.523 1.814 -0.478 -0.109 0.523 1.814 -0.478 -0.109
// CHECK-NEXT: 1.757 1.201 -0.313 0.007 1.757 1.201 -0.313 0.007 1.757

func.func @circular_integers() -> (tensor<3x4x4xi32>) {
  %x = arith.constant dense<[[[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]], [[12, 13, 14, 15], [16, 17, 18, 19], [20, 21, 22, 23]]]> : tensor<2x3x4xi32>
  %r = emel.pad circular %x low [0, 1, 0] high [1, 0, 0] : (tensor<2x3x4xi32>) -> tensor<3x4x4xi32>
  return %r : tensor<3x4x4xi32>
}
// CHECK-NEXT: @circular_integers
// CHECK-NEXT: 8 9 10 11
// CHECK-NEXT: 0 1 2 3
// CHECK-NEXT: 4 5 6 7
// CHECK-NEXT: 8 9 10 11
// CHECK-NEXT: 20 21 22 23
// CHECK-NEXT: 12 13 14 15
// CHECK-NEXT: 16 17 18 19
// CHECK-NEXT: 20 21 22 23
// CHECK-NEXT: 8 9 10 11
// CHECK-NEXT: 0 1 2 3
// CHECK-NEXT: 4 5 6 7
// CHECK-NEXT: 8 9 10 11

func.func @reflect() -> (tensor<6x9xf32>) {
  %x = arith.constant dense<[[1.814, -0.478, -0.109, 0.523], [-0.313, 0.007, 1.757, 1.201], [0.649, 0.004, 0.118, 1.589]]> : tensor<3x4xf32>
  %r = emel.pad reflect %x low [1, 2] high [2, 3] : (tensor<3x4xf32>) -> tensor<6x9xf32>
  return %r : tensor<6x9xf32>
}
// CHECK-NEXT: @reflect
// CHECK-NEXT: 1.757 0.007 -0.313 0.007 1.757 1.201 1.757 0.007 -0.313
// CHECK-NEXT: -0.109 -0.478 1.814 -0.478 -0.109 0.523 -0.109 -0.478 1.814
// CHECK-NEXT: 1.757 0.007 -0.313 0.007 1.757 1.201 1.757 0.007 -0.313
// CHECK-NEXT: 0.118 0.004 0.649 0.004 0.118 1.589 0.118 0.004 0.649
// CHECK-NEXT: 1.757 0.007 -0.313 0.007 1.757 1.201 1.757 0.007 -0.313
// CHECK-NEXT: -0.109 -0.478 1.814 -0.478 -0.109 0.523 -0.109 -0.478 1.814

func.func @reflect_integers() -> (tensor<3x4x4xi32>) {
  %x = arith.constant dense<[[[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]], [[12, 13, 14, 15], [16, 17, 18, 19], [20, 21, 22, 23]]]> : tensor<2x3x4xi32>
  %r = emel.pad reflect %x low [0, 1, 0] high [1, 0, 0] : (tensor<2x3x4xi32>) -> tensor<3x4x4xi32>
  return %r : tensor<3x4x4xi32>
}
// CHECK-NEXT: @reflect_integers
// CHECK-NEXT: 4 5 6 7
// CHECK-NEXT: 0 1 2 3
// CHECK-NEXT: 4 5 6 7
// CHECK-NEXT: 8 9 10 11
// CHECK-NEXT: 16 17 18 19
// CHECK-NEXT: 12 13 14 15
// CHECK-NEXT: 16 17 18 19
// CHECK-NEXT: 20 21 22 23
// CHECK-NEXT: 4 5 6 7
// CHECK-NEXT: 0 1 2 3
// CHECK-NEXT: 4 5 6 7
// CHECK-NEXT: 8 9 10 11

func.func @circular_more_than_once_round() -> (tensor<9xi32>) {
  %x = arith.constant dense<[1, 2]> : tensor<2xi32>
  %r = emel.pad circular %x low [3] high [4] : (tensor<2xi32>) -> tensor<9xi32>
  return %r : tensor<9xi32>
}
// CHECK-NEXT: @circular_more_than_once_round
// CHECK-NEXT: 2 1 2 1 2 1 2 1 2
// CHECK-NOT: {{.}}
