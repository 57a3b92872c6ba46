// Written by tests/reference/ops.py.
// RUN: emel-interpret %s --functions | FileCheck %s --match-full-lines
// RUN: emel-interpret %s --functions --f64 | FileCheck %s --match-full-lines

func.func @one_row_for_all() -> (tensor<3x2x2xf32>) {
  %x = arith.constant dense<[[-1.142, -1.069, -0.757, 0.769], [-1.038, -1.026, -0.393, 1.388], [-0.917, -0.697, 0.193, 0.145]]> : tensor<3x4xf32>
  %w = arith.constant dense<[[[-0.666, 0.097, -1.9, -1.94], [-1.411, -0.801, -0.734, -0.457]], [[-0.191, -0.875, 0.005, 0.593], [0.272, 0.881, 1.83, -0.63]], [[1.602, -1.06, -0.062, 1.009], [1.365, 0.689, 0.711, 1.326]]]> : tensor<3x2x4xf32>
  %ids = arith.constant dense<[[2, 0], [1, 1], [0, 2]]> : tensor<3x2xi32>
  %r = emel.matmul_id %x, %w, %ids : (tensor<3x4xf32>, tensor<3x2x4xf32>, tensor<3x2xi32>) -> tensor<3x2x2xf32>
  return %r : tensor<3x2x2xf32>
}
// CHECK: @one_row_for_all
// CHECK-NEXT: 0.126511 -1.8139
// CHECK-NEXT: 0.603319 2.67184
// CHECK-NEXT: 1.91713 -2.77987
// CHECK-NEXT: 1.91713 -2.77987
// CHECK-NEXT: -0.104887 1.64426
// CHECK-NEXT: -0.595875 -1.40245

func.func @one_row_each() -> (tensor<3x2x2xf32>) {
  %x = arith.constant dense<[[[-0.308, 1.35, 0.193, 1.407], [0.162, -1.019, 0.86, -0.639]], [[0.414, 1.17, 0.734, 0.349], [-1.055, -0.038, -0.744, 1.341]], [[0.565, 0.861, 1.108, 0.426], [-0.439, -0.085, -0.088, -0.674]]]> : tensor<3x2x4xf32>
  %w = arith.constant dense<[[[-0.666, 0.097, -1.9, -1.94], [-1.411, -0.801, -0.734, -0.457]], [[-0.191, -0.875, 0.005, 0.593], [0.272, 0.881, 1.83, -0.63]], [[1.602, -1.06, -0.062, 1.009], [1.365, 0.689, 0.711, 1.326]]]> : tensor<3x2x4xf32>
  %ids = arith.constant dense<[[2, 0], [1, 1], [0, 2]]> : tensor<3x2xi64>
  %r = emel.matmul_id %x, %w, %ids : (tensor<3x2x4xf32>, tensor<3x2x4xf32>, tensor<3x2xi64>) -> tensor<3x2x2xf32>
  return %r : tensor<3x2x2xf32>
}
// CHECK-NEXT: @one_row_each
// CHECK-NEXT: -0.516719 2.51263
// CHECK-NEXT: -0.601075 0.24842
// CHECK-NEXT: -0.892197 2.26673
// CHECK-NEXT: 1.02625 -2.52679
// CHECK-NEXT: -3.22441 -2.49483
// CHECK-NEXT: -1.28779 -1.61409

emel.shard @blocks.shard "../fixtures/blocks/q8_0.bin" bytes 170
emel.weight @blocks.w : tensor<5x1x32x!emel.q8_0> in @blocks.shard at 0 bytes 170
func.func @blocks() -> (tensor<2x2x1xf32>) {
  %x = arith.constant dense<[[0.235, 0.946, -0.746, 0.211, 0.062, 1.418, 0.122, 0.131, -1.146, -0.006, -0.552, -0.09, -1.776, -0.479, -1.181, -1.151, 1.311, -0.535, 0.717, -0.948, 0.692, -0.575, 1.069, -0.896, 0.016, -0.28, -0.377, -0.909, 1.631, -1.632, -1.582, -0.33], [2.477, 0.036, -1.423, -1.063, 1.215, 0.892, -0.763, -0.037, 0.369, 0.206, -0.954, -0.656, -1.128, 1.173, -0.582, 1.124, 1.702, -0.853, 0.241, 0.812, 1.615, -0.893, 0.97, -0.008, -0.369, -0.536, 0.207, -0.374, 0.682, 0.358, 0.454, 0.355]]> : tensor<2x32xf32>
  %ids = arith.constant dense<[[0, 4], [2, 2]]> : tensor<2x2xi32>
  %w = emel.get_weight @blocks.w : tensor<5x1x32x!emel.q8_0>
  %r = emel.matmul_id %x, %w, %ids : (tensor<2x32xf32>, tensor<5x1x32x!emel.q8_0>, tensor<2x2xi32>) -> tensor<2x2x1xf32>
  return %r : tensor<2x2x1xf32>
}
// CHECK-NEXT: @blocks
// CHECK-NEXT: -7.5443
// CHECK-NEXT: 0
// CHECK-NEXT: 7.65878e-06
// CHECK-NEXT: 7.65878e-06

