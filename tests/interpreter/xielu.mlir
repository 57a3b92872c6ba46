// Written by tests/reference/ops.py.
// RUN: emel-interpret %s --functions | FileCheck %s --match-full-lines
// RUN: emel-interpret %s --functions --f64 | FileCheck %s --match-full-lines

func.func @both_sides() -> (tensor<3x4xf32>) {
  %x = arith.constant dense<[[-4.0, -2.5, -1.0, -0.5], [-0.125, 0.125, 0.5, 1.0], [1.5, 2.5, 3.25, 5.0]]> : tensor<3x4xf32>
  %r = emel.xielu %x {alpha_n = 1.25 : f32, alpha_p = 0.8 : f32, beta = 0.5 : f32, eps = -1.0e-06 : f32} : tensor<3x4xf32>
  return %r : tensor<3x4xf32>
}
// CHECK: @both_sides
// CHECK-NEXT: 1.77289 0.727606 -0.0401507 -0.116837
// CHECK-NEXT: -0.0531289 0.075 0.45 1.3
// CHECK-NEXT: 2.55 6.25 10.075 22.5

func.func @zero() -> (tensor<2xf32>) {
  %x = arith.constant dense<[0.0, -1.0e-09]> : tensor<2xf32>
  %r = emel.xielu %x {alpha_n = 2.0 : f32, alpha_p = 1.0 : f32, beta = 0.5 : f32, eps = -1.0e-06 : f32} : tensor<2xf32>
  return %r : tensor<2xf32>
}
// CHECK-NEXT: @zero
// CHECK-NEXT: -2e-06 -1.9985e-06
// CHECK-NOT: {{.}}
