// Written by tests/reference/ops.py.
// RUN: emel-interpret %s --functions | FileCheck %s --match-full-lines --check-prefixes=CHECK,F32
// RUN: emel-interpret %s --functions --f64 | FileCheck %s --match-full-lines --check-prefixes=CHECK,F64

func.func @plus_times() -> (tensor<3x5xf32>) {
  %x = arith.constant dense<[[-1.142, -1.069, -0.757, 0.769], [-1.038, -1.026, -0.393, 1.388], [-0.917, -0.697, 0.193, 0.145]]> : tensor<3x4xf32>
  %w = arith.constant dense<[[-1.232, 0.267, -0.007, 0.502], [-1.327, 1.108, 0.094, -1.171], [-1.358, -1.307, -0.718, 1.186], [0.895, -0.544, -0.547, 1.93], [0.903, -0.803, -0.15, -0.43]]> : tensor<5x4xf32>
  %r = emel.matmul %x, %w semiring plus_times : (tensor<3x4xf32>, tensor<5x4xf32>) -> tensor<3x5xf32>
  return %r : tensor<3x5xf32>
}
// CHECK: @plus_times
// CHECK-NEXT: 1.51286 -0.640675 4.40358 1.4577 -0.389939
// F32-NEXT: 1.7044 -1.42167 4.67893 2.52294 -0.651326
// F64-NEXT: 1.7044 -1.42167 4.67893 2.52295 -0.651326
// CHECK-NEXT: 1.01508 0.29293 2.18966 -0.267268 -0.35966

func.func @plus_times_specials() -> (tensor<5x3xf32>) {
  %x = arith.constant dense<[[0x7F800000, 0xFF800000, 1.0], [0.0, 1.0, 0x7FC00000], [0xFF800000, 0xFF800000, 0xFF800000], [0x7F800000, 0x7F800000, 0x7F800000], [0.0, 0.0, 0.0]]> : tensor<5x3xf32>
  %w = arith.constant dense<[[1.0, 2.0, 3.0], [0xFF800000, 0x7F800000, 0.0], [0.0, 0.0, 0.0]]> : tensor<3x3xf32>
  %r = emel.matmul %x, %w semiring plus_times : (tensor<5x3xf32>, tensor<3x3xf32>) -> tensor<5x3xf32>
  return %r : tensor<5x3xf32>
}
// CHECK-NEXT: @plus_times_specials
// CHECK-NEXT: nan -inf nan
// CHECK-NEXT: nan nan nan
// CHECK-NEXT: -inf nan nan
// CHECK-NEXT: inf nan nan
// CHECK-NEXT: 0 nan 0

func.func @plus_times_of_nothing() -> (tensor<2x2xf32>) {
  %x = arith.constant dense<> : tensor<2x0xf32>
  %w = arith.constant dense<> : tensor<2x0xf32>
  %r = emel.matmul %x, %w semiring plus_times : (tensor<2x0xf32>, tensor<2x0xf32>) -> tensor<2x2xf32>
  return %r : tensor<2x2xf32>
}
// CHECK-NEXT: @plus_times_of_nothing
// CHECK-NEXT: 0 0
// CHECK-NEXT: 0 0

func.func @max_plus() -> (tensor<3x5xf32>) {
  %x = arith.constant dense<[[-1.142, -1.069, -0.757, 0.769], [-1.038, -1.026, -0.393, 1.388], [-0.917, -0.697, 0.193, 0.145]]> : tensor<3x4xf32>
  %w = arith.constant dense<[[-1.232, 0.267, -0.007, 0.502], [-1.327, 1.108, 0.094, -1.171], [-1.358, -1.307, -0.718, 1.186], [0.895, -0.544, -0.547, 1.93], [0.903, -0.803, -0.15, -0.43]]> : tensor<5x4xf32>
  %r = emel.matmul %x, %w semiring max_plus : (tensor<3x4xf32>, tensor<5x4xf32>) -> tensor<3x5xf32>
  return %r : tensor<3x5xf32>
}
// CHECK-NEXT: @max_plus
// CHECK-NEXT: 1.271 0.039 1.955 2.699 0.339
// CHECK-NEXT: 1.89 0.217 2.574 3.318 0.958
// CHECK-NEXT: 0.647 0.411 1.331 2.075 0.043

