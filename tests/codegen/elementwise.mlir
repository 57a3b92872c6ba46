// RUN: emel-opt %s --emel-plan-pipeline --emel-lower-to-cpu=cpu=x86-64-v3 | FileCheck %s

emel.shard @shard "model.gguf" bytes 65536
emel.weight @table : tensor<64x32xf32> in @shard at 0 bytes 8192

// A group computes value after value in memory of its tile: silu needs an exponential, the sum is one op.
// CHECK: llvm.func internal @decode.light(
// CHECK: scf.for
// CHECK: llvm.load {{.*}} -> vector<16xf32>
// CHECK: math.roundeven {{.*}} : vector<16xf32>
// CHECK: math.fma {{.*}} : vector<16xf32>
// CHECK: arith.divf {{.*}} : vector<16xf32>
// CHECK: llvm.store {{.*}} : vector<16xf32>
// CHECK: scf.for
// CHECK: arith.addf {{.*}} : vector<16xf32>
func.func @decode(%tokens: tensor<1xi32>, %positions: tensor<1xi32>, %slots: tensor<1xi32>,
                  %rows: tensor<1xi32>) -> tensor<1x32xf32>
    attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  %w = emel.get_weight @table : tensor<64x32xf32>
  %x = emel.get_rows %w, %tokens : (tensor<64x32xf32>, tensor<1xi32>) -> tensor<1x32xf32>
  %r = emel.fuse "light" -> tensor<1x32xf32> {
    %s = emel.unary silu %x : tensor<1x32xf32>
    %y = emel.add %s, %x : (tensor<1x32xf32>, tensor<1x32xf32>) -> tensor<1x32xf32>
    emel.yield %y : tensor<1x32xf32>
  }
  return %r : tensor<1x32xf32>
}
