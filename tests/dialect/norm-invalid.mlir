// RUN: emel-opt %s -split-input-file -verify-diagnostics

func.func @f(%x: tensor<4x8xf32>, %w: tensor<4xf32>) {
  // expected-error @below {{(C1) expected a weight of 8 elements of 'f32', found 'tensor<4xf32>'}}
  %y = emel.rms_norm %x weight %w eps 1.0e-05 : tensor<4x8xf32>, tensor<4xf32>
  return
}

// -----

func.func @f(%x: tensor<f32>) {
  // expected-error @below {{(C1) expected an input of at least 1 dimension, found 'tensor<f32>'}}
  %y = emel.rms_norm %x eps 1.0e-05 : tensor<f32>
  return
}

// -----

func.func @f(%x: tensor<4x8xf32>) {
  // expected-error @below {{(C2) expected a finite eps of at least 0, found -1}}
  %y = emel.rms_norm %x eps -1.0 : tensor<4x8xf32>
  return
}

// -----

func.func @f(%x: tensor<4x8xf32>, %w: tensor<8xf16>) {
  // expected-error @below {{(C1) expected a weight of 8 elements of 'f32'}}
  %y = emel.layer_norm %x weight %w eps 1.0e-05 : tensor<4x8xf32>, tensor<8xf16>
  return
}

// -----

func.func @f(%x: tensor<4x8xf32>, %w: tensor<8xf32>, %b: tensor<1x8xf32>) {
  // expected-error @below {{(C1) expected a bias of 8 elements of 'f32'}}
  %y = emel.layer_norm %x weight %w bias %b eps 1.0e-05 : tensor<4x8xf32>, tensor<8xf32>, tensor<1x8xf32>
  return
}

// -----

func.func @f(%x: tensor<4x8xf32>) {
  // expected-error @below {{(C2) expected a finite eps of at least 0}}
  %y = emel.layer_norm %x eps 0x7FC00000 : tensor<4x8xf32>
  return
}

// -----

func.func @f(%x: tensor<4x8xf32>, %b: tensor<8xf32>) {
  // expected-error @below {{(C3) has a bias but no weight}}
  %y = "emel.layer_norm"(%x, %b) <{eps = 1.0e-05 : f32, operandSegmentSizes = array<i32: 1, 0, 1>}> : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @f(%x: tensor<f32>) {
  // expected-error @below {{(C1) expected an input of at least 1 dimension, found 'tensor<f32>'}}
  %y = emel.l2_norm %x eps 1.0e-05 : tensor<f32>
  return
}

// -----

func.func @f(%x: tensor<4xf32>) {
  // expected-error @below {{(C2) expected a finite eps of at least 0}}
  %y = emel.l2_norm %x eps 0x7F800000 : tensor<4xf32>
  return
}

// -----

func.func @f(%x: tensor<4x8xf32>) {
  // expected-error @below {{(C1) expected an input of at least 3 dimensions}}
  %y = emel.group_norm %x groups 2 eps 1.0e-05 : tensor<4x8xf32>
  return
}

// -----

func.func @f(%x: tensor<4x8x8xf32>) {
  // expected-error @below {{(C2) expected a finite eps of at least 0}}
  %y = emel.group_norm %x groups 2 eps -1.0 : tensor<4x8x8xf32>
  return
}

// -----

func.func @f(%x: tensor<4x8x8xf32>) {
  // expected-error @below {{(C3) expected groups that divide 4 channels, found 3}}
  %y = emel.group_norm %x groups 3 eps 1.0e-05 : tensor<4x8x8xf32>
  return
}

// -----

func.func @f(%x: tensor<?x8x8xf32>) {
  // expected-error @below {{(C3) expected groups that divide ? channels, found 0}}
  %y = emel.group_norm %x groups 0 eps 1.0e-05 : tensor<?x8x8xf32>
  return
}
