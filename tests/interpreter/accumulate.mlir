// Written by tests/reference/ops.py.
// RUN: emel-interpret %s --functions | FileCheck %s --match-full-lines
// RUN: emel-interpret %s --functions --f64 | FileCheck %s --match-full-lines

func.func @corner() -> (tensor<3x4xf32>) {
  %x = arith.constant dense<[[0.562, 0.56, -0.622, -0.01], [0.001, 0.057, 2.183, -0.284], [-0.292, -0.458, 1.036, -0.413]]> : tensor<3x4xf32>
  %y = arith.constant dense<[[-0.063, 1.249], [1.988, -0.053]]> : tensor<2x2xf32>
  %r = emel.accumulate %x, %y at [1, 2] : (tensor<3x4xf32>, tensor<2x2xf32>) -> tensor<3x4xf32>
  return %r : tensor<3x4xf32>
}
// CHECK: @corner
// CHECK-NEXT: 0.562 0.56 -0.622 -0.01
// CHECK-NEXT: 0.001 0.057 2.12 0.965
// CHECK-NEXT: -0.292 -0.458 3.024 -0.466

func.func @start() -> (tensor<3x4xf32>) {
  %x = arith.constant dense<[[0.562, 0.56, -0.622, -0.01], [0.001, 0.057, 2.183, -0.284], [-0.292, -0.458, 1.036, -0.413]]> : tensor<3x4xf32>
  %y = arith.constant dense<[[-0.063, 1.249], [1.988, -0.053]]> : tensor<2x2xf32>
  %r = emel.accumulate %x, %y at [0, 0] : (tensor<3x4xf32>, tensor<2x2xf32>) -> tensor<3x4xf32>
  return %r : tensor<3x4xf32>
}
// CHECK-NEXT: @start
// CHECK-NEXT: 0.499 1.809 -0.622 -0.01
// CHECK-NEXT: 1.989 0.004 2.183 -0.284
// CHECK-NEXT: -0.292 -0.458 1.036 -0.413

func.func @nothing() -> (tensor<3x4xf32>) {
  %x = arith.constant dense<[[0.562, 0.56, -0.622, -0.01], [0.001, 0.057, 2.183, -0.284], [-0.292, -0.458, 1.036, -0.413]]> : tensor<3x4xf32>
  %y = arith.constant dense<> : tensor<0x2xf32>
  %r = emel.accumulate %x, %y at [3, 2] : (tensor<3x4xf32>, tensor<0x2xf32>) -> tensor<3x4xf32>
  return %r : tensor<3x4xf32>
}
// CHECK-NEXT: @nothing
// CHECK-NEXT: 0.562 0.56 -0.622 -0.01
// CHECK-NEXT: 0.001 0.057 2.183 -0.284
// CHECK-NEXT: -0.292 -0.458 1.036 -0.413

func.func @vector() -> (tensor<4xf32>) {
  %x = arith.constant dense<[0.562, 0.56, -0.622, -0.01]> : tensor<4xf32>
  %y = arith.constant dense<[-0.063, 1.249]> : tensor<2xf32>
  %r = emel.accumulate %x, %y at [1] : (tensor<4xf32>, tensor<2xf32>) -> tensor<4xf32>
  return %r : tensor<4xf32>
}
// CHECK-NEXT: @vector
// CHECK-NEXT: 0.562 0.497 0.627 -0.01

func.func @half() -> (tensor<2xf16>) {
  %x = arith.constant dense<[2048.0, 1.0]> : tensor<2xf16>
  %y = arith.constant dense<[1.0]> : tensor<1xf16>
  %r = emel.accumulate %x, %y at [0] : (tensor<2xf16>, tensor<1xf16>) -> tensor<2xf16>
  return %r : tensor<2xf16>
}
// CHECK-NEXT: @half
// CHECK-NEXT: 2048 1
// CHECK-NOT: {{.}}
