// RUN: emel-opt %s -split-input-file -verify-diagnostics

func.func @f(%a: tensor<?x64xf32>, %b: tensor<64xf16>) {
  // expected-error @below {{(C1) expected equal element types, found 'f32' and 'f16'}}
  // expected-error @below {{'emel.add' op failed to infer returned types}}
  %y = emel.add %a, %b : (tensor<?x64xf32>, tensor<64xf16>) -> tensor<?x64xf32>
  return
}

// -----

func.func @f(%a: tensor<64xf32>, %b: tensor<1x64xf32>) {
  // expected-error @below {{(C2) expected at most 1 dimensions on the right, found 2}}
  // expected-error @below {{'emel.add' op failed to infer returned types}}
  %y = emel.add %a, %b : (tensor<64xf32>, tensor<1x64xf32>) -> tensor<64xf32>
  return
}

// -----

func.func @f(%a: tensor<?x64xf32>, %b: tensor<32xf32>) {
  // expected-error @below {{(C3) cannot broadcast 32 to 64}}
  // expected-error @below {{'emel.add' op failed to infer returned types}}
  %y = emel.add %a, %b : (tensor<?x64xf32>, tensor<32xf32>) -> tensor<?x64xf32>
  return
}

// -----

func.func @f(%a: tensor<?x64xf32>, %b: tensor<64xf16>) {
  // expected-error @below {{(C1) expected equal element types, found 'f32' and 'f16'}}
  // expected-error @below {{'emel.sub' op failed to infer returned types}}
  %y = emel.sub %a, %b : (tensor<?x64xf32>, tensor<64xf16>) -> tensor<?x64xf32>
  return
}

// -----

func.func @f(%a: tensor<64xf32>, %b: tensor<1x64xf32>) {
  // expected-error @below {{(C2) expected at most 1 dimensions on the right, found 2}}
  // expected-error @below {{'emel.sub' op failed to infer returned types}}
  %y = emel.sub %a, %b : (tensor<64xf32>, tensor<1x64xf32>) -> tensor<64xf32>
  return
}

// -----

func.func @f(%a: tensor<?x64xf32>, %b: tensor<32xf32>) {
  // expected-error @below {{(C3) cannot broadcast 32 to 64}}
  // expected-error @below {{'emel.sub' op failed to infer returned types}}
  %y = emel.sub %a, %b : (tensor<?x64xf32>, tensor<32xf32>) -> tensor<?x64xf32>
  return
}

// -----

func.func @f(%a: tensor<?x64xf32>, %b: tensor<64xf16>) {
  // expected-error @below {{(C1) expected equal element types, found 'f32' and 'f16'}}
  // expected-error @below {{'emel.mul' op failed to infer returned types}}
  %y = emel.mul %a, %b : (tensor<?x64xf32>, tensor<64xf16>) -> tensor<?x64xf32>
  return
}

// -----

func.func @f(%a: tensor<64xf32>, %b: tensor<1x64xf32>) {
  // expected-error @below {{(C2) expected at most 1 dimensions on the right, found 2}}
  // expected-error @below {{'emel.mul' op failed to infer returned types}}
  %y = emel.mul %a, %b : (tensor<64xf32>, tensor<1x64xf32>) -> tensor<64xf32>
  return
}

// -----

func.func @f(%a: tensor<?x64xf32>, %b: tensor<32xf32>) {
  // expected-error @below {{(C3) cannot broadcast 32 to 64}}
  // expected-error @below {{'emel.mul' op failed to infer returned types}}
  %y = emel.mul %a, %b : (tensor<?x64xf32>, tensor<32xf32>) -> tensor<?x64xf32>
  return
}

// -----

func.func @f(%a: tensor<?x64xf32>, %b: tensor<64xf16>) {
  // expected-error @below {{(C1) expected equal element types, found 'f32' and 'f16'}}
  // expected-error @below {{'emel.div' op failed to infer returned types}}
  %y = emel.div %a, %b : (tensor<?x64xf32>, tensor<64xf16>) -> tensor<?x64xf32>
  return
}

// -----

func.func @f(%a: tensor<64xf32>, %b: tensor<1x64xf32>) {
  // expected-error @below {{(C2) expected at most 1 dimensions on the right, found 2}}
  // expected-error @below {{'emel.div' op failed to infer returned types}}
  %y = emel.div %a, %b : (tensor<64xf32>, tensor<1x64xf32>) -> tensor<64xf32>
  return
}

// -----