func.func @max_plus_specials() -> (tensor<5x3xf32>) {
  %x = arith.constant dense<[[0x7F800000, 0xFF800000, 1.0], [0.0, 1.0, 0x7FC00000], [0xFF800000, 0xFF800000, 0xFF800000], [0x7F800000, 0x7F800000, 0x7F800000], [0.0, 0.0, 0.0]]> : tensor<5x3xf32>
  %w = arith.constant dense<[[1.0, 2.0, 3.0], [0xFF800000, 0x7F800000, 0.0], [0.0, 0.0, 0.0]]> : tensor<3x3xf32>
  %r = emel.matmul %x, %w semiring max_plus : (tensor<5x3xf32>, tensor<3x3xf32>) -> tensor<5x3xf32>
  return %r : tensor<5x3xf32>
}
// CHECK-NEXT: @max_plus_specials
// CHECK-NEXT: inf 1 inf
// CHECK-NEXT: nan nan nan
// CHECK-NEXT: -inf -inf -inf
// CHECK-NEXT: inf inf inf
// CHECK-NEXT: 3 inf 0

func.func @max_plus_of_nothing() -> (tensor<2x2xf32>) {
  %x = arith.constant dense<> : tensor<2x0xf32>
  %w = arith.constant dense<> : tensor<2x0xf32>
  %r = emel.matmul %x, %w semiring max_plus : (tensor<2x0xf32>, tensor<2x0xf32>) -> tensor<2x2xf32>
  return %r : tensor<2x2xf32>
}
// CHECK-NEXT: @max_plus_of_nothing
// CHECK-NEXT: -inf -inf
// CHECK-NEXT: -inf -inf

func.func @min_plus() -> (tensor<3x5xf32>) {
  %x = arith.constant dense<[[-1.142, -1.069, -0.757, 0.769], [-1.038, -1.026, -0.393, 1.388], [-0.917, -0.697, 0.193, 0.145]]> : tensor<3x4xf32>
  %w = arith.constant dense<[[-1.232, 0.267, -0.007, 0.502], [-1.327, 1.108, 0.094, -1.171], [-1.358, -1.307, -0.718, 1.186], [0.895, -0.544, -0.547, 1.93], [0.903, -0.803, -0.15, -0.43]]> : tensor<5x4xf32>
  %r = emel.matmul %x, %w semiring min_plus : (tensor<3x4xf32>, tensor<5x4xf32>) -> tensor<3x5xf32>
  return %r : tensor<3x5xf32>
}
// CHECK-NEXT: @min_plus
// CHECK-NEXT: -2.374 -2.469 -2.5 -1.613 -1.872
// CHECK-NEXT: -2.27 -2.365 -2.396 -1.57 -1.829
// CHECK-NEXT: -2.149 -2.244 -2.275 -1.241 -1.5

func.func @min_plus_specials() -> (tensor<5x3xf32>) {
  %x = arith.constant dense<[[0x7F800000, 0xFF800000, 1.0], [0.0, 1.0, 0x7FC00000], [0xFF800000, 0xFF800000, 0xFF800000], [0x7F800000, 0x7F800000, 0x7F800000], [0.0, 0.0, 0.0]]> : tensor<5x3xf32>
  %w = arith.constant dense<[[1.0, 2.0, 3.0], [0xFF800000, 0x7F800000, 0.0], [0.0, 0.0, 0.0]]> : tensor<3x3xf32>
  %r = emel.matmul %x, %w semiring min_plus : (tensor<5x3xf32>, tensor<3x3xf32>) -> tensor<5x3xf32>
  return %r : tensor<5x3xf32>
}
// CHECK-NEXT: @min_plus_specials
// CHECK-NEXT: -inf 1 -inf
// CHECK-NEXT: nan nan nan
// CHECK-NEXT: -inf -inf -inf
// CHECK-NEXT: inf inf inf
// CHECK-NEXT: 1 -inf 0

