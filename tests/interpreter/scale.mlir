// Written by tests/reference/ops.py.
// RUN: emel-interpret %s --functions | FileCheck %s --match-full-lines
// RUN: emel-interpret %s --functions --f64 | FileCheck %s --match-full-lines

func.func @factor() -> (tensor<3x4xf32>) {
  %x = arith.constant dense<[[-4.0, -2.5, -1.0, -0.5], [-0.125, 0.125, 0.5, 1.0], [1.5, 2.5, 3.25, 5.0]]> : tensor<3x4xf32>
  %r = emel.scale %x by 0.3 plus 0.0 : tensor<3x4xf32>
  return %r : tensor<3x4xf32>
}
// CHECK: @factor
// CHECK-NEXT: -1.2 -0.75 -0.3 -0.15
// CHECK-NEXT: -0.0375 0.0375 0.15 0.3
// CHECK-NEXT: 0.45 0.75 0.975 1.5

func.func @factor_and_bias() -> (tensor<3x4xf32>) {
  %x = arith.constant dense<[[-4.0, -2.5, -1.0, -0.5], [-0.125, 0.125, 0.5, 1.0], [1.5, 2.5, 3.25, 5.0]]> : tensor<3x4xf32>
  %r = emel.scale %x by -2.5 plus 0.1 : tensor<3x4xf32>
  return %r : tensor<3x4xf32>
}
// CHECK-NEXT: @factor_and_bias
// CHECK-NEXT: 10.1 6.35 2.6 1.35
// CHECK-NEXT: 0.4125 -0.2125 -1.15 -2.4
// CHECK-NEXT: -3.65 -6.15 -8.025 -12.4

func.func @keeps_negative_zero() -> (tensor<2xf32>) {
  %x = arith.constant dense<[-0.0, 0.0]> : tensor<2xf32>
  %r = emel.scale %x by 2.0 plus 0.0 : tensor<2xf32>
  return %r : tensor<2xf32>
}
// CHECK-NEXT: @keeps_negative_zero
// CHECK-NEXT: -0 0
// CHECK-NOT: {{.}}
