// RUN: emel-opt --emel-insert-barriers --split-input-file --verify-diagnostics %s | FileCheck %s

plan.kernel @norm(%x: tensor<?x32xf32>) -> tensor<?x32xf32> {
  %y = emel.rms_norm %x eps 9.99999974E-6 : tensor<?x32xf32>
  plan.return %y : tensor<?x32xf32>
}
plan.kernel @double(%x: tensor<?x32xf32>) -> tensor<?x32xf32> {
  %y = emel.add %x, %x : (tensor<?x32xf32>, tensor<?x32xf32>) -> tensor<?x32xf32>
  plan.return %y : tensor<?x32xf32>
}

// A tile reads the rows that its owner wrote; columns that others wrote need a barrier; an own copy needs none.
// CHECK-LABEL: plan.entry @owners
// CHECK-NEXT: %[[A:.*]] = plan.launch owner @norm(%arg0)
// CHECK-NEXT: %[[B:.*]] = plan.launch owner @double(%[[A]])
// CHECK-NEXT: plan.barrier
// CHECK-NEXT: %[[C:.*]] = plan.launch each @norm(%[[B]])
// CHECK-NEXT: plan.launch owner @double(%[[C]])
// CHECK-NEXT: plan.return
plan.entry @owners(%x: tensor<?x32xf32>) -> tensor<?x32xf32> attributes {emel.entry = {rows = 64 : i64, tokens = 64 : i64}} {
  %a = plan.launch owner @norm(%x) extents ["n"] tiles [#plan.tile<[0] by [8]>] : (tensor<?x32xf32>) -> tensor<?x32xf32>
  %b = plan.launch owner @double(%a) extents ["n"] tiles [#plan.tile<[0] by [8]>] : (tensor<?x32xf32>) -> tensor<?x32xf32>
  %c = plan.launch each @norm(%b) extents ["n"] tiles [#plan.tile<[] by []>] : (tensor<?x32xf32>) -> tensor<?x32xf32>
  %d = plan.launch owner @double(%c) extents ["n"] tiles [#plan.tile<[1] by [16]>] : (tensor<?x32xf32>) -> tensor<?x32xf32>
  plan.return %d : tensor<?x32xf32>
}

// Tiles of another size have other owners, and tiles taken as they come have none.
// CHECK-LABEL: plan.entry @others
// CHECK-NEXT: plan.launch owner
// CHECK-NEXT: plan.barrier
// CHECK-NEXT: plan.launch owner
// CHECK-NEXT: plan.barrier
// CHECK-NEXT: plan.launch dynamic
// CHECK-NEXT: plan.barrier
// CHECK-NEXT: plan.launch owner
// CHECK-NEXT: plan.return
plan.entry @others(%x: tensor<?x32xf32>) -> tensor<?x32xf32> attributes {emel.entry = {rows = 64 : i64, tokens = 64 : i64}} {
  %a = plan.launch owner @norm(%x) extents ["n"] tiles [#plan.tile<[0] by [8]>] : (tensor<?x32xf32>) -> tensor<?x32xf32>
  %b = plan.launch owner @double(%a) extents ["n"] tiles [#plan.tile<[0] by [4]>] : (tensor<?x32xf32>) -> tensor<?x32xf32>
  %c = plan.launch dynamic @double(%b) extents ["n"] tiles [#plan.tile<[0] by [4]>] : (tensor<?x32xf32>) -> tensor<?x32xf32>
  %d = plan.launch owner @double(%c) extents ["n"] tiles [#plan.tile<[0] by [4]>] : (tensor<?x32xf32>) -> tensor<?x32xf32>
  plan.return %d : tensor<?x32xf32>
}

plan.kernel @rows_and_tokens(%r: tensor<?x32xf32>, %x: tensor<?x32xf32>) -> (tensor<?x32xf32>, tensor<?x32xf32>) {
  %a = emel.rms_norm %r eps 9.99999974E-6 : tensor<?x32xf32>
  %b = emel.rms_norm %x eps 9.99999974E-6 : tensor<?x32xf32>
  plan.return %a, %b : tensor<?x32xf32>, tensor<?x32xf32>
}
plan.kernel @table_and_tokens(%t: tensor<4x32xf32>, %x: tensor<?x32xf32>) -> (tensor<4x32xf32>, tensor<?x32xf32>) {
  %a = emel.rms_norm %t eps 9.99999974E-6 : tensor<4x32xf32>
  %b = emel.rms_norm %x eps 9.99999974E-6 : tensor<?x32xf32>
  plan.return %a, %b : tensor<4x32xf32>, tensor<?x32xf32>
}

// Tile 1 of 2 reads what tile 1 of 2 wrote, but tile 0 of 1 did where no row of logits is asked for.
// CHECK-LABEL: plan.entry @no_rows
// CHECK-NEXT: plan.launch owner @rows_and_tokens
// CHECK-NEXT: plan.barrier
// CHECK-NEXT: plan.launch owner @table_and_tokens
// CHECK-NEXT: plan.return
plan.entry @no_rows(%x: tensor<?x32xf32>, %t: tensor<4x32xf32>, %y: tensor<?x32xf32>, %r: tensor<?x32xf32>) -> tensor<?x32xf32> attributes {emel.entry = {rows = 64 : i64, tokens = 64 : i64}} {
  %a:2 = plan.launch owner @rows_and_tokens(%r, %x) extents ["m", "n"] tiles [#plan.tile<[0] by [64]>, #plan.tile<[0] by [64]>] : (tensor<?x32xf32>, tensor<?x32xf32>) -> (tensor<?x32xf32>, tensor<?x32xf32>)
  %b:2 = plan.launch owner @table_and_tokens(%t, %a#1) extents ["", "n"] tiles [#plan.tile<[0] by [4]>, #plan.tile<[0] by [64]>] : (tensor<4x32xf32>, tensor<?x32xf32>) -> (tensor<4x32xf32>, tensor<?x32xf32>)
  plan.return %b#1 : tensor<?x32xf32>
}

// -----

plan.kernel @same(%x: tensor<4xf32>) -> tensor<4xf32> {
  plan.return %x : tensor<4xf32>
}
plan.entry @whole(%x: tensor<4xf32>) -> tensor<4xf32> attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  // expected-error @below {{expected tiles, which --emel-partition writes, found none}}
  %y = plan.launch owner @same(%x) : (tensor<4xf32>) -> tensor<4xf32>
  plan.return %y : tensor<4xf32>
}

// -----

plan.kernel @same(%x: tensor<65537xf32>) -> tensor<65537xf32> {
  plan.return %x : tensor<65537xf32>
}
plan.entry @crumbs(%x: tensor<65537xf32>) -> tensor<65537xf32> attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  // expected-error @below {{(P1) expected at most 65536 tiles, found 65537}}
  %y = plan.launch owner @same(%x) tiles [#plan.tile<[0] by [1]>] : (tensor<65537xf32>) -> tensor<65537xf32>
  plan.return %y : tensor<65537xf32>
}
