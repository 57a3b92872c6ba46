// RUN: emel-opt %s | FileCheck %s
// RUN: emel-opt %s | emel-opt | FileCheck %s
// RUN: emel-opt %s --mlir-print-op-generic | emel-opt | FileCheck %s
// RUN: emel-opt %s --emit-bytecode | emel-opt | FileCheck %s

// CHECK-LABEL: func.func private @blocks(
// CHECK-SAME: tensor<4x256x!emel.q4_k>, tensor<4x64x!emel.q8_0>, tensor<4x256x!emel.iq2_xxs>, tensor<4x32x!emel.mxfp4>
func.func private @blocks(tensor<4x256x!emel.q4_k>, tensor<4x64x!emel.q8_0>,
                          tensor<4x256x!emel.iq2_xxs>, tensor<4x32x!emel.mxfp4>)

// CHECK-LABEL: func.func private @states(!emel.kv<2x64x32xf32>, !emel.kv<1x8x8xbf16>, !emel.kv<1x32x32x!emel.q8_0>)
func.func private @states(!emel.kv<2x64x32xf32>, !emel.kv<1x8x8xbf16>, !emel.kv<1x32x32x!emel.q8_0>)

// CHECK-LABEL: func.func private @layouts(
// CHECK-SAME: tensor<16x256x!emel.q4_k, #emel.layout<r16>>, tensor<4x4xf32, #emel.layout<r16>>
func.func private @layouts(tensor<16x256x!emel.q4_k, #emel.layout<r16>>,
                           tensor<4x4xf32, #emel.layout<r16>>)
