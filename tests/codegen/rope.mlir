// RUN: emel-opt %s --emel-plan-pipeline --emel-lower-to-cpu=cpu=x86-64-v3 | FileCheck %s

emel.shard @shard "model.gguf" bytes 65536
emel.weight @table : tensor<64x32xf32> in @shard at 0 bytes 8192

// The rates of a head's pairs are a table beside the code; a pair is turned by four products, a difference and a sum.
// CHECK: llvm.mlir.global internal constant @angles
// CHECK: llvm.func internal @decode.turned(
// CHECK: llvm.mlir.addressof @angles
// CHECK: arith.subf {{.*}} : vector<16xf32>
// CHECK: arith.addf {{.*}} : vector<16xf32>
// CHECK: llvm.intr.masked.store
func.func @decode(%tokens: tensor<1xi32>, %positions: tensor<1xi32>, %slots: tensor<1xi32>,
                  %rows: tensor<1xi32>) -> tensor<1x2x16xf32>
    attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  %t = emel.get_weight @table : tensor<64x32xf32>
  %x = emel.get_rows %t, %tokens : (tensor<64x32xf32>, tensor<1xi32>) -> tensor<1x32xf32>
  %h = emel.reshape %x : tensor<1x32xf32> to tensor<1x2x16xf32>
  %y = emel.fuse "turned" -> tensor<1x2x16xf32> {
    %r = emel.rope neox %h at %positions {base = 1.000000e+04 : f32, dims = 16 : i64} : tensor<1x2x16xf32>, tensor<1xi32>
    emel.yield %r : tensor<1x2x16xf32>
  }
  return %y : tensor<1x2x16xf32>
}
