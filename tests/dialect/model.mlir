// RUN: emel-opt %s | FileCheck %s
// RUN: emel-opt %s | emel-opt | FileCheck %s
// RUN: emel-opt %s --mlir-print-op-generic | emel-opt | FileCheck %s
// RUN: emel-opt %s --emit-bytecode | emel-opt | FileCheck %s

// CHECK: module attributes {emel.model = {architecture = "llama", context = 512 : i64, vocab = 512 : i64}}
module attributes {emel.model = {architecture = "llama", context = 512 : i64, vocab = 512 : i64}} {
  // CHECK: emel.shard @shard0 "model.gguf" bytes 1327104
  emel.shard @shard0 "model.gguf" bytes 1327104
  // CHECK: emel.weight @blk.0.attn_q.weight : tensor<64x64x!emel.q8_0> in @shard0 at 44032 bytes 4352
  emel.weight @blk.0.attn_q.weight : tensor<64x64x!emel.q8_0> in @shard0 at 44032 bytes 4352
  // CHECK: emel.weight @output.weight : tensor<512x64x!emel.q8_0> in @shard0 at 9216 bytes 34816 packed <r16>
  emel.weight @output.weight : tensor<512x64x!emel.q8_0> in @shard0 at 9216 bytes 34816 packed <r16>
  // CHECK: emel.weight @output_norm.weight : tensor<64xf32> in @shard0 at 0 bytes 256
  emel.weight @output_norm.weight : tensor<64xf32> in @shard0 at 0 bytes 256

  // CHECK-LABEL: func.func @step(
  // CHECK: %{{.*}} = emel.get_weight @output_norm.weight : tensor<64xf32>
  func.func @step(%tokens: tensor<?xi32>, %positions: tensor<?xi32>, %slots: tensor<?xi32>,
                  %out_rows: tensor<?xi32>, %x: !emel.kv<1x64x64xf32>)
      -> (tensor<?x512xf32>, !emel.kv<1x64x64xf32>) {
    %w = emel.get_weight @output_norm.weight : tensor<64xf32>
    %row = emel.reshape %w : tensor<64xf32> to tensor<1x64xf32>
    %wide = emel.repeat %row [1, 8] : (tensor<1x64xf32>) -> tensor<1x512xf32>
    %logits = emel.get_rows %wide, %out_rows : (tensor<1x512xf32>, tensor<?xi32>) -> tensor<?x512xf32>
    return %logits, %x : tensor<?x512xf32>, !emel.kv<1x64x64xf32>
  }
}
