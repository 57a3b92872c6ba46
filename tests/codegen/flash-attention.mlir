// RUN: emel-opt %s --split-input-file --emel-plan-pipeline --emel-lower-to-cpu=cpu=x86-64-v3 | FileCheck %s

// Scores of all cells, their exponentials, and the sum of the values; what the mask hides is zero.
// CHECK-LABEL: module @decode
// CHECK: math.fma {{.*}} : vector<16xf32>
// CHECK: vector.shuffle {{.*}} [8, 9, 10, 11, 12, 13, 14, 15, 0,
// CHECK: arith.maximumf {{.*}} : vector<16xf32>
// CHECK: math.roundeven {{.*}} : vector<16xf32>
// CHECK: scf.for {{.*}} -> (vector<16xf32>)
// CHECK: arith.select
// CHECK: math.fma
// CHECK: arith.divf {{.*}} : vector<16xf32>
func.func @decode(%q: tensor<1x2x16xf32>, %k: tensor<7x1x16xf32>, %m: tensor<1x7xf32>) -> tensor<1x2x16xf32> attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  %y = emel.flash_attention %q, %k, %k mask %m {scale = 2.500000e-01 : f32}
      : (tensor<1x2x16xf32>, tensor<7x1x16xf32>, tensor<7x1x16xf32>, tensor<1x7xf32>) -> tensor<1x2x16xf32>
  return %y : tensor<1x2x16xf32>
}
