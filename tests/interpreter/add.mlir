// Written by tests/reference/ops.py.
// RUN: emel-interpret %s --functions | FileCheck %s --match-full-lines
// RUN: emel-interpret %s --functions --f64 | FileCheck %s --match-full-lines

func.func @same_shape() -> (tensor<2x3x4xf32>) {
  %a = arith.constant dense<[[[0.346, 0.822, 0.33, -1.303], [0.905, 0.446, -0.537, 0.581], [0.365, 0.294, 0.028, 0.547]], [[-0.736, -0.163, -0.482, 0.599], [0.04, -0.292, -0.782, -0.257], [0.008, -0.276, 1.294, 1.007]]]> : tensor<2x3x4xf32>
  %b = arith.constant dense<[[[2.041, -2.556, 0.418, -0.568], [-0.453, -0.216, -2.02, -0.232], [-0.865, 3.323, 0.226, -0.353]], [[-0.281, -0.668, -1.055, -0.391], [0.482, -0.239, 0.958, -0.2], [0.024, 1.546, 0.545, -0.505]]]> : tensor<2x3x4xf32>
  %r = emel.add %a, %b : (tensor<2x3x4xf32>, tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  return %r : tensor<2x3x4xf32>
}
// CHECK: @same_shape
// CHECK-NEXT: 2.387 -1.734 0.748 -1.871
// CHECK-NEXT: 0.452 0.23 -2.557 0.349
// CHECK-NEXT: -0.5 3.617 0.254 0.194
// CHECK-NEXT: -1.017 -0.831 -1.537 0.208
// CHECK-NEXT: 0.522 -0.531 0.176 -0.457
// CHECK-NEXT: 0.032 1.27 1.839 0.502

func.func @broadcast_row() -> (tensor<2x3x4xf32>) {
  %a = arith.constant dense<[[[0.346, 0.822, 0.33, -1.303], [0.905, 0.446, -0.537, 0.581], [0.365, 0.294, 0.028, 0.547]], [[-0.736, -0.163, -0.482, 0.599], [0.04, -0.292, -0.782, -0.257], [0.008, -0.276, 1.294, 1.007]]]> : tensor<2x3x4xf32>
  %b = arith.constant dense<[-0.652, -0.175, 1.664, 0.659]> : tensor<4xf32>
  %r = emel.add %a, %b : (tensor<2x3x4xf32>, tensor<4xf32>) -> tensor<2x3x4xf32>
  return %r : tensor<2x3x4xf32>
}
// CHECK-NEXT: @broadcast_row
// CHECK-NEXT: -0.306 0.647 1.994 -0.644
// CHECK-NEXT: 0.253 0.271 1.127 1.24
// CHECK-NEXT: -0.287 0.119 1.692 1.206
// CHECK-NEXT: -1.388 -0.338 1.182 1.258
// CHECK-NEXT: -0.612 -0.467 0.882 0.402
// CHECK-NEXT: -0.644 -0.451 2.958 1.666

func.func @broadcast_matrix() -> (tensor<2x3x4xf32>) {
  %a = arith.constant dense<[[[0.346, 0.822, 0.33, -1.303], [0.905, 0.446, -0.537, 0.581], [0.365, 0.294, 0.028, 0.547]], [[-0.736, -0.163, -0.482, 0.599], [0.04, -0.292, -0.782, -0.257], [0.008, -0.276, 1.294, 1.007]]]> : tensor<2x3x4xf32>
  %b = arith.constant dense<[[0.189, -0.523, -0.413, -2.441], [1.8, 1.144, -0.325, 0.774], [0.281, -0.554, 0.978, -0.311]]> : tensor<3x4xf32>
  %r = emel.add %a, %b : (tensor<2x3x4xf32>, tensor<3x4xf32>) -> tensor<2x3x4xf32>
  return %r : tensor<2x3x4xf32>
}
// CHECK-NEXT: @broadcast_matrix
// CHECK-NEXT: 0.535 0.299 -0.083 -3.744
// CHECK-NEXT: 2.705 1.59 -0.862 1.355
// CHECK-NEXT: 0.646 -0.26 1.006 0.236
// CHECK-NEXT: -0.547 -0.686 -0.895 -1.842
// CHECK-NEXT: 1.84 0.852 -1.107 0.517
// CHECK-NEXT: 0.289 -0.83 2.272 0.696

func.func @broadcast_column() -> (tensor<2x3x4xf32>) {
  %a = arith.constant dense<[[[0.346, 0.822, 0.33, -1.303], [0.905, 0.446, -0.537, 0.581], [0.365, 0.294, 0.028, 0.547]], [[-0.736, -0.163, -0.482, 0.599], [0.04, -0.292, -0.782, -0.257], [0.008, -0.276, 1.294, 1.007]]]> : tensor<2x3x4xf32>
  %b = arith.constant dense<[[-0.802], [-1.324], [-0.248]]> : tensor<3x1xf32>
  %r = emel.add %a, %b : (tensor<2x3x4xf32>, tensor<3x1xf32>) -> tensor<2x3x4xf32>
  return %r : tensor<2x3x4xf32>
}
// CHECK-NEXT: @broadcast_column
// CHECK-NEXT: -0.456 0.02 -0.472 -2.105
// CHECK-NEXT: -0.419 -0.878 -1.861 -0.743
// CHECK-NEXT: 0.117 0.046 -0.22 0.299
// CHECK-NEXT: -1.538 -0.965 -1.284 -0.203
// CHECK-NEXT: -1.284 -1.616 -2.106 -1.581
// CHECK-NEXT: -0.24 -0.524 1.046 0.759

func.func @broadcast_one() -> (tensor<2x3x4xf32>) {
  %a = arith.constant dense<[[[0.346, 0.822, 0.33, -1.303], [0.905, 0.446, -0.537, 0.581], [0.365, 0.294, 0.028, 0.547]], [[-0.736, -0.163, -0.482, 0.599], [0.04, -0.292, -0.782, -0.257], [0.008, -0.276, 1.294, 1.007]]]> : tensor<2x3x4xf32>
  %b = arith.constant dense<[1.053]> : tensor<1xf32>
  %r = emel.add %a, %b : (tensor<2x3x4xf32>, tensor<1xf32>) -> tensor<2x3x4xf32>
  return %r : tensor<2x3x4xf32>
}
// CHECK-NEXT: @broadcast_one
// CHECK-NEXT: 1.399 1.875 1.383 -0.25
// CHECK-NEXT: 1.958 1.499 0.516 1.634
// CHECK-NEXT: 1.418 1.347 1.081 1.6
// CHECK-NEXT: 0.317 0.89 0.571 1.652
// CHECK-NEXT: 1.093 0.761 0.271 0.796
// CHECK-NEXT: 1.061 0.777 2.347 2.06

func.func @specials() -> (tensor<6xf32>) {
  %a = arith.constant dense<[0x7F800000, 0xFF800000, 0x7FC00000, 0.0, -0.0, 1.0]> : tensor<6xf32>
  %b = arith.constant dense<[0x7F800000, 0x7F800000, 1.0, 0.0, 2.0, 0.0]> : tensor<6xf32>
  %r = emel.add %a, %b : (tensor<6xf32>, tensor<6xf32>) -> tensor<6xf32>
  return %r : tensor<6xf32>
}
// CHECK-NEXT: @specials
// CHECK-NEXT: inf nan nan 0 2 1

func.func @half() -> (tensor<3xf16>) {
  %a = arith.constant dense<[1.0, 2.0019531, 65504.0]> : tensor<3xf16>
  %b = arith.constant dense<[0.00048828125, 3.0, 65504.0]> : tensor<3xf16>
  %r = emel.add %a, %b : (tensor<3xf16>, tensor<3xf16>) -> tensor<3xf16>
  return %r : tensor<3xf16>
}
// CHECK-NEXT: @half
// CHECK-NEXT: 1 5 inf
// CHECK-NOT: {{.}}
