// RUN: emel-opt %s --split-input-file --emel-plan-pipeline --emel-lower-to-cpu=cpu=x86-64-v3 | FileCheck %s

// Keys are made 16 at a time, each with its index above it; four passes move them by 8 bits of the key each.
// CHECK-LABEL: module @decode
// CHECK: arith.extui {{.*}} : vector<16xi32> to vector<16xi64>
// CHECK: arith.ori {{.*}} : vector<16xi64>
// CHECK-COUNT-4: arith.andi {{.*}}, %c255_i64 : i64
// CHECK-COUNT-4: arith.andi {{.*}}, %c255_i64 : i64
// CHECK: arith.trunci {{.*}} : i64 to i32
func.func @decode(%x: tensor<1x40xf32>) -> tensor<1x40xi32> attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  %y = emel.argsort desc %x : (tensor<1x40xf32>) -> tensor<1x40xi32>
  return %y : tensor<1x40xi32>
}
