// RUN: emel-opt %s --split-input-file --emel-plan-pipeline --emel-lower-to-cpu=cpu=x86-64-v3 | FileCheck %s

// Four rows of the result at a time: a row of the right operand meets four numbers of the left one.
// CHECK-LABEL: module @decode
// CHECK: scf.for {{.*}} -> (vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>)
// CHECK-COUNT-4: math.fma {{.*}} : vector<16xf32>
func.func @decode(%x: tensor<3x8xf32>, %z: tensor<3x32xf32>) -> tensor<8x32xf32> attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  %y = emel.out_prod %x, %z : (tensor<3x8xf32>, tensor<3x32xf32>) -> tensor<8x32xf32>
  return %y : tensor<8x32xf32>
}
