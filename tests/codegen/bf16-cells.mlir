// Keys and values of bf16 are rounded by code of ours: LLVM would call a function that no image has.
// RUN: emel-opt %s --emel-plan-pipeline --emel-lower-to-cpu=cpu=x86-64-v3 | FileCheck %s

emel.shard @shard "model.gguf" bytes 65536
emel.weight @table : tensor<64x32xf32> in @shard at 0 bytes 8192

// CHECK: llvm.func internal @decode.write(
// CHECK-NOT: arith.truncf
// CHECK: arith.trunci {{.*}} : vector<16xi32> to vector<16xi16>
// CHECK: llvm.store {{.*}} : bf16
// CHECK-NOT: arith.truncf
// CHECK: llvm.store {{.*}} : vector<16xbf16>
func.func @decode(%tokens: tensor<1xi32>, %positions: tensor<1xi32>, %slots: tensor<1xi32>,
                  %rows: tensor<1xi32>, %kv: !emel.kv<1x32x32xbf16>)
    -> (tensor<1x32xf32>, !emel.kv<1x32x32xbf16>)
    attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  %t = emel.get_weight @table : tensor<64x32xf32>
  %x = emel.get_rows %t, %tokens : (tensor<64x32xf32>, tensor<1xi32>) -> tensor<1x32xf32>
  %h = emel.reshape %x : tensor<1x32xf32> to tensor<1x1x32xf32>
  %next = emel.fuse "write" -> !emel.kv<1x32x32xbf16> {
    %w = emel.kv_write %kv, %h, %h at %positions in %slots
      : (!emel.kv<1x32x32xbf16>, tensor<1x1x32xf32>, tensor<1x1x32xf32>, tensor<1xi32>, tensor<1xi32>) -> !emel.kv<1x32x32xbf16>
    emel.yield %w : !emel.kv<1x32x32xbf16>
  }
  return %x, %next : tensor<1x32xf32>, !emel.kv<1x32x32xbf16>
}
