// RUN: emel-opt %s --split-input-file --emel-plan-pipeline --emel-lower-to-cpu=cpu=x86-64-v3 | FileCheck %s

// Of each row what is kept is copied, and what is hidden is filled.
// CHECK-LABEL: llvm.func internal @decode.group(
// CHECK: %[[INF:.*]] = arith.constant dense<-8388608> : vector<16xi32>
// CHECK: scf.for %[[ROW:.*]] = %c0_i64 to %c20_i64
// CHECK: %[[TO:.*]] = arith.addi %[[ROW]], %c4_i64
// CHECK: llvm.load {{.*}} -> vector<16xi32>
// CHECK: llvm.store {{.*}} : vector<16xi32>
// CHECK: llvm.store %[[INF]], {{.*}} : vector<16xi32>
func.func @decode(%x: tensor<1x20x20xf32>) -> tensor<1x20x20xf32> attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  %y = emel.diag_mask inf %x past 3 : tensor<1x20x20xf32>
  return %y : tensor<1x20x20xf32>
}

// -----

// CHECK-LABEL: llvm.func internal @decode.group(
// CHECK: %[[ZERO:.*]] = arith.constant dense<0> : vector<16xi16>
// CHECK: scf.for
// CHECK: llvm.store %[[ZERO]], {{.*}} : vector<16xi16>
// CHECK: llvm.load {{.*}} -> vector<16xi16>
func.func @decode(%x: tensor<1x20x20xf16>) -> tensor<1x20x20xf16> attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  %y = emel.tri upper_diag %x : tensor<1x20x20xf16>
  return %y : tensor<1x20x20xf16>
}

// -----

// All zeros, then the diagonal.
// CHECK-LABEL: llvm.func internal @decode.group(
// CHECK: scf.for {{.*}} to %c256_i64 step %c16_i64
// CHECK: llvm.store {{.*}} : vector<16xi32>
// CHECK: scf.for
// CHECK: llvm.load {{.*}} -> i32
// CHECK: llvm.store {{.*}} : i32
func.func @decode(%x: tensor<1x16xf32>) -> tensor<1x16x16xf32> attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  %y = emel.diag %x : (tensor<1x16xf32>) -> tensor<1x16x16xf32>
  return %y : tensor<1x16x16xf32>
}

// -----

// What is known when it is compiled lies beside the code, rounded once.
// CHECK: llvm.mlir.global internal constant @[[NUMBERS:.*]](dense<[1.000000e+00, 1.500000e+00, 2.000000e+00, 2.500000e+00]>
// CHECK-LABEL: llvm.func internal @decode.group(
// CHECK: llvm.mlir.addressof @[[NUMBERS]]
func.func @decode(%x: tensor<4xf32>) -> tensor<4xf32> attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  %a = emel.arange from 1.0 step 0.5 : tensor<4xf32>
  %y = emel.add %x, %a : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}