func.func @min_plus_of_nothing() -> (tensor<2x2xf32>) {
  %x = arith.constant dense<> : tensor<2x0xf32>
  %w = arith.constant dense<> : tensor<2x0xf32>
  %r = emel.matmul %x, %w semiring min_plus : (tensor<2x0xf32>, tensor<2x0xf32>) -> tensor<2x2xf32>
  return %r : tensor<2x2xf32>
}
// CHECK-NEXT: @min_plus_of_nothing
// CHECK-NEXT: inf inf
// CHECK-NEXT: inf inf

func.func @or_and() -> (tensor<3x5xf32>) {
  %x = arith.constant dense<[[-1.142, -1.069, -0.757, 0.769], [-1.038, -1.026, -0.393, 1.388], [-0.917, -0.697, 0.193, 0.145]]> : tensor<3x4xf32>
  %w = arith.constant dense<[[-1.232, 0.267, -0.007, 0.502], [-1.327, 1.108, 0.094, -1.171], [-1.358, -1.307, -0.718, 1.186], [0.895, -0.544, -0.547, 1.93], [0.903, -0.803, -0.15, -0.43]]> : tensor<5x4xf32>
  %r = emel.matmul %x, %w semiring or_and : (tensor<3x4xf32>, tensor<5x4xf32>) -> tensor<3x5xf32>
  return %r : tensor<3x5xf32>
}
// CHECK-NEXT: @or_and
// CHECK-NEXT: 1 1 1 1 1
// CHECK-NEXT: 1 1 1 1 1
// CHECK-NEXT: 1 1 1 1 1

func.func @or_and_specials() -> (tensor<5x3xf32>) {
  %x = arith.constant dense<[[0x7F800000, 0xFF800000, 1.0], [0.0, 1.0, 0x7FC00000], [0xFF800000, 0xFF800000, 0xFF800000], [0x7F800000, 0x7F800000, 0x7F800000], [0.0, 0.0, 0.0]]> : tensor<5x3xf32>
  %w = arith.constant dense<[[1.0, 2.0, 3.0], [0xFF800000, 0x7F800000, 0.0], [0.0, 0.0, 0.0]]> : tensor<3x3xf32>
  %r = emel.matmul %x, %w semiring or_and : (tensor<5x3xf32>, tensor<3x3xf32>) -> tensor<5x3xf32>
  return %r : tensor<5x3xf32>
}
// CHECK-NEXT: @or_and_specials
// CHECK-NEXT: 1 1 0
// CHECK-NEXT: 1 1 0
// CHECK-NEXT: 1 1 0
// CHECK-NEXT: 1 1 0
// CHECK-NEXT: 0 0 0

func.func @or_and_of_nothing() -> (tensor<2x2xf32>) {
  %x = arith.constant dense<> : tensor<2x0xf32>
  %w = arith.constant dense<> : tensor<2x0xf32>
  %r = emel.matmul %x, %w semiring or_and : (tensor<2x0xf32>, tensor<2x0xf32>) -> tensor<2x2xf32>
  return %r : tensor<2x2xf32>
}
// CHECK-NEXT: @or_and_of_nothing
// CHECK-NEXT: 0 0
// CHECK-NEXT: 0 0

func.func @log_sum_exp() -> (tensor<3x5xf32>) {
  %x = arith.constant dense<[[-1.142, -1.069, -0.757, 0.769], [-1.038, -1.026, -0.393, 1.388], [-0.917, -0.697, 0.193, 0.145]]> : tensor<3x4xf32>
  %w = arith.constant dense<[[-1.232, 0.267, -0.007, 0.502], [-1.327, 1.108, 0.094, -1.171], [-1.358, -1.307, -0.718, 1.186], [0.895, -0.544, -0.547, 1.93], [0.903, -0.803, -0.15, -0.43]]> : tensor<5x4xf32>
  %r = emel.matmul %x, %w semiring log_sum_exp : (tensor<3x4xf32>, tensor<5x4xf32>) -> tensor<3x5xf32>
  return %r : tensor<3x5xf32>
}
// CHECK-NEXT: @log_sum_exp
// CHECK-NEXT: 1.5199 0.836695 2.01059 2.77986 1.01106
// CHECK-NEXT: 2.06193 1.15162 2.61268 3.36972 1.44025
// CHECK-NEXT: 1.35618 1.1955 1.52909 2.29594 1.10034

