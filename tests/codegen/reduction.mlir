// RUN: emel-opt %s --split-input-file --emel-plan-pipeline --emel-lower-to-cpu=cpu=x86-64-v3 | FileCheck %s

// Along the innermost dimension: 16 sums, which are paired in the end.
// CHECK-LABEL: module @decode
// CHECK: arith.addf {{.*}} : vector<16xf32>
// CHECK: llvm.intr.masked.load {{.*}} -> vector<16xf32>
// CHECK: vector.shuffle {{.*}} [8, 9, 10, 11, 12, 13, 14, 15, 0,
// CHECK: arith.divf {{.*}} : f32
func.func @decode(%x: tensor<1x40xf32>) -> tensor<1x1xf32> attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  %y = emel.reduce mean %x [1] : (tensor<1x40xf32>) -> tensor<1x1xf32>
  return %y : tensor<1x1xf32>
}

// -----

// Sums up to each element in four rounds, of which each moves lanes twice as far; then those of the vectors before.
// CHECK-LABEL: module @decode
// CHECK: scf.for {{.*}} iter_args(%[[BEFORE:.*]] = {{.*}}) -> (f32)
// CHECK: vector.shuffle {{.*}} [16, 0, 1, 2,
// CHECK: vector.shuffle {{.*}} [16, 16, 0, 1,
// CHECK: vector.shuffle {{.*}} [16, 16, 16, 16, 0,
// CHECK: vector.shuffle {{.*}} [16, 16, 16, 16, 16, 16, 16, 16, 0,
// CHECK: vector.broadcast %[[BEFORE]]
// CHECK: vector.extract {{.*}}[15]
func.func @decode(%x: tensor<1x40xf32>) -> tensor<1x40xf32> attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  %y = emel.cumsum %x : tensor<1x40xf32>
  return %y : tensor<1x40xf32>
}

// -----

// 16 counts.
// CHECK-LABEL: module @decode
// CHECK: arith.cmpi eq, {{.*}} : vector<16xi32>
// CHECK: arith.extui {{.*}} : vector<16xi1> to vector<16xi64>
// CHECK: vector.reduction <add>, {{.*}} : vector<16xi64> into i64
func.func @decode(%x: tensor<1x40xi32>, %z: tensor<1x40xi32>) -> tensor<i64> attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  %y = emel.count_equal %x, %z : (tensor<1x40xi32>, tensor<1x40xi32>) -> tensor<i64>
  return %y : tensor<i64>
}
