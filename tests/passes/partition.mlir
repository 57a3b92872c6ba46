// RUN: emel-opt --emel-partition="columns=64 redundant=2048" %s | FileCheck %s
// RUN: not emel-opt --emel-partition="columns=-1 redundant=-2" %s 2>&1 | FileCheck %s --check-prefix=BAD

// BAD: error: expected 'columns' and 'rows' of at least 0, and 'redundant' and 'dynamic-from' of at least -1, found -1, 0, -2 and -1

emel.shard @shard "model.gguf" bytes 1048576
emel.weight @w : tensor<4096x32x!emel.q8_0> in @shard at 0 bytes 139264
emel.weight @experts : tensor<8x96x32x!emel.q8_0> in @shard at 139264 bytes 26112

plan.kernel @product(%x: tensor<?x32xf32>, %w: tensor<4096x32x!emel.q8_0>) -> tensor<?x4096xf32> {
  %y = emel.matmul %x, %w : (tensor<?x32xf32>, tensor<4096x32x!emel.q8_0>) -> tensor<?x4096xf32>
  plan.return %y : tensor<?x4096xf32>
}
plan.kernel @heads(%x: tensor<?x32xf32>, %w: tensor<4096x32x!emel.q8_0>) -> tensor<?x16x256xf32> {
  %y = emel.matmul %x, %w : (tensor<?x32xf32>, tensor<4096x32x!emel.q8_0>) -> tensor<?x4096xf32>
  %h = emel.reshape %y : tensor<?x4096xf32> to tensor<?x16x256xf32>
  plan.return %h : tensor<?x16x256xf32>
}
plan.kernel @norm(%x: tensor<?x32xf32>) -> tensor<?x32xf32> {
  %y = emel.rms_norm %x eps 9.99999974E-6 : tensor<?x32xf32>
  plan.return %y : tensor<?x32xf32>
}

// 8 tokens: every worker computes the norm, products are divided by columns and have owners, heads stay whole.
// CHECK: plan.entry @small
// CHECK: plan.launch each @norm({{.*}} tiles [#plan.tile<[] by []>]
// CHECK: plan.launch owner @product({{.*}} tiles [#plan.tile<[1] by [64]>]
// CHECK: plan.launch owner @heads({{.*}} tiles [#plan.tile<[1] by [1]>]
plan.entry @small(%x: tensor<?x32xf32>) -> (tensor<?x4096xf32>, tensor<?x16x256xf32>)
    attributes {emel.entry = {rows = 8 : i64, tokens = 8 : i64}} {
  %n = plan.launch owner @norm(%x) extents ["n"] : (tensor<?x32xf32>) -> tensor<?x32xf32>
  %y = plan.launch owner @product(%n) weights [@w] extents ["n"] : (tensor<?x32xf32>) -> tensor<?x4096xf32>
  %h = plan.launch owner @heads(%n) weights [@w] extents ["n"] : (tensor<?x32xf32>) -> tensor<?x16x256xf32>
  plan.return %y, %h : tensor<?x4096xf32>, tensor<?x16x256xf32>
}

// Many tokens: the norm is divided by tokens, products take tiles as they come.
// CHECK: plan.entry @prefill
// CHECK: plan.launch owner @norm({{.*}} tiles [#plan.tile<[0] by [8]>]
// CHECK: plan.launch dynamic @product({{.*}} tiles [#plan.tile<[1] by [64]>]
plan.entry @prefill(%x: tensor<?x32xf32>) -> tensor<?x4096xf32>
    attributes {emel.entry = {rows = 512 : i64, tokens = 512 : i64}} {
  %n = plan.launch owner @norm(%x) extents ["n"] : (tensor<?x32xf32>) -> tensor<?x32xf32>
  %y = plan.launch owner @product(%n) weights [@w] extents ["n"] : (tensor<?x32xf32>) -> tensor<?x4096xf32>
  plan.return %y : tensor<?x4096xf32>
}

