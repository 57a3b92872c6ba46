// RUN: emel-opt %s --emel-layout-pipeline --emel-plan-pipeline --emel-lower-to-cpu=cpu=x86-64-v4 | FileCheck %s --check-prefixes=CHECK,V4
// RUN: emel-opt %s --emel-layout-pipeline --emel-plan-pipeline --emel-lower-to-cpu=cpu=x86-64-v3 | FileCheck %s --check-prefixes=CHECK,V3
// RUN: emel-opt %s --emel-layout-pipeline --emel-plan-pipeline --emel-lower-to-cpu=cpu=aarch64 | FileCheck %s --check-prefixes=CHECK,ARM

emel.shard @shard "model.gguf" bytes 65536
emel.weight @table : tensor<64x64xf32> in @shard at 0 bytes 16384
emel.weight @w : tensor<32x64x!emel.q4_0> in @shard at 16384 bytes 1152

// A product of 8-bit numbers by panels of 16 rows: quants come out of their plane by a mask, each CPU multiplies them with
// its own instruction, and sums meet their scales in one chain of fma.
// CHECK: llvm.func internal @decode.product(
// CHECK: arith.andi {{.*}} : vector<{{16|8|4}}xi32>
// V4: llvm.call_intrinsic "llvm.x86.avx512.vpdpbusd.512"
// V3: llvm.call_intrinsic "llvm.x86.avx2.pmadd.ub.sw"
// ARM: llvm.call_intrinsic "llvm.aarch64.neon.sdot
// CHECK: arith.sitofp {{.*}} to vector<{{16|8|4}}xf32>
// CHECK: math.fma {{.*}} : vector<{{16|8|4}}xf32>
// CHECK: llvm.store {{.*}} : vector<{{16|8|4}}xf32>
func.func @decode(%tokens: tensor<1xi32>, %positions: tensor<1xi32>, %slots: tensor<1xi32>,
                  %rows: tensor<1xi32>) -> tensor<1x32xf32>
    attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  %t = emel.get_weight @table : tensor<64x64xf32>
  %w = emel.get_weight @w : tensor<32x64x!emel.q4_0>
  %x = emel.get_rows %t, %tokens : (tensor<64x64xf32>, tensor<1xi32>) -> tensor<1x64xf32>
  %q = emel.quantize %x <group = 16, rounding = half_even, sum = ascending> : (tensor<1x64xf32>) -> tensor<1x64x!emel.a8>
  %y = emel.fuse "product" -> tensor<1x32xf32> {
    %p = emel.matmul %q, %w : (tensor<1x64x!emel.a8>, tensor<32x64x!emel.q4_0>) -> tensor<1x32xf32>
    emel.yield %p : tensor<1x32xf32>
  }
  return %y : tensor<1x32xf32>
}
