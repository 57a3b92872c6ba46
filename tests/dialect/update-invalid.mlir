// RUN: emel-opt %s -split-input-file -verify-diagnostics

func.func @f(%t: tensor<8xf32>, %r: tensor<?xf32>, %i: tensor<?xi32>) {
  // expected-error @below {{(C1) expected a table of at least 2 dimensions}}
  // expected-error @below {{'emel.set_rows' op failed to infer returned types}}
  %y = emel.set_rows %t, %r at %i : (tensor<8xf32>, tensor<?xf32>, tensor<?xi32>) -> tensor<8xf32>
  return
}

// -----

func.func @f(%t: tensor<4x8xf32>, %r: tensor<?x7xf32>, %i: tensor<?xi32>) {
  // expected-error @below {{(C2) expected equal leading dimensions and rows}}
  // expected-error @below {{'emel.set_rows' op failed to infer returned types}}
  %y = emel.set_rows %t, %r at %i : (tensor<4x8xf32>, tensor<?x7xf32>, tensor<?xi32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @f(%t: tensor<2x4x8xf32>, %r: tensor<3x?x8xf32>, %i: tensor<3x?xi32>) {
  // expected-error @below {{(C2) expected equal leading dimensions and rows}}
  // expected-error @below {{'emel.set_rows' op failed to infer returned types}}
  %y = emel.set_rows %t, %r at %i : (tensor<2x4x8xf32>, tensor<3x?x8xf32>, tensor<3x?xi32>) -> tensor<2x4x8xf32>
  return
}

// -----

func.func @f(%t: tensor<4x8xf32>, %r: tensor<3x8xf32>, %i: tensor<2xi32>) {
  // expected-error @below {{(C3) expected an id for each row}}
  // expected-error @below {{'emel.set_rows' op failed to infer returned types}}
  %y = emel.set_rows %t, %r at %i : (tensor<4x8xf32>, tensor<3x8xf32>, tensor<2xi32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @f(%x: tensor<4x8xf32>, %p: tensor<8xf32>) {
  // expected-error @below {{(C1) expected a part of like dimensions and elements without layout}}
  // expected-error @below {{'emel.set' op failed to infer returned types}}
  %y = emel.set %x, %p at [0, 0] : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @f(%x: tensor<4x8xf32>, %p: tensor<2x8xf32>) {
  // expected-error @below {{(C2) expected 2 offsets of at least 0, found [0]}}
  // expected-error @below {{'emel.set' op failed to infer returned types}}
  %y = emel.set %x, %p at [0] : (tensor<4x8xf32>, tensor<2x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @f(%x: tensor<4x8xf32>, %p: tensor<2x8xf32>) {
  // expected-error @below {{(C2) expected 2 offsets of at least 0, found [-1, 0]}}
  // expected-error @below {{'emel.set' op failed to infer returned types}}
  %y = emel.set %x, %p at [-1, 0] : (tensor<4x8xf32>, tensor<2x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @f(%x: tensor<4x8xf32>, %p: tensor<2x8xf32>) {
  // expected-error @below {{(C3) expected a part inside 'tensor<4x8xf32>', found 'tensor<2x8xf32>' at 3 of 4}}
  // expected-error @below {{'emel.set' op failed to infer returned types}}
  %y = emel.set %x, %p at [3, 0] : (tensor<4x8xf32>, tensor<2x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @f(%x: tensor<4x8xf32>, %p: tensor<8xf32>) {
  // expected-error @below {{(C1) expected a part of like dimensions and elements without layout}}
  // expected-error @below {{'emel.accumulate' op failed to infer returned types}}
  %y = emel.accumulate %x, %p at [0, 0] : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @f(%x: tensor<4x8xf32>, %p: tensor<2x8xf32>) {
  // expected-error @below {{(C2) expected 2 offsets of at least 0, found [0]}}
  // expected-error @below {{'emel.accumulate' op failed to infer returned types}}
  %y = emel.accumulate %x, %p at [0] : (tensor<4x8xf32>, tensor<2x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @f(%x: tensor<4x8xf32>, %p: tensor<2x8xf32>) {
  // expected-error @below {{(C2) expected 2 offsets of at least 0, found [-1, 0]}}
  // expected-error @below {{'emel.accumulate' op failed to infer returned types}}
  %y = emel.accumulate %x, %p at [-1, 0] : (tensor<4x8xf32>, tensor<2x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @f(%x: tensor<4x8xf32>, %p: tensor<2x8xf32>) {
  // expected-error @below {{(C3) expected a part inside 'tensor<4x8xf32>', found 'tensor<2x8xf32>' at 3 of 4}}
  // expected-error @below {{'emel.accumulate' op failed to infer returned types}}
  %y = emel.accumulate %x, %p at [3, 0] : (tensor<4x8xf32>, tensor<2x8xf32>) -> tensor<4x8xf32>
  return
}