plan.kernel @group(%ids: tensor<?x2xi32>) -> (tensor<?x2xi32>, tensor<9xi32>) {
  %o, %s = emel.group_experts %ids experts 8 : (tensor<?x2xi32>) -> (tensor<?x2xi32>, tensor<9xi32>)
  plan.return %o, %s : tensor<?x2xi32>, tensor<9xi32>
}
plan.kernel @grouped(%x: tensor<?x32xf32>, %ids: tensor<?x2xi32>, %o: tensor<?x2xi32>, %s: tensor<9xi32>,
                     %w: tensor<8x96x32x!emel.q8_0>) -> tensor<?x96xf32> {
  %y = emel.matmul_id %x, %w, %ids grouped(%o, %s)
      : (tensor<?x32xf32>, tensor<8x96x32x!emel.q8_0>, tensor<?x2xi32>, tensor<?x2xi32>, tensor<9xi32>) -> tensor<?x2x96xf32>
  %t = emel.reduce sum %y [1] : (tensor<?x2x96xf32>) -> tensor<?x1x96xf32>
  %r = emel.reshape %t : tensor<?x1x96xf32> to tensor<?x96xf32>
  plan.return %r : tensor<?x96xf32>
}
plan.kernel @alone(%x: tensor<?x32xf32>, %ids: tensor<?x2xi32>, %w: tensor<8x96x32x!emel.q8_0>) -> tensor<?x2x96xf32> {
  %y = emel.matmul_id %x, %w, %ids : (tensor<?x32xf32>, tensor<8x96x32x!emel.q8_0>, tensor<?x2xi32>) -> tensor<?x2x96xf32>
  plan.return %y : tensor<?x2x96xf32>
}

// Tokens grouped by expert are not divided, however few the columns; those that are not grouped are. Sorting is no work to divide.
// CHECK: plan.entry @experts_of_some
// CHECK: plan.launch each @group({{.*}} tiles [#plan.tile<[] by []>, #plan.tile<[] by []>]
// CHECK: plan.launch dynamic @grouped({{.*}} tiles [#plan.tile<[1] by [16]>]
// CHECK: plan.launch dynamic @alone({{.*}} tiles [#plan.tile<[0, 2] by [32, 16]>]
// CHECK: plan.entry @experts_of_many
// CHECK: plan.launch owner @group({{.*}} tiles [#plan.tile<[] by []>, #plan.tile<[] by []>]
plan.entry @experts_of_some(%x: tensor<?x32xf32>, %ids: tensor<?x2xi32>) -> (tensor<?x96xf32>, tensor<?x2x96xf32>)
    attributes {emel.entry = {rows = 512 : i64, tokens = 512 : i64}} {
  %g:2 = plan.launch owner @group(%ids) extents ["n", ""] : (tensor<?x2xi32>) -> (tensor<?x2xi32>, tensor<9xi32>)
  %y = plan.launch owner @grouped(%x, %ids, %g#0, %g#1) weights [@experts] extents ["n"]
      : (tensor<?x32xf32>, tensor<?x2xi32>, tensor<?x2xi32>, tensor<9xi32>) -> tensor<?x96xf32>
  %z = plan.launch owner @alone(%x, %ids) weights [@experts] extents ["n"] : (tensor<?x32xf32>, tensor<?x2xi32>) -> tensor<?x2x96xf32>
  plan.return %y, %z : tensor<?x96xf32>, tensor<?x2x96xf32>
}
plan.entry @experts_of_many(%x: tensor<?x32xf32>, %ids: tensor<?x2xi32>) -> tensor<?x96xf32>
    attributes {emel.entry = {rows = 4096 : i64, tokens = 4096 : i64}} {
  %g:2 = plan.launch owner @group(%ids) extents ["n", ""] : (tensor<?x2xi32>) -> (tensor<?x2xi32>, tensor<9xi32>)
  %y = plan.launch owner @grouped(%x, %ids, %g#0, %g#1) weights [@experts] extents ["n"]
      : (tensor<?x32xf32>, tensor<?x2xi32>, tensor<?x2xi32>, tensor<9xi32>) -> tensor<?x96xf32>
  plan.return %y : tensor<?x96xf32>
}
