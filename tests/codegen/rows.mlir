// RUN: emel-opt %s --emel-plan-pipeline --emel-lower-to-cpu=cpu=x86-64-v3 | FileCheck %s

emel.shard @shard "model.gguf" bytes 65536
emel.weight @table : tensor<64x40xf32> in @shard at 0 bytes 10240

// A row of a table is read 16 numbers at a time, and the 8 that are left with a mask.
// CHECK-LABEL: module @decode
// CHECK: llvm.func internal @decode.group(
// CHECK: %[[TOKEN:.*]] = llvm.load %arg2 {{.*}} -> i32
// CHECK: %[[INDEX:.*]] = arith.extui %[[TOKEN]]
// CHECK: %[[BYTES:.*]] = arith.muli %[[INDEX]], %c160_i64
// CHECK: llvm.getelementptr %arg3[%[[BYTES]]]
// CHECK: scf.for {{.*}} to %c32_i64 step %c16_i64
// CHECK: llvm.store {{.*}} : vector<16xf32>
// CHECK: llvm.intr.masked.load {{.*}} -> vector<16xf32>
// CHECK: llvm.intr.masked.store

// A norm: one fma for each lane, whose sums are paired 8, 4, 2, 1 apart; then one product.
// CHECK: llvm.func internal @decode.group_0(
// CHECK: scf.for {{.*}} iter_args(%[[ACC:.*]] = {{.*}}) -> (vector<16xf32>)
// CHECK: %[[X:.*]] = llvm.load
// CHECK: math.fma %[[X]], %[[X]], %[[ACC]] : vector<16xf32>
// CHECK: vector.shuffle {{.*}} [8, 9, 10, 11, 12, 13, 14, 15, 0,
// CHECK: vector.shuffle {{.*}} [4, 5, 6, 7, 8,
// CHECK: vector.shuffle {{.*}} [2, 3, 4,
// CHECK: vector.shuffle {{.*}} [1, 2, 3,
// CHECK: arith.divf {{.*}} : f32
// CHECK: math.sqrt {{.*}} : f32
// CHECK: arith.mulf {{.*}} : vector<16xf32>
func.func @decode(%tokens: tensor<1xi32>, %positions: tensor<1xi32>, %slots: tensor<1xi32>,
                  %rows: tensor<1xi32>) -> tensor<1x40xf32>
    attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  %w = emel.get_weight @table : tensor<64x40xf32>
  %x = emel.get_rows %w, %tokens : (tensor<64x40xf32>, tensor<1xi32>) -> tensor<1x40xf32>
  %y = emel.rms_norm %x eps 9.99999974E-6 : tensor<1x40xf32>
  return %y : tensor<1x40xf32>
}
