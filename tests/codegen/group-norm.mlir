// RUN: emel-opt %s --split-input-file --emel-plan-pipeline --emel-lower-to-cpu=cpu=x86-64-v3 | FileCheck %s

// The sums of a group go on from row to row.
// CHECK-LABEL: module @decode
// CHECK: llvm.load {{.*}} -> vector<16xf32>
// CHECK: arith.addf {{.*}} : vector<16xf32>
// CHECK: llvm.store
// CHECK: math.fma {{.*}} : vector<16xf32>
// CHECK: math.sqrt {{.*}} : f32
// CHECK: arith.mulf {{.*}} : vector<16xf32>
func.func @decode(%x: tensor<1x4x3x20xf32>) -> tensor<1x4x3x20xf32> attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  %y = emel.group_norm %x groups 2 eps 9.99999974E-6 : tensor<1x4x3x20xf32>
  return %y : tensor<1x4x3x20xf32>
}
