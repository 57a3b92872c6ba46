// Written by tests/reference/ops.py.
// RUN: emel-interpret %s --functions | FileCheck %s --match-full-lines
// RUN: emel-interpret %s --functions --f64 | FileCheck %s --match-full-lines

func.func @split() -> (tensor<3x2x2xf32>) {
  %x = arith.constant dense<[[1.814, -0.478, -0.109, 0.523], [-0.313, 0.007, 1.757, 1.201], [0.649, 0.004, 0.118, 1.589]]> : tensor<3x4xf32>
  %r = emel.reshape %x : tensor<3x4xf32> to tensor<3x2x2xf32>
  return %r : tensor<3x2x2xf32>
}
// CHECK: @split
// CHECK-NEXT: 1.814 -0.478
// CHECK-NEXT: -0.109 0.523
// CHECK-NEXT: -0.313 0.007
// CHECK-NEXT: 1.757 1.201
// CHECK-NEXT: 0.649 0.004
// CHECK-NEXT: 0.118 1.589

func.func @integers() -> (tensor<6x4xi32>) {
  %x = arith.constant dense<[[[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]], [[12, 13, 14, 15], [16, 17, 18, 19], [20, 21, 22, 23]]]> : tensor<2x3x4xi32>
  %r = emel.reshape %x : tensor<2x3x4xi32> to tensor<6x4xi32>
  return %r : tensor<6x4xi32>
}
// CHECK-NEXT: @integers
// CHECK-NEXT: 0 1 2 3
// CHECK-NEXT: 4 5 6 7
// CHECK-NEXT: 8 9 10 11
// CHECK-NEXT: 12 13 14 15
// CHECK-NEXT: 16 17 18 19
// CHECK-NEXT: 20 21 22 23
// CHECK-NOT: {{.}}
