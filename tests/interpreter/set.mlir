// Written by tests/reference/ops.py.
// RUN: emel-interpret %s --functions | FileCheck %s --match-full-lines
// RUN: emel-interpret %s --functions --f64 | FileCheck %s --match-full-lines

func.func @corner() -> (tensor<3x4xf32>) {
  %x = arith.constant dense<[[0.562, 0.56, -0.622, -0.01], [0.001, 0.057, 2.183, -0.284], [-0.292, -0.458, 1.036, -0.413]]> : tensor<3x4xf32>
  %y = arith.constant dense<[[-0.063, 1.249], [1.988, -0.053]]> : tensor<2x2xf32>
  %r = emel.set %x, %y at [1, 2] : (tensor<3x4xf32>, tensor<2x2xf32>) -> tensor<3x4xf32>
  return %r : tensor<3x4xf32>
}
// CHECK: @corner
// CHECK-NEXT: 0.562 0.56 -0.622 -0.01
// CHECK-NEXT: 0.001 0.057 -0.063 1.249
// CHECK-NEXT: -0.292 -0.458 1.988 -0.053

func.func @start() -> (tensor<3x4xf32>) {
  %x = arith.constant dense<[[0.562, 0.56, -0.622, -0.01], [0.001, 0.057, 2.183, -0.284], [-0.292, -0.458, 1.036, -0.413]]> : tensor<3x4xf32>
  %y = arith.constant dense<[[-0.063, 1.249], [1.988, -0.053]]> : tensor<2x2xf32>
  %r = emel.set %x, %y at [0, 0] : (tensor<3x4xf32>, tensor<2x2xf32>) -> tensor<3x4xf32>
  return %r : tensor<3x4xf32>
}
// CHECK-NEXT: @start
// CHECK-NEXT: -0.063 1.249 -0.622 -0.01
// CHECK-NEXT: 1.988 -0.053 2.183 -0.284
// CHECK-NEXT: -0.292 -0.458 1.036 -0.413

func.func @nothing() -> (tensor<3x4xf32>) {
  %x = arith.constant dense<[[0.562, 0.56, -0.622, -0.01], [0.001, 0.057, 2.183, -0.284], [-0.292, -0.458, 1.036, -0.413]]> : tensor<3x4xf32>
  %y = arith.constant dense<> : tensor<0x2xf32>
  %r = emel.set %x, %y at [3, 2] : (tensor<3x4xf32>, tensor<0x2xf32>) -> tensor<3x4xf32>
  return %r : tensor<3x4xf32>
}
// CHECK-NEXT: @nothing
// CHECK-NEXT: 0.562 0.56 -0.622 -0.01
// CHECK-NEXT: 0.001 0.057 2.183 -0.284
// CHECK-NEXT: -0.292 -0.458 1.036 -0.413

func.func @vector() -> (tensor<4xf32>) {
  %x = arith.constant dense<[0.562, 0.56, -0.622, -0.01]> : tensor<4xf32>
  %y = arith.constant dense<[-0.063, 1.249]> : tensor<2xf32>
  %r = emel.set %x, %y at [1] : (tensor<4xf32>, tensor<2xf32>) -> tensor<4xf32>
  return %r : tensor<4xf32>
}
// CHECK-NEXT: @vector
// CHECK-NEXT: 0.562 -0.063 1.249 -0.01

func.func @integers() -> (tensor<3x4xi32>) {
  %x = arith.constant dense<[[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]]> : tensor<3x4xi32>
  %y = arith.constant dense<[[-1], [-2]]> : tensor<2x1xi32>
  %r = emel.set %x, %y at [1, 3] : (tensor<3x4xi32>, tensor<2x1xi32>) -> tensor<3x4xi32>
  return %r : tensor<3x4xi32>
}
// CHECK-NEXT: @integers
// CHECK-NEXT: 0 1 2 3
// CHECK-NEXT: 4 5 6 -1
// CHECK-NEXT: 8 9 10 -2
// CHECK-NOT: {{.}}
