// RUN: emel-opt %s -split-input-file -verify-diagnostics

// expected-error @below {{'plan.arena' op (C1) expected bytes of at least 0 and an alignment that is a power of two, found -1 bytes and an alignment of 64}}
plan.arena shared @arena bytes -1 align 64

// -----

// expected-error @below {{'plan.arena' op (C1) expected bytes of at least 0 and an alignment that is a power of two, found 64 bytes and an alignment of 48}}
plan.arena shared @arena bytes 64 align 48

// -----

// expected-error @below {{'plan.kernel' op (C1) cannot hold 'arith.addf'}}
plan.kernel @k(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = arith.addf %x, %x : tensor<4xf32>
  plan.return %y : tensor<4xf32>
}

// -----

// expected-error @below {{'plan.entry' op (C1) expected an attribute 'emel.entry', found none}}
plan.entry @decode() {
  plan.return
}

// -----

// expected-error @below {{'plan.entry' op (C1) cannot hold 'emel.fill'}}
plan.entry @decode(%x: tensor<4xf32>) -> tensor<4xf32>
    attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  %y = emel.fill %x with 1.000000e+00 : tensor<4xf32>
  plan.return %y : tensor<4xf32>
}

// -----

plan.kernel @k(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @below {{'plan.return' op (C1) expected ('tensor<4xf32>'), found ()}}
  plan.return
}

// -----

plan.entry @decode(%x: tensor<4xf32>) attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  // expected-error @below {{'plan.launch' op (C1) names @k, which is no kernel}}
  plan.launch owner @k(%x) : (tensor<4xf32>) -> ()
  plan.return
}

// -----

plan.kernel @k(%x: tensor<4xf32>) {
  plan.return
}
plan.entry @decode(%x: tensor<8xf32>) attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  // expected-error @below {{'plan.launch' op (C1) expected ('tensor<4xf32>') -> () as @k has it, found ('tensor<8xf32>') -> ()}}
  plan.launch owner @k(%x) : (tensor<8xf32>) -> ()
  plan.return
}

// -----

plan.kernel @k(%x: tensor<4xf32>) {
  plan.return
}
plan.entry @decode(%x: tensor<4xf32>) attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  // expected-error @below {{'plan.launch' op (C1) names @w, which is no weight}}
  plan.launch owner @k(%x) weights [@w] : (tensor<4xf32>) -> ()
  plan.return
}

// -----

plan.kernel @k(%x: tensor<4xf32>) -> tensor<4xf32> {
  plan.return %x : tensor<4xf32>
}
plan.entry @decode(%x: tensor<4xf32>) attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  // expected-error @below {{'plan.launch' op (C2) expected 1 extents, found 2}}
  %y = plan.launch owner @k(%x) extents ["n", "m"] : (tensor<4xf32>) -> tensor<4xf32>
  plan.return
}

// -----

plan.kernel @k(%x: tensor<4xf32>) -> tensor<4xf32> {
  plan.return %x : tensor<4xf32>
}
plan.entry @decode(%x: tensor<4xf32>) attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  // expected-error @below {{'plan.launch' op (C2) expected a tile for result 0, found unit}}
  %y = plan.launch owner @k(%x) tiles [unit] : (tensor<4xf32>) -> tensor<4xf32>
  plan.return
}

// -----

plan.kernel @k(%x: tensor<4xf32>) -> tensor<4xf32> {
  plan.return %x : tensor<4xf32>
}
plan.entry @decode(%x: tensor<4xf32>) attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  // expected-error @below {{'plan.launch' op (C2) expected a life and a place for each tensor, and none for a state, found unit as the life of result 0 of 'tensor<4xf32>'}}
  %y = plan.launch owner @k(%x) lives [unit] : (tensor<4xf32>) -> tensor<4xf32>
  plan.return
}

// -----

plan.kernel @k(%x: !emel.kv<1x4x4xf32>) -> !emel.kv<1x4x4xf32> {
  plan.return %x : !emel.kv<1x4x4xf32>
}
plan.entry @decode(%x: !emel.kv<1x4x4xf32>) attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  // expected-error @below {{'plan.launch' op (C2) expected a life and a place for each tensor, and none for a state, found #plan.place<@a at 0 bytes 16> as the place of result 0 of '!emel.kv<1x4x4xf32>'}}
  %y = plan.launch owner @k(%x) places [#plan.place<@a at 0 bytes 16>] : (!emel.kv<1x4x4xf32>) -> !emel.kv<1x4x4xf32>
  plan.return
}

// -----

