// RUN: emel-opt %s -split-input-file -verify-diagnostics

// expected-error @below {{'emel.shard' op (C1) expected a size of at least 0, found -1}}
emel.shard @s "model.gguf" bytes -1

// -----

// expected-error @below {{'emel.weight' op (C1) expected a static shape without layout}}
emel.weight @w : tensor<?x64xf32> in @s at 0 bytes 256

// -----

// expected-error @below {{'emel.weight' op (C1) expected a static shape without layout}}
emel.weight @w : tensor<16x64xf32, #emel.layout<r16>> in @s at 0 bytes 4096

// -----

// expected-error @below {{'emel.weight' op (C2) expected rows of a multiple of 32 elements, found 40}}
emel.weight @w : tensor<4x40x!emel.q8_0> in @s at 0 bytes 136

// -----

// expected-error @below {{'emel.weight' op (C3) expected 136 bytes, found 137}}
emel.weight @w : tensor<4x32x!emel.q8_0> in @s at 0 bytes 137

// -----

// expected-error @below {{'emel.weight' op (C3) expected fewer than 2^63 bytes, found 4}}
emel.weight @w : tensor<4294967296x4294967296xf32> in @s at 0 bytes 4

// -----

// expected-error @below {{'emel.weight' op (C4) expected an offset of at least 0, found -1}}
emel.weight @w : tensor<64xf32> in @s at -1 bytes 256

// -----

// expected-error @below {{'emel.weight' op (C5) cannot have #emel.layout<r16>: 'tensor<64xf32>'}}
emel.weight @w : tensor<64xf32> in @s at 0 bytes 256 packed <r16>

// -----

emel.weight @w : tensor<4x32x!emel.q8_0> in @s at 0 bytes 136 packed <r16>
func.func @f() {
  // expected-error @below {{'emel.get_weight' op (C1) expected the weight's type 'tensor<4x32x!emel.q8_0, #emel.layout<r16>>', found 'tensor<4x32x!emel.q8_0>'}}
  %0 = emel.get_weight @w : tensor<4x32x!emel.q8_0>
  return
}

// -----

func.func @f() {
  // expected-error @below {{'emel.get_weight' op (C1) names @w, which is no weight}}
  %0 = emel.get_weight @w : tensor<64xf32>
  return
}

// -----

emel.weight @w : tensor<64xf32> in @s at 0 bytes 256
func.func @f() {
  // expected-error @below {{'emel.get_weight' op (C1) expected the weight's type 'tensor<64xf32>', found 'tensor<32xf32>'}}
  %0 = emel.get_weight @w : tensor<32xf32>
  return
}

// -----

// expected-error @below {{(M1) 'emel.model' must be a dictionary}}
module attributes {emel.model = 1 : i64} {
}

// -----

// expected-error @below {{(M1) 'emel.model' needs a string 'architecture'}}
module attributes {emel.model = {context = 8 : i64, vocab = 8 : i64}} {
}

// -----

// expected-error @below {{(M1) 'emel.model' needs a positive integer 'vocab'}}
module attributes {emel.model = {architecture = "llama", context = 8 : i64, vocab = 0 : i64}} {
}

// -----

// expected-error @below {{'emel.model' belongs on a module}}
func.func private @f() attributes {emel.model = {}}

// -----

// expected-error @below {{has no use for attribute 'emel.modle'}}
module attributes {emel.modle = {}} {
}

// -----

module attributes {emel.model = {architecture = "llama", context = 8 : i64, vocab = 8 : i64}} {
  func.func @f(%x: tensor<4x32x!emel.q8_0>, %c: i1) {
    // expected-error @below {{'arith.select' op (M2) only emel ops may touch 'tensor<4x32x!emel.q8_0>'}}
    %0 = arith.select %c, %x, %x : tensor<4x32x!emel.q8_0>
    return
  }
}

// -----

