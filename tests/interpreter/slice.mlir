// Written by tests/reference/ops.py.
// RUN: emel-interpret %s --functions | FileCheck %s --match-full-lines
// RUN: emel-interpret %s --functions --f64 | FileCheck %s --match-full-lines

func.func @rows() -> (tensor<2x4xf32>) {
  %x = arith.constant dense<[[1.814, -0.478, -0.109, 0.523], [-0.313, 0.007, 1.757, 1.201], [0.649, 0.004, 0.118, 1.589]]> : tensor<3x4xf32>
  %r = emel.slice %x dim 0 from 1 size 2 : (tensor<3x4xf32>) -> tensor<2x4xf32>
  return %r : tensor<2x4xf32>
}
// CHECK: @rows
// CHECK-NEXT: -0.313 0.007 1.757 1.201
// CHECK-NEXT: 0.649 0.004 0.118 1.589

func.func @columns() -> (tensor<3x2xf32>) {
  %x = arith.constant dense<[[1.814, -0.478, -0.109, 0.523], [-0.313, 0.007, 1.757, 1.201], [0.649, 0.004, 0.118, 1.589]]> : tensor<3x4xf32>
  %r = emel.slice %x dim 1 from 1 size 2 : (tensor<3x4xf32>) -> tensor<3x2xf32>
  return %r : tensor<3x2xf32>
}
// CHECK-NEXT: @columns
// CHECK-NEXT: -0.478 -0.109
// CHECK-NEXT: 0.007 1.757
// CHECK-NEXT: 0.004 0.118

func.func @middle() -> (tensor<2x1x4xi32>) {
  %x = arith.constant dense<[[[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]], [[12, 13, 14, 15], [16, 17, 18, 19], [20, 21, 22, 23]]]> : tensor<2x3x4xi32>
  %r = emel.slice %x dim 1 from 2 size 1 : (tensor<2x3x4xi32>) -> tensor<2x1x4xi32>
  return %r : tensor<2x1x4xi32>
}
// CHECK-NEXT: @middle
// CHECK-NEXT: 8 9 10 11
// CHECK-NEXT: 20 21 22 23

func.func @nothing() -> (tensor<3x0xf32>) {
  %x = arith.constant dense<[[1.814, -0.478, -0.109, 0.523], [-0.313, 0.007, 1.757, 1.201], [0.649, 0.004, 0.118, 1.589]]> : tensor<3x4xf32>
  %r = emel.slice %x dim 1 from 4 size 0 : (tensor<3x4xf32>) -> tensor<3x0xf32>
  return %r : tensor<3x0xf32>
}
// CHECK-NEXT: @nothing

emel.shard @rows_of_a_weight.shard "../fixtures/blocks/q8_0.bin" bytes 170
emel.weight @rows_of_a_weight.w : tensor<5x32x!emel.q8_0> in @rows_of_a_weight.shard at 0 bytes 170
func.func @rows_of_a_weight() -> (tensor<2x32x!emel.q8_0>) {
  %w = emel.get_weight @rows_of_a_weight.w : tensor<5x32x!emel.q8_0>
  %r = emel.slice %w dim 0 from 1 size 2 : (tensor<5x32x!emel.q8_0>) -> tensor<2x32x!emel.q8_0>
  return %r : tensor<2x32x!emel.q8_0>
}
// CHECK-NEXT: @rows_of_a_weight
// CHECK-NEXT: 5.04381e+06 -2.03062e+06 -458528 5.89536e+06 -6.4849e+06 -1.24458e+06 1.6376e+06 -786048 -393024 -3.86474e+06 -4.9128e+06 6.28838e+06 1.5721e+06 -3.86474e+06 -1.83411e+06 262016 -6.4849e+06 -1.24458e+06 -2.88218e+06 -7.27094e+06 -2.62016e+06 6.87792e+06 -7.40195e+06 -8.31901e+06 4.25776e+06 -1.7031e+06 -5.96086e+06 589536 2.22714e+06 -2.94768e+06 7.79498e+06 -3.2097e+06
// CHECK-NEXT: 6.25849e-06 -5.78165e-06 -3.8743e-06 5.66244e-06 2.32458e-06 -1.2517e-06 -4.05312e-06 -2.98023e-07 -4.23193e-06 -7.09295e-06 -6.61612e-06 -3.33786e-06 5.36442e-06 -2.98023e-06 7.15256e-07 5.24521e-06 -4.82798e-06 3.63588e-06 -6.55651e-06 -7.21216e-06 -1.19209e-06 -6.13928e-06 6.25849e-06 -6.55651e-07 5.54323e-06 1.66893e-06 2.14577e-06 1.3113e-06 -1.01328e-06 -7.7486e-07 2.563e-06 -4.05312e-06

