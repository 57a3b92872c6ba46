// Written by tests/reference/ops.py.
// RUN: emel-interpret %s --functions | FileCheck %s --match-full-lines
// RUN: emel-interpret %s --functions --f64 | FileCheck %s --match-full-lines

func.func @same_shape() -> (tensor<2x3x4xf32>) {
  %a = arith.constant dense<[[[0.346, 0.822, 0.33, -1.303], [0.905, 0.446, -0.537, 0.581], [0.365, 0.294, 0.028, 0.547]], [[-0.736, -0.163, -0.482, 0.599], [0.04, -0.292, -0.782, -0.257], [0.008, -0.276, 1.294, 1.007]]]> : tensor<2x3x4xf32>
  %b = arith.constant dense<[[[2.041, -2.556, 0.418, -0.568], [-0.453, -0.216, -2.02, -0.232], [-0.865, 3.323, 0.226, -0.353]], [[-0.281, -0.668, -1.055, -0.391], [0.482, -0.239, 0.958, -0.2], [0.024, 1.546, 0.545, -0.505]]]> : tensor<2x3x4xf32>
  %r = emel.sub %a, %b : (tensor<2x3x4xf32>, tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  return %r : tensor<2x3x4xf32>
}
// CHECK: @same_shape
// CHECK-NEXT: -1.695 3.378 -0.088 -0.735
// CHECK-NEXT: 1.358 0.662 1.483 0.813
// CHECK-NEXT: 1.23 -3.029 -0.198 0.9
// CHECK-NEXT: -0.455 0.505 0.573 0.99
// CHECK-NEXT: -0.442 -0.053 -1.74 -0.057
// CHECK-NEXT: -0.016 -1.822 0.749 1.512

func.func @broadcast_row() -> (tensor<2x3x4xf32>) {
  %a = arith.constant dense<[[[0.346, 0.822, 0.33, -1.303], [0.905, 0.446, -0.537, 0.581], [0.365, 0.294, 0.028, 0.547]], [[-0.736, -0.163, -0.482, 0.599], [0.04, -0.292, -0.782, -0.257], [0.008, -0.276, 1.294, 1.007]]]> : tensor<2x3x4xf32>
  %b = arith.constant dense<[-0.652, -0.175, 1.664, 0.659]> : tensor<4xf32>
  %r = emel.sub %a, %b : (tensor<2x3x4xf32>, tensor<4xf32>) -> tensor<2x3x4xf32>
  return %r : tensor<2x3x4xf32>
}
// CHECK-NEXT: @broadcast_row
// CHECK-NEXT: 0.998 0.997 -1.334 -1.962
// CHECK-NEXT: 1.557 0.621 -2.201 -0.078
// CHECK-NEXT: 1.017 0.469 -1.636 -0.112
// CHECK-NEXT: -0.084 0.012 -2.146 -0.06
// CHECK-NEXT: 0.692 -0.117 -2.446 -0.916
// CHECK-NEXT: 0.66 -0.101 -0.37 0.348

func.func @broadcast_matrix() -> (tensor<2x3x4xf32>) {
  %a = arith.constant dense<[[[0.346, 0.822, 0.33, -1.303], [0.905, 0.446, -0.537, 0.581], [0.365, 0.294, 0.028, 0.547]], [[-0.736, -0.163, -0.482, 0.599], [0.04, -0.292, -0.782, -0.257], [0.008, -0.276, 1.294, 1.007]]]> : tensor<2x3x4xf32>
  %b = arith.constant dense<[[0.189, -0.523, -0.413, -2.441], [1.8, 1.144, -0.325, 0.774], [0.281, -0.554, 0.978, -0.311]]> : tensor<3x4xf32>
  %r = emel.sub %a, %b : (tensor<2x3x4xf32>, tensor<3x4xf32>) -> tensor<2x3x4xf32>
  return %r : tensor<2x3x4xf32>
}
// CHECK-NEXT: @broadcast_matrix
// CHECK-NEXT: 0.157 1.345 0.743 1.138
// CHECK-NEXT: -0.895 -0.698 -0.212 -0.193
// CHECK-NEXT: 0.084 0.848 -0.95 0.858
// CHECK-NEXT: -0.925 0.36 -0.069 3.04
// CHECK-NEXT: -1.76 -1.436 -0.457 -1.031
// CHECK-NEXT: -0.273 0.278 0.316 1.318

func.func @broadcast_column() -> (tensor<2x3x4xf32>) {
  %a = arith.constant dense<[[[0.346, 0.822, 0.33, -1.303], [0.905, 0.446, -0.537, 0.581], [0.365, 0.294, 0.028, 0.547]], [[-0.736, -0.163, -0.482, 0.599], [0.04, -0.292, -0.782, -0.257], [0.008, -0.276, 1.294, 1.007]]]> : tensor<2x3x4xf32>
  %b = arith.constant dense<[[-0.802], [-1.324], [-0.248]]> : tensor<3x1xf32>
  %r = emel.sub %a, %b : (tensor<2x3x4xf32>, tensor<3x1xf32>) -> tensor<2x3x4xf32>
  return %r : tensor<2x3x4xf32>
}
// CHECK-NEXT: @broadcast_column
// CHECK-NEXT: 1.148 1.624 1.132 -0.501
// CHECK-NEXT: 2.229 1.77 0.787 1.905
// CHECK-NEXT: 0.613 0.542 0.276 0.795
// CHECK-NEXT: 0.066 0.639 0.32 1.401
// CHECK-NEXT: 1.364 1.032 0.542 1.067
// CHECK-NEXT: 0.256 -0.028 1.542 1.255

func.func @broadcast_one() -> (tensor<2x3x4xf32>) {
  %a = arith.constant dense<[[[0.346, 0.822, 0.33, -1.303], [0.905, 0.446, -0.537, 0.581], [0.365, 0.294, 0.028, 0.547]], [[-0.736, -0.163, -0.482, 0.599], [0.04, -0.292, -0.782, -0.257], [0.008, -0.276, 1.294, 1.007]]]> : tensor<2x3x4xf32>
  %b = arith.constant dense<[1.053]> : tensor<1xf32>
  %r = emel.sub %a, %b : (tensor<2x3x4xf32>, tensor<1xf32>) -> tensor<2x3x4xf32>
  return %r : tensor<2x3x4xf32>
}
// CHECK-NEXT: @broadcast_one
// CHECK-NEXT: -0.707 -0.231 -0.723 -2.356
// CHECK-NEXT: -0.148 -0.607 -1.59 -0.472
// CHECK-NEXT: -0.688 -0.759 -1.025 -0.506
// CHECK-NEXT: -1.789 -1.216 -1.535 -0.454
// CHECK-NEXT: -1.013 -1.345 -1.835 -1.31
// CHECK-NEXT: -1.045 -1.329 0.241 -0.046

func.func @specials() -> (tensor<6xf32>) {
  %a = arith.constant dense<[0x7F800000, 0xFF800000, 0x7FC00000, 0.0, -0.0, 1.0]> : tensor<6xf32>
  %b = arith.constant dense<[0x7F800000, 0x7F800000, 1.0, 0.0, 2.0, 0.0]> : tensor<6xf32>
  %r = emel.sub %a, %b : (tensor<6xf32>, tensor<6xf32>) -> tensor<6xf32>
  return %r : tensor<6xf32>
}
// CHECK-NEXT: @specials
// CHECK-NEXT: nan -inf nan 0 -2 1

func.func @half() -> (tensor<3xf16>) {
  %a = arith.constant dense<[1.0, 2.0019531, 65504.0]> : tensor<3xf16>
  %b = arith.constant dense<[0.00048828125, 3.0, 65504.0]> : tensor<3xf16>
  %r = emel.sub %a, %b : (tensor<3xf16>, tensor<3xf16>) -> tensor<3xf16>
  return %r : tensor<3xf16>
}
// CHECK-NEXT: @half
// CHECK-NEXT: 0.999512 -0.998047 0
// CHECK-NOT: {{.}}
