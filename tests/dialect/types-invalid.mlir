// RUN: emel-opt %s -split-input-file -verify-diagnostics

// expected-error @below {{expected a block format, 'a8' or 'kv', found 'q9_k'}}
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

// -----

// expected-error @below {{expected a matrix, of rows of whole blocks, of a type that has layout r16, found 'tensor<16x256x!emel.iq2_xxs>'}}
func.func private @no_such_layout(tensor<16x256x!emel.iq2_xxs, #emel.layout<r16>>)

// -----

// expected-error @below {{expected a matrix, of rows of whole blocks, of a type that has layout r16, found 'tensor<64xf32>'}}
func.func private @vector(tensor<64xf32, #emel.layout<r16>>)

// -----

// expected-error @below {{expected a matrix, of rows of whole blocks, of a type that has layout r16, found 'tensor<16x48x!emel.q4_0>'}}
func.func private @part_of_a_block(tensor<16x48x!emel.q4_0, #emel.layout<r16>>)
