// RUN: emel-opt --emel-fuse-rope %s | FileCheck %s

emel.shard @shard "model.gguf" bytes 65536
emel.weight @k : tensor<32x32xf32> in @shard at 0 bytes 4096

// Keys are rotated and stored where they are computed, head by head.
// CHECK-LABEL: @keys
// CHECK: %[[KV:.*]] = emel.fuse {{.*}} -> !emel.kv<2x16x16xf32>
// CHECK: emel.rope
// CHECK-NEXT: emel.kv_write
// CHECK-NEXT: emel.yield
// CHECK: return %[[KV]]
func.func @keys(%x: tensor<?x32xf32>, %pos: tensor<?xi32>, %slots: tensor<?xi32>, %kv: !emel.kv<2x16x16xf32>)
    -> !emel.kv<2x16x16xf32> {
  %w = emel.get_weight @k : tensor<32x32xf32>
  %h = emel.fuse "keys" -> tensor<?x2x16xf32> {
    %k = emel.matmul %x, %w : (tensor<?x32xf32>, tensor<32x32xf32>) -> tensor<?x32xf32>
    %r = emel.reshape %k : tensor<?x32xf32> to tensor<?x2x16xf32>
    emel.yield %r : tensor<?x2x16xf32>
  }
  %r = emel.rope neox %h at %pos {base = 1.000000e+04 : f32, dims = 16 : i64} : tensor<?x2x16xf32>, tensor<?xi32>
  %y = emel.kv_write %kv, %r, %r at %pos in %slots
      : (!emel.kv<2x16x16xf32>, tensor<?x2x16xf32>, tensor<?x2x16xf32>, tensor<?xi32>, tensor<?xi32>) -> !emel.kv<2x16x16xf32>
  return %y : !emel.kv<2x16x16xf32>
}
