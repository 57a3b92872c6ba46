// RUN: emel-opt %s --emel-group-experts --emel-plan-pipeline --emel-lower-to-cpu=cpu=x86-64-v3 | FileCheck %s

emel.shard @shard "model.gguf" bytes 65536
emel.weight @table : tensor<64x32xf32> in @shard at 0 bytes 8192
emel.weight @router : tensor<8x32xf32> in @shard at 8192 bytes 1024
emel.weight @up : tensor<8x16x32xf32> in @shard at 9216 bytes 16384

// Tokens are counted by the expert that they choose, then numbered through: a counting sort.
// CHECK: llvm.func internal @prefill.order(
// CHECK: scf.for
// CHECK: arith.addi
// CHECK: llvm.store {{.*}} : i32

// A group of tokens of one expert is multiplied by its weights, which are read once for them.
// CHECK: llvm.func internal @prefill.experts(
// CHECK: math.fma {{.*}} : vector<16xf32>
func.func @prefill(%tokens: tensor<?xi32>, %positions: tensor<?xi32>, %slots: tensor<?xi32>,
                   %rows: tensor<?xi32>) -> tensor<?x2x16xf32>
    attributes {emel.entry = {rows = 16 : i64, tokens = 16 : i64}} {
  %t = emel.get_weight @table : tensor<64x32xf32>
  %r = emel.get_weight @router : tensor<8x32xf32>
  %up = emel.get_weight @up : tensor<8x16x32xf32>
  %x = emel.get_rows %t, %tokens : (tensor<64x32xf32>, tensor<?xi32>) -> tensor<?x32xf32>
  %l = emel.matmul %x, %r : (tensor<?x32xf32>, tensor<8x32xf32>) -> tensor<?x8xf32>
  %ids = emel.top_k %l k 2 : (tensor<?x8xf32>) -> tensor<?x2xi32>
  %order, %starts = emel.group_experts %ids experts 8 : (tensor<?x2xi32>) -> (tensor<?x2xi32>, tensor<9xi32>) loc("order")
  %u = emel.matmul_id %x, %up, %ids grouped(%order, %starts) : (tensor<?x32xf32>, tensor<8x16x32xf32>, tensor<?x2xi32>, tensor<?x2xi32>, tensor<9xi32>) -> tensor<?x2x16xf32> loc("experts")
  return %u : tensor<?x2x16xf32>
}
