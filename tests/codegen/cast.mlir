// RUN: emel-opt %s --split-input-file --emel-plan-pipeline --emel-lower-to-cpu=cpu=x86-64-v3 | FileCheck %s

// CHECK-LABEL: module @decode
// CHECK: arith.truncf {{.*}} : vector<16xf32> to vector<16xf16>
func.func @decode(%x: tensor<1x40xf32>) -> tensor<1x40xf16> attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  %y = emel.cast %x : tensor<1x40xf32> to tensor<1x40xf16>
  return %y : tensor<1x40xf16>
}

// -----

// What is too large becomes the nearest integer, a NaN 0.
// CHECK-LABEL: module @decode
// CHECK: llvm.call_intrinsic "llvm.fptosi.sat"({{.*}}) : (vector<16xf32>) -> vector<16xi8>
func.func @decode(%x: tensor<1x40xf32>) -> tensor<1x40xi8> attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  %y = emel.cast %x : tensor<1x40xf32> to tensor<1x40xi8>
  return %y : tensor<1x40xi8>
}

// -----

// An integer is exact, or rounded, as a double; of its float the last bit says that more follows.
// CHECK-LABEL: module @decode
// CHECK: arith.sitofp {{.*}} : vector<16xi32> to vector<16xf64>
// CHECK: arith.truncf {{.*}} : vector<16xf64> to vector<16xf32>
// CHECK: arith.trunci {{.*}} : vector<16xi32> to vector<16xi16>
func.func @decode(%x: tensor<1x40xi32>) -> tensor<1x40xbf16> attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  %y = emel.cast %x : tensor<1x40xi32> to tensor<1x40xbf16>
  return %y : tensor<1x40xbf16>
}

// -----

// Blocks are decoded, then rounded.
// CHECK-LABEL: module @decode
// CHECK: arith.truncf {{.*}} : vector<16xf32> to vector<16xf16>
emel.shard @shard "model.gguf" bytes 65536
emel.weight @table : tensor<8x64x!emel.q8_0> in @shard at 0 bytes 544
func.func @decode() -> tensor<8x64xf16> attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  %w = emel.get_weight @table : tensor<8x64x!emel.q8_0>
  %y = emel.cast %w : tensor<8x64x!emel.q8_0> to tensor<8x64xf16>
  return %y : tensor<8x64xf16>
}
