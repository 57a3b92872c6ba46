// Written by tests/reference/ops.py.
// RUN: emel-interpret %s --functions | FileCheck %s --match-full-lines --check-prefixes=CHECK,F32
// RUN: emel-interpret %s --functions --f64 | FileCheck %s --match-full-lines --check-prefixes=CHECK,F64

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

func.func @grouped() -> (tensor<3x2x2xf32>) {
  %x = arith.constant dense<[[-1.142, -1.069, -0.757, 0.769], [-1.038, -1.026, -0.393, 1.388], [-0.917, -0.697, 0.193, 0.145]]> : tensor<3x4xf32>
  %w = arith.constant dense<[[[-0.666, 0.097, -1.9, -1.94], [-1.411, -0.801, -0.734, -0.457]], [[-0.191, -0.875, 0.005, 0.593], [0.272, 0.881, 1.83, -0.63]], [[1.602, -1.06, -0.062, 1.009], [1.365, 0.689, 0.711, 1.326]]]> : tensor<3x2x4xf32>
  %ids = arith.constant dense<[[2, 0], [1, 1], [0, 2]]> : tensor<3x2xi32>
  %o = arith.constant dense<[[1, 4], [2, 3], [0, 5]]> : tensor<3x2xi32>
  %n = arith.constant dense<[0, 2, 4, 6]> : tensor<4xi32>
  %r = emel.matmul_id %x, %w, %ids grouped(%o, %n) : (tensor<3x4xf32>, tensor<3x2x4xf32>, tensor<3x2xi32>, tensor<3x2xi32>, tensor<4xi32>) -> tensor<3x2x2xf32>
  return %r : tensor<3x2x2xf32>
}
// CHECK-NEXT: @grouped
// CHECK-NEXT: 0.126511 -1.8139
// CHECK-NEXT: 0.603319 2.67184
// CHECK-NEXT: 1.91713 -2.77987
// CHECK-NEXT: 1.91713 -2.77987
// CHECK-NEXT: -0.104887 1.64426
// CHECK-NEXT: -0.595875 -1.40245

func.func @grouped_rows_each() -> (tensor<3x2x2xf32>) {
  %x = arith.constant dense<[[[-0.308, 1.35, 0.193, 1.407], [0.162, -1.019, 0.86, -0.639]], [[0.414, 1.17, 0.734, 0.349], [-1.055, -0.038, -0.744, 1.341]], [[0.565, 0.861, 1.108, 0.426], [-0.439, -0.085, -0.088, -0.674]]]> : tensor<3x2x4xf32>
  %w = arith.constant dense<[[[-0.666, 0.097, -1.9, -1.94], [-1.411, -0.801, -0.734, -0.457]], [[-0.191, -0.875, 0.005, 0.593], [0.272, 0.881, 1.83, -0.63]], [[1.602, -1.06, -0.062, 1.009], [1.365, 0.689, 0.711, 1.326]]]> : tensor<3x2x4xf32>
  %ids = arith.constant dense<[[2, 0], [1, 1], [0, 2]]> : tensor<3x2xi32>
  %o = arith.constant dense<[[1, 4], [2, 3], [0, 5]]> : tensor<3x2xi32>
  %n = arith.constant dense<[0, 2, 4, 6]> : tensor<4xi32>
  %r = emel.matmul_id %x, %w, %ids grouped(%o, %n) : (tensor<3x2x4xf32>, tensor<3x2x4xf32>, tensor<3x2xi32>, tensor<3x2xi32>, tensor<4xi32>) -> tensor<3x2x2xf32>
  return %r : tensor<3x2x2xf32>
}
// CHECK-NEXT: @grouped_rows_each
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

