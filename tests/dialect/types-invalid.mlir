// RUN: emel-opt %s -split-input-file -verify-diagnostics

// expected-error @below {{expected a block format or 'kv', found 'q9_k'}}
func.func private @unknown(tensor<4x256x!emel.q9_k>)

// -----

// expected-error @below {{expected 3 dimensions (heads, key, value), found 2}}
func.func private @dims(!emel.kv<2x64xf32>)

// -----

// expected-error @below {{expected positive dimensions, found 0x64x64}}
func.func private @positive(!emel.kv<0x64x64xf32>)

// -----

// expected-error @below {{expected f32, f16, bf16 or a block format, found 'i32'}}
func.func private @element(!emel.kv<2x64x64xi32>)
