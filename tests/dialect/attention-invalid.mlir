// RUN: emel-opt %s -split-input-file -verify-diagnostics

func.func @f(%x: tensor<?x8xf32>, %p: tensor<?xi32>) {
  // expected-error @below {{(C1) expected an input of 3 dimensions}}
  %y = emel.rope neox %x at %p {base = 1.0e+04 : f32, dims = 8 : i64} : tensor<?x8xf32>, tensor<?xi32>
  return
}

// -----

func.func @f(%x: tensor<?x2x8xf32>, %p: tensor<?xi32>) {
  // expected-error @below {{(C2) expected an even 'dims' of at most the row of 8, found 10}}
  %y = emel.rope neox %x at %p {base = 1.0e+04 : f32, dims = 10 : i64} : tensor<?x2x8xf32>, tensor<?xi32>
  return
}

// -----

func.func @f(%x: tensor<?x2x8xf32>, %p: tensor<?xi32>) {
  // expected-error @below {{(C2) expected an even 'dims' of at most the row of 8, found 3}}
  %y = emel.rope neox %x at %p {base = 1.0e+04 : f32, dims = 3 : i64} : tensor<?x2x8xf32>, tensor<?xi32>
  return
}

// -----

func.func @f(%x: tensor<?x2x8xf32>, %p: tensor<4x?xi32>) {
  // expected-error @below {{(C2) expected an even 'dims' of half the row of 8, found 2}}
  %y = emel.rope vision %x at %p {base = 1.0e+04 : f32, dims = 2 : i64, sections = array<i64: 1, 1, 0, 0>} : tensor<?x2x8xf32>, tensor<4x?xi32>
  return
}

// -----

func.func @f(%x: tensor<?x2x8xf32>, %p: tensor<4x?xi32>) {
  // expected-error @below {{(C3) expected positions of ?, found 'tensor<4x?xi32>'}}
  %y = emel.rope neox %x at %p {base = 1.0e+04 : f32, dims = 8 : i64} : tensor<?x2x8xf32>, tensor<4x?xi32>
  return
}

// -----

func.func @f(%x: tensor<?x2x8xf32>, %p: tensor<?xi32>) {
  // expected-error @below {{(C3) expected positions of 4 x ?, found 'tensor<?xi32>'}}
  %y = emel.rope mrope %x at %p {base = 1.0e+04 : f32, dims = 8 : i64, sections = array<i64: 1, 1, 1, 1>} : tensor<?x2x8xf32>, tensor<?xi32>
  return
}

// -----

func.func @f(%x: tensor<?x2x8xf32>, %p: tensor<?xi32>, %f: tensor<8xf32>) {
  // expected-error @below {{(C4) expected 4 factors of f32, found 'tensor<8xf32>'}}
  %y = emel.rope neox %x at %p factors %f {base = 1.0e+04 : f32, dims = 8 : i64} : tensor<?x2x8xf32>, tensor<?xi32>, tensor<8xf32>
  return
}

// -----

func.func @f(%x: tensor<?x2x8xf32>, %p: tensor<4x?xi32>, %f: tensor<2xf32>) {
  // expected-error @below {{(C4) expected 4 factors of f32, found 'tensor<2xf32>'}}
  %y = emel.rope vision %x at %p factors %f {base = 1.0e+04 : f32, dims = 4 : i64, sections = array<i64: 1, 1, 0, 0>} : tensor<?x2x8xf32>, tensor<4x?xi32>, tensor<2xf32>
  return
}

// -----

func.func @f(%x: tensor<?x2x8xf32>, %p: tensor<?xi32>) {
  // expected-error @below {{(C5) expected a finite and positive base, found 0}}
  %y = emel.rope neox %x at %p {base = 0.0 : f32, dims = 8 : i64} : tensor<?x2x8xf32>, tensor<?xi32>
  return
}

// -----

