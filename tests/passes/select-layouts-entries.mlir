// RUN: emel-opt %s --emel-select-layouts | FileCheck %s
// RUN: emel-opt %s --emel-select-layouts="decode-tokens=0 prompt-tokens=0" | FileCheck %s --check-prefix=NOTHING

// A weight has the same layout in every entry. Steps of one token run in the smallest one, bulk steps in the largest.
emel.shard @s "model.gguf" bytes 262144
emel.weight @w : tensor<64x64x!emel.q8_0> in @s at 0 bytes 4352

// A workload of nothing gives no reason to pack.
// NOTHING-NOT: emel.pack

// CHECK-LABEL: func.func @decode
func.func @decode(%x: tensor<1x64xf32>) -> tensor<1x64xf32> attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  // CHECK: emel.pack
  %w = emel.get_weight @w : tensor<64x64x!emel.q8_0>
  %y = emel.matmul %x, %w : (tensor<1x64xf32>, tensor<64x64x!emel.q8_0>) -> tensor<1x64xf32>
  return %y : tensor<1x64xf32>
}
// CHECK-LABEL: func.func @small
func.func @small(%x: tensor<?x64xf32>) -> tensor<?x64xf32> attributes {emel.entry = {rows = 8 : i64, tokens = 8 : i64}} {
  // CHECK: emel.pack
  %w = emel.get_weight @w : tensor<64x64x!emel.q8_0>
  %y = emel.matmul %x, %w : (tensor<?x64xf32>, tensor<64x64x!emel.q8_0>) -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}
// CHECK-LABEL: func.func @prefill
func.func @prefill(%x: tensor<?x64xf32>) -> tensor<?x64xf32> attributes {emel.entry = {rows = 8 : i64, tokens = 256 : i64}} {
  // CHECK: emel.pack
  %w = emel.get_weight @w : tensor<64x64x!emel.q8_0>
  %y = emel.matmul %x, %w : (tensor<?x64xf32>, tensor<64x64x!emel.q8_0>) -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}
