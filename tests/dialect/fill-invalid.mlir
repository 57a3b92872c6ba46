// RUN: emel-opt %s -split-input-file -verify-diagnostics

func.func @f() {
  // expected-error @below {{(C1) expected one dimension of known size, found 'tensor<?xf32>'}}
  %y = emel.arange from 0.0 step 1.0 : tensor<?xf32>
  return
}

// -----

func.func @f() {
  // expected-error @below {{(C1) expected one dimension of known size}}
  %y = emel.arange from 0.0 step 1.0 : tensor<2x2xf32>
  return
}

// -----

func.func @f() {
  // expected-error @below {{(C2) expected a finite start and step, found a start of 0.000000e+00 and a step of INF}}
  %y = emel.arange from 0.0 step 0x7F800000 : tensor<2xf32>
  return
}

// -----

func.func @f(%x: tensor<f32>) {
  // expected-error @below {{(C1) expected an input of at least 1 dimension, found 'tensor<f32>'}}
  // expected-error @below {{'emel.diag' op failed to infer returned types}}
  %y = emel.diag %x : (tensor<f32>) -> tensor<f32>
  return
}

// -----

func.func @f(%x: tensor<4xf32>) {
  // expected-error @below {{(C1) expected an input of at least 2 dimensions, found 'tensor<4xf32>'}}
  %y = emel.diag_mask inf %x past 0 : tensor<4xf32>
  return
}

// -----

func.func @f(%x: tensor<4x4xf32>) {
  // expected-error @below {{(C2) expected a past of at least 0, found -1}}
  %y = emel.diag_mask zero %x past -1 : tensor<4x4xf32>
  return
}

// -----

func.func @f(%x: tensor<4xf32>) {
  // expected-error @below {{(C1) expected an input of at least 2 dimensions}}
  %y = emel.tri lower %x : tensor<4xf32>
  return
}
