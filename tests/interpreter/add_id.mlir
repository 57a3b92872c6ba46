// Written by tests/reference/ops.py.
// RUN: emel-interpret %s --functions | FileCheck %s --match-full-lines
// RUN: emel-interpret %s --functions --f64 | FileCheck %s --match-full-lines

func.func @experts() -> (tensor<2x2x3xf32>) {
  %x = arith.constant dense<[[[0.359, 1.511, -1.786], [1.687, -0.047, -0.8]], [[-0.803, -1.083, -0.224], [0.834, 0.584, 0.638]]]> : tensor<2x2x3xf32>
  %bias = arith.constant dense<[[-0.36, 1.204, 1.397], [0.317, 0.414, -0.49], [-0.914, -0.9, -0.998], [0.929, -0.056, 0.128]]> : tensor<4x3xf32>
  %ids = arith.constant dense<[[3, 0], [1, 1]]> : tensor<2x2xi32>
  %r = emel.add_id %x, %bias, %ids : (tensor<2x2x3xf32>, tensor<4x3xf32>, tensor<2x2xi32>) -> tensor<2x2x3xf32>
  return %r : tensor<2x2x3xf32>
}
// CHECK: @experts
// CHECK-NEXT: 1.288 1.455 -1.658
// CHECK-NEXT: 1.327 1.157 0.597
// CHECK-NEXT: -0.486 -0.669 -0.714
// CHECK-NEXT: 1.151 0.998 0.148

func.func @wide_ids() -> (tensor<2x2x3xf32>) {
  %x = arith.constant dense<[[[0.359, 1.511, -1.786], [1.687, -0.047, -0.8]], [[-0.803, -1.083, -0.224], [0.834, 0.584, 0.638]]]> : tensor<2x2x3xf32>
  %bias = arith.constant dense<[[-0.36, 1.204, 1.397], [0.317, 0.414, -0.49], [-0.914, -0.9, -0.998], [0.929, -0.056, 0.128]]> : tensor<4x3xf32>
  %ids = arith.constant dense<[[3, 0], [1, 1]]> : tensor<2x2xi64>
  %r = emel.add_id %x, %bias, %ids : (tensor<2x2x3xf32>, tensor<4x3xf32>, tensor<2x2xi64>) -> tensor<2x2x3xf32>
  return %r : tensor<2x2x3xf32>
}
// CHECK-NEXT: @wide_ids
// CHECK-NEXT: 1.288 1.455 -1.658
// CHECK-NEXT: 1.327 1.157 0.597
// CHECK-NEXT: -0.486 -0.669 -0.714
// CHECK-NEXT: 1.151 0.998 0.148
// CHECK-NOT: {{.}}