func.func @log_sum_exp_specials() -> (tensor<5x3xf32>) {
  %x = arith.constant dense<[[0x7F800000, 0xFF800000, 1.0], [0.0, 1.0, 0x7FC00000], [0xFF800000, 0xFF800000, 0xFF800000], [0x7F800000, 0x7F800000, 0x7F800000], [0.0, 0.0, 0.0]]> : tensor<5x3xf32>
  %w = arith.constant dense<[[1.0, 2.0, 3.0], [0xFF800000, 0x7F800000, 0.0], [0.0, 0.0, 0.0]]> : tensor<3x3xf32>
  %r = emel.matmul %x, %w semiring log_sum_exp : (tensor<5x3xf32>, tensor<3x3xf32>) -> tensor<5x3xf32>
  return %r : tensor<5x3xf32>
}
// CHECK-NEXT: @log_sum_exp_specials
// CHECK-NEXT: inf 1 inf
// CHECK-NEXT: nan nan nan
// CHECK-NEXT: -inf -inf -inf
// CHECK-NEXT: inf inf inf
// CHECK-NEXT: 3.40761 inf 1.09861

func.func @log_sum_exp_of_nothing() -> (tensor<2x2xf32>) {
  %x = arith.constant dense<> : tensor<2x0xf32>
  %w = arith.constant dense<> : tensor<2x0xf32>
  %r = emel.matmul %x, %w semiring log_sum_exp : (tensor<2x0xf32>, tensor<2x0xf32>) -> tensor<2x2xf32>
  return %r : tensor<2x2xf32>
}
// CHECK-NEXT: @log_sum_exp_of_nothing
// CHECK-NEXT: -inf -inf
// CHECK-NEXT: -inf -inf

func.func @vector() -> (tensor<5xf32>) {
  %x = arith.constant dense<[-1.142, -1.069, -0.757, 0.769]> : tensor<4xf32>
  %w = arith.constant dense<[[-1.232, 0.267, -0.007, 0.502], [-1.327, 1.108, 0.094, -1.171], [-1.358, -1.307, -0.718, 1.186], [0.895, -0.544, -0.547, 1.93], [0.903, -0.803, -0.15, -0.43]]> : tensor<5x4xf32>
  %r = emel.matmul %x, %w : (tensor<4xf32>, tensor<5x4xf32>) -> tensor<5xf32>
  return %r : tensor<5xf32>
}
// CHECK-NEXT: @vector
// CHECK-NEXT: 1.51286 -0.640675 4.40358 1.4577 -0.389939

func.func @shared_weight() -> (tensor<2x3x5xf32>) {
  %x = arith.constant dense<[[[0.305, -1.04, 0.75, 0.941], [-1.951, -1.302, 0.128, -0.316], [-0.017, -0.853, 0.879, 0.778]], [[0.066, 1.127, 0.468, -0.859], [0.369, -0.959, 0.878, -0.05], [-0.185, -0.681, 1.223, -0.155]]]> : tensor<2x3x4xf32>
  %w = arith.constant dense<[[-1.232, 0.267, -0.007, 0.502], [-1.327, 1.108, 0.094, -1.171], [-1.358, -1.307, -0.718, 1.186], [0.895, -0.544, -0.547, 1.93], [0.903, -0.803, -0.15, -0.43]]> : tensor<5x4xf32>
  %r = emel.matmul %x, %w : (tensor<2x3x4xf32>, tensor<5x4xf32>) -> tensor<2x3x5xf32>
  return %r : tensor<2x3x5xf32>
}
// CHECK-NEXT: @shared_weight
// CHECK-NEXT: -0.186308 -2.58847 1.52262 2.24461 0.593405
// CHECK-NEXT: 1.89647 1.52843 3.88449 -1.71775 -0.599567
// CHECK-NEXT: 0.177596 -1.75098 1.42954 1.46954 0.203218
// F32-NEXT: -0.214897 2.21101 -2.91742 -2.46788 -0.546213
// F64-NEXT: -0.214897 2.21102 -2.91742 -2.46788 -0.546213
// CHECK-NEXT: -0.741907 -1.41115 0.062607 0.275185 0.993084
// CHECK-NEXT: -0.040278 -0.212586 0.079353 -0.763242 0.262988

