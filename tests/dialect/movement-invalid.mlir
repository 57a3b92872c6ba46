// RUN: emel-opt %s -split-input-file -verify-diagnostics

func.func @f(%t: tensor<8xf32>, %i: tensor<?xi32>) {
  // expected-error @below {{(C1) expected a table of at least 2 dimensions}}
  // expected-error @below {{'emel.get_rows' op failed to infer returned types}}
  %y = emel.get_rows %t, %i : (tensor<8xf32>, tensor<?xi32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @f(%t: tensor<2x4x8xf32>, %i: tensor<3x5xi32>) {
  // expected-error @below {{(C2) expected equal leading dimensions}}
  // expected-error @below {{'emel.get_rows' op failed to infer returned types}}
  %y = emel.get_rows %t, %i : (tensor<2x4x8xf32>, tensor<3x5xi32>) -> tensor<3x5x8xf32>
  return
}

// -----

func.func @f(%t: tensor<4x8x!emel.q8_0>, %i: tensor<?xi32>) {
  // expected-error @below {{(C3) expected rows of whole blocks}}
  // expected-error @below {{'emel.get_rows' op failed to infer returned types}}
  %y = emel.get_rows %t, %i : (tensor<4x8x!emel.q8_0>, tensor<?xi32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @f(%x: tensor<4x8xf32>) {
  // expected-error @below {{(C1) expected equal element types without layout}}
  %y = emel.reshape %x : tensor<4x8xf32> to tensor<32xf16>
  return
}

// -----

func.func @f(%x: tensor<4x8xf32, #emel.layout<r16>>) {
  // expected-error @below {{(C1) expected equal element types without layout}}
  %y = emel.reshape %x : tensor<4x8xf32, #emel.layout<r16>> to tensor<32xf32>
  return
}

// -----

func.func @f(%x: tensor<4x8xf32>) {
  // expected-error @below {{(C2) cannot reshape 'tensor<4x8xf32>' to 'tensor<33xf32>'}}
  %y = emel.reshape %x : tensor<4x8xf32> to tensor<33xf32>
  return
}

// -----

func.func @f(%x: tensor<?x?xf32>) {
  // expected-error @below {{(C2) cannot reshape}}
  %y = emel.reshape %x : tensor<?x?xf32> to tensor<?x?xf32>
  return
}

// -----

func.func @f(%x: tensor<4x8xf32>) {
  // expected-error @below {{(C1) expected a permutation of the dimensions of 'tensor<4x8xf32>' and no layout, found [0, 0]}}
  // expected-error @below {{'emel.permute' op failed to infer returned types}}
  %y = emel.permute %x [0, 0] : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @f(%x: tensor<4x8xf32, #emel.layout<r16>>) {
  // expected-error @below {{(C1) expected a permutation of the dimensions}}
  // expected-error @below {{'emel.permute' op failed to infer returned types}}
  %y = emel.permute %x [1, 0] : (tensor<4x8xf32, #emel.layout<r16>>) -> tensor<8x4xf32>
  return
}

// -----

func.func @f(%x: tensor<?x8xf32>) {
  // expected-error @below {{(C1) expected a dimension of known size and no layout, found 0}}
  // expected-error @below {{'emel.slice' op failed to infer returned types}}
  %y = emel.slice %x dim 0 from 0 size 1 : (tensor<?x8xf32>) -> tensor<1x8xf32>
  return
}

// -----

func.func @f(%x: tensor<4x8xf32>) {
  // expected-error @below {{(C1) expected a dimension of known size and no layout, found 2}}
  // expected-error @below {{'emel.slice' op failed to infer returned types}}
  %y = emel.slice %x dim 2 from 0 size 1 : (tensor<4x8xf32>) -> tensor<4x1xf32>
  return
}

// -----

func.func @f(%x: tensor<4x8xf32, #emel.layout<r16>>) {
  // expected-error @below {{(C1) expected a dimension of known size and no layout}}
  // expected-error @below {{'emel.slice' op failed to infer returned types}}
  %y = emel.slice %x dim 0 from 0 size 1 : (tensor<4x8xf32, #emel.layout<r16>>) -> tensor<1x8xf32>
  return
}

// -----

func.func @f(%x: tensor<4x8xf32>) {
  // expected-error @below {{(C2) expected a range within 8, found 5 from 4}}
  // expected-error @below {{'emel.slice' op failed to infer returned types}}
  %y = emel.slice %x dim 1 from 4 size 5 : (tensor<4x8xf32>) -> tensor<4x5xf32>
  return
}

// -----

func.func @f(%x: tensor<4x8xf32>) {
  // expected-error @below {{(C2) expected a range within 8, found 5 from -1}}
  // expected-error @below {{'emel.slice' op failed to infer returned types}}
  %y = emel.slice %x dim 1 from -1 size 5 : (tensor<4x8xf32>) -> tensor<4x5xf32>
  return
}

// -----

func.func @f(%x: tensor<4x64x!emel.q8_0>) {
  // expected-error @below {{(C3) expected a range of whole blocks of 32, found 32 from 16}}
  // expected-error @below {{'emel.slice' op failed to infer returned types}}
  %y = emel.slice %x dim 1 from 16 size 32 : (tensor<4x64x!emel.q8_0>) -> tensor<4x32x!emel.q8_0>
  return
}

// -----

func.func @f() {
  // expected-error @below {{(C1) expected inputs that have a dimension 0, found ()}}
  // expected-error @below {{'emel.concat' op failed to infer returned types}}
  %y = emel.concat dim 0 : () -> tensor<4xf32>
  return
}

// -----

func.func @f(%x: tensor<4xf32>) {
  // expected-error @below {{(C1) expected inputs that have a dimension 1, found ('tensor<4xf32>', 'tensor<4xf32>')}}
  // expected-error @below {{'emel.concat' op failed to infer returned types}}
  %y = emel.concat %x, %x dim 1 : (tensor<4xf32>, tensor<4xf32>) -> tensor<8xf32>
  return
}

// -----

func.func @f(%x: tensor<4x8xf32>, %y: tensor<4x9xf32>) {
  // expected-error @below {{(C4) expected equal dimensions but 0, found 'tensor<4x8xf32>' and 'tensor<4x9xf32>'}}
  // expected-error @below {{'emel.concat' op failed to infer returned types}}
  %z = emel.concat %x, %y dim 0 : (tensor<4x8xf32>, tensor<4x9xf32>) -> tensor<8x8xf32>
  return
}

// -----

func.func @f(%x: tensor<4x8xf32>, %y: tensor<4x8xf16>) {
  // expected-error @below {{(C2) expected inputs of the element type and rank of 'tensor<4x8xf32>', found 'tensor<4x8xf16>'}}
  // expected-error @below {{'emel.concat' op failed to infer returned types}}
  %z = emel.concat %x, %y dim 0 : (tensor<4x8xf32>, tensor<4x8xf16>) -> tensor<8x8xf32>
  return
}

// -----

func.func @f(%x: tensor<4x8xf32, #emel.layout<r16>>) {
  // expected-error @below {{(C3) expected inputs of whole blocks without a layout, found}}
  // expected-error @below {{'emel.concat' op failed to infer returned types}}
  %z = emel.concat %x, %x dim 0 : (tensor<4x8xf32, #emel.layout<r16>>, tensor<4x8xf32, #emel.layout<r16>>) -> tensor<8x8xf32>
  return
}

// -----

func.func @f(%x: tensor<9223372036854775807xf32>) {
  // expected-error @below {{(C5) expected fewer than 2^63 indices of dimension 0, found more with}}
  // expected-error @below {{'emel.concat' op failed to infer returned types}}
  %z = emel.concat %x, %x dim 0 : (tensor<9223372036854775807xf32>, tensor<9223372036854775807xf32>) -> tensor<8xf32>
  return
}

// -----

func.func @f(%x: tensor<4x8xf32>) {
  // expected-error @below {{(C1) expected a positive count for each dimension of 'tensor<4x8xf32>', found [2]}}
  // expected-error @below {{'emel.repeat' op failed to infer returned types}}
  %y = emel.repeat %x [2] : (tensor<4x8xf32>) -> tensor<8x8xf32>
  return
}

// -----

func.func @f(%x: tensor<4x8xf32>) {
  // expected-error @below {{(C1) expected a positive count for each dimension}}
  // expected-error @below {{'emel.repeat' op failed to infer returned types}}
  %y = emel.repeat %x [0, 1] : (tensor<4x8xf32>) -> tensor<0x8xf32>
  return
}

// -----

func.func @f(%x: tensor<4x8xf32>) {
  // expected-error @below {{(C1) expected a positive count for each dimension}}
  // expected-error @below {{'emel.repeat' op failed to infer returned types}}
  %y = emel.repeat %x [9223372036854775807, 1] : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @f(%x: tensor<4x8xf32>) {
  // expected-error @below {{(C1) expected amounts of at least 0 for each dimension of 'tensor<4x8xf32>', found low [0] and high [0]}}
  // expected-error @below {{'emel.pad' op failed to infer returned types}}
  %y = emel.pad zeros %x low [0] high [0] : (tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @f(%x: tensor<4x8xf32>) {
  // expected-error @below {{(C1) expected amounts of at least 0}}
  // expected-error @below {{'emel.pad' op failed to infer returned types}}
  %y = emel.pad zeros %x low [0, -1] high [0, 0] : (tensor<4x8xf32>) -> tensor<4x7xf32>
  return
}

// -----

func.func @f(%x: tensor<4xf32>) {
  // expected-error @below {{(C1) expected amounts of at least 0}}
  // expected-error @below {{'emel.pad' op failed to infer returned types}}
  %y = emel.pad zeros %x low [9223372036854775807] high [0] : (tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @f(%x: tensor<0xf32>) {
  // expected-error @below {{(C2) cannot pad dimension 0 of 'tensor<0xf32>' by 1 and 0 of its own elements}}
  // expected-error @below {{'emel.pad' op failed to infer returned types}}
  %y = emel.pad circular %x low [1] high [0] : (tensor<0xf32>) -> tensor<1xf32>
  return
}

// -----

func.func @f(%x: tensor<4xf32>) {
  // expected-error @below {{(C2) cannot pad dimension 0}}
  // expected-error @below {{'emel.pad' op failed to infer returned types}}
  %y = emel.pad reflect %x low [4] high [0] : (tensor<4xf32>) -> tensor<8xf32>
  return
}

// -----

func.func @f(%x: tensor<4x8xf32>) {
  // expected-error @below {{(C1) expected a shift for each dimension of 'tensor<4x8xf32>' and no layout, found [1]}}
  %y = emel.roll %x by [1] : tensor<4x8xf32>
  return
}

// -----

func.func @f(%x: tensor<4x8xf32>) {
  // expected-error @below {{(C1) expected the same shape and element type}}
  %y = emel.pack %x : tensor<4x8xf32> to tensor<8x4xf32, #emel.layout<r16>>
  return
}

// -----

func.func @f(%x: tensor<4x8xf32>) {
  // expected-error @below {{(C2) expected a layout after and none before}}
  %y = emel.pack %x : tensor<4x8xf32> to tensor<4x8xf32>
  return
}

// -----

func.func @f(%x: tensor<4x8xf32, #emel.layout<r16>>) {
  // expected-error @below {{(C1) expected the same shape and element type}}
  %y = emel.unpack %x : tensor<4x8xf32, #emel.layout<r16>> to tensor<4x8xf16>
  return
}

// -----

func.func @f(%x: tensor<4x8xf32, #emel.layout<r16>>) {
  // expected-error @below {{(C2) expected a layout before and none after}}
  %y = emel.unpack %x : tensor<4x8xf32, #emel.layout<r16>> to tensor<4x8xf32, #emel.layout<r16>>
  return
}