emel.shard @rounded_for_all.shard "../fixtures/blocks/q8_0.bin" bytes 170
emel.weight @rounded_for_all.w : tensor<5x1x32x!emel.q8_0> in @rounded_for_all.shard at 0 bytes 170
func.func @rounded_for_all() -> (tensor<2x2x1xf32>, tensor<2x2x1xf32>) {
  %x = arith.constant dense<[[0.239, -0.994, -0.246, 0.491, 0.099, -1.798, 1.085, 1.781, 0.154, -0.936, -1.061, -1.034, 0.82, 0.033, -0.67, -1.291, -1.29, 0.431, 0.154, -0.75, 0.553, 0.281, 2.343, 0.329, -0.966, 2.011, 0.279, -0.689, 1.88, -0.212, 1.643, 0.228], [-1.402, 0.349, 0.442, -1.228, 1.015, -0.279, -1.358, -0.967, 0.229, 0.893, 2.073, -0.162, 2.182, -0.722, -0.023, 0.366, 1.231, -2.055, -0.626, 0.087, -0.875, 1.154, -0.157, -0.215, 0.616, -0.634, -0.141, -0.673, -0.475, 1.825, 0.276, -0.341]]> : tensor<2x32xf32>
  %ids = arith.constant dense<[[0, 4], [2, 2]]> : tensor<2x2xi32>
  %e = arith.constant dense<[[[0.7670842], [0.0]], [[-3.018667e-05], [-3.018667e-05]]]> : tensor<2x2x1xf32>
  %w = emel.get_weight @rounded_for_all.w : tensor<5x1x32x!emel.q8_0>
  %q = emel.quantize %x <group = 16, rounding = half_even, sum = ascending> : (tensor<2x32xf32>) -> tensor<2x32x!emel.a8>
  %r = emel.matmul_id %q, %w, %ids : (tensor<2x32x!emel.a8>, tensor<5x1x32x!emel.q8_0>, tensor<2x2xi32>) -> tensor<2x2x1xf32>
  %s = emel.sub %r, %e : (tensor<2x2x1xf32>, tensor<2x2x1xf32>) -> tensor<2x2x1xf32>
  return %r, %s : tensor<2x2x1xf32>, tensor<2x2x1xf32>
}
// CHECK-NEXT: @rounded_for_all
// CHECK-NEXT: 0.767084
// CHECK-NEXT: 0
// CHECK-NEXT: -3.01867e-05
// CHECK-NEXT: -3.01867e-05
// F32-NEXT: 0
// F64-NEXT: -4.66046e-08
// CHECK-NEXT: 0
// F32-NEXT: 0
// F64-NEXT: 2.92322e-13
// F32-NEXT: 0
// F64-NEXT: 2.92322e-13

emel.shard @rounded_each.shard "../fixtures/blocks/q8_0.bin" bytes 170
emel.weight @rounded_each.w : tensor<5x1x32x!emel.q8_0> in @rounded_each.shard at 0 bytes 170
func.func @rounded_each() -> (tensor<2x2x1xf32>, tensor<2x2x1xf32>) {
  %x = arith.constant dense<[[[1.8, 0.301, 1.062, -0.273, -0.617, 0.694, 0.425, -0.146, 0.856, 0.463, 0.638, -0.94, 0.509, 0.632, -0.514, 1.427, 2.392, 0.794, 0.211, -0.138, 1.999, -0.206, -1.396, 0.12, 0.304, -0.342, 0.114, 0.839, 0.764, -1.566, -0.274, 0.35], [-0.034, -0.382, 0.691, 3.275, 0.768, -2.464, 0.87, -0.627, 0.365, -0.393, -1.417, 0.473, 0.751, -0.031, 1.667, -0.105, 0.618, 0.221, -1.367, 0.972, 0.0, 1.742, 0.796, 1.206, -0.201, 2.063, -0.397, -0.932, -0.184, 1.096, 1.718, -0.006]], [[-0.256, -0.378, -0.268, 1.56, 0.882, 0.345, 0.338, 0.388, 0.167, -0.602, 1.172, -0.203, -1.395, -0.338, -0.332, 0.957, 1.735, 0.686, 0.697, 0.768, -0.744, -1.928, 0.618, 0.439, 1.308, -0.559, -0.512, 1.191, -0.549, 0.961, -0.856, -1.182], [-0.546, -1.721, 0.539, -0.669, 0.173, 0.131, 1.72, -0.439, -0.529, 0.457, -0.922, 0.552, 1.768, -2.385, -0.65, 1.82, -1.306, 0.305, -1.103, 1.767, -1.031, -0.801, -0.034, 1.051, 1.736, 0.423, 1.795, -0.157, 0.48, 0.63, 0.437, -1.848]]]> : tensor<2x2x32xf32>
  %ids = arith.constant dense<[[0, 4], [2, 2]]> : tensor<2x2xi32>
  %e = arith.constant dense<[[[-3.8382273], [0.0]], [[1.487501e-05], [5.179093e-05]]]> : tensor<2x2x1xf32>
  %w = emel.get_weight @rounded_each.w : tensor<5x1x32x!emel.q8_0>
  %q = emel.quantize %x <group = 16, rounding = half_even, sum = ascending> : (tensor<2x2x32xf32>) -> tensor<2x2x32x!emel.a8>
  %r = emel.matmul_id %q, %w, %ids : (tensor<2x2x32x!emel.a8>, tensor<5x1x32x!emel.q8_0>, tensor<2x2xi32>) -> tensor<2x2x1xf32>
  %s = emel.sub %r, %e : (tensor<2x2x1xf32>, tensor<2x2x1xf32>) -> tensor<2x2x1xf32>
  return %r, %s : tensor<2x2x1xf32>, tensor<2x2x1xf32>
}
// CHECK-NEXT: @rounded_each
// CHECK-NEXT: -3.83823
// CHECK-NEXT: 0
// CHECK-NEXT: 1.4875e-05
// CHECK-NEXT: 5.17909e-05
// F32-NEXT: 0
// F64-NEXT: 7.88385e-08
// CHECK-NEXT: 0
// F32-NEXT: 0
// F64-NEXT: 7.93254e-14
// F32-NEXT: 0
// F64-NEXT: -7.8737e-13
// CHECK-NOT: {{.}}
