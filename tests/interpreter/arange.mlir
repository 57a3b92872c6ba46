// Written by tests/reference/ops.py.
// RUN: emel-interpret %s --functions | FileCheck %s --match-full-lines
// RUN: emel-interpret %s --functions --f64 | FileCheck %s --match-full-lines

func.func @up() -> (tensor<5xf32>) {
  %r = emel.arange from 0.0 step 1.0 : tensor<5xf32>
  return %r : tensor<5xf32>
}
// CHECK: @up
// CHECK-NEXT: 0 1 2 3 4

func.func @down() -> (tensor<4xf32>) {
  %r = emel.arange from 2.5 step -0.75 : tensor<4xf32>
  return %r : tensor<4xf32>
}
// CHECK-NEXT: @down
// CHECK-NEXT: 2.5 1.75 1 0.25

func.func @tenths() -> (tensor<4xf32>) {
  %r = emel.arange from 0.0 step 0.1 : tensor<4xf32>
  return %r : tensor<4xf32>
}
// CHECK-NEXT: @tenths
// CHECK-NEXT: 0 0.1 0.2 0.3

func.func @half() -> (tensor<6xf16>) {
  %r = emel.arange from 2046.0 step 1.0 : tensor<6xf16>
  return %r : tensor<6xf16>
}
// CHECK-NEXT: @half
// CHECK-NEXT: 2046 2047 2048 2048 2050 2052
// CHECK-NOT: {{.}}