func.func @heads_share_keys() -> (tensor<4x2x5xf32>) {
  %x = arith.constant dense<[[[0.244, 0.678, -0.586], [-0.909, -1.992, 0.972]], [[0.017, 0.206, -0.784], [1.226, 0.943, -0.122]], [[-0.556, -0.357, -0.799], [0.027, -0.616, 0.586]], [[-0.359, -0.354, 1.537], [-0.726, -1.568, 0.366]]]> : tensor<4x2x3xf32>
  %w = arith.constant dense<[[[1.446, 0.102, 0.327], [1.136, 0.824, 0.579], [-0.379, -1.019, 0.376], [-0.512, 0.827, 0.211], [-0.745, 0.268, 0.709]], [[0.178, -0.783, 0.262], [0.357, 0.824, 0.722], [-0.908, -0.498, 0.606], [-1.698, 0.777, -0.839], [-0.422, 1.443, -0.064]]]> : tensor<2x5x3xf32>
  %r = emel.matmul %x, %w : (tensor<4x2x3xf32>, tensor<2x5x3xf32>) -> tensor<4x2x5xf32>
  return %r : tensor<4x2x5xf32>
}
// CHECK-NEXT: @heads_share_keys
// CHECK-NEXT: 0.230358 0.496562 -1.00369 0.312132 -0.41555
// CHECK-NEXT: -1.19975 -2.11124 2.73983 -0.976884 0.832497
// CHECK-NEXT: -0.210774 -0.26488 -0.511141 -0.00376599 -0.513313
// CHECK-NEXT: 1.82909 2.09913 -1.47144 0.126407 -0.747144
// CHECK-NEXT: -0.028775 -1.06954 0.19844 1.33706 -0.229383
// CHECK-NEXT: 0.640666 -0.074853 0.637368 -1.01613 -0.937786
// CHECK-NEXT: 0.615974 0.689855 1.43369 -0.955019 -0.457692
// CHECK-NEXT: 1.19441 -1.28696 1.66187 -0.292662 -1.97968

func.func @two_leading_dimensions() -> (tensor<2x4x2x2xf32>) {
  %x = arith.constant dense<[[[[-0.458, -0.623, 0.135], [0.844, -0.148, 0.262]], [[0.532, 0.69, -0.892], [0.469, -0.018, -0.601]], [[-0.678, -0.227, -0.994], [-1.459, 0.064, 0.775]], [[-0.241, 0.74, -0.4], [-0.995, -1.522, -0.82]]], [[[1.453, -0.228, -1.816], [-0.001, -0.387, -0.475]], [[-0.641, -0.845, -0.371], [-1.815, -1.146, -0.329]], [[0.764, 0.457, 1.852], [1.21, -1.861, 0.526]], [[0.979, 0.226, -1.855], [-0.365, -0.819, 0.369]]]]> : tensor<2x4x2x3xf32>
  %w = arith.constant dense<[[[[-0.503, 1.218, -0.271], [0.73, -1.169, -1.429]], [[-0.023, -0.448, 0.088], [0.525, 0.316, -0.358]]]]> : tensor<1x2x2x3xf32>
  %r = emel.matmul %x, %w : (tensor<2x4x2x3xf32>, tensor<1x2x2x3xf32>) -> tensor<2x4x2x2xf32>
  return %r : tensor<2x4x2x2xf32>
}
// CHECK-NEXT: @two_leading_dimensions
// CHECK-NEXT: -0.565025 0.201032
// CHECK-NEXT: -0.675798 0.414734
// CHECK-NEXT: 0.814556 0.856418
// CHECK-NEXT: -0.09496 1.22224
// CHECK-NEXT: 0.029818 -0.07183
// CHECK-NEXT: 0.073085 -1.0232
// CHECK-NEXT: -0.361177 0.250515
// CHECK-NEXT: 0.632581 -0.709767
// CHECK-NEXT: -0.516427 3.92229
// CHECK-NEXT: -0.342138 1.13045
// CHECK-NEXT: -0.606246 1.05003
// CHECK-NEXT: -0.393724 0.484865
// CHECK-NEXT: -0.059332 -0.117504
// CHECK-NEXT: 0.852186 -0.141134
// CHECK-NEXT: -0.287005 1.24948
// CHECK-NEXT: 0.407779 -0.582531

