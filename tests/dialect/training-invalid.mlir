// RUN: emel-opt %s -split-input-file -verify-diagnostics

func.func @by_name(%x: tensor<4xf32>) {
  // expected-error @below {{custom op 'emel.rms_norm_back' is a training op, and those are no part of the dialect}}
  %y = emel.rms_norm_back %x, %x : tensor<4xf32>
  return
}

// -----

func.func @optimiser(%x: tensor<4xf32>) {
  // expected-error @below {{custom op 'emel.opt_step_adamw' is a training op, and those are no part of the dialect}}
  emel.opt_step_adamw %x : tensor<4xf32>
  return
}

// -----

func.func @unknown(%x: tensor<4xf32>) {
  // expected-error @below {{custom op 'emel.no_such_op' is unknown}}
  emel.no_such_op %x : tensor<4xf32>
  return
}

// -----

func.func @generic_form(%x: tensor<4xf32>) {
  // expected-error @below {{unregistered operation 'emel.silu_back' found in dialect ('emel') that does not allow unknown operations}}
  "emel.silu_back"(%x) : (tensor<4xf32>) -> ()
  return
}
