// RUN: emel-opt %s --emel-drop-dead-weights | FileCheck %s

// What goes is recorded under the names it had in the model; what stays keeps its place.
// CHECK: module attributes {emel.passes = [{bytes = 512 : i64, pass = "drop-dead-weights",
// CHECK-SAME: removed = {blk.0.unread = "no op reads it", blk.0.unused = "no op uses it", unused = "no op reads it"},
// CHECK-SAME: shards = 1 : i64, weights = 2 : i64}]}
// CHECK: emel.shard @s0
// CHECK-NOT: emel.shard
// CHECK: emel.weight @read
// CHECK-NOT: emel.weight
emel.shard @s0 "model-1.gguf" bytes 512
emel.shard @s1 "model-2.gguf" bytes 512
emel.weight @read : tensor<64xf32> in @s0 at 0 bytes 256
emel.weight @unread : tensor<64xf32> in @s0 at 256 bytes 256 loc("blk.0.unread"("unread"))
emel.weight @unused : tensor<64xf32> in @s1 at 0 bytes 256 loc("unused"("unused"))

// CHECK-LABEL: func.func @f
func.func @f() -> tensor<64xf32> {
  // CHECK-NEXT: emel.get_weight @read
  // CHECK-NEXT: return
  %0 = emel.get_weight @read : tensor<64xf32>
  %1 = emel.get_weight @unused : tensor<64xf32> loc("blk.0.unused"("unused"))
  return %0 : tensor<64xf32>
}