emel.shard @blocks.shard "../fixtures/blocks/q8_0.bin" bytes 170
emel.weight @blocks.w : tensor<5x32x!emel.q8_0> in @blocks.shard at 0 bytes 170
func.func @blocks() -> (tensor<2x5xf32>) {
  %x = arith.constant dense<[[0.235, 0.946, -0.746, 0.211, 0.062, 1.418, 0.122, 0.131, -1.146, -0.006, -0.552, -0.09, -1.776, -0.479, -1.181, -1.151, 1.311, -0.535, 0.717, -0.948, 0.692, -0.575, 1.069, -0.896, 0.016, -0.28, -0.377, -0.909, 1.631, -1.632, -1.582, -0.33], [2.477, 0.036, -1.423, -1.063, 1.215, 0.892, -0.763, -0.037, 0.369, 0.206, -0.954, -0.656, -1.128, 1.173, -0.582, 1.124, 1.702, -0.853, 0.241, 0.812, 1.615, -0.893, 0.97, -0.008, -0.369, -0.536, 0.207, -0.374, 0.682, 0.358, 0.454, 0.355]]> : tensor<2x32xf32>
  %w = emel.get_weight @blocks.w : tensor<5x32x!emel.q8_0>
  %r = emel.matmul %x, %w : (tensor<2x32xf32>, tensor<5x32x!emel.q8_0>) -> tensor<2x5xf32>
  return %r : tensor<2x5xf32>
}
// CHECK-NEXT: @blocks
// CHECK-NEXT: -7.5443 -7.48593e+06 -9.85515e-06 3.315 0
// CHECK-NEXT: -5.3011 -4.20385e+07 7.65878e-06 -2.6245 0

