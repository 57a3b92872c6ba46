// Written by tests/reference/ops.py.
// RUN: emel-interpret %s --functions | FileCheck %s --match-full-lines
// RUN: emel-interpret %s --functions --f64 | FileCheck %s --match-full-lines

func.func @rows() -> (tensor<2x3x5xf32>) {
  %x = arith.constant dense<[[[1.575, 0.743, -0.97, -0.212, -0.287], [2.362, -0.943, 1.376, 0.123, 1.022], [-0.003, 0.393, 0.491, 0.11, 0.651]], [[0.35, 1.233, 1.807, -0.088, -0.187], [0.411, -1.657, 0.308, -0.524, -0.823], [-1.579, -0.225, 0.51, -0.528, -0.91]]]> : tensor<2x3x5xf32>
  %r = emel.l2_norm %x eps 1.0e-05 : tensor<2x3x5xf32>
  return %r : tensor<2x3x5xf32>
}
// CHECK: @rows
// CHECK-NEXT: 0.777753 0.366902 -0.478997 -0.104688 -0.141724
// CHECK-NEXT: 0.769529 -0.307225 0.448295 0.0400728 0.332963
// CHECK-NEXT: -0.00329007 0.431 0.538476 0.120636 0.713946
// CHECK-NEXT: 0.157301 0.55415 0.812124 -0.0395501 -0.0840439
// CHECK-NEXT: 0.2065 -0.832533 0.15475 -0.263275 -0.413503
// CHECK-NEXT: -0.798448 -0.113775 0.25789 -0.266992 -0.460157

func.func @shorter_than_eps() -> (tensor<2x2xf32>) {
  %x = arith.constant dense<[[0.25, 0.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %r = emel.l2_norm %x eps 0.5 : tensor<2x2xf32>
  return %r : tensor<2x2xf32>
}
// CHECK-NEXT: @shorter_than_eps
// CHECK-NEXT: 0.5 0
// CHECK-NEXT: 0.6 0.8
// CHECK-NOT: {{.}}
