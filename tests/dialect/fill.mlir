// RUN: emel-opt %s | FileCheck %s
// RUN: emel-opt %s | emel-opt | FileCheck %s
// RUN: emel-opt %s --mlir-print-op-generic | emel-opt | FileCheck %s
// RUN: emel-opt %s --emit-bytecode | emel-opt | FileCheck %s

// CHECK-LABEL: func.func @fill(
// CHECK: %{{.*}} = emel.fill %{{.*}} with 1.000000e+00 : tensor<?x64xf32>
func.func @fill(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %y = emel.fill %x with 1.000000e+00 : tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// CHECK-LABEL: func.func @arange(
// CHECK: %{{.*}} = emel.arange from 0.000000e+00 step 5.000000e-01 : tensor<8xf32>
func.func @arange() -> tensor<8xf32> {
  %y = emel.arange from 0.000000e+00 step 5.000000e-01 : tensor<8xf32>
  return %y : tensor<8xf32>
}

// CHECK-LABEL: func.func @diag(
// CHECK: %{{.*}} = emel.diag %{{.*}} : (tensor<?x8xf32>) -> tensor<?x8x8xf32>
func.func @diag(%x: tensor<?x8xf32>) -> tensor<?x8x8xf32> {
  %y = emel.diag %x : (tensor<?x8xf32>) -> tensor<?x8x8xf32>
  return %y : tensor<?x8x8xf32>
}

// CHECK-LABEL: func.func @diag_mask(
// CHECK: %{{.*}} = emel.diag_mask inf %{{.*}} past 3 : tensor<8x?x?xf32>
func.func @diag_mask(%x: tensor<8x?x?xf32>) -> tensor<8x?x?xf32> {
  %y = emel.diag_mask inf %x past 3 : tensor<8x?x?xf32>
  return %y : tensor<8x?x?xf32>
}

// CHECK-LABEL: func.func @tri(
// CHECK: %{{.*}} = emel.tri lower_diag %{{.*}} : tensor<?x8x8xf32>
func.func @tri(%x: tensor<?x8x8xf32>) -> tensor<?x8x8xf32> {
  %y = emel.tri lower_diag %x : tensor<?x8x8xf32>
  return %y : tensor<?x8x8xf32>
}
