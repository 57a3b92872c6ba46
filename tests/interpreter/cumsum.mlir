// Written by tests/reference/ops.py.
// RUN: emel-interpret %s --functions | FileCheck %s --match-full-lines
// RUN: emel-interpret %s --functions --f64 | FileCheck %s --match-full-lines

func.func @rows() -> (tensor<2x3x4xf32>) {
  %x = arith.constant dense<[[[-0.631, 0.929, 0.034, -0.716], [1.755, -0.949, -0.419, 1.446], [-0.775, 0.152, -0.572, 1.179]], [[0.355, -0.869, -0.617, 1.286], [0.082, 1.495, -1.352, 1.119], [-0.938, -0.276, -0.213, -0.338]]]> : tensor<2x3x4xf32>
  %r = emel.cumsum %x : tensor<2x3x4xf32>
  return %r : tensor<2x3x4xf32>
}
// CHECK: @rows
// CHECK-NEXT: -0.631 0.298 0.332 -0.384
// CHECK-NEXT: 1.755 0.806 0.387 1.833
// CHECK-NEXT: -0.775 -0.623 -1.195 -0.016
// CHECK-NEXT: 0.355 -0.514 -1.131 0.155
// CHECK-NEXT: 0.082 1.577 0.225 1.344
// CHECK-NEXT: -0.938 -1.214 -1.427 -1.765

func.func @rounds_once() -> (tensor<4xf16>) {
  %x = arith.constant dense<[2048.0, 1.0, 1.0, 1.0]> : tensor<4xf16>
  %r = emel.cumsum %x : tensor<4xf16>
  return %r : tensor<4xf16>
}
// CHECK-NEXT: @rounds_once
// CHECK-NEXT: 2048 2048 2050 2052
// CHECK-NOT: {{.}}