module attributes {emel.model = {architecture = "llama", context = 8 : i64, vocab = 8 : i64}} {
  func.func @f(%x: tensor<4x32xf32, #emel.layout<r16>>, %c: i1) {
    // expected-error @below {{'arith.select' op (M2) only emel ops may touch}}
    %0 = arith.select %c, %x, %x : tensor<4x32xf32, #emel.layout<r16>>
    return
  }
}

// -----

module attributes {emel.model = {architecture = "llama", context = 8 : i64, vocab = 8 : i64}} {
  func.func @f(%kv: !emel.kv<1x4x4xf32>, %x: tensor<?x1x4xf32>, %i: tensor<?xi32>)
      -> (!emel.kv<1x4x4xf32>, !emel.kv<1x4x4xf32>) {
    // expected-note @below {{it is also consumed here}}
    %0 = emel.kv_write %kv, %x, %x at %i in %i
        : (!emel.kv<1x4x4xf32>, tensor<?x1x4xf32>, tensor<?x1x4xf32>, tensor<?xi32>, tensor<?xi32>)
        -> !emel.kv<1x4x4xf32>
    // expected-error @below {{(M3) consumes a state again}}
    return %kv, %0 : !emel.kv<1x4x4xf32>, !emel.kv<1x4x4xf32>
  }
}

// -----

module attributes {emel.model = {architecture = "llama", context = 8 : i64, vocab = 8 : i64}} {
  // expected-error @below {{(M3) state is never consumed}}
  func.func @f(%kv: !emel.kv<1x4x4xf32>) {
    return
  }
}

// -----

module attributes {emel.model = {architecture = "llama", context = 8 : i64, vocab = 8 : i64}} {
  func.func @f(%kv: !emel.kv<1x4x4xf32>, %x: tensor<?x1x4xf32>, %i: tensor<?xi32>)
      -> (!emel.kv<1x4x4xf32>, tensor<?x1x4xf32>) {
    // expected-note @below {{it is consumed here}}
    %0 = emel.kv_write %kv, %x, %x at %i in %i
        : (!emel.kv<1x4x4xf32>, tensor<?x1x4xf32>, tensor<?x1x4xf32>, tensor<?xi32>, tensor<?xi32>)
        -> !emel.kv<1x4x4xf32>
    // expected-error @below {{(M3) reads a state after it was consumed}}
    %y = emel.attention %x, %kv at %i in %i {scale = 1.0 : f32}
        : (tensor<?x1x4xf32>, !emel.kv<1x4x4xf32>, tensor<?xi32>, tensor<?xi32>) -> tensor<?x1x4xf32>
    return %0, %y : !emel.kv<1x4x4xf32>, tensor<?x1x4xf32>
  }
}

// -----

// expected-error @below {{(M4) has no function @step}}
module attributes {emel.model = {architecture = "llama", context = 8 : i64, vocab = 8 : i64}} {
}

// -----

module attributes {emel.model = {architecture = "llama", context = 8 : i64, vocab = 8 : i64}} {
  // expected-error @below {{(M4) must take tokens, positions, slots and out_rows and return logits}}
  func.func private @step(tensor<?xi32>) -> tensor<?x8xf32>
}

// -----

module attributes {emel.model = {architecture = "llama", context = 8 : i64, vocab = 8 : i64}} {
  // expected-error @below {{(M4) must take tokens, positions, slots and out_rows as vectors of i32, found 'tensor<?xi64>'}}
  func.func private @step(tensor<?xi32>, tensor<?xi64>, tensor<?xi32>, tensor<?xi32>) -> tensor<?x8xf32>
}

// -----

module attributes {emel.model = {architecture = "llama", context = 8 : i64, vocab = 8 : i64}} {
  // expected-error @below {{(M4) must return logits of 8 columns of f32, found 'tensor<?x9xf32>'}}
  func.func private @step(tensor<?xi32>, tensor<?xi32>, tensor<?xi32>, tensor<?xi32>) -> tensor<?x9xf32>
}

// -----

