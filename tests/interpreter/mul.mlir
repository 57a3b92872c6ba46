// Written by tests/reference/ops.py.
// RUN: emel-interpret %s --functions | FileCheck %s --match-full-lines
// RUN: emel-interpret %s --functions --f64 | FileCheck %s --match-full-lines

func.func @same_shape() -> (tensor<2x3x4xf32>) {
  %a = arith.constant dense<[[[0.346, 0.822, 0.33, -1.303], [0.905, 0.446, -0.537, 0.581], [0.365, 0.294, 0.028, 0.547]], [[-0.736, -0.163, -0.482, 0.599], [0.04, -0.292, -0.782, -0.257], [0.008, -0.276, 1.294, 1.007]]]> : tensor<2x3x4xf32>
  %b = arith.constant dense<[[[2.041, -2.556, 0.418, -0.568], [-0.453, -0.216, -2.02, -0.232], [-0.865, 3.323, 0.226, -0.353]], [[-0.281, -0.668, -1.055, -0.391], [0.482, -0.239, 0.958, -0.2], [0.024, 1.546, 0.545, -0.505]]]> : tensor<2x3x4xf32>
  %r = emel.mul %a, %b : (tensor<2x3x4xf32>, tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  return %r : tensor<2x3x4xf32>
}
// CHECK: @same_shape
// CHECK-NEXT: 0.706186 -2.10103 0.13794 0.740104
// CHECK-NEXT: -0.409965 -0.096336 1.08474 -0.134792
// CHECK-NEXT: -0.315725 0.976962 0.006328 -0.193091
// CHECK-NEXT: 0.206816 0.108884 0.50851 -0.234209
// CHECK-NEXT: 0.01928 0.069788 -0.749156 0.0514
// CHECK-NEXT: 0.000192 -0.426696 0.70523 -0.508535

func.func @broadcast_row() -> (tensor<2x3x4xf32>) {
  %a = arith.constant dense<[[[0.346, 0.822, 0.33, -1.303], [0.905, 0.446, -0.537, 0.581], [0.365, 0.294, 0.028, 0.547]], [[-0.736, -0.163, -0.482, 0.599], [0.04, -0.292, -0.782, -0.257], [0.008, -0.276, 1.294, 1.007]]]> : tensor<2x3x4xf32>
  %b = arith.constant dense<[-0.652, -0.175, 1.664, 0.659]> : tensor<4xf32>
  %r = emel.mul %a, %b : (tensor<2x3x4xf32>, tensor<4xf32>) -> tensor<2x3x4xf32>
  return %r : tensor<2x3x4xf32>
}
// CHECK-NEXT: @broadcast_row
// CHECK-NEXT: -0.225592 -0.14385 0.54912 -0.858677
// CHECK-NEXT: -0.59006 -0.07805 -0.893568 0.382879
// CHECK-NEXT: -0.23798 -0.05145 0.046592 0.360473
// CHECK-NEXT: 0.479872 0.028525 -0.802048 0.394741
// CHECK-NEXT: -0.02608 0.0511 -1.30125 -0.169363
// CHECK-NEXT: -0.005216 0.0483 2.15322 0.663613

func.func @broadcast_matrix() -> (tensor<2x3x4xf32>) {
  %a = arith.constant dense<[[[0.346, 0.822, 0.33, -1.303], [0.905, 0.446, -0.537, 0.581], [0.365, 0.294, 0.028, 0.547]], [[-0.736, -0.163, -0.482, 0.599], [0.04, -0.292, -0.782, -0.257], [0.008, -0.276, 1.294, 1.007]]]> : tensor<2x3x4xf32>
  %b = arith.constant dense<[[0.189, -0.523, -0.413, -2.441], [1.8, 1.144, -0.325, 0.774], [0.281, -0.554, 0.978, -0.311]]> : tensor<3x4xf32>
  %r = emel.mul %a, %b : (tensor<2x3x4xf32>, tensor<3x4xf32>) -> tensor<2x3x4xf32>
  return %r : tensor<2x3x4xf32>
}
// CHECK-NEXT: @broadcast_matrix
// CHECK-NEXT: 0.065394 -0.429906 -0.13629 3.18062
// CHECK-NEXT: 1.629 0.510224 0.174525 0.449694
// CHECK-NEXT: 0.102565 -0.162876 0.027384 -0.170117
// CHECK-NEXT: -0.139104 0.085249 0.199066 -1.46216
// CHECK-NEXT: 0.072 -0.334048 0.25415 -0.198918
// CHECK-NEXT: 0.002248 0.152904 1.26553 -0.313177

func.func @broadcast_column() -> (tensor<2x3x4xf32>) {
  %a = arith.constant dense<[[[0.346, 0.822, 0.33, -1.303], [0.905, 0.446, -0.537, 0.581], [0.365, 0.294, 0.028, 0.547]], [[-0.736, -0.163, -0.482, 0.599], [0.04, -0.292, -0.782, -0.257], [0.008, -0.276, 1.294, 1.007]]]> : tensor<2x3x4xf32>
  %b = arith.constant dense<[[-0.802], [-1.324], [-0.248]]> : tensor<3x1xf32>
  %r = emel.mul %a, %b : (tensor<2x3x4xf32>, tensor<3x1xf32>) -> tensor<2x3x4xf32>
  return %r : tensor<2x3x4xf32>
}
// CHECK-NEXT: @broadcast_column
// CHECK-NEXT: -0.277492 -0.659244 -0.26466 1.04501
// CHECK-NEXT: -1.19822 -0.590504 0.710988 -0.769244
// CHECK-NEXT: -0.09052 -0.072912 -0.006944 -0.135656
// CHECK-NEXT: 0.590272 0.130726 0.386564 -0.480398
// CHECK-NEXT: -0.05296 0.386608 1.03537 0.340268
// CHECK-NEXT: -0.001984 0.068448 -0.320912 -0.249736

func.func @broadcast_one() -> (tensor<2x3x4xf32>) {
  %a = arith.constant dense<[[[0.346, 0.822, 0.33, -1.303], [0.905, 0.446, -0.537, 0.581], [0.365, 0.294, 0.028, 0.547]], [[-0.736, -0.163, -0.482, 0.599], [0.04, -0.292, -0.782, -0.257], [0.008, -0.276, 1.294, 1.007]]]> : tensor<2x3x4xf32>
  %b = arith.constant dense<[1.053]> : tensor<1xf32>
  %r = emel.mul %a, %b : (tensor<2x3x4xf32>, tensor<1xf32>) -> tensor<2x3x4xf32>
  return %r : tensor<2x3x4xf32>
}
// CHECK-NEXT: @broadcast_one
// CHECK-NEXT: 0.364338 0.865566 0.34749 -1.37206
// CHECK-NEXT: 0.952965 0.469638 -0.565461 0.611793
// CHECK-NEXT: 0.384345 0.309582 0.029484 0.575991
// CHECK-NEXT: -0.775008 -0.171639 -0.507546 0.630747
// CHECK-NEXT: 0.04212 -0.307476 -0.823446 -0.270621
// CHECK-NEXT: 0.008424 -0.290628 1.36258 1.06037

func.func @specials() -> (tensor<6xf32>) {
  %a = arith.constant dense<[0x7F800000, 0xFF800000, 0x7FC00000, 0.0, -0.0, 1.0]> : tensor<6xf32>
  %b = arith.constant dense<[0x7F800000, 0x7F800000, 1.0, 0.0, 2.0, 0.0]> : tensor<6xf32>
  %r = emel.mul %a, %b : (tensor<6xf32>, tensor<6xf32>) -> tensor<6xf32>
  return %r : tensor<6xf32>
}
// CHECK-NEXT: @specials
// CHECK-NEXT: inf -inf nan 0 -0 0

func.func @half() -> (tensor<3xf16>) {
  %a = arith.constant dense<[1.0, 2.0019531, 65504.0]> : tensor<3xf16>
  %b = arith.constant dense<[0.00048828125, 3.0, 65504.0]> : tensor<3xf16>
  %r = emel.mul %a, %b : (tensor<3xf16>, tensor<3xf16>) -> tensor<3xf16>
  return %r : tensor<3xf16>
}
// CHECK-NEXT: @half
// CHECK-NEXT: 0.000488281 6.00781 inf
// CHECK-NOT: {{.}}