emel.shard @packed_blocks.shard "../fixtures/blocks/q8_0.bin" bytes 170
emel.weight @packed_blocks.w : tensor<5x32x!emel.q8_0> in @packed_blocks.shard at 0 bytes 170
func.func @packed_blocks() -> (tensor<2x5xf32>) {
  %x = arith.constant dense<[[0.235, 0.946, -0.746, 0.211, 0.062, 1.418, 0.122, 0.131, -1.146, -0.006, -0.552, -0.09, -1.776, -0.479, -1.181, -1.151, 1.311, -0.535, 0.717, -0.948, 0.692, -0.575, 1.069, -0.896, 0.016, -0.28, -0.377, -0.909, 1.631, -1.632, -1.582, -0.33], [2.477, 0.036, -1.423, -1.063, 1.215, 0.892, -0.763, -0.037, 0.369, 0.206, -0.954, -0.656, -1.128, 1.173, -0.582, 1.124, 1.702, -0.853, 0.241, 0.812, 1.615, -0.893, 0.97, -0.008, -0.369, -0.536, 0.207, -0.374, 0.682, 0.358, 0.454, 0.355]]> : tensor<2x32xf32>
  %w = emel.get_weight @packed_blocks.w : tensor<5x32x!emel.q8_0>
  %p = emel.pack %w : tensor<5x32x!emel.q8_0> to tensor<5x32x!emel.q8_0, #emel.layout<r16>>
  %r = emel.matmul %x, %p : (tensor<2x32xf32>, tensor<5x32x!emel.q8_0, #emel.layout<r16>>) -> tensor<2x5xf32>
  return %r : tensor<2x5xf32>
}
// CHECK-NEXT: @packed_blocks
// CHECK-NEXT: -7.5443 -7.48593e+06 -9.85515e-06 3.315 0
// CHECK-NEXT: -5.3011 -4.20385e+07 7.65878e-06 -2.6245 0

emel.shard @rounded_q8_0.shard "../fixtures/blocks/q8_0.bin" bytes 170
emel.weight @rounded_q8_0.w : tensor<5x32x!emel.q8_0> in @rounded_q8_0.shard at 0 bytes 170
func.func @rounded_q8_0() -> (tensor<3x5xf32>) {
  %x = arith.constant dense<[[0.068, 0.892, 0.423, 1.616, -0.796, -1.983, 0.756, 1.147, 0.709, 0.914, -1.89, -1.897, 0.549, 0.928, -0.037, 0.227, -0.566, -1.341, -0.325, 0.912, -0.955, 0.294, -0.693, 0.653, 0.695, -0.871, -0.885, -0.518, 0.14, 0.327, 1.265, 1.242], [0.919, 0.734, 0.546, 0.191, -0.356, 40.0, 1.787, -1.23, -1.018, -0.783, 0.737, -3.147, 0.003, 0.185, 1.069, 0.808, 1.131, -0.142, -0.853, -2.092, -1.099, -0.299, 2.216, -0.741, -0.445, -0.728, -0.229, -1.18, 0.299, -1.864, -0.02, -0.743], [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]]> : tensor<3x32xf32>
  %w = emel.get_weight @rounded_q8_0.w : tensor<5x32x!emel.q8_0>
  %q = emel.quantize %x <group = 32, rounding = half_even, sum = ascending> : (tensor<3x32xf32>) -> tensor<3x32x!emel.a8>
  %r = emel.matmul %q, %w : (tensor<3x32x!emel.a8>, tensor<5x32x!emel.q8_0>) -> tensor<3x5xf32>
  return %r : tensor<3x5xf32>
}
// CHECK-NEXT: @rounded_q8_0
// CHECK-NEXT: -2.10407 2.52619e+07 -3.67059e-06 -0.499654 0
// CHECK-NEXT: -44.4283 -5.24238e+07 -5.10629e-06 -17.3228 0
// CHECK-NEXT: 0 0 0 0 0

emel.shard @rounded_q4_1.shard "../fixtures/blocks/q4_1.bin" bytes 100
emel.weight @rounded_q4_1.w : tensor<5x32x!emel.q4_1> in @rounded_q4_1.shard at 0 bytes 100
func.func @rounded_q4_1() -> (tensor<3x5xf32>) {
  %x = arith.constant dense<[[0.068, 0.892, 0.423, 1.616, -0.796, -1.983, 0.756, 1.147, 0.709, 0.914, -1.89, -1.897, 0.549, 0.928, -0.037, 0.227, -0.566, -1.341, -0.325, 0.912, -0.955, 0.294, -0.693, 0.653, 0.695, -0.871, -0.885, -0.518, 0.14, 0.327, 1.265, 1.242], [0.919, 0.734, 0.546, 0.191, -0.356, 40.0, 1.787, -1.23, -1.018, -0.783, 0.737, -3.147, 0.003, 0.185, 1.069, 0.808, 1.131, -0.142, -0.853, -2.092, -1.099, -0.299, 2.216, -0.741, -0.445, -0.728, -0.229, -1.18, 0.299, -1.864, -0.02, -0.743], [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]]> : tensor<3x32xf32>
  %w = emel.get_weight @rounded_q4_1.w : tensor<5x32x!emel.q4_1>
  %q = emel.quantize %x <group = 32, rounding = half_even, sum = ascending> : (tensor<3x32xf32>) -> tensor<3x32x!emel.a8>
  %r = emel.matmul %q, %w : (tensor<3x32x!emel.a8>, tensor<5x32x!emel.q4_1>) -> tensor<3x5xf32>
  return %r : tensor<3x5xf32>
}
// CHECK-NEXT: @rounded_q4_1
// CHECK-NEXT: -3.60333 -505259 1.77759e-07 3.7474 0
// CHECK-NEXT: 23.0991 -1.2812e+07 6.23267e-06 129.921 0
// CHECK-NEXT: 0 0 0 0 0
// CHECK-NOT: {{.}}