emel.shard @packed_blocks.shard "../fixtures/blocks/q8_0.bin" bytes 170
emel.weight @packed_blocks.w : tensor<5x1x32x!emel.q8_0> in @packed_blocks.shard at 0 bytes 170
func.func @packed_blocks() -> (tensor<2x2x1xf32>) {
  %x = arith.constant dense<[[0.235, 0.946, -0.746, 0.211, 0.062, 1.418, 0.122, 0.131, -1.146, -0.006, -0.552, -0.09, -1.776, -0.479, -1.181, -1.151, 1.311, -0.535, 0.717, -0.948, 0.692, -0.575, 1.069, -0.896, 0.016, -0.28, -0.377, -0.909, 1.631, -1.632, -1.582, -0.33], [2.477, 0.036, -1.423, -1.063, 1.215, 0.892, -0.763, -0.037, 0.369, 0.206, -0.954, -0.656, -1.128, 1.173, -0.582, 1.124, 1.702, -0.853, 0.241, 0.812, 1.615, -0.893, 0.97, -0.008, -0.369, -0.536, 0.207, -0.374, 0.682, 0.358, 0.454, 0.355]]> : tensor<2x32xf32>
  %ids = arith.constant dense<[[0, 4], [2, 2]]> : tensor<2x2xi32>
  %w = emel.get_weight @packed_blocks.w : tensor<5x1x32x!emel.q8_0>
  %p = emel.pack %w : tensor<5x1x32x!emel.q8_0> to tensor<5x1x32x!emel.q8_0, #emel.layout<r16>>
  %r = emel.matmul_id %x, %p, %ids : (tensor<2x32xf32>, tensor<5x1x32x!emel.q8_0, #emel.layout<r16>>, tensor<2x2xi32>) -> tensor<2x2x1xf32>
  return %r : tensor<2x2x1xf32>
}
// CHECK-NEXT: @packed_blocks
// CHECK-NEXT: -7.5443
// CHECK-NEXT: 0
// CHECK-NEXT: 7.65878e-06
// CHECK-NEXT: 7.65878e-06

emel.shard @rounded.shard "../fixtures/blocks/q8_0.bin" bytes 170
emel.weight @rounded.w : tensor<5x1x32x!emel.q8_0> in @rounded.shard at 0 bytes 170
func.func @rounded() -> (tensor<3x2x1xf32>) {
  %x = arith.constant dense<[[0.068, 0.892, 0.423, 1.616, -0.796, -1.983, 0.756, 1.147, 0.709, 0.914, -1.89, -1.897, 0.549, 0.928, -0.037, 0.227, -0.566, -1.341, -0.325, 0.912, -0.955, 0.294, -0.693, 0.653, 0.695, -0.871, -0.885, -0.518, 0.14, 0.327, 1.265, 1.242], [0.919, 0.734, 0.546, 0.191, -0.356, 40.0, 1.787, -1.23, -1.018, -0.783, 0.737, -3.147, 0.003, 0.185, 1.069, 0.808, 1.131, -0.142, -0.853, -2.092, -1.099, -0.299, 2.216, -0.741, -0.445, -0.728, -0.229, -1.18, 0.299, -1.864, -0.02, -0.743], [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]]> : tensor<3x32xf32>
  %ids = arith.constant dense<[[0, 4], [2, 2], [1, 3]]> : tensor<3x2xi32>
  %w = emel.get_weight @rounded.w : tensor<5x1x32x!emel.q8_0>
  %q = emel.quantize %x <group = 32, rounding = half_even, sum = ascending> : (tensor<3x32xf32>) -> tensor<3x32x!emel.a8>
  %r = emel.matmul_id %q, %w, %ids : (tensor<3x32x!emel.a8>, tensor<5x1x32x!emel.q8_0>, tensor<3x2xi32>) -> tensor<3x2x1xf32>
  return %r : tensor<3x2x1xf32>
}
// CHECK-NEXT: @rounded
// CHECK-NEXT: -2.10407
// CHECK-NEXT: 0
// CHECK-NEXT: -5.10629e-06
// CHECK-NEXT: -5.10629e-06
// CHECK-NEXT: 0
// CHECK-NEXT: 0
// CHECK-NOT: {{.}}
