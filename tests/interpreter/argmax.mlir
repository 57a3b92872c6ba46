// Written by tests/reference/ops.py.
// RUN: emel-interpret %s --functions | FileCheck %s --match-full-lines
// RUN: emel-interpret %s --functions --f64 | FileCheck %s --match-full-lines

func.func @ties_and_nan() -> (tensor<3xi32>) {
  %x = arith.constant dense<[[2.0, 5.0, 5.0, 1.0, 2.0, -3.0], [0x7FC00000, 1.0, 0x7F800000, 0x7FC00000, 0xFF800000, 1.0], [0.0, -0.0, 0.0, -0.0, 0x7FC00000, 0.0]]> : tensor<3x6xf32>
  %r = emel.argmax %x : (tensor<3x6xf32>) -> tensor<3xi32>
  return %r : tensor<3xi32>
}
// CHECK: @ties_and_nan
// CHECK-NEXT: 1 2 0

func.func @only_nan() -> (tensor<1xi32>) {
  %x = arith.constant dense<[[0x7FC00000, 0x7FC00000]]> : tensor<1x2xf32>
  %r = emel.argmax %x : (tensor<1x2xf32>) -> tensor<1xi32>
  return %r : tensor<1xi32>
}
// CHECK-NEXT: @only_nan
// CHECK-NEXT: 0

func.func @vector() -> (tensor<i32>) {
  %x = arith.constant dense<[-0.631, 0.929, 0.034, -0.716]> : tensor<4xf32>
  %r = emel.argmax %x : (tensor<4xf32>) -> tensor<i32>
  return %r : tensor<i32>
}
// CHECK-NEXT: @vector
// CHECK-NEXT: 1
// CHECK-NOT: {{.}}
