// RUN: emel-opt %s -split-input-file -verify-diagnostics

// Too few bytes.
plan.arena shared @arena bytes 512 align 64
plan.arena worker @scratch bytes 256 align 64
plan.arena caller @out bytes 256 align 64
plan.kernel @twice(%x: tensor<1x64xf32>) -> tensor<1x64xf32> {
  %y = emel.add %x, %x : (tensor<1x64xf32>, tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.return %y : tensor<1x64xf32>
}
plan.entry @e(%x: tensor<1x64xf32>) -> (tensor<1x64xf32>) attributes {emel.entry = {rows = 1, tokens = 1}} {
  // expected-error @below {{(P1) has result 0 at 0 bytes 255 of @out: expected at least 256 bytes for a 'tensor<1x64xf32>'}}
  %z = plan.launch owner @twice(%x) tiles [#plan.tile<[1] by [16]>] places [#plan.place<@out at 0 bytes 255>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.return %z : tensor<1x64xf32>
}

// -----

// Beyond the arena.
plan.arena shared @arena bytes 512 align 64
plan.arena worker @scratch bytes 256 align 64
plan.arena caller @out bytes 256 align 64
plan.kernel @twice(%x: tensor<1x64xf32>) -> tensor<1x64xf32> {
  %y = emel.add %x, %x : (tensor<1x64xf32>, tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.return %y : tensor<1x64xf32>
}
plan.entry @e(%x: tensor<1x64xf32>) -> (tensor<1x64xf32>) attributes {emel.entry = {rows = 1, tokens = 1}} {
  // expected-error @below {{(P1) has result 0 at 64 bytes 256 of @out: expected an end within the arena's 256 bytes}}
  %z = plan.launch owner @twice(%x) tiles [#plan.tile<[1] by [16]>] places [#plan.place<@out at 64 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.return %z : tensor<1x64xf32>
}

// -----

// Beyond all arenas.
plan.arena shared @arena bytes 512 align 64
plan.arena worker @scratch bytes 256 align 64
plan.arena caller @out bytes 256 align 64
plan.kernel @twice(%x: tensor<1x64xf32>) -> tensor<1x64xf32> {
  %y = emel.add %x, %x : (tensor<1x64xf32>, tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.return %y : tensor<1x64xf32>
}
plan.entry @e(%x: tensor<1x64xf32>) -> (tensor<1x64xf32>) attributes {emel.entry = {rows = 1, tokens = 1}} {
  // expected-error @below {{expected an end within the arena's 256 bytes}}
  %z = plan.launch owner @twice(%x) tiles [#plan.tile<[1] by [16]>] places [#plan.place<@out at 9223372036854775744 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.return %z : tensor<1x64xf32>
}

// -----

// Off its alignment.
plan.arena shared @arena bytes 512 align 64
plan.arena worker @scratch bytes 256 align 64
plan.arena caller @out bytes 256 align 64
plan.kernel @twice(%x: tensor<1x64xf32>) -> tensor<1x64xf32> {
  %y = emel.add %x, %x : (tensor<1x64xf32>, tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.return %y : tensor<1x64xf32>
}
plan.entry @e(%x: tensor<1x64xf32>) -> (tensor<1x64xf32>) attributes {emel.entry = {rows = 1, tokens = 1}} {
  // expected-error @below {{(P1) has result 0 at 4 bytes 256 of @out: expected an offset that is a multiple of 64}}
  %z = plan.launch owner @twice(%x) tiles [#plan.tile<[1] by [16]>] places [#plan.place<@out at 4 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.return %z : tensor<1x64xf32>
}

// -----

// Before the arena.
plan.arena shared @arena bytes 512 align 64
plan.arena worker @scratch bytes 256 align 64
plan.arena caller @out bytes 256 align 64
plan.kernel @twice(%x: tensor<1x64xf32>) -> tensor<1x64xf32> {
  %y = emel.add %x, %x : (tensor<1x64xf32>, tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.return %y : tensor<1x64xf32>
}
plan.entry @e(%x: tensor<1x64xf32>) -> (tensor<1x64xf32>) attributes {emel.entry = {rows = 1, tokens = 1}} {
  // expected-error @below {{(P1) has result 0 at -64 bytes 256 of @out: expected an offset that is a multiple of 64}}
  %z = plan.launch owner @twice(%x) tiles [#plan.tile<[1] by [16]>] places [#plan.place<@out at -64 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.return %z : tensor<1x64xf32>
}

// -----

// A worker's own arena ends, too.
plan.arena shared @arena bytes 512 align 64
plan.arena worker @scratch bytes 256 align 64
plan.arena caller @out bytes 256 align 64
plan.kernel @twice(%x: tensor<1x64xf32>) -> tensor<1x64xf32> {
  %y = emel.add %x, %x : (tensor<1x64xf32>, tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.return %y : tensor<1x64xf32>
}
plan.entry @e(%x: tensor<1x64xf32>) -> (tensor<1x64xf32>) attributes {emel.entry = {rows = 1, tokens = 1}} {
  // expected-error @below {{(P1) has result 0 at 64 bytes 256 of @scratch: expected an end}}
  %a = plan.launch each @twice(%x) tiles [#plan.tile<[1] by [16]>] places [#plan.place<@scratch at 64 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  %z = plan.launch owner @twice(%a) tiles [#plan.tile<[1] by [16]>] places [#plan.place<@out at 0 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.return %z : tensor<1x64xf32>
}

// -----

// Bytes must do for as many tokens as a step can have.
plan.arena shared @arena bytes 512 align 64
plan.arena worker @scratch bytes 256 align 64
plan.arena caller @out bytes 256 align 64
plan.kernel @norm(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %y = emel.rms_norm %x eps 1.0E-6 : tensor<?x64xf32>
  plan.return %y : tensor<?x64xf32>
}
plan.entry @e(%x: tensor<?x64xf32>) -> (tensor<?x64xf32>) attributes {emel.entry = {rows = 1, tokens = 2}} {
  // expected-error @below {{expected at least 512 bytes for a 'tensor<2x64xf32>'}}
  %z = plan.launch owner @norm(%x) extents ["n"] tiles [#plan.tile<[] by []>] places [#plan.place<@out at 0 bytes 256>] : (tensor<?x64xf32>) -> tensor<?x64xf32>
  plan.return %z : tensor<?x64xf32>
}

// -----

// The kernel computes a row for each token, not for each row of logits.
plan.arena shared @arena bytes 512 align 64
plan.arena worker @scratch bytes 256 align 64
plan.arena caller @out bytes 256 align 64
plan.kernel @norm(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %y = emel.rms_norm %x eps 1.0E-6 : tensor<?x64xf32>
  plan.return %y : tensor<?x64xf32>
}
plan.entry @e(%x: tensor<?x64xf32>) -> (tensor<?x64xf32>) attributes {emel.entry = {rows = 1, tokens = 2}} {
  // expected-error @below {{(P1) expected 'tensor<1x64xf32>' as result 0, found that @norm computes 'tensor<2x64xf32>'}}
  %z = plan.launch owner @norm(%x) extents ["m"] tiles [#plan.tile<[] by []>] places [#plan.place<@out at 0 bytes 256>] : (tensor<?x64xf32>) -> tensor<?x64xf32>
  plan.return %z : tensor<?x64xf32>
}

// -----

// It shows even where there can be as many of both.
plan.arena shared @arena bytes 512 align 64
plan.arena worker @scratch bytes 512 align 64
plan.arena caller @out bytes 512 align 64
plan.kernel @norm(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %y = emel.rms_norm %x eps 1.0E-6 : tensor<?x64xf32>
  plan.return %y : tensor<?x64xf32>
}
plan.entry @e(%x: tensor<?x64xf32>) -> (tensor<?x64xf32>) attributes {emel.entry = {rows = 2, tokens = 2}} {
  // expected-error @below {{(P1) expected 'tensor<1x64xf32>' as result 0, found that @norm computes 'tensor<2x64xf32>'}}
  %z = plan.launch owner @norm(%x) extents ["m"] tiles [#plan.tile<[] by []>] places [#plan.place<@out at 0 bytes 512>] : (tensor<?x64xf32>) -> tensor<?x64xf32>
  plan.return %z : tensor<?x64xf32>
}

// -----

// Offsets of tiles would depend on the size of the step.
plan.arena shared @arena bytes 512 align 64
plan.arena worker @scratch bytes 256 align 64
plan.arena caller @out bytes 256 align 64
plan.kernel @norm(%x: tensor<64x?xf32>) -> tensor<64x?xf32> {
  %y = emel.rms_norm %x eps 1.0E-6 : tensor<64x?xf32>
  plan.return %y : tensor<64x?xf32>
}
// expected-error @below {{(P1) expected states and tensors whose outermost dimension alone is unknown, found 'tensor<64x?xf32>'}}
plan.entry @e(%x: tensor<64x?xf32>) -> (tensor<64x?xf32>) attributes {emel.entry = {rows = 1, tokens = 1}} {
  %z = plan.launch owner @norm(%x) tiles [#plan.tile<[] by []>] places [#plan.place<@out at 0 bytes 256>] : (tensor<64x?xf32>) -> tensor<64x?xf32>
  plan.return %z : tensor<64x?xf32>
}

// -----

// More tiles than the verifier looks at.
plan.arena shared @arena bytes 512 align 64
plan.arena worker @scratch bytes 256 align 64
plan.arena caller @out bytes 262148 align 64
plan.kernel @same(%x: tensor<65537xf32>) -> tensor<65537xf32> {
  plan.return %x : tensor<65537xf32>
}
plan.entry @e(%x: tensor<65537xf32>) -> (tensor<65537xf32>) attributes {emel.entry = {rows = 1, tokens = 1}} {
  // expected-error @below {{(P1) expected at most 65536 tiles, found 65537}}
  %z = plan.launch owner @same(%x) tiles [#plan.tile<[0] by [1]>] places [#plan.place<@out at 0 bytes 262148>] : (tensor<65537xf32>) -> tensor<65537xf32>
  plan.return %z : tensor<65537xf32>
}

// -----

// A value is gone before its last use.
plan.arena shared @arena bytes 512 align 64
plan.arena worker @scratch bytes 256 align 64
plan.arena caller @out bytes 256 align 64
plan.kernel @add(%x: tensor<1x64xf32>, %y: tensor<1x64xf32>) -> tensor<1x64xf32> {
  %z = emel.add %x, %y : (tensor<1x64xf32>, tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.return %z : tensor<1x64xf32>
}
plan.kernel @twice(%x: tensor<1x64xf32>) -> tensor<1x64xf32> {
  %y = emel.add %x, %x : (tensor<1x64xf32>, tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.return %y : tensor<1x64xf32>
}
plan.entry @e(%x: tensor<1x64xf32>) -> (tensor<1x64xf32>) attributes {emel.entry = {rows = 1, tokens = 1}} {
  // expected-note @below {{the value is computed here}}
  %a = plan.launch owner @twice(%x) tiles [#plan.tile<[1] by [16]>] places [#plan.place<@arena at 0 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  // expected-error @below {{(P2) writes bytes [0, 256) of @arena, which hold a result of @twice, before its last use}}
  %b = plan.launch owner @twice(%x) tiles [#plan.tile<[1] by [16]>] places [#plan.place<@arena at 0 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  // expected-note @below {{it is read here}}
  %z = plan.launch owner @add(%a, %b) tiles [#plan.tile<[1] by [16]>] places [#plan.place<@out at 0 bytes 256>] : (tensor<1x64xf32>, tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.return %z : tensor<1x64xf32>
}

// -----

// Barriers do not help it.
plan.arena shared @arena bytes 512 align 64
plan.arena worker @scratch bytes 256 align 64
plan.arena caller @out bytes 256 align 64
plan.kernel @add(%x: tensor<1x64xf32>, %y: tensor<1x64xf32>) -> tensor<1x64xf32> {
  %z = emel.add %x, %y : (tensor<1x64xf32>, tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.return %z : tensor<1x64xf32>
}
plan.kernel @twice(%x: tensor<1x64xf32>) -> tensor<1x64xf32> {
  %y = emel.add %x, %x : (tensor<1x64xf32>, tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.return %y : tensor<1x64xf32>
}
plan.entry @e(%x: tensor<1x64xf32>) -> (tensor<1x64xf32>) attributes {emel.entry = {rows = 1, tokens = 1}} {
  // expected-note @below {{the value is computed here}}
  %a = plan.launch owner @twice(%x) tiles [#plan.tile<[1] by [16]>] places [#plan.place<@arena at 0 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.barrier
  // expected-error @below {{(P2) writes bytes [64, 256) of @arena, which hold a result of @twice, before its last use}}
  %b = plan.launch owner @twice(%x) tiles [#plan.tile<[1] by [16]>] places [#plan.place<@arena at 64 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.barrier
  // expected-note @below {{it is read here}}
  %z = plan.launch owner @add(%a, %b) tiles [#plan.tile<[1] by [16]>] places [#plan.place<@out at 0 bytes 256>] : (tensor<1x64xf32>, tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.return %z : tensor<1x64xf32>
}

// -----

// Nor does a worker have two copies.
plan.arena shared @arena bytes 512 align 64
plan.arena worker @scratch bytes 256 align 64
plan.arena caller @out bytes 256 align 64
plan.kernel @add(%x: tensor<1x64xf32>, %y: tensor<1x64xf32>) -> tensor<1x64xf32> {
  %z = emel.add %x, %y : (tensor<1x64xf32>, tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.return %z : tensor<1x64xf32>
}
plan.kernel @twice(%x: tensor<1x64xf32>) -> tensor<1x64xf32> {
  %y = emel.add %x, %x : (tensor<1x64xf32>, tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.return %y : tensor<1x64xf32>
}
plan.entry @e(%x: tensor<1x64xf32>) -> (tensor<1x64xf32>) attributes {emel.entry = {rows = 1, tokens = 1}} {
  // expected-note @below {{the value is computed here}}
  %a = plan.launch each @twice(%x) tiles [#plan.tile<[1] by [16]>] places [#plan.place<@scratch at 0 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  // expected-error @below {{(P2) writes bytes [0, 256) of @scratch, which hold a result of @twice, before its last use}}
  %b = plan.launch each @twice(%x) tiles [#plan.tile<[1] by [16]>] places [#plan.place<@scratch at 0 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  // expected-note @below {{it is read here}}
  %z = plan.launch owner @add(%a, %b) tiles [#plan.tile<[1] by [16]>] places [#plan.place<@out at 0 bytes 256>] : (tensor<1x64xf32>, tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.return %z : tensor<1x64xf32>
}

// -----

// A row's norm needs all of the row that it would write over.
plan.arena shared @arena bytes 512 align 64
plan.arena worker @scratch bytes 256 align 64
plan.arena caller @out bytes 256 align 64
plan.kernel @norm(%x: tensor<1x64xf32>) -> tensor<1x64xf32> {
  %y = emel.rms_norm %x eps 1.0E-6 : tensor<1x64xf32>
  plan.return %y : tensor<1x64xf32>
}
plan.entry @e(%x: tensor<1x64xf32>) -> (tensor<1x64xf32>) attributes {emel.entry = {rows = 1, tokens = 1}} {
  // expected-note @below {{the value is computed here}}
  %a = plan.launch owner @norm(%x) tiles [#plan.tile<[1] by [16]>] places [#plan.place<@arena at 0 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.barrier
  // expected-error @below {{(P2) writes bytes [0, 256) of @arena, which hold a result of @norm that it reads: an element of result 0 needs other elements of operand 0}}
  %b = plan.launch owner @norm(%a) tiles [#plan.tile<[] by []>] places [#plan.place<@arena at 0 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.barrier
  %z = plan.launch owner @norm(%b) tiles [#plan.tile<[1] by [16]>] places [#plan.place<@out at 0 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.return %z : tensor<1x64xf32>
}

// -----

// Nor may tiles write what other tiles read.
plan.arena shared @arena bytes 512 align 64
plan.arena worker @scratch bytes 256 align 64
plan.arena caller @out bytes 256 align 64
plan.kernel @norm(%x: tensor<1x64xf32>) -> tensor<1x64xf32> {
  %y = emel.rms_norm %x eps 1.0E-6 : tensor<1x64xf32>
  plan.return %y : tensor<1x64xf32>
}
plan.entry @e(%x: tensor<1x64xf32>) -> (tensor<1x64xf32>) attributes {emel.entry = {rows = 1, tokens = 1}} {
  // expected-note @below {{the value is computed here}}
  %a = plan.launch owner @norm(%x) tiles [#plan.tile<[1] by [16]>] places [#plan.place<@arena at 0 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.barrier
  // expected-error @below {{(P2) writes bytes [0, 256) of @arena, which hold a result of @norm that it reads: tile 3 of 4 writes what tile 0 reads}}
  %b = plan.launch owner @norm(%a) tiles [#plan.tile<[1] by [16]>] places [#plan.place<@arena at 0 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.barrier
  %z = plan.launch owner @norm(%b) tiles [#plan.tile<[1] by [16]>] places [#plan.place<@out at 0 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.return %z : tensor<1x64xf32>
}

// -----

// Not even where only one worker runs them.
plan.arena shared @arena bytes 512 align 64
plan.arena worker @scratch bytes 256 align 64
plan.arena caller @out bytes 256 align 64
plan.kernel @norm(%x: tensor<1x64xf32>) -> tensor<1x64xf32> {
  %y = emel.rms_norm %x eps 1.0E-6 : tensor<1x64xf32>
  plan.return %y : tensor<1x64xf32>
}
plan.kernel @twice(%x: tensor<1x64xf32>) -> tensor<1x64xf32> {
  %y = emel.add %x, %x : (tensor<1x64xf32>, tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.return %y : tensor<1x64xf32>
}
plan.entry @e(%x: tensor<1x64xf32>) -> (tensor<1x64xf32>) attributes {emel.entry = {rows = 1, tokens = 1}} {
  // expected-note @below {{the value is computed here}}
  %a = plan.launch each @norm(%x) tiles [#plan.tile<[1] by [16]>] places [#plan.place<@scratch at 0 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  // expected-error @below {{(P2) writes bytes [0, 256) of @scratch, which hold a result of @norm that it reads: tile 3 of 4 writes what tile 0 reads}}
  %b = plan.launch each @norm(%a) tiles [#plan.tile<[1] by [16]>] places [#plan.place<@scratch at 0 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  %z = plan.launch owner @norm(%b) tiles [#plan.tile<[1] by [16]>] places [#plan.place<@out at 0 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.return %z : tensor<1x64xf32>
}

// -----

// In place means the same place.
plan.arena shared @arena bytes 512 align 64
plan.arena worker @scratch bytes 256 align 64
plan.arena caller @out bytes 256 align 64
plan.kernel @twice(%x: tensor<1x64xf32>) -> tensor<1x64xf32> {
  %y = emel.add %x, %x : (tensor<1x64xf32>, tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.return %y : tensor<1x64xf32>
}
plan.entry @e(%x: tensor<1x64xf32>) -> (tensor<1x64xf32>) attributes {emel.entry = {rows = 1, tokens = 1}} {
  // expected-note @below {{the value is computed here}}
  %a = plan.launch owner @twice(%x) tiles [#plan.tile<[] by []>] places [#plan.place<@arena at 0 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  // expected-error @below {{(P2) writes bytes [64, 256) of @arena, which hold a result of @twice that it reads: an element of result 0 needs other elements of operand 0}}
  %b = plan.launch owner @twice(%a) tiles [#plan.tile<[] by []>] places [#plan.place<@arena at 64 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  %z = plan.launch owner @twice(%b) tiles [#plan.tile<[] by []>] places [#plan.place<@out at 0 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.return %z : tensor<1x64xf32>
}

// -----

// One operand may be written over, the other one is read as a whole.
plan.arena shared @arena bytes 512 align 64
plan.arena worker @scratch bytes 256 align 64
plan.arena caller @out bytes 256 align 64
plan.kernel @scaled(%x: tensor<1x64xf32>, %y: tensor<1x64xf32>) -> tensor<1x64xf32> {
  %n = emel.rms_norm %y eps 1.0E-6 : tensor<1x64xf32>
  %z = emel.mul %x, %n : (tensor<1x64xf32>, tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.return %z : tensor<1x64xf32>
}
plan.kernel @twice(%x: tensor<1x64xf32>) -> tensor<1x64xf32> {
  %y = emel.add %x, %x : (tensor<1x64xf32>, tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.return %y : tensor<1x64xf32>
}
plan.entry @e(%x: tensor<1x64xf32>) -> (tensor<1x64xf32>) attributes {emel.entry = {rows = 1, tokens = 1}} {
  // expected-note @below {{the value is computed here}}
  %a = plan.launch owner @twice(%x) tiles [#plan.tile<[1] by [16]>] places [#plan.place<@arena at 0 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.barrier
  // expected-error @below {{(P2) writes bytes [0, 256) of @arena, which hold a result of @twice that it reads: tile}}
  %b = plan.launch owner @scaled(%a, %a) tiles [#plan.tile<[1] by [16]>] places [#plan.place<@arena at 0 bytes 256>] : (tensor<1x64xf32>, tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.barrier
  %z = plan.launch owner @twice(%b) tiles [#plan.tile<[1] by [16]>] places [#plan.place<@out at 0 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.return %z : tensor<1x64xf32>
}

// -----

// Two results of a launch.
plan.arena shared @arena bytes 512 align 64
plan.arena worker @scratch bytes 256 align 64
plan.arena caller @out bytes 256 align 64
plan.kernel @two(%x: tensor<1x64xf32>) -> (tensor<1x64xf32>, tensor<1x64xf32>) {
  %y = emel.add %x, %x : (tensor<1x64xf32>, tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.return %x, %y : tensor<1x64xf32>, tensor<1x64xf32>
}
plan.entry @e(%x: tensor<1x64xf32>) -> (tensor<1x64xf32>) attributes {emel.entry = {rows = 1, tokens = 1}} {
  // expected-error @below {{(P2) has results 0 and 1 in the same bytes}}
  %y:2 = plan.launch owner @two(%x) tiles [#plan.tile<[] by []>, #plan.tile<[] by []>] places [#plan.place<@arena at 0 bytes 256>, #plan.place<@arena at 192 bytes 256>] : (tensor<1x64xf32>) -> (tensor<1x64xf32>, tensor<1x64xf32>)
  plan.return %y#0 : tensor<1x64xf32>
}

// -----

// A result may be unread, but not lie on another one.
plan.arena shared @arena bytes 512 align 64
plan.arena worker @scratch bytes 256 align 64
plan.arena caller @out bytes 256 align 64
plan.kernel @two(%x: tensor<1x64xf32>) -> (tensor<1x64xf32>, tensor<1x64xf32>) {
  %y = emel.add %x, %x : (tensor<1x64xf32>, tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.return %x, %y : tensor<1x64xf32>, tensor<1x64xf32>
}
plan.entry @e(%x: tensor<1x64xf32>) -> (tensor<1x64xf32>) attributes {emel.entry = {rows = 1, tokens = 1}} {
  // expected-error @below {{(P2) has results 0 and 1 in the same bytes}}
  %y:2 = plan.launch owner @two(%x) tiles [#plan.tile<[] by []>, #plan.tile<[] by []>] places [#plan.place<@out at 0 bytes 256>, #plan.place<@out at 0 bytes 256>] : (tensor<1x64xf32>) -> (tensor<1x64xf32>, tensor<1x64xf32>)
  plan.return %y#0 : tensor<1x64xf32>
}

// -----

// The state is no longer what it was.
plan.arena shared @arena bytes 512 align 64
plan.arena worker @scratch bytes 256 align 64
plan.arena caller @out bytes 256 align 64
plan.kernel @write(%kv: !emel.kv<2x8x8xf32>, %k: tensor<1x2x8xf32>, %at: tensor<1xi32>) -> !emel.kv<2x8x8xf32> {
  %new = emel.kv_write %kv, %k, %k at %at in %at : (!emel.kv<2x8x8xf32>, tensor<1x2x8xf32>, tensor<1x2x8xf32>, tensor<1xi32>, tensor<1xi32>) -> !emel.kv<2x8x8xf32>
  plan.return %new : !emel.kv<2x8x8xf32>
}
plan.kernel @attend(%q: tensor<1x2x8xf32>, %kv: !emel.kv<2x8x8xf32>, %at: tensor<1xi32>) -> tensor<1x2x8xf32> {
  %y = emel.attention %q, %kv at %at in %at {scale = 1.0 : f32} : (tensor<1x2x8xf32>, !emel.kv<2x8x8xf32>, tensor<1xi32>, tensor<1xi32>) -> tensor<1x2x8xf32>
  plan.return %y : tensor<1x2x8xf32>
}
plan.entry @e(%at: tensor<1xi32>, %k: tensor<1x2x8xf32>, %kv: !emel.kv<2x8x8xf32>) -> (tensor<1x2x8xf32>, !emel.kv<2x8x8xf32>) attributes {emel.entry = {rows = 1, tokens = 1}} {
  // expected-note @below {{it is replaced here}}
  %new = plan.launch owner @write(%kv, %k, %at) tiles [#plan.tile<[0] by [1]>] places [unit] : (!emel.kv<2x8x8xf32>, tensor<1x2x8xf32>, tensor<1xi32>) -> !emel.kv<2x8x8xf32>
  plan.barrier
  // expected-error @below {{(P2) uses a state after it was replaced}}
  %y = plan.launch owner @attend(%k, %kv, %at) tiles [#plan.tile<[1] by [1]>] places [#plan.place<@out at 0 bytes 64>] : (tensor<1x2x8xf32>, !emel.kv<2x8x8xf32>, tensor<1xi32>) -> tensor<1x2x8xf32>
  plan.return %y, %new : tensor<1x2x8xf32>, !emel.kv<2x8x8xf32>
}

// -----

// Attention over the new state begins with the old one, which the first tile writes over.
plan.arena shared @arena bytes 512 align 64
plan.arena worker @scratch bytes 256 align 64
plan.arena caller @out bytes 256 align 64
plan.kernel @both(%kv: !emel.kv<2x8x8xf32>, %q: tensor<1x2x8xf32>, %at: tensor<1xi32>) -> (!emel.kv<2x8x8xf32>, tensor<1x2x8xf32>) {
  %new = emel.kv_write %kv, %q, %q at %at in %at : (!emel.kv<2x8x8xf32>, tensor<1x2x8xf32>, tensor<1x2x8xf32>, tensor<1xi32>, tensor<1xi32>) -> !emel.kv<2x8x8xf32>
  %y = emel.attention %q, %new at %at in %at {scale = 1.0 : f32} : (tensor<1x2x8xf32>, !emel.kv<2x8x8xf32>, tensor<1xi32>, tensor<1xi32>) -> tensor<1x2x8xf32>
  plan.return %new, %y : !emel.kv<2x8x8xf32>, tensor<1x2x8xf32>
}
plan.entry @e(%at: tensor<1xi32>, %k: tensor<1x2x8xf32>, %kv: !emel.kv<2x8x8xf32>) -> (tensor<1x2x8xf32>, !emel.kv<2x8x8xf32>) attributes {emel.entry = {rows = 1, tokens = 1}} {
  // expected-error @below {{(P2) writes heads of the state of argument 2 that it reads: tile 0 of 2 writes what tile 1 reads}}
  %y:2 = plan.launch owner @both(%kv, %k, %at) tiles [#plan.tile<[] by []>, #plan.tile<[] by []>] places [unit, #plan.place<@out at 0 bytes 64>] : (!emel.kv<2x8x8xf32>, tensor<1x2x8xf32>, tensor<1xi32>) -> (!emel.kv<2x8x8xf32>, tensor<1x2x8xf32>)
  plan.return %y#1, %y#0 : tensor<1x2x8xf32>, !emel.kv<2x8x8xf32>
}

// -----

// A state has one successor.
plan.arena shared @arena bytes 512 align 64
plan.arena worker @scratch bytes 256 align 64
plan.arena caller @out bytes 256 align 64
plan.kernel @swap(%a: !emel.kv<2x8x8xf32>, %b: !emel.kv<2x8x8xf32>) -> (!emel.kv<2x8x8xf32>, !emel.kv<2x8x8xf32>) {
  plan.return %a, %a : !emel.kv<2x8x8xf32>, !emel.kv<2x8x8xf32>
}
plan.entry @e(%a: !emel.kv<2x8x8xf32>, %b: !emel.kv<2x8x8xf32>) -> (!emel.kv<2x8x8xf32>, !emel.kv<2x8x8xf32>) attributes {emel.entry = {rows = 1, tokens = 1}} {
  // expected-error @below {{(P2) replaces a state twice}}
  %s:2 = plan.launch owner @swap(%a, %b) tiles [#plan.tile<[] by []>, #plan.tile<[] by []>] places [unit, unit] : (!emel.kv<2x8x8xf32>, !emel.kv<2x8x8xf32>) -> (!emel.kv<2x8x8xf32>, !emel.kv<2x8x8xf32>)
  plan.return %s#0, %s#1 : !emel.kv<2x8x8xf32>, !emel.kv<2x8x8xf32>
}

// -----

// Tile 1 reads all of a row, of which other workers write parts.
plan.arena shared @arena bytes 512 align 64
plan.arena worker @scratch bytes 256 align 64
plan.arena caller @out bytes 256 align 64
plan.kernel @norm(%x: tensor<1x64xf32>) -> tensor<1x64xf32> {
  %y = emel.rms_norm %x eps 1.0E-6 : tensor<1x64xf32>
  plan.return %y : tensor<1x64xf32>
}
plan.entry @e(%x: tensor<1x64xf32>) -> (tensor<1x64xf32>) attributes {emel.entry = {rows = 1, tokens = 1}} {
  // expected-note @below {{with n = 1, m = 1 and 2 workers, tile 0 of 4 runs on worker 0 here and tile 3 of 4 runs on worker 1 there}}
  %a = plan.launch owner @norm(%x) tiles [#plan.tile<[1] by [16]>] places [#plan.place<@arena at 0 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  // expected-error @below {{(P3) reads bytes [0, 64) of @arena while @norm may still write them; no barrier lies between}}
  %z = plan.launch owner @norm(%a) tiles [#plan.tile<[1] by [16]>] places [#plan.place<@out at 0 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.return %z : tensor<1x64xf32>
}

// -----

// Equal parts, but other fractions.
plan.arena shared @arena bytes 512 align 64
plan.arena worker @scratch bytes 256 align 64
plan.arena caller @out bytes 256 align 64
plan.kernel @twice(%x: tensor<1x64xf32>) -> tensor<1x64xf32> {
  %y = emel.add %x, %x : (tensor<1x64xf32>, tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.return %y : tensor<1x64xf32>
}
plan.entry @e(%x: tensor<1x64xf32>) -> (tensor<1x64xf32>) attributes {emel.entry = {rows = 1, tokens = 1}} {
  // expected-note @below {{with n = 1, m = 1 and 4 workers, tile 0 of 2 runs on worker 0 here and tile 1 of 4 runs on worker 1 there}}
  %a = plan.launch owner @twice(%x) tiles [#plan.tile<[1] by [32]>] places [#plan.place<@arena at 0 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  // expected-error @below {{(P3) reads bytes [}}
  %z = plan.launch owner @twice(%a) tiles [#plan.tile<[1] by [16]>] places [#plan.place<@out at 0 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.return %z : tensor<1x64xf32>
}

// -----

// Every worker reads what one of them writes.
plan.arena shared @arena bytes 512 align 64
plan.arena worker @scratch bytes 256 align 64
plan.arena caller @out bytes 256 align 64
plan.kernel @norm(%x: tensor<1x64xf32>) -> tensor<1x64xf32> {
  %y = emel.rms_norm %x eps 1.0E-6 : tensor<1x64xf32>
  plan.return %y : tensor<1x64xf32>
}
plan.entry @e(%x: tensor<1x64xf32>) -> (tensor<1x64xf32>) attributes {emel.entry = {rows = 1, tokens = 1}} {
  // expected-note @below {{with n = 1, m = 1 and 2 workers, tile 0 of 1 runs on worker 0 here and tile 0 of 1 runs on every worker, so on 1 there}}
  %a = plan.launch owner @norm(%x) tiles [#plan.tile<[] by []>] places [#plan.place<@arena at 0 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  // expected-error @below {{(P3) reads bytes [0, 256) of @arena while @norm may still write them}}
  %b = plan.launch each @norm(%a) tiles [#plan.tile<[] by []>] places [#plan.place<@scratch at 0 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  %z = plan.launch owner @norm(%b) tiles [#plan.tile<[] by []>] places [#plan.place<@out at 0 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.return %z : tensor<1x64xf32>
}

// -----

// A slow worker still reads the bytes. The way there is shown.
plan.arena shared @arena bytes 512 align 64
plan.arena worker @scratch bytes 256 align 64
plan.arena caller @out bytes 256 align 64
plan.kernel @norm(%x: tensor<1x64xf32>) -> tensor<1x64xf32> {
  %y = emel.rms_norm %x eps 1.0E-6 : tensor<1x64xf32>
  plan.return %y : tensor<1x64xf32>
}
plan.kernel @twice(%x: tensor<1x64xf32>) -> tensor<1x64xf32> {
  %y = emel.add %x, %x : (tensor<1x64xf32>, tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.return %y : tensor<1x64xf32>
}
plan.entry @e(%x: tensor<1x64xf32>) -> (tensor<1x64xf32>) attributes {emel.entry = {rows = 1, tokens = 1}} {
  %a = plan.launch owner @twice(%x) tiles [#plan.tile<[1] by [16]>] places [#plan.place<@arena at 0 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.barrier
  // expected-note @below {{with n = 1, m = 1 and 2 workers, tile 0 of 4 runs on worker 0 here and tile 3 of 4 runs on worker 1 there}}
  %b = plan.launch owner @norm(%a) tiles [#plan.tile<[1] by [16]>] places [#plan.place<@arena at 256 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  // expected-note @below {{on the way is @twice}}
  %c = plan.launch owner @twice(%b) tiles [#plan.tile<[1] by [16]>] places [#plan.place<@out at 0 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  // expected-error @below {{(P3) writes bytes [}}
  %d = plan.launch owner @twice(%x) tiles [#plan.tile<[1] by [16]>] places [#plan.place<@arena at 0 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.return %c : tensor<1x64xf32>
}

// -----

// Another worker may write later what was written first.
plan.arena shared @arena bytes 512 align 64
plan.arena worker @scratch bytes 256 align 64
plan.arena caller @out bytes 256 align 64
plan.kernel @twice(%x: tensor<1x64xf32>) -> tensor<1x64xf32> {
  %y = emel.add %x, %x : (tensor<1x64xf32>, tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.return %y : tensor<1x64xf32>
}
plan.entry @e(%x: tensor<1x64xf32>) -> (tensor<1x64xf32>) attributes {emel.entry = {rows = 1, tokens = 1}} {
  // expected-note @below {{with n = 1, m = 1 and}}
  %a = plan.launch owner @twice(%x) tiles [#plan.tile<[1] by [32]>] places [#plan.place<@arena at 0 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  // expected-error @below {{of @arena while @twice may still write them}}
  %b = plan.launch owner @twice(%x) tiles [#plan.tile<[1] by [48]>] places [#plan.place<@arena at 0 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.barrier
  %z = plan.launch owner @twice(%b) tiles [#plan.tile<[1] by [16]>] places [#plan.place<@out at 0 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.return %z : tensor<1x64xf32>
}

// -----

// Equal tiles of values that lie apart by less than a tile.
plan.arena shared @arena bytes 512 align 64
plan.arena worker @scratch bytes 256 align 64
plan.arena caller @out bytes 256 align 64
plan.kernel @twice(%x: tensor<1x64xf32>) -> tensor<1x64xf32> {
  %y = emel.add %x, %x : (tensor<1x64xf32>, tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.return %y : tensor<1x64xf32>
}
plan.entry @e(%x: tensor<1x64xf32>) -> (tensor<1x64xf32>) attributes {emel.entry = {rows = 1, tokens = 1}} {
  // expected-note @below {{with n = 1, m = 1 and 2 workers, tile}}
  %a = plan.launch owner @twice(%x) tiles [#plan.tile<[1] by [32]>] places [#plan.place<@arena at 0 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  // expected-error @below {{of @arena while @twice may still write them}}
  %b = plan.launch owner @twice(%x) tiles [#plan.tile<[1] by [32]>] places [#plan.place<@arena at 64 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.barrier
  %z = plan.launch owner @twice(%b) tiles [#plan.tile<[1] by [16]>] places [#plan.place<@out at 0 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.return %z : tensor<1x64xf32>
}

// -----

// Nobody knows who takes a tile by ticket.
plan.arena shared @arena bytes 512 align 64
plan.arena worker @scratch bytes 256 align 64
plan.arena caller @out bytes 256 align 64
plan.kernel @twice(%x: tensor<1x64xf32>) -> tensor<1x64xf32> {
  %y = emel.add %x, %x : (tensor<1x64xf32>, tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.return %y : tensor<1x64xf32>
}
plan.entry @e(%x: tensor<1x64xf32>) -> (tensor<1x64xf32>) attributes {emel.entry = {rows = 1, tokens = 1}} {
  // expected-note @below {{with n = 1, m = 1 and 2 workers, tile 0 of 4 runs on worker 0 here and tile 0 of 4 may run on worker 1 there}}
  %a = plan.launch owner @twice(%x) tiles [#plan.tile<[1] by [16]>] places [#plan.place<@arena at 0 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  // expected-error @below {{(P3) reads bytes [0, 64) of @arena while @twice may still write them}}
  %z = plan.launch dynamic @twice(%a) tiles [#plan.tile<[1] by [16]>] places [#plan.place<@out at 0 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.return %z : tensor<1x64xf32>
}

// -----

// Another head's owner reads a head.
plan.arena shared @arena bytes 512 align 64
plan.arena worker @scratch bytes 256 align 64
plan.arena caller @out bytes 256 align 64
plan.kernel @write(%kv: !emel.kv<2x8x8xf32>, %k: tensor<1x2x8xf32>, %at: tensor<1xi32>) -> !emel.kv<2x8x8xf32> {
  %new = emel.kv_write %kv, %k, %k at %at in %at : (!emel.kv<2x8x8xf32>, tensor<1x2x8xf32>, tensor<1x2x8xf32>, tensor<1xi32>, tensor<1xi32>) -> !emel.kv<2x8x8xf32>
  plan.return %new : !emel.kv<2x8x8xf32>
}
plan.kernel @attend(%q: tensor<1x2x8xf32>, %kv: !emel.kv<2x8x8xf32>, %at: tensor<1xi32>) -> tensor<1x2x8xf32> {
  %y = emel.attention %q, %kv at %at in %at {scale = 1.0 : f32} : (tensor<1x2x8xf32>, !emel.kv<2x8x8xf32>, tensor<1xi32>, tensor<1xi32>) -> tensor<1x2x8xf32>
  plan.return %y : tensor<1x2x8xf32>
}
plan.entry @e(%at: tensor<1xi32>, %k: tensor<1x2x8xf32>, %kv: !emel.kv<2x8x8xf32>) -> (tensor<1x2x8xf32>, !emel.kv<2x8x8xf32>) attributes {emel.entry = {rows = 1, tokens = 1}} {
  // expected-note @below {{with n = 1, m = 1 and 2 workers, tile 1 of 2 runs on worker 1 here and tile 0 of 1 runs on worker 0 there}}
  %new = plan.launch owner @write(%kv, %k, %at) tiles [#plan.tile<[0] by [1]>] places [unit] : (!emel.kv<2x8x8xf32>, tensor<1x2x8xf32>, tensor<1xi32>) -> !emel.kv<2x8x8xf32>
  // expected-error @below {{(P3) reads heads [1, 2) of the state of argument 2 while @write may still write them; no barrier lies between}}
  %y = plan.launch owner @attend(%k, %new, %at) tiles [#plan.tile<[] by []>] places [#plan.place<@out at 0 bytes 64>] : (tensor<1x2x8xf32>, !emel.kv<2x8x8xf32>, tensor<1xi32>) -> tensor<1x2x8xf32>
  plan.return %y, %new : tensor<1x2x8xf32>, !emel.kv<2x8x8xf32>
}

// -----

// A head is still read when it is written anew.
plan.arena shared @arena bytes 512 align 64
plan.arena worker @scratch bytes 256 align 64
plan.arena caller @out bytes 256 align 64
plan.kernel @write(%kv: !emel.kv<2x8x8xf32>, %k: tensor<1x2x8xf32>, %at: tensor<1xi32>) -> !emel.kv<2x8x8xf32> {
  %new = emel.kv_write %kv, %k, %k at %at in %at : (!emel.kv<2x8x8xf32>, tensor<1x2x8xf32>, tensor<1x2x8xf32>, tensor<1xi32>, tensor<1xi32>) -> !emel.kv<2x8x8xf32>
  plan.return %new : !emel.kv<2x8x8xf32>
}
plan.kernel @attend(%q: tensor<1x2x8xf32>, %kv: !emel.kv<2x8x8xf32>, %at: tensor<1xi32>) -> tensor<1x2x8xf32> {
  %y = emel.attention %q, %kv at %at in %at {scale = 1.0 : f32} : (tensor<1x2x8xf32>, !emel.kv<2x8x8xf32>, tensor<1xi32>, tensor<1xi32>) -> tensor<1x2x8xf32>
  plan.return %y : tensor<1x2x8xf32>
}
plan.entry @e(%at: tensor<1xi32>, %k: tensor<1x2x8xf32>, %kv: !emel.kv<2x8x8xf32>) -> (tensor<1x2x8xf32>, !emel.kv<2x8x8xf32>) attributes {emel.entry = {rows = 1, tokens = 1}} {
  // expected-note @below {{with n = 1, m = 1 and 2 workers, tile 0 of 1 runs on worker 0 here and tile 1 of 2 runs on worker 1 there}}
  %y = plan.launch owner @attend(%k, %kv, %at) tiles [#plan.tile<[] by []>] places [#plan.place<@out at 0 bytes 64>] : (tensor<1x2x8xf32>, !emel.kv<2x8x8xf32>, tensor<1xi32>) -> tensor<1x2x8xf32>
  // expected-error @below {{(P3) writes heads [1, 2) of the state of argument 2 while @attend may still read them}}
  %new = plan.launch owner @write(%kv, %k, %at) tiles [#plan.tile<[0] by [1]>] places [unit] : (!emel.kv<2x8x8xf32>, tensor<1x2x8xf32>, tensor<1xi32>) -> !emel.kv<2x8x8xf32>
  plan.return %y, %new : tensor<1x2x8xf32>, !emel.kv<2x8x8xf32>
}

// -----

// As many tiles of n as of m at the most, but not always.
plan.arena shared @arena bytes 2048 align 64
plan.arena worker @scratch bytes 256 align 64
plan.arena caller @out bytes 2048 align 64
plan.kernel @norm(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %y = emel.rms_norm %x eps 1.0E-6 : tensor<?x64xf32>
  plan.return %y : tensor<?x64xf32>
}
plan.kernel @pick(%x: tensor<?x64xf32>, %rows: tensor<?xi32>) -> tensor<?x64xf32> {
  %y = emel.get_rows %x, %rows : (tensor<?x64xf32>, tensor<?xi32>) -> tensor<?x64xf32>
  plan.return %y : tensor<?x64xf32>
}
plan.entry @e(%x: tensor<?x64xf32>, %b: tensor<?xi32>, %c: tensor<?xi32>, %rows: tensor<?xi32>) -> (tensor<?x64xf32>) attributes {emel.entry = {rows = 8, tokens = 8}} {
  // expected-note @below {{with n = 3, m = 5 and 2 workers, tile 1 of 2 runs on worker 1 here and tile 1 of 3 runs on worker 0 there}}
  %a = plan.launch owner @norm(%x) extents ["n"] tiles [#plan.tile<[0] by [2]>] places [#plan.place<@arena at 0 bytes 2048>] : (tensor<?x64xf32>) -> tensor<?x64xf32>
  // expected-error @below {{(P3) writes bytes [512, 1024) of @arena while @norm may still write them}}
  %d = plan.launch owner @pick(%x, %rows) extents ["m"] tiles [#plan.tile<[0] by [2]>] places [#plan.place<@arena at 0 bytes 2048>] : (tensor<?x64xf32>, tensor<?xi32>) -> tensor<?x64xf32>
  plan.barrier
  %z = plan.launch owner @norm(%d) extents ["m"] tiles [#plan.tile<[0] by [4]>] places [#plan.place<@out at 0 bytes 2048>] : (tensor<?x64xf32>) -> tensor<?x64xf32>
  plan.return %z : tensor<?x64xf32>
}

// -----

// All wait for tiles by ticket.
plan.arena shared @arena bytes 512 align 64
plan.arena worker @scratch bytes 256 align 64
plan.arena caller @out bytes 256 align 64
plan.kernel @twice(%x: tensor<1x64xf32>) -> tensor<1x64xf32> {
  %y = emel.add %x, %x : (tensor<1x64xf32>, tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.return %y : tensor<1x64xf32>
}
plan.entry @e(%x: tensor<1x64xf32>) -> (tensor<1x64xf32>) attributes {emel.entry = {rows = 1, tokens = 1}} {
  // expected-error @below {{(P4) is dynamic: expected a barrier or the end of the entry after it, found @twice}}
  %z = plan.launch dynamic @twice(%x) tiles [#plan.tile<[1] by [16]>] places [#plan.place<@out at 0 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  // expected-note @below {{it is launched here}}
  %b = plan.launch owner @twice(%x) tiles [#plan.tile<[1] by [16]>] places [#plan.place<@arena at 0 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.barrier
  plan.return %z : tensor<1x64xf32>
}

// -----

// The caller cannot see the arena.
plan.arena shared @arena bytes 512 align 64
plan.arena worker @scratch bytes 256 align 64
plan.arena caller @out bytes 256 align 64
plan.kernel @twice(%x: tensor<1x64xf32>) -> tensor<1x64xf32> {
  %y = emel.add %x, %x : (tensor<1x64xf32>, tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.return %y : tensor<1x64xf32>
}
plan.entry @e(%x: tensor<1x64xf32>) -> (tensor<1x64xf32>) attributes {emel.entry = {rows = 1, tokens = 1}} {
  // expected-note @below {{it is computed here}}
  %z = plan.launch owner @twice(%x) tiles [#plan.tile<[1] by [16]>] places [#plan.place<@arena at 0 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  // expected-error @below {{(P5) expected result 0 in a caller arena, found it in @arena, a shared arena}}
  plan.return %z : tensor<1x64xf32>
}

// -----

// Nor what a worker has for itself.
plan.arena shared @arena bytes 512 align 64
plan.arena worker @scratch bytes 256 align 64
plan.arena caller @out bytes 256 align 64
plan.kernel @twice(%x: tensor<1x64xf32>) -> tensor<1x64xf32> {
  %y = emel.add %x, %x : (tensor<1x64xf32>, tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.return %y : tensor<1x64xf32>
}
plan.entry @e(%x: tensor<1x64xf32>) -> (tensor<1x64xf32>) attributes {emel.entry = {rows = 1, tokens = 1}} {
  // expected-note @below {{it is computed here}}
  %z = plan.launch each @twice(%x) tiles [#plan.tile<[1] by [16]>] places [#plan.place<@scratch at 0 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  // expected-error @below {{(P5) expected result 0 in a caller arena, found it in @scratch, a worker arena}}
  plan.return %z : tensor<1x64xf32>
}

// -----

// What is returned was overwritten.
plan.arena shared @arena bytes 512 align 64
plan.arena worker @scratch bytes 256 align 64
plan.arena caller @out bytes 256 align 64
plan.kernel @twice(%x: tensor<1x64xf32>) -> tensor<1x64xf32> {
  %y = emel.add %x, %x : (tensor<1x64xf32>, tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.return %y : tensor<1x64xf32>
}
plan.entry @e(%x: tensor<1x64xf32>) -> (tensor<1x64xf32>) attributes {emel.entry = {rows = 1, tokens = 1}} {
  // expected-note @below {{the value is computed here}}
  %z = plan.launch owner @twice(%x) tiles [#plan.tile<[1] by [16]>] places [#plan.place<@out at 0 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.barrier
  // expected-error @+2 {{(P5) writes bytes [0, 256) of @out, which hold a result of @twice, before its last use}}
  // expected-note @below {{it is read here}}
  %b = plan.launch owner @twice(%z) tiles [#plan.tile<[1] by [16]>] places [#plan.place<@out at 0 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  // expected-note @below {{it is returned here}}
  plan.return %z : tensor<1x64xf32>
}

// -----

// The new state is lost.
plan.arena shared @arena bytes 512 align 64
plan.arena worker @scratch bytes 256 align 64
plan.arena caller @out bytes 256 align 64
plan.kernel @write(%kv: !emel.kv<2x8x8xf32>, %k: tensor<1x2x8xf32>, %at: tensor<1xi32>) -> !emel.kv<2x8x8xf32> {
  %new = emel.kv_write %kv, %k, %k at %at in %at : (!emel.kv<2x8x8xf32>, tensor<1x2x8xf32>, tensor<1x2x8xf32>, tensor<1xi32>, tensor<1xi32>) -> !emel.kv<2x8x8xf32>
  plan.return %new : !emel.kv<2x8x8xf32>
}
plan.kernel @attend(%q: tensor<1x2x8xf32>, %kv: !emel.kv<2x8x8xf32>, %at: tensor<1xi32>) -> tensor<1x2x8xf32> {
  %y = emel.attention %q, %kv at %at in %at {scale = 1.0 : f32} : (tensor<1x2x8xf32>, !emel.kv<2x8x8xf32>, tensor<1xi32>, tensor<1xi32>) -> tensor<1x2x8xf32>
  plan.return %y : tensor<1x2x8xf32>
}
plan.entry @e(%at: tensor<1xi32>, %k: tensor<1x2x8xf32>, %kv: !emel.kv<2x8x8xf32>) -> (tensor<1x2x8xf32>, !emel.kv<2x8x8xf32>) attributes {emel.entry = {rows = 1, tokens = 1}} {
  // expected-note @below {{it is replaced here}}
  %new = plan.launch owner @write(%kv, %k, %at) tiles [#plan.tile<[0] by [1]>] places [unit] : (!emel.kv<2x8x8xf32>, tensor<1x2x8xf32>, tensor<1xi32>) -> !emel.kv<2x8x8xf32>
  %y = plan.launch owner @attend(%k, %new, %at) tiles [#plan.tile<[1] by [1]>] places [#plan.place<@out at 0 bytes 64>] : (tensor<1x2x8xf32>, !emel.kv<2x8x8xf32>, tensor<1xi32>) -> tensor<1x2x8xf32>
  // expected-error @below {{(P5) uses a state after it was replaced}}
  plan.return %y, %kv : tensor<1x2x8xf32>, !emel.kv<2x8x8xf32>
}

// -----

// A state lies where it lay.
plan.arena shared @arena bytes 512 align 64
plan.arena worker @scratch bytes 256 align 64
plan.arena caller @out bytes 256 align 64
plan.entry @e(%a: !emel.kv<2x8x8xf32>, %b: !emel.kv<2x8x8xf32>) -> (!emel.kv<2x8x8xf32>, !emel.kv<2x8x8xf32>) attributes {emel.entry = {rows = 1, tokens = 1}} {
  // expected-error @below {{(P5) expected the states in the order of the arguments where they lie, found those of arguments 1, 0}}
  plan.return %b, %a : !emel.kv<2x8x8xf32>, !emel.kv<2x8x8xf32>
}
