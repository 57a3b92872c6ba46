// What has no code is named, with the CPU, the types and the reason; what is computed in f32 takes nothing else.
// RUN: not emel-opt %s --split-input-file --emel-plan-pipeline --emel-lower-to-cpu=cpu=aarch64 2>&1 | FileCheck %s
// CHECK: error: 'emel.rms_norm' op has no code on aarch64 for '(tensor<1x32xf16>) -> tensor<1x32xf16>': expected floats of f32
// CHECK: note: emel-interpret computes it
// CHECK: error: 'emel.argmax' op has no code on aarch64 for '(tensor<1x32xbf16>) -> tensor<1xi32>': expected floats of f32
// CHECK: error: 'emel.unary' op has no code on aarch64 for '(tensor<1x32xf32>) -> tensor<1x32xf32>': the function sin has none
// CHECK: error: 'emel.cumsum' op has no code on aarch64 for '(tensor<1x32xf32>) -> tensor<1x32xf32>': there is no emitter for the op
func.func @decode(%x: tensor<1x32xf16>) -> tensor<1x32xf16> attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  %y = emel.rms_norm %x eps 9.99999974E-6 : tensor<1x32xf16>
  return %y : tensor<1x32xf16>
}

// -----

func.func @decode(%x: tensor<1x32xbf16>) -> tensor<1xi32> attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  %y = emel.argmax %x : (tensor<1x32xbf16>) -> tensor<1xi32>
  return %y : tensor<1xi32>
}

// -----

func.func @decode(%x: tensor<1x32xf32>) -> tensor<1x32xf32> attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  %y = emel.unary sin %x : tensor<1x32xf32>
  return %y : tensor<1x32xf32>
}

// -----

func.func @decode(%x: tensor<1x32xf32>) -> tensor<1x32xf32> attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  %y = emel.cumsum %x : tensor<1x32xf32>
  return %y : tensor<1x32xf32>
}
