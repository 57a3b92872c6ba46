// Written by tests/reference/ops.py.
// RUN: emel-interpret %s --functions | FileCheck %s --match-full-lines
// RUN: emel-interpret %s --functions --f64 | FileCheck %s --match-full-lines

func.func @both_sides() -> (tensor<3x4xf32>) {
  %x = arith.constant dense<[[-4.0, -2.5, -1.0, -0.5], [-0.125, 0.125, 0.5, 1.0], [1.5, 2.5, 3.25, 5.0]]> : tensor<3x4xf32>
  %r = emel.clamp %x from -1.0 to 2.0 : tensor<3x4xf32>
  return %r : tensor<3x4xf32>
}
// CHECK: @both_sides
// CHECK-NEXT: -1 -1 -1 -0.5
// CHECK-NEXT: -0.125 0.125 0.5 1
// CHECK-NEXT: 1.5 2 2 2

func.func @specials() -> (tensor<5xf32>) {
  %x = arith.constant dense<[0xFF800000, -100.0, 100.0, 0x7F800000, 0x7FC00000]> : tensor<5xf32>
  %r = emel.clamp %x from -1.0 to 2.0 : tensor<5xf32>
  return %r : tensor<5xf32>
}
// CHECK-NEXT: @specials
// CHECK-NEXT: -1 -1 2 2 nan

func.func @one_side() -> (tensor<5xf32>) {
  %x = arith.constant dense<[0xFF800000, -100.0, 100.0, 0x7F800000, 0x7FC00000]> : tensor<5xf32>
  %r = emel.clamp %x from 0.0 to 0x7F800000 : tensor<5xf32>
  return %r : tensor<5xf32>
}
// CHECK-NEXT: @one_side
// CHECK-NEXT: 0 0 100 inf nan
// CHECK-NOT: {{.}}