plan.kernel @k(%x: tensor<4xf32>) -> tensor<4xf32> {
  plan.return %x : tensor<4xf32>
}
plan.entry @decode(%x: tensor<4xf32>) attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  // expected-error @below {{(C3) expected ascending dimensions and positive sizes, found [0] by [0]}}
  %y = plan.launch owner @k(%x) tiles [#plan.tile<[0] by [0]>] : (tensor<4xf32>) -> tensor<4xf32>
  plan.return
}

// -----

plan.kernel @k(%x: tensor<4xf32>) -> tensor<4xf32> {
  plan.return %x : tensor<4xf32>
}
plan.entry @decode(%x: tensor<4xf32>) attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  // expected-error @below {{(C3) expected a size for each of 2 dimensions, found 1}}
  %y = plan.launch owner @k(%x) tiles [#plan.tile<[0, 1] by [1]>] : (tensor<4xf32>) -> tensor<4xf32>
  plan.return
}

// -----

plan.kernel @k(%x: tensor<4xf32>) -> tensor<4xf32> {
  plan.return %x : tensor<4xf32>
}
plan.entry @decode(%x: tensor<4xf32>) attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  // expected-error @below {{'plan.launch' op (C3) has tiles of dimension 1, which result 0 of 'tensor<4xf32>' lacks}}
  %y = plan.launch owner @k(%x) tiles [#plan.tile<[0, 1] by [1, 1]>] : (tensor<4xf32>) -> tensor<4xf32>
  plan.return
}

// -----

plan.kernel @round(%x: tensor<1x64xf32>) -> tensor<1x64x!emel.a8> {
  %y = emel.quantize %x <group = 16, rounding = half_even, sum = ascending> : (tensor<1x64xf32>) -> tensor<1x64x!emel.a8>
  plan.return %y : tensor<1x64x!emel.a8>
}
plan.entry @e(%x: tensor<1x64xf32>) -> tensor<1x64x!emel.a8> attributes {emel.entry = {rows = 1, tokens = 1}} {
  // expected-error @below {{(C3) has tiles that divide numbers under one scale: #plan.tile<[1] by [8]>}}
  %z = plan.launch owner @round(%x) tiles [#plan.tile<[1] by [8]>] : (tensor<1x64xf32>) -> tensor<1x64x!emel.a8>
  plan.return %z : tensor<1x64x!emel.a8>
}

// -----

plan.kernel @k(%x: !emel.kv<1x4x4xf32>) -> !emel.kv<1x4x4xf32> {
  plan.return %x : !emel.kv<1x4x4xf32>
}
plan.entry @decode(%x: !emel.kv<1x4x4xf32>) attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  // expected-error @below {{'plan.launch' op (C4) cannot return a state from every worker}}
  %y = plan.launch each @k(%x) : (!emel.kv<1x4x4xf32>) -> !emel.kv<1x4x4xf32>
  plan.return
}

// -----

plan.arena worker @scratch bytes 64 align 64
plan.kernel @k(%x: tensor<4xf32>) -> tensor<4xf32> {
  plan.return %x : tensor<4xf32>
}
plan.entry @decode(%x: tensor<4xf32>) attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  // expected-error @below {{'plan.launch' op (C4) of kind 'owner' has its result in @scratch, a worker arena}}
  %y = plan.launch owner @k(%x) places [#plan.place<@scratch at 0 bytes 16>] : (tensor<4xf32>) -> tensor<4xf32>
  plan.return
}

// -----

plan.arena shared @arena bytes 64 align 64
plan.kernel @k(%x: tensor<4xf32>) -> tensor<4xf32> {
  plan.return %x : tensor<4xf32>
}
plan.entry @decode(%x: tensor<4xf32>) attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  // expected-error @below {{'plan.launch' op (C4) of kind 'each' has its result in @arena, a shared arena}}
  %y = plan.launch each @k(%x) places [#plan.place<@arena at 0 bytes 16>] : (tensor<4xf32>) -> tensor<4xf32>
  plan.return
}

// -----

plan.kernel @k(%x: tensor<4xf32>) -> tensor<4xf32> {
  plan.return %x : tensor<4xf32>
}
plan.entry @decode(%x: tensor<4xf32>) attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  // expected-error @below {{'plan.launch' op (C4) names @arena, which is no arena}}
  %y = plan.launch each @k(%x) places [#plan.place<@arena at 0 bytes 16>] : (tensor<4xf32>) -> tensor<4xf32>
  plan.return
}

// -----

// expected-error @below {{'plan.kernel' op region #0 ('body') failed to verify constraint: region with 1 blocks}}
plan.kernel private @k()

// -----

plan.kernel @k(%x: i32) {
  plan.return
}
plan.entry @decode(%x: i32) attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  // expected-error @below {{'plan.launch' op operand #0 must be variadic of tensor or state, but got 'i32'}}
  plan.launch owner @k(%x) : (i32) -> ()
  plan.return
}
