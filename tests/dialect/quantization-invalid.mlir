// RUN: emel-opt --split-input-file --verify-diagnostics %s

func.func @scalar(%x: tensor<f32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{(C1) expected rows without a layout, found 'tensor<f32>'}}
  %q = emel.quantize %x <group = 16, rounding = half_even, sum = ascending> : (tensor<f32>) -> tensor<!emel.a8>
  return
}

// -----

func.func @part_of_a_group(%x: tensor<?x40xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{(C2) expected rows of whole groups of 16 elements, found 'tensor<?x40xf32>'}}
  %q = emel.quantize %x <group = 16, rounding = half_even, sum = ascending> : (tensor<?x40xf32>) -> tensor<?x40x!emel.a8>
  return
}

// -----

func.func @other_group(%x: tensor<?x64xf32>) {
  // expected-error @+1 {{expected groups of 16, found 64}}
  %q = emel.quantize %x <group = 64, rounding = half_even, sum = ascending> : (tensor<?x64xf32>) -> tensor<?x64x!emel.a8>
  return
}

// -----

func.func @floats(%q: tensor<?x64x!emel.a8>, %w: tensor<8x64xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{(C5) expected a weight with an integer form and plus_times, found 'tensor<8x64xf32>' and plus_times}}
  %y = emel.matmul %q, %w : (tensor<?x64x!emel.a8>, tensor<8x64xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @semiring(%q: tensor<?x64x!emel.a8>, %w: tensor<8x64x!emel.q8_0>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{(C5) expected a weight with an integer form and plus_times}}
  %y = emel.matmul %q, %w semiring max_plus : (tensor<?x64x!emel.a8>, tensor<8x64x!emel.q8_0>) -> tensor<?x8xf32>
  return
}

// -----

func.func @experts(%q: tensor<?x256x!emel.a8>, %w: tensor<4x8x256x!emel.iq1_s>, %ids: tensor<?x2xi32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{(C5) expected a weight with an integer form and plus_times}}
  %y = emel.matmul_id %q, %w, %ids : (tensor<?x256x!emel.a8>, tensor<4x8x256x!emel.iq1_s>, tensor<?x2xi32>) -> tensor<?x2x8xf32>
  return
}
