// Written by tests/reference/ops.py.
// RUN: emel-interpret %s --functions | FileCheck %s --match-full-lines
// RUN: emel-interpret %s --functions --f64 | FileCheck %s --match-full-lines

func.func @ties_and_nan() -> (tensor<3x4xi32>) {
  %x = arith.constant dense<[[2.0, 5.0, 5.0, 1.0, 2.0, -3.0], [0x7FC00000, 1.0, 0x7F800000, 0x7FC00000, 0xFF800000, 1.0], [0.0, -0.0, 0.0, -0.0, 0x7FC00000, 0.0]]> : tensor<3x6xf32>
  %r = emel.top_k %x k 4 : (tensor<3x6xf32>) -> tensor<3x4xi32>
  return %r : tensor<3x4xi32>
}
// CHECK: @ties_and_nan
// CHECK-NEXT: 1 2 0 4
// CHECK-NEXT: 2 1 5 4
// CHECK-NEXT: 0 1 2 3

func.func @all() -> (tensor<3x6xi32>) {
  %x = arith.constant dense<[[2.0, 5.0, 5.0, 1.0, 2.0, -3.0], [0x7FC00000, 1.0, 0x7F800000, 0x7FC00000, 0xFF800000, 1.0], [0.0, -0.0, 0.0, -0.0, 0x7FC00000, 0.0]]> : tensor<3x6xf32>
  %r = emel.top_k %x k 6 : (tensor<3x6xf32>) -> tensor<3x6xi32>
  return %r : tensor<3x6xi32>
}
// CHECK-NEXT: @all
// CHECK-NEXT: 1 2 0 4 3 5
// CHECK-NEXT: 2 1 5 4 0 3
// CHECK-NEXT: 0 1 2 3 5 4

func.func @one() -> (tensor<2x3x1xi32>) {
  %x = arith.constant dense<[[[-0.631, 0.929, 0.034, -0.716], [1.755, -0.949, -0.419, 1.446], [-0.775, 0.152, -0.572, 1.179]], [[0.355, -0.869, -0.617, 1.286], [0.082, 1.495, -1.352, 1.119], [-0.938, -0.276, -0.213, -0.338]]]> : tensor<2x3x4xf32>
  %r = emel.top_k %x k 1 : (tensor<2x3x4xf32>) -> tensor<2x3x1xi32>
  return %r : tensor<2x3x1xi32>
}
// CHECK-NEXT: @one
// CHECK-NEXT: 1
// CHECK-NEXT: 0
// CHECK-NEXT: 3
// CHECK-NEXT: 3
// CHECK-NEXT: 1
// CHECK-NEXT: 2
// CHECK-NOT: {{.}}
