// RUN: emel-opt %s -split-input-file -verify-diagnostics

// expected-error @below {{(E1) expected 'emel.entry' on a function, with positive 'tokens' and 'rows', found {rows = 1 : i64, tokens = 1 : i64} on 'builtin.module'}}
module attributes {emel.entry = {tokens = 1 : i64, rows = 1 : i64}} {
}

// -----

// expected-error @below {{(E1) expected 'emel.entry' on a function, with positive 'tokens' and 'rows', found {rows = 1 : i64, tokens = 0 : i64} on 'func.func'}}
func.func private @f() attributes {emel.entry = {tokens = 0 : i64, rows = 1 : i64}}

// -----

// expected-error @below {{(E1) expected 'emel.entry' on a function, with positive 'tokens' and 'rows', found {tokens = 1 : i64} on 'func.func'}}
func.func private @f() attributes {emel.entry = {tokens = 1 : i64}}

// -----

// expected-error @below {{(E1) expected 'emel.entry' on a function, with positive 'tokens' and 'rows', found 1 : i64 on 'func.func'}}
func.func private @f() attributes {emel.entry = 1 : i64}

// -----

// An entry is held to the contract of a step.
module attributes {emel.model = {architecture = "llama", context = 8 : i64, vocab = 8 : i64}} {
  // expected-error @below {{(M4) must return logits of 8 columns of f32, found 'tensor<1x9xf32>'}}
  func.func private @decode(tensor<1xi32>, tensor<1xi32>, tensor<1xi32>, tensor<1xi32>)
      -> tensor<1x9xf32> attributes {emel.entry = {tokens = 1 : i64, rows = 1 : i64}}
}

// -----

module attributes {emel.model = {architecture = "llama", context = 8 : i64, vocab = 8 : i64}} {
  // expected-error @below {{(M4) must take tokens, positions, slots and out_rows as vectors of i32, found 'tensor<1x1xi32>'}}
  func.func private @decode(tensor<1x1xi32>, tensor<1xi32>, tensor<1xi32>, tensor<1xi32>)
      -> tensor<1x8xf32> attributes {emel.entry = {tokens = 1 : i64, rows = 1 : i64}}
}

// -----

// expected-error @below {{(D1) expected 'emel.device' to be a name, on a module, found 1 : i64 on 'builtin.module'}}
module attributes {emel.device = 1} {}
