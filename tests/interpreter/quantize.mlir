// Written by tests/reference/ops.py.
// RUN: emel-interpret %s --functions | FileCheck %s --match-full-lines
// RUN: emel-interpret %s --functions --f64 | FileCheck %s --match-full-lines

emel.shard @identity.shard "../fixtures/blocks/q8_0.bin" bytes 170
emel.weight @identity.w : tensor<5x32x!emel.q8_0> in @identity.shard at 0 bytes 170
func.func @identity() -> (tensor<3x5xf32>) {
  %x = arith.constant dense<[[0.068, 0.892, 0.423, 1.616, -0.796, -1.983, 0.756, 1.147, 0.709, 0.914, -1.89, -1.897, 0.549, 0.928, -0.037, 0.227, -0.566, -1.341, -0.325, 0.912, -0.955, 0.294, -0.693, 0.653, 0.695, -0.871, -0.885, -0.518, 0.14, 0.327, 1.265, 1.242], [0.919, 0.734, 0.546, 0.191, -0.356, 40.0, 1.787, -1.23, -1.018, -0.783, 0.737, -3.147, 0.003, 0.185, 1.069, 0.808, 1.131, -0.142, -0.853, -2.092, -1.099, -0.299, 2.216, -0.741, -0.445, -0.728, -0.229, -1.18, 0.299, -1.864, -0.02, -0.743], [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]]> : tensor<3x32xf32>
  %w = emel.get_weight @identity.w : tensor<5x32x!emel.q8_0>
  %q = emel.quantize %x <group = 32, rounding = half_even, sum = ascending> : (tensor<3x32xf32>) -> tensor<3x32x!emel.a8>
  %r = emel.matmul %q, %w : (tensor<3x32x!emel.a8>, tensor<5x32x!emel.q8_0>) -> tensor<3x5xf32>
  return %r : tensor<3x5xf32>
}
// CHECK: @identity
// CHECK-NEXT: -2.10407 2.52619e+07 -3.67059e-06 -0.499654 0
// CHECK-NEXT: -44.4283 -5.24238e+07 -5.10629e-06 -17.3228 0
// CHECK-NEXT: 0 0 0 0 0
// CHECK-NOT: {{.}}
