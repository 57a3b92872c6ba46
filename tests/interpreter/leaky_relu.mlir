// Written by tests/reference/ops.py.
// RUN: emel-interpret %s --functions | FileCheck %s --match-full-lines
// RUN: emel-interpret %s --functions --f64 | FileCheck %s --match-full-lines

func.func @slope() -> (tensor<3x4xf32>) {
  %x = arith.constant dense<[[-4.0, -2.5, -1.0, -0.5], [-0.125, 0.125, 0.5, 1.0], [1.5, 2.5, 3.25, 5.0]]> : tensor<3x4xf32>
  %r = emel.leaky_relu %x slope 0.1 : tensor<3x4xf32>
  return %r : tensor<3x4xf32>
}
// CHECK: @slope
// CHECK-NEXT: -0.4 -0.25 -0.1 -0.05
// CHECK-NEXT: -0.0125 0.125 0.5 1
// CHECK-NEXT: 1.5 2.5 3.25 5

func.func @negative_slope() -> (tensor<3x4xf32>) {
  %x = arith.constant dense<[[-4.0, -2.5, -1.0, -0.5], [-0.125, 0.125, 0.5, 1.0], [1.5, 2.5, 3.25, 5.0]]> : tensor<3x4xf32>
  %r = emel.leaky_relu %x slope -1.0 : tensor<3x4xf32>
  return %r : tensor<3x4xf32>
}
// CHECK-NEXT: @negative_slope
// CHECK-NEXT: 4 2.5 1 0.5
// CHECK-NEXT: 0.125 0.125 0.5 1
// CHECK-NEXT: 1.5 2.5 3.25 5
// CHECK-NOT: {{.}}
