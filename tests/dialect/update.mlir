// RUN: emel-opt %s | FileCheck %s
// RUN: emel-opt %s | emel-opt | FileCheck %s
// RUN: emel-opt %s --mlir-print-op-generic | emel-opt | FileCheck %s
// RUN: emel-opt %s --emit-bytecode | emel-opt | FileCheck %s

// CHECK-LABEL: func.func @set_rows(
// CHECK: %{{.*}} = emel.set_rows %{{.*}}, %{{.*}} at %{{.*}} : (tensor<512x64xf16>, tensor<?x64xf32>, tensor<?xi64>) -> tensor<512x64xf16>
func.func @set_rows(%table: tensor<512x64xf16>,
                    %rows: tensor<?x64xf32>,
                    %ids: tensor<?xi64>)
    -> tensor<512x64xf16> {
  %y = emel.set_rows %table, %rows at %ids
      : (tensor<512x64xf16>, tensor<?x64xf32>, tensor<?xi64>) -> tensor<512x64xf16>
  return %y : tensor<512x64xf16>
}

// CHECK-LABEL: func.func @set(
// CHECK: %{{.*}} = emel.set %{{.*}}, %{{.*}} at [0, 32] : (tensor<4x64xf32>, tensor<2x32xf32>) -> tensor<4x64xf32>
func.func @set(%x: tensor<4x64xf32>, %part: tensor<2x32xf32>) -> tensor<4x64xf32> {
  %y = emel.set %x, %part at [0, 32] : (tensor<4x64xf32>, tensor<2x32xf32>) -> tensor<4x64xf32>
  return %y : tensor<4x64xf32>
}

// CHECK-LABEL: func.func @accumulate(
// CHECK: %{{.*}} = emel.accumulate %{{.*}}, %{{.*}} at [0, 32] : (tensor<4x64xf32>, tensor<2x32xf32>) -> tensor<4x64xf32>
func.func @accumulate(%x: tensor<4x64xf32>, %part: tensor<2x32xf32>) -> tensor<4x64xf32> {
  %y = emel.accumulate %x, %part at [0, 32] : (tensor<4x64xf32>, tensor<2x32xf32>) -> tensor<4x64xf32>
  return %y : tensor<4x64xf32>
}
