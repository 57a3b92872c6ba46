// RUN: emel-opt --emel-partition="columns=64 redundant=2048" %s | FileCheck %s

emel.shard @shard "model.gguf" bytes 1048576
emel.weight @w : tensor<4096x32x!emel.q8_0> in @shard at 0 bytes 139264

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