func.func @f(%x: tensor<?x2x8xf32>, %p: tensor<?xi32>) {
  // expected-error @below {{(C5) expected a finite and positive beta_fast, found -1}}
  %y = emel.rope neox %x at %p {base = 1.0e+04 : f32, dims = 8 : i64, beta_fast = -1.0 : f32} : tensor<?x2x8xf32>, tensor<?xi32>
  return
}

// -----

func.func @f(%x: tensor<?x2x8xf32>, %p: tensor<?xi32>) {
  // expected-error @below {{(C6) expected ext finite and not negative, found}}
  %y = emel.rope neox %x at %p {base = 1.0e+04 : f32, dims = 8 : i64, ext = -1.0 : f32} : tensor<?x2x8xf32>, tensor<?xi32>
  return
}

// -----

func.func @f(%x: tensor<?x2x8xf32>, %p: tensor<?xi32>) {
  // expected-error @below {{(C7) mode 'neox' takes no sections}}
  %y = emel.rope neox %x at %p {base = 1.0e+04 : f32, dims = 8 : i64, sections = array<i64: 1, 1, 1, 1>} : tensor<?x2x8xf32>, tensor<?xi32>
  return
}

// -----

func.func @f(%x: tensor<?x2x8xf32>, %p: tensor<4x?xi32>) {
  // expected-error @below {{(C7) mode 'mrope' needs sections}}
  %y = emel.rope mrope %x at %p {base = 1.0e+04 : f32, dims = 8 : i64} : tensor<?x2x8xf32>, tensor<4x?xi32>
  return
}

// -----

func.func @f(%x: tensor<?x2x8xf32>, %p: tensor<4x?xi32>) {
  // expected-error @below {{(C7) expected 4 sections from 0 to 8 with a positive sum, found [1, 1, 1]}}
  %y = emel.rope mrope %x at %p {base = 1.0e+04 : f32, dims = 8 : i64, sections = array<i64: 1, 1, 1>} : tensor<?x2x8xf32>, tensor<4x?xi32>
  return
}

// -----

func.func @f(%x: tensor<?x2x8xf32>, %p: tensor<4x?xi32>) {
  // expected-error @below {{(C7) expected 4 sections from 0 to 8 with a positive sum, found [9, 1, 1, 1]}}
  %y = emel.rope mrope %x at %p {base = 1.0e+04 : f32, dims = 8 : i64, sections = array<i64: 9, 1, 1, 1>} : tensor<?x2x8xf32>, tensor<4x?xi32>
  return
}

// -----

func.func @f(%x: tensor<?x2x8xf32>, %p: tensor<4x?xi32>) {
  // expected-error @below {{(C7) expected 4 sections from 0 to 8 with a positive sum, found [0, 0, 0, 0]}}
  %y = emel.rope mrope %x at %p {base = 1.0e+04 : f32, dims = 8 : i64, sections = array<i64: 0, 0, 0, 0>} : tensor<?x2x8xf32>, tensor<4x?xi32>
  return
}

// -----

func.func @f(%x: tensor<?x2x8xf32>, %p: tensor<?xi32>) {
  // expected-error @below {{(C8) expected a positive 'orig' with ext, found 0}}
  %y = emel.rope neox %x at %p {base = 1.0e+04 : f32, dims = 8 : i64, ext = 1.0 : f32} : tensor<?x2x8xf32>, tensor<?xi32>
  return
}

// -----

func.func @f(%x: tensor<f32>) {
  // expected-error @below {{(C1) expected an input of at least 1 dimension, found 'tensor<f32>'}}
  %y = emel.softmax %x : (tensor<f32>) -> tensor<f32>
  return
}

// -----