// expected-error @below {{(M1) 'sample' in 'emel.model' must be an integer from 1 to 8}}
module attributes {emel.model = {architecture = "llama", context = 8 : i64, sample = "argmax", vocab = 8 : i64}} {
  func.func private @step(tensor<?xi32>, tensor<?xi32>, tensor<?xi32>, tensor<?xi32>) -> tensor<?x8xf32>
}

// -----

// expected-error @below {{(M1) 'sample' in 'emel.model' must be an integer from 1 to 8}}
module attributes {emel.model = {architecture = "llama", context = 8 : i64, sample = 9 : i64, vocab = 8 : i64}} {
  func.func private @step(tensor<?xi32>, tensor<?xi32>, tensor<?xi32>, tensor<?xi32>) -> tensor<?x8xf32>
}

// -----

module attributes {emel.model = {architecture = "llama", context = 8 : i64, sample = 2 : i64, vocab = 8 : i64}} {
  // expected-error @below {{(M4) must return the best 2 tokens of each row as candidates of i64}}
  func.func private @step(tensor<?xi32>, tensor<?xi32>, tensor<?xi32>, tensor<?xi32>) -> (tensor<?x8xf32>, tensor<?x3xi64>)
}

// -----

module attributes {emel.model = {architecture = "llama", context = 8 : i64, vocab = 8 : i64}} {
  // expected-error @below {{(M4) must return the states it takes, in the same order}}
  func.func private @step(tensor<?xi32>, tensor<?xi32>, tensor<?xi32>, tensor<?xi32>, !emel.kv<1x4x4xf32>)
      -> tensor<?x8xf32>
}

// -----

module attributes {emel.model = {architecture = "llama", context = 8 : i64, vocab = 8 : i64}} {
  // expected-error @below {{(M4) expected a state, found 'tensor<4xf32>'}}
  func.func private @step(tensor<?xi32>, tensor<?xi32>, tensor<?xi32>, tensor<?xi32>, tensor<4xf32>)
      -> (tensor<?x8xf32>, tensor<4xf32>)
}

// -----

module attributes {emel.model = {architecture = "llama", context = 8 : i64, vocab = 8 : i64}} {
  // expected-error @below {{(M5) names @s, which is no shard}}
  emel.weight @w : tensor<64xf32> in @s at 0 bytes 256
}

// -----

module attributes {emel.model = {architecture = "llama", context = 8 : i64, vocab = 8 : i64}} {
  emel.shard @s "model.gguf" bytes 300
  // expected-error @below {{(M5) ends beyond shard @s of 300 bytes}}
  emel.weight @w : tensor<64xf32> in @s at 45 bytes 256
}

// -----

// Ops that lack what they need are refused before the model is looked at as a whole.
module attributes {emel.model = {architecture = "llama", context = 8 : i64, vocab = 8 : i64}} {
  // expected-error @below {{'emel.weight' op requires attribute 'offset'}}
  "emel.weight"() : () -> ()
}

// -----

module attributes {emel.model = {architecture = "llama", context = 8 : i64, vocab = 8 : i64}} {
  // expected-error @below {{'func.func' op requires attribute 'function_type'}}
  "func.func"() ({}) {sym_name = "step"} : () -> ()
}

// -----

// expected-error @below {{(R1) expected 'emel.passes' to be records of passes, on a module, found [{pass = "simplify", removed = {blk.0.attn = 1 : i64}}] on 'builtin.module'}}
module attributes {emel.passes = [{pass = "simplify", removed = {blk.0.attn = 1 : i64}}]} {
}

// -----

module attributes {emel.model = {architecture = "llama", context = 8 : i64, vocab = 8 : i64}} {
  emel.shard @s "model.gguf" bytes 512
  emel.weight @a : tensor<32xf32> in @s at 0 bytes 128
  // expected-error @below {{(C6) names @a as its twin, which is no weight of its type}}
  emel.weight @b : tensor<64xf32> in @s at 256 bytes 256 twin @a
  func.func private @step(tensor<?xi32>, tensor<?xi32>, tensor<?xi32>, tensor<?xi32>) -> tensor<?x8xf32>
}
