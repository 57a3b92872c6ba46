// RUN: emel-opt %s --split-input-file --emel-plan-pipeline --emel-lower-to-cpu=cpu=x86-64-v3 | FileCheck %s

// The whole is copied unless it is there already; then the part goes over it.
// CHECK-LABEL: llvm.func internal @decode.group(
// CHECK: %[[ELSEWHERE:.*]] = llvm.icmp "ne" %arg2, %arg4
// CHECK: scf.if %[[ELSEWHERE]]
// CHECK: llvm.load {{.*}} -> vector<16xi32>
// CHECK: }
// CHECK: llvm.load %arg3 {{.*}} -> vector<16xi32>
// CHECK: llvm.store
func.func @decode(%x: tensor<1x4x32xf32>, %p: tensor<1x1x16xf32>) -> tensor<1x4x32xf32> attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  %y = emel.set %x, %p at [0, 2, 8] : (tensor<1x4x32xf32>, tensor<1x1x16xf32>) -> tensor<1x4x32xf32>
  return %y : tensor<1x4x32xf32>
}

// -----

// One addition for each element, and one rounding.
// CHECK-LABEL: llvm.func internal @decode.group(
// CHECK: llvm.icmp "ne" %arg2, %arg4
// CHECK: %[[HAD:.*]] = llvm.load %[[AT:[0-9]+]] {{.*}} -> vector<16xf16>
// CHECK: arith.extf %[[HAD]]
// CHECK: arith.addf {{.*}} : vector<16xf32>
// CHECK: arith.truncf {{.*}} to vector<16xf16>
// CHECK: llvm.store {{.*}}, %[[AT]]
func.func @decode(%x: tensor<1x4x32xf16>, %p: tensor<1x1x16xf16>) -> tensor<1x4x32xf16> attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  %y = emel.accumulate %x, %p at [0, 2, 8] : (tensor<1x4x32xf16>, tensor<1x1x16xf16>) -> tensor<1x4x32xf16>
  return %y : tensor<1x4x32xf16>
}

// -----

// Rows in their order, each where its id says, where that is one of the tile's.
// CHECK-LABEL: llvm.func internal @decode.group(
// CHECK: scf.for
// CHECK: %[[ID:.*]] = llvm.load {{.*}} -> i64
// CHECK: %[[HERE:.*]] = arith.cmpi ult, %[[ID]], %c8_i64
// CHECK: scf.if %[[HERE]]
// CHECK: arith.truncf {{.*}} : vector<16xf32> to vector<16xf16>
func.func @decode(%t: tensor<1x8x32xf16>, %r: tensor<1x3x32xf32>, %ids: tensor<1x3xi64>) -> tensor<1x8x32xf16> attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  %y = emel.set_rows %t, %r at %ids : (tensor<1x8x32xf16>, tensor<1x3x32xf32>, tensor<1x3xi64>) -> tensor<1x8x32xf16>
  return %y : tensor<1x8x32xf16>
}