func.func @f(%x: tensor<6x2x3xf32>, %m: tensor<3x3xf32>) {
  // expected-error @below {{(C1) expected a mask of the last two dimensions of 'tensor<6x2x3xf32>', found 'tensor<3x3xf32>'}}
  %y = emel.softmax %x mask %m : (tensor<6x2x3xf32>, tensor<3x3xf32>) -> tensor<6x2x3xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>, %s: tensor<6xf32>) {
  // expected-error @below {{(C2) sinks and max_bias need an input of at least 3 dimensions, found 2}}
  %y = emel.softmax %x sinks %s : (tensor<2x3xf32>, tensor<6xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error @below {{(C2) sinks and max_bias need an input of at least 3 dimensions, found 2}}
  %y = emel.softmax %x {max_bias = 8.0 : f32} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @f(%x: tensor<6x2x3xf32>, %s: tensor<5xf32>) {
  // expected-error @below {{(C2) expected 6 sinks, found 'tensor<5xf32>'}}
  %y = emel.softmax %x sinks %s : (tensor<6x2x3xf32>, tensor<5xf32>) -> tensor<6x2x3xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error @below {{(C3) expected a finite scale and a finite max_bias of at least 0, found a scale of nan and a max_bias of 0.000000e+00}}
  %y = emel.softmax %x {scale = 0x7FC00000 : f32} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @f(%q: tensor<?x6x4xf32>, %k: tensor<?x2x3xf32>, %v: tensor<?x2x5xf32>) {
  // expected-error @below {{(C1) expected a query [n, heads, k]}}
  // expected-error @below {{'emel.flash_attention' op failed to infer returned types}}
  %y = emel.flash_attention %q, %k, %v {scale = 1.0 : f32} : (tensor<?x6x4xf32>, tensor<?x2x3xf32>, tensor<?x2x5xf32>) -> tensor<?x6x5xf32>
  return
}

// -----

func.func @f(%q: tensor<?x6x4xf32>, %k: tensor<?x4x4xf32>, %v: tensor<?x4x5xf32>) {
  // expected-error @below {{(C2) 4 heads of keys do not divide 6 heads of queries}}
  // expected-error @below {{'emel.flash_attention' op failed to infer returned types}}
  %y = emel.flash_attention %q, %k, %v {scale = 1.0 : f32} : (tensor<?x6x4xf32>, tensor<?x4x4xf32>, tensor<?x4x5xf32>) -> tensor<?x6x5xf32>
  return
}

// -----

func.func @f(%q: tensor<?x6x4xf32>, %k: tensor<3x2x4xf32>, %v: tensor<?x2x5xf32>, %m: tensor<?x4xf32>) {
  // expected-error @below {{(C3) expected a mask [n, c], found 'tensor<?x4xf32>'}}
  // expected-error @below {{'emel.flash_attention' op failed to infer returned types}}
  %y = emel.flash_attention %q, %k, %v mask %m {scale = 1.0 : f32} : (tensor<?x6x4xf32>, tensor<3x2x4xf32>, tensor<?x2x5xf32>, tensor<?x4xf32>) -> tensor<?x6x5xf32>
  return
}

// -----

func.func @f(%q: tensor<?x6x4xf32>, %k: tensor<?x2x4xf32>, %v: tensor<?x2x5xf32>, %s: tensor<2xf32>) {
  // expected-error @below {{(C3) expected 6 sinks, found 'tensor<2xf32>'}}
  // expected-error @below {{'emel.flash_attention' op failed to infer returned types}}
  %y = emel.flash_attention %q, %k, %v sinks %s {scale = 1.0 : f32} : (tensor<?x6x4xf32>, tensor<?x2x4xf32>, tensor<?x2x5xf32>, tensor<2xf32>) -> tensor<?x6x5xf32>
  return
}

// -----

func.func @f(%q: tensor<?x6x4xf32>, %k: tensor<?x2x4xf32>, %v: tensor<?x2x5xf32>) {
  // expected-error @below {{(C4) expected a finite scale, and softcap and max_bias finite and not negative, found a scale of 1.000000e+00, a softcap of -1.000000e+00 and a max_bias of 0.000000e+00}}
  // expected-error @below {{'emel.flash_attention' op failed to infer returned types}}
  %y = emel.flash_attention %q, %k, %v {scale = 1.0 : f32, softcap = -1.0 : f32} : (tensor<?x6x4xf32>, tensor<?x2x4xf32>, tensor<?x2x5xf32>) -> tensor<?x6x5xf32>
  return
}

// -----

func.func @f(%kv: !emel.kv<2x4x5xf32>, %k: tensor<?x3x4xf32>, %v: tensor<?x2x5xf32>, %p: tensor<?xi32>, %s: tensor<?xi32>) {
  // expected-error @below {{(C1) expected keys and values of '!emel.kv<2x4x5xf32>'}}
  %y = emel.kv_write %kv, %k, %v at %p in %s : (!emel.kv<2x4x5xf32>, tensor<?x3x4xf32>, tensor<?x2x5xf32>, tensor<?xi32>, tensor<?xi32>) -> !emel.kv<2x4x5xf32>
  return
}

// -----

func.func @f(%kv: !emel.kv<2x4x5xf32>, %k: tensor<?x2x4xf32>, %v: tensor<?x2x5xf32>, %p: tensor<3xi32>, %s: tensor<4xi32>) {
  // expected-error @below {{(C2) expected positions and slots for each of 3 tokens, found 'tensor<4xi32>'}}
  %y = emel.kv_write %kv, %k, %v at %p in %s : (!emel.kv<2x4x5xf32>, tensor<?x2x4xf32>, tensor<?x2x5xf32>, tensor<3xi32>, tensor<4xi32>) -> !emel.kv<2x4x5xf32>
  return
}

// -----

func.func @f(%kv: !emel.kv<2x4x5xf32>, %k: tensor<?x2x4xf32>, %v: tensor<?x2x5xf32>, %p: tensor<1x3xi32>, %s: tensor<3xi32>) {
  // expected-error @below {{(C2) expected positions and slots for each of ? tokens, found 'tensor<1x3xi32>'}}
  %y = emel.kv_write %kv, %k, %v at %p in %s : (!emel.kv<2x4x5xf32>, tensor<?x2x4xf32>, tensor<?x2x5xf32>, tensor<1x3xi32>, tensor<3xi32>) -> !emel.kv<2x4x5xf32>
  return
}

// -----

func.func @f(%kv: !emel.kv<2x4x5xf32>, %p: tensor<?xi32>, %s: tensor<?xi32>) {
  // expected-error @below {{(C1) expected keys, values and a mask of '!emel.kv<2x4x5xf32>'}}
  %k, %v, %m = emel.kv_read %kv at %p in %s : (!emel.kv<2x4x5xf32>, tensor<?xi32>, tensor<?xi32>) -> (tensor<?x2x4xf32>, tensor<?x2x4xf32>, tensor<?x?xf32>)
  return
}

// -----

func.func @f(%kv: !emel.kv<2x4x5xf32>, %p: tensor<3xi32>, %s: tensor<4xi32>) {
  // expected-error @below {{(C2) expected positions and slots for each of 3 tokens}}
  %k, %v, %m = emel.kv_read %kv at %p in %s : (!emel.kv<2x4x5xf32>, tensor<3xi32>, tensor<4xi32>) -> (tensor<?x2x4xf32>, tensor<?x2x5xf32>, tensor<?x?xf32>)
  return
}

// -----

func.func @f(%kv: !emel.kv<2x4x5xf32>, %p: tensor<?xi32>, %s: tensor<?xi32>) {
  // expected-error @below {{(C3) expected a window of at least 0, found -1}}
  %k, %v, %m = emel.kv_read %kv at %p in %s {window = -1 : i64} : (!emel.kv<2x4x5xf32>, tensor<?xi32>, tensor<?xi32>) -> (tensor<?x2x4xf32>, tensor<?x2x5xf32>, tensor<?x?xf32>)
  return
}

// -----

func.func @f(%q: tensor<?x6x3xf32>, %kv: !emel.kv<2x4x5xf32>, %p: tensor<?xi32>, %s: tensor<?xi32>) {
  // expected-error @below {{(C1) expected a query [n, heads, 4], found}}
  // expected-error @below {{'emel.attention' op failed to infer returned types}}
  %y = emel.attention %q, %kv at %p in %s {scale = 1.0 : f32} : (tensor<?x6x3xf32>, !emel.kv<2x4x5xf32>, tensor<?xi32>, tensor<?xi32>) -> tensor<?x6x5xf32>
  return
}

// -----

func.func @f(%q: tensor<?x5x4xf32>, %kv: !emel.kv<2x4x5xf32>, %p: tensor<?xi32>, %s: tensor<?xi32>) {
  // expected-error @below {{(C2) 2 heads of keys do not divide 5 heads of queries}}
  // expected-error @below {{'emel.attention' op failed to infer returned types}}
  %y = emel.attention %q, %kv at %p in %s {scale = 1.0 : f32} : (tensor<?x5x4xf32>, !emel.kv<2x4x5xf32>, tensor<?xi32>, tensor<?xi32>) -> tensor<?x6x5xf32>
  return
}

// -----

func.func @f(%q: tensor<?x6x4xf32>, %kv: !emel.kv<2x4x5xf32>, %p: tensor<3xi32>, %s: tensor<4xi32>) {
  // expected-error @below {{(C3) expected positions and slots for each of 3 tokens, found 'tensor<4xi32>'}}
  // expected-error @below {{'emel.attention' op failed to infer returned types}}
  %y = emel.attention %q, %kv at %p in %s {scale = 1.0 : f32} : (tensor<?x6x4xf32>, !emel.kv<2x4x5xf32>, tensor<3xi32>, tensor<4xi32>) -> tensor<?x6x5xf32>
  return
}

// -----

func.func @f(%q: tensor<?x6x4xf32>, %kv: !emel.kv<2x4x5xf32>, %p: tensor<?xi32>, %s: tensor<?xi32>, %z: tensor<5xf32>) {
  // expected-error @below {{(C3) expected 6 sinks, found}}
  // expected-error @below {{'emel.attention' op failed to infer returned types}}
  %y = emel.attention %q, %kv at %p in %s sinks %z {scale = 1.0 : f32} : (tensor<?x6x4xf32>, !emel.kv<2x4x5xf32>, tensor<?xi32>, tensor<?xi32>, tensor<5xf32>) -> tensor<?x6x5xf32>
  return
}

// -----

func.func @f(%q: tensor<?x6x4xf32>, %kv: !emel.kv<2x4x5xf32>, %p: tensor<?xi32>, %s: tensor<?xi32>) {
  // expected-error @below {{(C4) expected a finite scale, and softcap and max_bias finite and not negative, found a scale of INF, a softcap of 0.000000e+00 and a max_bias of 0.000000e+00}}
  // expected-error @below {{'emel.attention' op failed to infer returned types}}
  %y = emel.attention %q, %kv at %p in %s {scale = 0x7F800000 : f32} : (tensor<?x6x4xf32>, !emel.kv<2x4x5xf32>, tensor<?xi32>, tensor<?xi32>) -> tensor<?x6x5xf32>
  return
}

// -----

func.func @f(%q: tensor<?x6x4xf32>, %kv: !emel.kv<2x4x5xf32>, %p: tensor<?xi32>, %s: tensor<?xi32>) {
  // expected-error @below {{(C4) expected a window of at least 0, found -5}}
  // expected-error @below {{'emel.attention' op failed to infer returned types}}
  %y = emel.attention %q, %kv at %p in %s {scale = 1.0 : f32, window = -5 : i64} : (tensor<?x6x4xf32>, !emel.kv<2x4x5xf32>, tensor<?xi32>, tensor<?xi32>) -> tensor<?x6x5xf32>
  return
}
