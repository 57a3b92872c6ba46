// What has no code is named, with the CPU, the types and the reason; what is computed in f32 takes nothing else.
// RUN: not emel-opt %s --split-input-file --emel-plan-pipeline --emel-lower-to-cpu=cpu=aarch64 2>&1 | FileCheck %s
// CHECK: error: 'emel.rms_norm' op has no code on aarch64 for '(tensor<1x32xf16>) -> tensor<1x32xf16>': expected floats of f32
// CHECK: note: emel-interpret computes it
// CHECK: error: 'emel.argmax' op has no code on aarch64 for '(tensor<1x32xbf16>) -> tensor<1xi32>': expected floats of f32
// CHECK: error: 'emel.attention' op has no code on aarch64 for {{.*}}: tokens see later positions, and a step does not say where a sequence ends
// CHECK: error: 'emel.set_rows' op has no code on aarch64 for '(tensor<4x32xf16>, tensor<1x32xf64>, tensor<1xi32>) -> tensor<4x32xf16>': expected rows of f32, f16 or bf16, or a table of f32 or f64
// CHECK: error: 'emel.kv_read' op has no code on aarch64 for '(!emel.kv<1x8x8xf32>, tensor<1xi32>, tensor<1xi32>) -> (tensor<1x1x8xf32>, tensor<1x1x8xf32>, tensor<1x1xf32>)': how many cells there are is known only when it runs, expected an emel.attention, which reads them where they are
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

func.func @decode(%q: tensor<1x2x16xf32>, %kv: !emel.kv<1x16x16xf32>, %at: tensor<1xi32>, %in: tensor<1xi32>) -> tensor<1x2x16xf32>
    attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  %y = emel.attention %q, %kv at %at in %in {bidirectional, scale = 2.500000e-01 : f32}
      : (tensor<1x2x16xf32>, !emel.kv<1x16x16xf32>, tensor<1xi32>, tensor<1xi32>) -> tensor<1x2x16xf32>
  return %y : tensor<1x2x16xf32>
}

// -----

func.func @decode(%t: tensor<4x32xf16>, %r: tensor<1x32xf64>, %ids: tensor<1xi32>) -> tensor<4x32xf16> attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  %y = emel.set_rows %t, %r at %ids : (tensor<4x32xf16>, tensor<1x32xf64>, tensor<1xi32>) -> tensor<4x32xf16>
  return %y : tensor<4x32xf16>
}

// -----

func.func @decode(%tokens: tensor<1xi32>, %at: tensor<1xi32>, %in: tensor<1xi32>, %rows: tensor<1xi32>, %kv: !emel.kv<1x8x8xf32>) -> tensor<1x1x8xf32> attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  %k, %v, %mask = emel.kv_read %kv at %at in %in : (!emel.kv<1x8x8xf32>, tensor<1xi32>, tensor<1xi32>) -> (tensor<1x1x8xf32>, tensor<1x1x8xf32>, tensor<1x1xf32>)
  return %k : tensor<1x1x8xf32>
}