emel.shard @blocks_of_a_row.shard "../fixtures/blocks/q8_0.bin" bytes 170
emel.weight @blocks_of_a_row.w : tensor<1x160x!emel.q8_0> in @blocks_of_a_row.shard at 0 bytes 170
func.func @blocks_of_a_row() -> (tensor<1x64x!emel.q8_0>) {
  %w = emel.get_weight @blocks_of_a_row.w : tensor<1x160x!emel.q8_0>
  %r = emel.slice %w dim 1 from 32 size 64 : (tensor<1x160x!emel.q8_0>) -> tensor<1x64x!emel.q8_0>
  return %r : tensor<1x64x!emel.q8_0>
}
// CHECK-NEXT: @blocks_of_a_row
// CHECK-NEXT: 5.04381e+06 -2.03062e+06 -458528 5.89536e+06 -6.4849e+06 -1.24458e+06 1.6376e+06 -786048 -393024 -3.86474e+06 -4.9128e+06 6.28838e+06 1.5721e+06 -3.86474e+06 -1.83411e+06 262016 -6.4849e+06 -1.24458e+06 -2.88218e+06 -7.27094e+06 -2.62016e+06 6.87792e+06 -7.40195e+06 -8.31901e+06 4.25776e+06 -1.7031e+06 -5.96086e+06 589536 2.22714e+06 -2.94768e+06 7.79498e+06 -3.2097e+06 6.25849e-06 -5.78165e-06 -3.8743e-06 5.66244e-06 2.32458e-06 -1.2517e-06 -4.05312e-06 -2.98023e-07 -4.23193e-06 -7.09295e-06 -6.61612e-06 -3.33786e-06 5.36442e-06 -2.98023e-06 7.15256e-07 5.24521e-06 -4.82798e-06 3.63588e-06 -6.55651e-06 -7.21216e-06 -1.19209e-06 -6.13928e-06 6.25849e-06 -6.55651e-07 5.54323e-06 1.66893e-06 2.14577e-06 1.3113e-06 -1.01328e-06 -7.7486e-07 2.563e-06 -4.05312e-06

emel.shard @experts_and_rows.shard "../fixtures/blocks/f16.bin" bytes 128
emel.weight @experts_and_rows.w : tensor<2x4x8xf16> in @experts_and_rows.shard at 0 bytes 128
func.func @experts_and_rows() -> (tensor<1x2x8xf16>) {
  %w = emel.get_weight @experts_and_rows.w : tensor<2x4x8xf16>
  %half = emel.slice %w dim 0 from 1 size 1 : (tensor<2x4x8xf16>) -> tensor<1x4x8xf16>
  %r = emel.slice %half dim 1 from 2 size 2 : (tensor<1x4x8xf16>) -> tensor<1x2x8xf16>
  return %r : tensor<1x2x8xf16>
}
// CHECK-NEXT: @experts_and_rows
// CHECK-NEXT: 0.764648 0.53418 -1.53418 0.263184 -1.41699 1.30957 -0.58252 -0.13147
// CHECK-NEXT: -0.535156 -1.56836 -0.231445 -0.31543 0.311523 -0.861328 1.2207 0.464111
// CHECK-NOT: {{.}}
