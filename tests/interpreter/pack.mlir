// Written by tests/reference/ops.py.
// RUN: emel-interpret %s --functions | FileCheck %s --match-full-lines
// RUN: emel-interpret %s --functions --f64 | FileCheck %s --match-full-lines

func.func @keeps_values() -> (tensor<3x4xf32>) {
  %x = arith.constant dense<[[1.814, -0.478, -0.109, 0.523], [-0.313, 0.007, 1.757, 1.201], [0.649, 0.004, 0.118, 1.589]]> : tensor<3x4xf32>
  %p = emel.pack %x : tensor<3x4xf32> to tensor<3x4xf32, #emel.layout<r16>>
  %r = emel.unpack %p : tensor<3x4xf32, #emel.layout<r16>> to tensor<3x4xf32>
  return %r : tensor<3x4xf32>
}
// CHECK: @keeps_values
// CHECK-NEXT: 1.814 -0.478 -0.109 0.523
// CHECK-NEXT: -0.313 0.007 1.757 1.201
// CHECK-NEXT: 0.649 0.004 0.118 1.589

emel.shard @rows_of_a_packed_weight.shard "../fixtures/blocks/q8_0.bin" bytes 170
emel.weight @rows_of_a_packed_weight.w : tensor<5x32x!emel.q8_0> in @rows_of_a_packed_weight.shard at 0 bytes 170
func.func @rows_of_a_packed_weight() -> (tensor<1x32xf32>) {
  %ids = arith.constant dense<[3]> : tensor<1xi32>
  %w = emel.get_weight @rows_of_a_packed_weight.w : tensor<5x32x!emel.q8_0>
  %p = emel.pack %w : tensor<5x32x!emel.q8_0> to tensor<5x32x!emel.q8_0, #emel.layout<r16>>
  %r = emel.get_rows %p, %ids : (tensor<5x32x!emel.q8_0, #emel.layout<r16>>, tensor<1xi32>) -> tensor<1x32xf32>
  return %r : tensor<1x32xf32>
}
// CHECK-NEXT: @rows_of_a_packed_weight
// CHECK-NEXT: -0.5 -0.5 -0.5 -0.5 -0.5 -0.5 -0.5 -0.5 -0.5 -0.5 -0.5 -0.5 -0.5 -0.5 -0.5 -0.5 -0.5 -0.5 -0.5 -0.5 -0.5 -0.5 -0.5 -0.5 -0.5 -0.5 -0.5 -0.5 -0.5 -0.5 -0.5 -0.5
// CHECK-NOT: {{.}}
