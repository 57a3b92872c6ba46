// RUN: emel-opt %s -split-input-file -verify-diagnostics

func.func @f(%x: tensor<?x64xf32>, %w: tensor<64xf32>) {
  // expected-error @below {{(C1) expected a weight of at least 2 dimensions, found 1}}
  // expected-error @below {{'emel.matmul' op failed to infer returned types}}
  %y = emel.matmul %x, %w : (tensor<?x64xf32>, tensor<64xf32>) -> tensor<?xf32>
  return
}

// -----

func.func @f(%x: tensor<?x64xf32>, %w: tensor<8x32xf32>) {
  // expected-error @below {{(C2) expected equal innermost dimensions}}
  // expected-error @below {{'emel.matmul' op failed to infer returned types}}
  %y = emel.matmul %x, %w : (tensor<?x64xf32>, tensor<8x32xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @f(%x: tensor<f32>, %w: tensor<8x32xf32>) {
  // expected-error @below {{(C2) expected equal innermost dimensions}}
  // expected-error @below {{'emel.matmul' op failed to infer returned types}}
  %y = emel.matmul %x, %w : (tensor<f32>, tensor<8x32xf32>) -> tensor<8xf32>
  return
}

// -----

func.func @f(%x: tensor<?x64xf32>, %w: tensor<2x8x64xf32>) {
  // expected-error @below {{(C3) expected a weight of at most 2 dimensions, found 3}}
  // expected-error @below {{'emel.matmul' op failed to infer returned types}}
  %y = emel.matmul %x, %w : (tensor<?x64xf32>, tensor<2x8x64xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @f(%x: tensor<3x?x64xf32>, %w: tensor<2x8x64xf32>) {
  // expected-error @below {{(C3) dimension 2 of 'tensor<2x8x64xf32>' does not divide 3}}
  // expected-error @below {{'emel.matmul' op failed to infer returned types}}
  %y = emel.matmul %x, %w : (tensor<3x?x64xf32>, tensor<2x8x64xf32>) -> tensor<3x?x8xf32>
  return
}

// -----

func.func @f(%x: tensor<?x40xf32>, %w: tensor<8x40x!emel.q8_0>) {
  // expected-error @below {{(C4) expected rows of whole blocks, found 'tensor<8x40x!emel.q8_0>'}}
  // expected-error @below {{'emel.matmul' op failed to infer returned types}}
  %y = emel.matmul %x, %w : (tensor<?x40xf32>, tensor<8x40x!emel.q8_0>) -> tensor<?x8xf32>
  return
}

// -----

func.func @f(%x: tensor<?x64xf32>, %w: tensor<8x64xf32>, %ids: tensor<?x2xi32>) {
  // expected-error @below {{(C1) expected a weight of 3 dimensions}}
  // expected-error @below {{'emel.matmul_id' op failed to infer returned types}}
  %y = emel.matmul_id %x, %w, %ids : (tensor<?x64xf32>, tensor<8x64xf32>, tensor<?x2xi32>) -> tensor<?x2x8xf32>
  return
}

// -----

func.func @f(%x: tensor<?x64xf32>, %w: tensor<4x8x32xf32>, %ids: tensor<?x2xi32>) {
  // expected-error @below {{(C2) expected equal innermost dimensions}}
  // expected-error @below {{'emel.matmul_id' op failed to infer returned types}}
  %y = emel.matmul_id %x, %w, %ids : (tensor<?x64xf32>, tensor<4x8x32xf32>, tensor<?x2xi32>) -> tensor<?x2x8xf32>
  return
}

// -----

func.func @f(%x: tensor<?x3x64xf32>, %w: tensor<4x8x64xf32>, %ids: tensor<?x2xi32>) {
  // expected-error @below {{(C3) expected ids for each row}}
  // expected-error @below {{'emel.matmul_id' op failed to infer returned types}}
  %y = emel.matmul_id %x, %w, %ids : (tensor<?x3x64xf32>, tensor<4x8x64xf32>, tensor<?x2xi32>) -> tensor<?x2x8xf32>
  return
}

// -----

func.func @f(%x: tensor<?x40xf32>, %w: tensor<4x8x40x!emel.q8_0>, %ids: tensor<?x2xi32>) {
  // expected-error @below {{(C4) expected rows of whole blocks}}
  // expected-error @below {{'emel.matmul_id' op failed to infer returned types}}
  %y = emel.matmul_id %x, %w, %ids : (tensor<?x40xf32>, tensor<4x8x40x!emel.q8_0>, tensor<?x2xi32>) -> tensor<?x2x8xf32>
  return
}

// -----

func.func @f(%x: tensor<?x64xf32>, %w: tensor<4x8x64xf32>, %ids: tensor<?x2xi32>, %order: tensor<?x2xi32>) {
  // expected-error @below {{(C6) expected an order of the shape of}}
  // expected-error @below {{'emel.matmul_id' op failed to infer returned types}}
  %y = emel.matmul_id %x, %w, %ids grouped(%order) : (tensor<?x64xf32>, tensor<4x8x64xf32>, tensor<?x2xi32>, tensor<?x2xi32>) -> tensor<?x2x8xf32>
  return
}

// -----

func.func @f(%x: tensor<?x64xf32>, %w: tensor<4x8x64xf32>, %ids: tensor<?x2xi32>, %order: tensor<?x2xi32>, %starts: tensor<4xi32>) {
  // expected-error @below {{(C6) expected an order of the shape of 'tensor<?x2xi32>' and starts of the experts of 'tensor<4x8x64xf32>'}}
  // expected-error @below {{'emel.matmul_id' op failed to infer returned types}}
  %y = emel.matmul_id %x, %w, %ids grouped(%order, %starts) : (tensor<?x64xf32>, tensor<4x8x64xf32>, tensor<?x2xi32>, tensor<?x2xi32>, tensor<4xi32>) -> tensor<?x2x8xf32>
  return
}

// -----

func.func @f(%ids: tensor<?xi32>) {
  // expected-error @below {{(C1) expected ids of 2 dimensions}}
  // expected-error @below {{'emel.group_experts' op failed to infer returned types}}
  %order, %starts = emel.group_experts %ids experts 8 : (tensor<?xi32>) -> (tensor<?xi32>, tensor<9xi32>)
  return
}

// -----

func.func @f(%ids: tensor<?x2xi32>) {
  // expected-error @below {{(C2) expected from 1 to 2147483647 experts, found 0}}
  // expected-error @below {{'emel.group_experts' op failed to infer returned types}}
  %order, %starts = emel.group_experts %ids experts 0 : (tensor<?x2xi32>) -> (tensor<?x2xi32>, tensor<1xi32>)
  return
}

// -----

func.func @f(%x: tensor<?x4xf32>, %w: tensor<8xf32>) {
  // expected-error @below {{(C1) expected at least 2 dimensions}}
  // expected-error @below {{'emel.out_prod' op failed to infer returned types}}
  %y = emel.out_prod %x, %w : (tensor<?x4xf32>, tensor<8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @f(%x: tensor<?x4xf32>, %w: tensor<2x?x8xf32>) {
  // expected-error @below {{(C1) expected at least 2 dimensions and on the right at most those of the left}}
  // expected-error @below {{'emel.out_prod' op failed to infer returned types}}
  %y = emel.out_prod %x, %w : (tensor<?x4xf32>, tensor<2x?x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @f(%x: tensor<3x4xf32>, %w: tensor<2x8xf32>) {
  // expected-error @below {{(C2) expected as many rows on both sides}}
  // expected-error @below {{'emel.out_prod' op failed to infer returned types}}
  %y = emel.out_prod %x, %w : (tensor<3x4xf32>, tensor<2x8xf32>) -> tensor<4x8xf32>
  return
}

// -----

func.func @f(%x: tensor<3x?x4xf32>, %w: tensor<2x?x8xf32>) {
  // expected-error @below {{(C3) dimension 2 of 'tensor<2x?x8xf32>' does not divide 3}}
  // expected-error @below {{'emel.out_prod' op failed to infer returned types}}
  %y = emel.out_prod %x, %w : (tensor<3x?x4xf32>, tensor<2x?x8xf32>) -> tensor<4x8xf32>
  return
}
