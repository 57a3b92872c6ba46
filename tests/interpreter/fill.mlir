// Written by tests/reference/ops.py.
// RUN: emel-interpret %s --functions | FileCheck %s --match-full-lines
// RUN: emel-interpret %s --functions --f64 | FileCheck %s --match-full-lines

func.func @number() -> (tensor<2x3xf32>) {
  %x = arith.constant dense<[[0.252, 0.136, 1.239], [-0.032, -1.318, -0.009]]> : tensor<2x3xf32>
  %r = emel.fill %x with 0.1 : tensor<2x3xf32>
  return %r : tensor<2x3xf32>
}
// CHECK: @number
// CHECK-NEXT: 0.1 0.1 0.1
// CHECK-NEXT: 0.1 0.1 0.1

func.func @infinity() -> (tensor<1xf32>) {
  %x = arith.constant dense<[0x7FC00000]> : tensor<1xf32>
  %r = emel.fill %x with 0xFF800000 : tensor<1xf32>
  return %r : tensor<1xf32>
}
// CHECK-NEXT: @infinity
// CHECK-NEXT: -inf
// CHECK-NOT: {{.}}
