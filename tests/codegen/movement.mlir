// RUN: emel-opt %s --split-input-file --emel-plan-pipeline --emel-lower-to-cpu=cpu=x86-64-v3 | FileCheck %s

// The rows of each input go where its own begin in the result's, 16 elements at a time and the rest with a mask.
// CHECK-LABEL: llvm.func internal @decode.group(
// CHECK: llvm.load {{.*}} -> vector<16xi32>
// CHECK: llvm.store {{.*}} : vector<16xi32>
// CHECK: llvm.intr.masked.store
// CHECK: %[[BEHIND:.*]] = llvm.getelementptr %arg4[160]
// CHECK: llvm.load %arg3 {{.*}} -> vector<16xi32>
// CHECK: llvm.store {{.*}}, %[[BEHIND]]
func.func @decode(%x: tensor<1x40xf32>, %z: tensor<1x24xf32>) -> tensor<1x64xf32> attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  %y = emel.concat %x, %z dim 1 : (tensor<1x40xf32>, tensor<1x24xf32>) -> tensor<1x64xf32>
  return %y : tensor<1x64xf32>
}

// -----

// Zeros before and behind, the input in between.
// CHECK-LABEL: llvm.func internal @decode.group(
// CHECK: %[[ZERO:.*]] = arith.constant dense<0> : vector<16xi32>
// CHECK: llvm.intr.masked.store %[[ZERO]], %arg3
// CHECK: %[[HIGH:.*]] = llvm.getelementptr %arg3[72]
// CHECK: llvm.intr.masked.store %[[ZERO]], %[[HIGH]]
// CHECK: %[[INSIDE:.*]] = llvm.getelementptr %arg3[8]
// CHECK: llvm.store {{.*}}, %[[INSIDE]] {{.*}} : vector<16xi32>
func.func @decode(%x: tensor<1x16xf32>) -> tensor<1x21xf32> attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  %y = emel.pad zeros %x low [0, 2] high [0, 3] : (tensor<1x16xf32>) -> tensor<1x21xf32>
  return %y : tensor<1x21xf32>
}

// -----

// Squares of 16 x 16 elements are transposed in registers, by four rounds of shuffles; what is left by itself.
// CHECK-LABEL: llvm.func internal @decode.group(
// CHECK-COUNT-16: llvm.load {{.*}} -> vector<16xi16>
// CHECK: vector.shuffle {{.*}} [0, 16, 1, 17, 2, 18,
// CHECK: vector.shuffle {{.*}} [8, 24, 9, 25, 10, 26,
// CHECK-COUNT-62: vector.shuffle
// CHECK-NOT: vector.shuffle
// CHECK-COUNT-16: llvm.store {{.*}} : vector<16xi16>
// CHECK: llvm.load {{.*}} -> i16
// CHECK: llvm.store {{.*}} : i16
func.func @decode(%x: tensor<1x17x16xf16>) -> tensor<1x16x17xf16> attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  %y = emel.permute %x [0, 2, 1] : (tensor<1x17x16xf16>) -> tensor<1x16x17xf16>
  return %y : tensor<1x16x17xf16>
}

// -----

// Rows that stay rows are copied, in the result's order.
// CHECK-LABEL: llvm.func internal @decode.group(
// CHECK: scf.for
// CHECK: scf.for
// CHECK-NOT: vector.shuffle
// CHECK: llvm.load {{.*}} -> vector<16xi32>
// CHECK: llvm.store {{.*}} : vector<16xi32>
func.func @decode(%x: tensor<1x3x5x16xf32>) -> tensor<1x5x3x16xf32> attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  %y = emel.permute %x [0, 2, 1, 3] : (tensor<1x3x5x16xf32>) -> tensor<1x5x3x16xf32>
  return %y : tensor<1x5x3x16xf32>
}

// -----

// A row is written as often as it is repeated.
// CHECK-LABEL: llvm.func internal @decode.group(
// CHECK: scf.for {{.*}} to %c64_i64 step %c16_i64
// CHECK: llvm.load %arg2 {{.*}} -> vector<16xi32>
// CHECK: llvm.store {{.*}} : vector<16xi32>
func.func @decode(%x: tensor<1x16xf32>) -> tensor<1x64xf32> attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  %y = emel.repeat %x [1, 4] : (tensor<1x16xf32>) -> tensor<1x64xf32>
  return %y : tensor<1x64xf32>
}

// -----

// Going round by 5, indices from 27 on begin again.
// CHECK-LABEL: llvm.func internal @decode.group(
// CHECK: scf.for %[[ROUND:.*]] =
// CHECK: %[[BEGIN:.*]] = arith.muli %[[ROUND]], %c32_i64
// CHECK: arith.maxsi %[[BEGIN]], %c27_i64
// CHECK: arith.minsi {{.*}}, %c59_i64
// CHECK: llvm.load {{.*}} -> vector<16xi32>
// CHECK: llvm.store {{.*}} : vector<16xi32>
func.func @decode(%x: tensor<1x32xf32>) -> tensor<1x32xf32> attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  %y = emel.roll %x by [0, 5] : tensor<1x32xf32>
  return %y : tensor<1x32xf32>
}
