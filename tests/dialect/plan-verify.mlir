// RUN: emel-opt %s -split-input-file | FileCheck %s

// Plans that are right though a barrier, or other bytes, would seem to be missing.

// Tile t of T reads what tile t of T wrote: the same worker, however many there are. The last launch writes over its operand.
// CHECK-LABEL: plan.entry @chain
plan.arena shared @arena bytes 512 align 64
plan.arena caller @out bytes 256 align 64
plan.kernel @twice(%x: tensor<1x64xf32>) -> tensor<1x64xf32> {
  %y = emel.add %x, %x : (tensor<1x64xf32>, tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.return %y : tensor<1x64xf32>
}
plan.entry @chain(%x: tensor<1x64xf32>) -> tensor<1x64xf32> attributes {emel.entry = {rows = 1, tokens = 1}} {
  %a = plan.launch owner @twice(%x) tiles [#plan.tile<[1] by [16]>] places [#plan.place<@arena at 0 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  %b = plan.launch owner @twice(%a) tiles [#plan.tile<[1] by [16]>] places [#plan.place<@arena at 256 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  %c = plan.launch owner @twice(%b) tiles [#plan.tile<[1] by [16]>] places [#plan.place<@arena at 256 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  %d = plan.launch owner @twice(%c) tiles [#plan.tile<[1] by [16]>] places [#plan.place<@out at 0 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.return %d : tensor<1x64xf32>
}

// -----

// Blocks of 4 tokens: their number changes with n, the owner of each block is the same in both launches. A tile that is larger than
// the bound and one as large are one tile at every n.
// CHECK-LABEL: plan.entry @blocks
plan.arena shared @arena bytes 8192 align 64
plan.arena caller @out bytes 4096 align 64
plan.kernel @norm(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %y = emel.rms_norm %x eps 1.0E-6 : tensor<?x64xf32>
  plan.return %y : tensor<?x64xf32>
}
plan.entry @blocks(%x: tensor<?x64xf32>) -> (tensor<?x64xf32>) attributes {emel.entry = {rows = 1, tokens = 16}} {
  %a = plan.launch owner @norm(%x) extents ["n"] tiles [#plan.tile<[0] by [4]>] places [#plan.place<@arena at 0 bytes 4096>] : (tensor<?x64xf32>) -> tensor<?x64xf32>
  %b = plan.launch owner @norm(%a) extents ["n"] tiles [#plan.tile<[0] by [4]>] places [#plan.place<@arena at 4096 bytes 4096>] : (tensor<?x64xf32>) -> tensor<?x64xf32>
  plan.barrier
  %c = plan.launch owner @norm(%b) extents ["n"] tiles [#plan.tile<[0] by [16]>] places [#plan.place<@arena at 0 bytes 4096>] : (tensor<?x64xf32>) -> tensor<?x64xf32>
  %d = plan.launch owner @norm(%c) extents ["n"] tiles [#plan.tile<[0, 1] by [17, 64]>] places [#plan.place<@out at 0 bytes 4096>] : (tensor<?x64xf32>) -> tensor<?x64xf32>
  plan.return %d : tensor<?x64xf32>
}

// -----

// Other numbers of tiles, but 0/1 = 0/4, and 1/2 = 2/4.
// CHECK-LABEL: plan.entry @fractions
plan.arena shared @arena bytes 1280 align 64
plan.arena caller @out bytes 256 align 64
plan.kernel @one(%x: tensor<1x64xf32>) -> tensor<1x64xf32> {
  plan.return %x : tensor<1x64xf32>
}
plan.kernel @two(%x: tensor<1x64xf32>, %y: tensor<1x64xf32>) -> (tensor<1x64xf32>, tensor<1x64xf32>) {
  plan.return %x, %y : tensor<1x64xf32>, tensor<1x64xf32>
}
plan.kernel @four(%x: tensor<1x64xf32>, %y: tensor<1x64xf32>, %z: tensor<1x64xf32>) -> (tensor<1x64xf32>, tensor<1x64xf32>, tensor<1x64xf32>) {
  plan.return %x, %y, %z : tensor<1x64xf32>, tensor<1x64xf32>, tensor<1x64xf32>
}
plan.entry @fractions(%x: tensor<1x64xf32>) -> tensor<1x64xf32> attributes {emel.entry = {rows = 1, tokens = 1}} {
  %a = plan.launch owner @one(%x) tiles [#plan.tile<[] by []>] places [#plan.place<@arena at 0 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  %b:2 = plan.launch owner @two(%a, %x) tiles [#plan.tile<[] by []>, #plan.tile<[] by []>]
      places [#plan.place<@arena at 256 bytes 256>, #plan.place<@arena at 512 bytes 256>] : (tensor<1x64xf32>, tensor<1x64xf32>) -> (tensor<1x64xf32>, tensor<1x64xf32>)
  %c:3 = plan.launch owner @four(%x, %b#1, %x) tiles [#plan.tile<[1] by [32]>, #plan.tile<[] by []>, #plan.tile<[] by []>]
      places [#plan.place<@arena at 1024 bytes 256>, #plan.place<@arena at 768 bytes 256>, #plan.place<@out at 0 bytes 256>]
      : (tensor<1x64xf32>, tensor<1x64xf32>, tensor<1x64xf32>) -> (tensor<1x64xf32>, tensor<1x64xf32>, tensor<1x64xf32>)
  plan.return %c#2 : tensor<1x64xf32>
}

// -----

// What every worker computes for itself is there for any tile it takes. The barrier lets the dynamic tiles take the bytes.
// CHECK-LABEL: plan.entry @own
plan.arena shared @arena bytes 256 align 64
plan.arena worker @scratch bytes 256 align 64
plan.arena caller @out bytes 256 align 64
plan.kernel @norm(%x: tensor<1x64xf32>) -> tensor<1x64xf32> {
  %y = emel.rms_norm %x eps 1.0E-6 : tensor<1x64xf32>
  plan.return %y : tensor<1x64xf32>
}
plan.entry @own(%x: tensor<1x64xf32>) -> tensor<1x64xf32> attributes {emel.entry = {rows = 1, tokens = 1}} {
  %a = plan.launch each @norm(%x) tiles [#plan.tile<[] by []>] places [#plan.place<@scratch at 0 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  %b = plan.launch dynamic @norm(%a) tiles [#plan.tile<[1] by [16]>] places [#plan.place<@arena at 0 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.barrier
  %c = plan.launch each @norm(%b) tiles [#plan.tile<[] by []>] places [#plan.place<@scratch at 0 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  %d = plan.launch dynamic @norm(%c) tiles [#plan.tile<[1] by [16]>] places [#plan.place<@out at 0 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.return %d : tensor<1x64xf32>
}

// -----

// Columns of different values interleave in the same bytes' hull without sharing any: tile t has columns t of every row.
// CHECK-LABEL: plan.entry @columns
plan.arena shared @arena bytes 1024 align 64
plan.arena caller @out bytes 1024 align 64
plan.kernel @rows(%x: tensor<4x64xf32>) -> tensor<4x64xf32> {
  %y = emel.add %x, %x : (tensor<4x64xf32>, tensor<4x64xf32>) -> tensor<4x64xf32>
  plan.return %y : tensor<4x64xf32>
}
plan.kernel @cube(%x: tensor<4x64xf32>) -> tensor<4x2x32xf32> {
  %y = emel.reshape %x : tensor<4x64xf32> to tensor<4x2x32xf32>
  plan.return %y : tensor<4x2x32xf32>
}
plan.entry @columns(%x: tensor<4x64xf32>) -> tensor<4x64xf32> attributes {emel.entry = {rows = 1, tokens = 1}} {
  %a = plan.launch owner @rows(%x) tiles [#plan.tile<[1] by [32]>] places [#plan.place<@arena at 0 bytes 1024>] : (tensor<4x64xf32>) -> tensor<4x64xf32>
  %b = plan.launch owner @cube(%x) tiles [#plan.tile<[1] by [1]>] places [#plan.place<@arena at 0 bytes 1024>] : (tensor<4x64xf32>) -> tensor<4x2x32xf32>
  %c = plan.launch owner @rows(%x) tiles [#plan.tile<[1] by [32]>] places [#plan.place<@out at 0 bytes 1024>] : (tensor<4x64xf32>) -> tensor<4x64xf32>
  plan.return %c : tensor<4x64xf32>
}

// -----

// Heads of a state are written and read by the same owners.
// CHECK-LABEL: plan.entry @heads
plan.arena caller @out bytes 1024 align 64
plan.kernel @write(%kv: !emel.kv<2x8x8xf32>, %k: tensor<1x2x8xf32>, %at: tensor<1xi32>) -> !emel.kv<2x8x8xf32> {
  %new = emel.kv_write %kv, %k, %k at %at in %at : (!emel.kv<2x8x8xf32>, tensor<1x2x8xf32>, tensor<1x2x8xf32>, tensor<1xi32>, tensor<1xi32>) -> !emel.kv<2x8x8xf32>
  plan.return %new : !emel.kv<2x8x8xf32>
}
plan.kernel @attend(%q: tensor<1x2x8xf32>, %kv: !emel.kv<2x8x8xf32>, %at: tensor<1xi32>) -> tensor<1x2x8xf32> {
  %y = emel.attention %q, %kv at %at in %at {scale = 1.0 : f32} : (tensor<1x2x8xf32>, !emel.kv<2x8x8xf32>, tensor<1xi32>, tensor<1xi32>) -> tensor<1x2x8xf32>
  plan.return %y : tensor<1x2x8xf32>
}
plan.entry @heads(%at: tensor<1xi32>, %k: tensor<1x2x8xf32>, %kv: !emel.kv<2x8x8xf32>) -> (tensor<1x2x8xf32>, !emel.kv<2x8x8xf32>) attributes {emel.entry = {rows = 1, tokens = 1}} {
  %new = plan.launch owner @write(%kv, %k, %at) tiles [#plan.tile<[0] by [1]>] places [unit] : (!emel.kv<2x8x8xf32>, tensor<1x2x8xf32>, tensor<1xi32>) -> !emel.kv<2x8x8xf32>
  %y = plan.launch owner @attend(%k, %new, %at) tiles [#plan.tile<[1] by [1]>] places [#plan.place<@out at 0 bytes 64>] : (tensor<1x2x8xf32>, !emel.kv<2x8x8xf32>, tensor<1xi32>) -> tensor<1x2x8xf32>
  plan.return %y, %new : tensor<1x2x8xf32>, !emel.kv<2x8x8xf32>
}

// -----

// Tiles of n and of m in the same bytes: tile 1 is there where n and m are above 4, and then there are 2 tiles of each.
// CHECK-LABEL: plan.entry @rows_and_tokens
plan.arena shared @arena bytes 2048 align 64
plan.arena caller @out bytes 2048 align 64
plan.kernel @norm(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %y = emel.rms_norm %x eps 1.0E-6 : tensor<?x64xf32>
  plan.return %y : tensor<?x64xf32>
}
plan.kernel @pick(%x: tensor<?x64xf32>, %rows: tensor<?xi32>) -> tensor<?x64xf32> {
  %y = emel.get_rows %x, %rows : (tensor<?x64xf32>, tensor<?xi32>) -> tensor<?x64xf32>
  plan.return %y : tensor<?x64xf32>
}
plan.entry @rows_and_tokens(%x: tensor<?x64xf32>, %b: tensor<?xi32>, %c: tensor<?xi32>, %rows: tensor<?xi32>) -> tensor<?x64xf32> attributes {emel.entry = {rows = 8, tokens = 8}} {
  %a = plan.launch owner @norm(%x) extents ["n"] tiles [#plan.tile<[0] by [4]>] places [#plan.place<@arena at 0 bytes 2048>] : (tensor<?x64xf32>) -> tensor<?x64xf32>
  %d = plan.launch owner @pick(%x, %rows) extents ["m"] tiles [#plan.tile<[0] by [4]>] places [#plan.place<@arena at 0 bytes 2048>] : (tensor<?x64xf32>, tensor<?xi32>) -> tensor<?x64xf32>
  %e = plan.launch owner @norm(%d) extents ["m"] tiles [#plan.tile<[0] by [4]>] places [#plan.place<@out at 0 bytes 2048>] : (tensor<?x64xf32>) -> tensor<?x64xf32>
  plan.return %e : tensor<?x64xf32>
}

// -----

// Groups are rounded by the owners of their elements.
// CHECK-LABEL: plan.entry @groups
plan.arena shared @arena bytes 256 align 64
plan.arena caller @out bytes 128 align 64
plan.kernel @twice(%x: tensor<1x64xf32>) -> tensor<1x64xf32> {
  %y = emel.add %x, %x : (tensor<1x64xf32>, tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.return %y : tensor<1x64xf32>
}
plan.kernel @round(%x: tensor<1x64xf32>) -> tensor<1x64x!emel.a8> {
  %y = emel.quantize %x <group = 16, rounding = half_even, sum = ascending> : (tensor<1x64xf32>) -> tensor<1x64x!emel.a8>
  plan.return %y : tensor<1x64x!emel.a8>
}
plan.entry @groups(%x: tensor<1x64xf32>) -> tensor<1x64x!emel.a8> attributes {emel.entry = {rows = 1, tokens = 1}} {
  %a = plan.launch owner @twice(%x) tiles [#plan.tile<[1] by [32]>] places [#plan.place<@arena at 0 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  %b = plan.launch owner @round(%a) tiles [#plan.tile<[1] by [32]>] places [#plan.place<@out at 0 bytes 88>] : (tensor<1x64xf32>) -> tensor<1x64x!emel.a8>
  plan.return %b : tensor<1x64x!emel.a8>
}
