// RUN: emel-opt %s -split-input-file -verify-diagnostics

func.func @f(%x: tensor<4x8xf32>) {
  // expected-error @below {{(C1) expected at least one dimension, found none}}
  // expected-error @below {{'emel.reduce' op failed to infer returned types}}
  %y = emel.reduce sum %x [] : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @f(%x: tensor<4x8xf32>) {
  // expected-error @below {{(C1) expected ascending dimensions of}}
  // expected-error @below {{'emel.reduce' op failed to infer returned types}}
  %y = emel.reduce sum %x [1, 0] : (tensor<4x8xf32>) -> tensor<1x1xf32>
  return
}

// -----

func.func @f(%x: tensor<4x8xf32>) {
  // expected-error @below {{(C1) expected ascending dimensions of}}
  // expected-error @below {{'emel.reduce' op failed to infer returned types}}
  %y = emel.reduce sum %x [2] : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @f(%x: tensor<4x8xf32>) {
  // expected-error @below {{(C1) expected k from 1 to the row of 'tensor<4x8xf32>', found 9}}
  // expected-error @below {{'emel.top_k' op failed to infer returned types}}
  %y = emel.top_k %x k 9 : (tensor<4x8xf32>) -> tensor<4x9xi32>
  return
}

// -----

func.func @f(%x: tensor<4x?xf32>) {
  // expected-error @below {{(C1) expected k from 1 to the row of}}
  // expected-error @below {{'emel.top_k' op failed to infer returned types}}
  %y = emel.top_k %x k 0 : (tensor<4x?xf32>) -> tensor<4x0xi32>
  return
}

// -----

func.func @f(%x: tensor<4x?xf32>) {
  // expected-error @below {{(C1) expected rows of 1 to 2147483647 columns, found 'tensor<4x?xf32>'}}
  // expected-error @below {{'emel.top_k_parts' op failed to infer returned types}}
  %y = emel.top_k_parts %x k 2 width 4 : (tensor<4x?xf32>) -> tensor<4x2x2xi64>
  return
}

// -----

func.func @f(%x: tensor<4x8xf32>) {
  // expected-error @below {{(C2) expected k and width from 1 to 8, found 9 and 4}}
  // expected-error @below {{'emel.top_k_parts' op failed to infer returned types}}
  %y = emel.top_k_parts %x k 9 width 4 : (tensor<4x8xf32>) -> tensor<4x2x9xi64>
  return
}

// -----

func.func @f(%x: tensor<4x8xf32>) {
  // expected-error @below {{(C2) expected k and width from 1 to 8, found 2 and 0}}
  // expected-error @below {{'emel.top_k_parts' op failed to infer returned types}}
  %y = emel.top_k_parts %x k 2 width 0 : (tensor<4x8xf32>) -> tensor<4x2x2xi64>
  return
}

// -----

func.func @f(%x: tensor<4x3x2xi32>) {
  // expected-error @below {{(C1) expected known parts of candidates of i64, found 'tensor<4x3x2xi32>'}}
  // expected-error @below {{'emel.merge_top_k' op failed to infer returned types}}
  %y = emel.merge_top_k %x : (tensor<4x3x2xi32>) -> tensor<4x2xi32>
  return
}

// -----

func.func @f(%x: tensor<4x0xf32>) {
  // expected-error @below {{(C1) expected rows that are not empty, found 'tensor<4x0xf32>'}}
  // expected-error @below {{'emel.argmax' op failed to infer returned types}}
  %y = emel.argmax %x : (tensor<4x0xf32>) -> tensor<4xi32>
  return
}

// -----

func.func @f(%x: tensor<f32>) {
  // expected-error @below {{(C1) expected an input of at least 1 dimension, found 'tensor<f32>'}}
  // expected-error @below {{'emel.argsort' op failed to infer returned types}}
  %y = emel.argsort asc %x : (tensor<f32>) -> tensor<i32>
  return
}

// -----

func.func @f(%x: tensor<f32>) {
  // expected-error @below {{(C1) expected an input of at least 1 dimension, found 'tensor<f32>'}}
  %y = emel.cumsum %x : tensor<f32>
  return
}

// -----

func.func @f(%x: tensor<4xi32>, %y: tensor<4xi64>) {
  // expected-error @below {{(C1) expected equal types}}
  // expected-error @below {{'emel.count_equal' op failed to infer returned types}}
  %z = emel.count_equal %x, %y : (tensor<4xi32>, tensor<4xi64>) -> tensor<i64>
  return
}