func.func @f(%a: tensor<?x64xf32>, %b: tensor<32xf32>) {
  // expected-error @below {{(C3) cannot broadcast 32 to 64}}
  // expected-error @below {{'emel.div' op failed to infer returned types}}
  %y = emel.div %a, %b : (tensor<?x64xf32>, tensor<32xf32>) -> tensor<?x64xf32>
  return
}

// -----

func.func @f(%a: tensor<?x64xf32>, %b: tensor<64xf32>) {
  // expected-error @below {{are incompatible with return type(s) of operation}}
  // expected-error @below {{'emel.add' op failed to infer returned types}}
  %y = emel.add %a, %b : (tensor<?x64xf32>, tensor<64xf32>) -> tensor<64xf32>
  return
}

// -----

func.func @f(%x: tensor<4xf32>) {
  // expected-error @below {{(C1) expected an ascending range without NaN, found 1}}
  %y = emel.clamp %x from 1.0 to -1.0 : tensor<4xf32>
  return
}

// -----

func.func @f(%x: tensor<4xf32>) {
  // expected-error @below {{(C1) expected an ascending range without NaN}}
  %y = emel.clamp %x from 0x7FC00000 to 1.0 : tensor<4xf32>
  return
}

// -----

func.func @f(%x: tensor<4xf32>) {
  // expected-error @below {{(C1) expected finite parameters}}
  %y = emel.leaky_relu %x slope 0x7F800000 : tensor<4xf32>
  return
}

// -----

func.func @f(%x: tensor<4xf32>) {
  // expected-error @below {{(C1) expected finite parameters}}
  %y = emel.xielu %x {alpha_n = 1.0 : f32, alpha_p = 1.0 : f32, beta = 0x7FC00000 : f32, eps = 0.0 : f32} : tensor<4xf32>
  return
}

// -----

func.func @f(%x: tensor<4xf32>) {
  // expected-error @below {{(C1) expected finite parameters}}
  %y = emel.swiglu_oai %x, %x alpha 0x7F800000 limit 1.0 : tensor<4xf32>
  return
}

// -----

func.func @f(%x: tensor<4xf32>) {
  // expected-error @below {{(C1) expected a finite limit of at least 0, found -1}}
  %y = emel.swiglu_oai %x, %x alpha 1.0 limit -1.0 : tensor<4xf32>
  return
}

// -----

func.func @f(%x: tensor<?x64xf32>, %b: tensor<8x64xf32>, %ids: tensor<?x2xi32>) {
  // expected-error @below {{(C1) expected an input of 3 dimensions}}
  // expected-error @below {{'emel.add_id' op failed to infer returned types}}
  %y = emel.add_id %x, %b, %ids : (tensor<?x64xf32>, tensor<8x64xf32>, tensor<?x2xi32>) -> tensor<?x64xf32>
  return
}

// -----

func.func @f(%x: tensor<?x2x64xf32>, %b: tensor<8x32xf32>, %ids: tensor<?x2xi32>) {
  // expected-error @below {{(C2) expected equal rows}}
  // expected-error @below {{'emel.add_id' op failed to infer returned types}}
  %y = emel.add_id %x, %b, %ids : (tensor<?x2x64xf32>, tensor<8x32xf32>, tensor<?x2xi32>) -> tensor<?x2x64xf32>
  return
}

// -----

func.func @f(%x: tensor<?x2x64xf32>, %b: tensor<8x64xf32>, %ids: tensor<?x3xi32>) {
  // expected-error @below {{(C3) expected ids for each row}}
  // expected-error @below {{'emel.add_id' op failed to infer returned types}}
  %y = emel.add_id %x, %b, %ids : (tensor<?x2x64xf32>, tensor<8x64xf32>, tensor<?x3xi32>) -> tensor<?x2x64xf32>
  return
}

// -----

func.func @f(%x: tensor<4xf32>) {
  // expected-error @below {{(C1) expected equal shapes without layout}}
  %y = emel.cast %x : tensor<4xf32> to tensor<5xf16>
  return
}

// -----

func.func @f(%x: tensor<4x4xf32>) {
  // expected-error @below {{(C1) expected equal shapes without layout}}
  %y = emel.cast %x : tensor<4x4xf32> to tensor<4x4xf16, #emel.layout<r16>>
  return
}

// -----

func.func @f(%x: tensor<4x32x!emel.q8_0>) {
  // expected-error @below {{(C2) expected floats from '!emel.q8_0', found 'i32'}}
  %y = emel.cast %x : tensor<4x32x!emel.q8_0> to tensor<4x32xi32>
  return
}

// -----

func.func @f(%x: tensor<4x32x!emel.q8_0>) {
  // expected-error @below {{operand #0 must be tensor of float values}}
  %y = emel.unary silu %x : tensor<4x32x!emel.q8_0>
  return
}
