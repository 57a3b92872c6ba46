// RUN: emel-opt %s --emel-plan-pipeline --emel-lower-to-cpu=cpu=x86-64-v3 | FileCheck %s

emel.shard @shard "model.gguf" bytes 65536
emel.weight @table : tensor<64x32xf32> in @shard at 0 bytes 8192

// A cell is written where the step's pages say that its position lies, rounded to f16.
// CHECK: llvm.func internal @decode.write(
// CHECK: arith.truncf {{.*}} : vector<16xf32> to vector<16xf16>
// CHECK: llvm.store {{.*}} : vector<16xf16>

// Attention goes page by page; in each, the largest score so far scales what was summed before.
// CHECK: llvm.func internal @decode.attn(
// CHECK: scf.for
// CHECK: arith.extf {{.*}} : vector<16xf16> to vector<16xf32>
// CHECK: math.fma {{.*}} : vector<16xf32>
// CHECK: arith.maximumf
// CHECK: math.roundeven
// CHECK: arith.divf
func.func @decode(%tokens: tensor<1xi32>, %positions: tensor<1xi32>, %slots: tensor<1xi32>,
                  %rows: tensor<1xi32>, %kv: !emel.kv<1x32x32xf16>)
    -> (tensor<1x32xf32>, !emel.kv<1x32x32xf16>)
    attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  %t = emel.get_weight @table : tensor<64x32xf32>
  %x = emel.get_rows %t, %tokens : (tensor<64x32xf32>, tensor<1xi32>) -> tensor<1x32xf32>
  %h = emel.reshape %x : tensor<1x32xf32> to tensor<1x1x32xf32>
  %next = emel.fuse "write" -> !emel.kv<1x32x32xf16> {
    %w = emel.kv_write %kv, %h, %h at %positions in %slots
      : (!emel.kv<1x32x32xf16>, tensor<1x1x32xf32>, tensor<1x1x32xf32>, tensor<1xi32>, tensor<1xi32>) -> !emel.kv<1x32x32xf16>
    emel.yield %w : !emel.kv<1x32x32xf16>
  }
  %a = emel.fuse "attn" -> tensor<1x32xf32> {
    %r = emel.attention %h, %next at %positions in %slots {scale = 1.250000e-01 : f32}
      : (tensor<1x1x32xf32>, !emel.kv<1x32x32xf16>, tensor<1xi32>, tensor<1xi32>) -> tensor<1x1x32xf32>
    %y = emel.reshape %r : tensor<1x1x32xf32> to tensor<1x32xf32>
    emel.yield %y : tensor<1x32xf32>
  }
  return %a, %next : tensor<1x32xf32>, !emel.kv<1x32x32xf16>
}
