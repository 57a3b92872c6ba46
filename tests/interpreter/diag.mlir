// Written by tests/reference/ops.py.
// RUN: emel-interpret %s --functions | FileCheck %s --match-full-lines
// RUN: emel-interpret %s --functions --f64 | FileCheck %s --match-full-lines

func.func @vector() -> (tensor<3x3xf32>) {
  %x = arith.constant dense<[0.252, 0.136, 1.239]> : tensor<3xf32>
  %r = emel.diag %x : (tensor<3xf32>) -> tensor<3x3xf32>
  return %r : tensor<3x3xf32>
}
// CHECK: @vector
// CHECK-NEXT: 0.252 0 0
// CHECK-NEXT: 0 0.136 0
// CHECK-NEXT: 0 0 1.239

func.func @rows() -> (tensor<2x3x3xf32>) {
  %x = arith.constant dense<[[0.252, 0.136, 1.239], [-0.032, -1.318, -0.009]]> : tensor<2x3xf32>
  %r = emel.diag %x : (tensor<2x3xf32>) -> tensor<2x3x3xf32>
  return %r : tensor<2x3x3xf32>
}
// CHECK-NEXT: @rows
// CHECK-NEXT: 0.252 0 0
// CHECK-NEXT: 0 0.136 0
// CHECK-NEXT: 0 0 1.239
// CHECK-NEXT: -0.032 0 0
// CHECK-NEXT: 0 -1.318 0
// CHECK-NEXT: 0 0 -0.009
// CHECK-NOT: {{.}}
