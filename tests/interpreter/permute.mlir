// Written by tests/reference/ops.py.
// RUN: emel-interpret %s --functions | FileCheck %s --match-full-lines
// RUN: emel-interpret %s --functions --f64 | FileCheck %s --match-full-lines

func.func @order_012() -> (tensor<2x3x4xi32>) {
  %x = arith.constant dense<[[[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]], [[12, 13, 14, 15], [16, 17, 18, 19], [20, 21, 22, 23]]]> : tensor<2x3x4xi32>
  %r = emel.permute %x [0, 1, 2] : (tensor<2x3x4xi32>) -> tensor<2x3x4xi32>
  return %r : tensor<2x3x4xi32>
}
// CHECK: @order_012
// CHECK-NEXT: 0 1 2 3
// CHECK-NEXT: 4 5 6 7
// CHECK-NEXT: 8 9 10 11
// CHECK-NEXT: 12 13 14 15
// CHECK-NEXT: 16 17 18 19
// CHECK-NEXT: 20 21 22 23

func.func @order_201() -> (tensor<4x2x3xi32>) {
  %x = arith.constant dense<[[[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]], [[12, 13, 14, 15], [16, 17, 18, 19], [20, 21, 22, 23]]]> : tensor<2x3x4xi32>
  %r = emel.permute %x [2, 0, 1] : (tensor<2x3x4xi32>) -> tensor<4x2x3xi32>
  return %r : tensor<4x2x3xi32>
}
// CHECK-NEXT: @order_201
// CHECK-NEXT: 0 4 8
// CHECK-NEXT: 12 16 20
// CHECK-NEXT: 1 5 9
// CHECK-NEXT: 13 17 21
// CHECK-NEXT: 2 6 10
// CHECK-NEXT: 14 18 22
// CHECK-NEXT: 3 7 11
// CHECK-NEXT: 15 19 23

func.func @order_102() -> (tensor<3x2x4xi32>) {
  %x = arith.constant dense<[[[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]], [[12, 13, 14, 15], [16, 17, 18, 19], [20, 21, 22, 23]]]> : tensor<2x3x4xi32>
  %r = emel.permute %x [1, 0, 2] : (tensor<2x3x4xi32>) -> tensor<3x2x4xi32>
  return %r : tensor<3x2x4xi32>
}
// CHECK-NEXT: @order_102
// CHECK-NEXT: 0 1 2 3
// CHECK-NEXT: 12 13 14 15
// CHECK-NEXT: 4 5 6 7
// CHECK-NEXT: 16 17 18 19
// CHECK-NEXT: 8 9 10 11
// CHECK-NEXT: 20 21 22 23

func.func @order_210() -> (tensor<4x3x2xi32>) {
  %x = arith.constant dense<[[[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]], [[12, 13, 14, 15], [16, 17, 18, 19], [20, 21, 22, 23]]]> : tensor<2x3x4xi32>
  %r = emel.permute %x [2, 1, 0] : (tensor<2x3x4xi32>) -> tensor<4x3x2xi32>
  return %r : tensor<4x3x2xi32>
}
// CHECK-NEXT: @order_210
// CHECK-NEXT: 0 12
// CHECK-NEXT: 4 16
// CHECK-NEXT: 8 20
// CHECK-NEXT: 1 13
// CHECK-NEXT: 5 17
// CHECK-NEXT: 9 21
// CHECK-NEXT: 2 14
// CHECK-NEXT: 6 18
// CHECK-NEXT: 10 22
// CHECK-NEXT: 3 15
// CHECK-NEXT: 7 19
// CHECK-NEXT: 11 23

func.func @reals() -> (tensor<4x3xf32>) {
  %x = arith.constant dense<[[1.814, -0.478, -0.109, 0.523], [-0.313, 0.007, 1.757, 1.201], [0.649, 0.004, 0.118, 1.589]]> : tensor<3x4xf32>
  %r = emel.permute %x [1, 0] : (tensor<3x4xf32>) -> tensor<4x3xf32>
  return %r : tensor<4x3xf32>
}
// CHECK-NEXT: @reals
// CHECK-NEXT: 1.814 -0.313 0.649
// CHECK-NEXT: -0.478 0.007 0.004
// CHECK-NEXT: -0.109 1.757 0.118
// CHECK-NEXT: 0.523 1.201 1.589
// CHECK-NOT: {{.}}
