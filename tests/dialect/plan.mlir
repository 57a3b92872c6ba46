// RUN: emel-opt %s | FileCheck %s
// RUN: emel-opt %s | emel-opt | FileCheck %s
// RUN: emel-opt %s --mlir-print-op-generic | emel-opt | FileCheck %s
// RUN: emel-opt %s --emit-bytecode | emel-opt | FileCheck %s

// CHECK: plan.arena shared @arena bytes 1536 align 64
plan.arena shared @arena bytes 1536 align 64
// CHECK: plan.arena worker @scratch bytes 512 align 64
plan.arena worker @scratch bytes 512 align 64
// CHECK: plan.arena caller @logits bytes 2048 align 64
plan.arena caller @logits bytes 2048 align 64

emel.shard @s "model.gguf" bytes 256
emel.weight @w : tensor<64xf32> in @s at 0 bytes 256

// CHECK: plan.kernel @norm(%{{.*}}: tensor<1x64xf32>, %{{.*}}: tensor<64xf32>) -> tensor<1x64xf32> {
// CHECK-NEXT: %[[Y:.*]] = emel.rms_norm
// CHECK-NEXT: plan.return %[[Y]] : tensor<1x64xf32>
plan.kernel @norm(%x: tensor<1x64xf32>, %w: tensor<64xf32>) -> tensor<1x64xf32> {
  %y = emel.rms_norm %x weight %w eps 9.99999974E-6 : tensor<1x64xf32>, tensor<64xf32>
  plan.return %y : tensor<1x64xf32>
}

// CHECK: plan.kernel @store(
plan.kernel @store(%kv: !emel.kv<1x64x64xf32>, %x: tensor<1x64xf32>, %at: tensor<1xi32>)
    -> (!emel.kv<1x64x64xf32>, tensor<1x64xf32>) {
  %row = emel.reshape %x : tensor<1x64xf32> to tensor<1x1x64xf32>
  %new = emel.kv_write %kv, %row, %row at %at in %at
      : (!emel.kv<1x64x64xf32>, tensor<1x1x64xf32>, tensor<1x1x64xf32>, tensor<1xi32>, tensor<1xi32>)
      -> !emel.kv<1x64x64xf32>
  plan.return %new, %x : !emel.kv<1x64x64xf32>, tensor<1x64xf32>
}

// CHECK: plan.kernel @nothing() {
// CHECK-NEXT: plan.return
plan.kernel @nothing() {
  plan.return
}

// CHECK: plan.entry @decode(%{{.*}}: tensor<1x64xf32>) -> tensor<1x64xf32> attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
// CHECK-NEXT: %[[Y:.*]] = plan.launch owner @norm(%{{.*}}) weights [@w] : (tensor<1x64xf32>) -> tensor<1x64xf32>
// CHECK-NEXT: plan.return %[[Y]] : tensor<1x64xf32>
plan.entry @decode(%x: tensor<1x64xf32>) -> tensor<1x64xf32>
    attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  %y = plan.launch owner @norm(%x) weights [@w] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.return %y : tensor<1x64xf32>
}

// CHECK: plan.entry @partitioned(
// CHECK: plan.launch owner @norm(%{{.*}}) weights [@w] tiles [#plan.tile<[0] by [1]>] places [#plan.place<@arena at 0 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
// CHECK: plan.barrier
// CHECK: plan.launch owner @store(%{{.*}}, %{{.*}}, %{{.*}}) extents ["", "n"] tiles [#plan.tile<[0] by [1]>, #plan.tile<[0, 1] by [1, 16]>] lives [unit, #plan.life<1 to 2 bytes 256 over 1>] places [unit, #plan.place<@arena at 256 bytes 256>] : (!emel.kv<1x64x64xf32>, tensor<1x64xf32>, tensor<1xi32>) -> (!emel.kv<1x64x64xf32>, tensor<1x64xf32>)
// CHECK: plan.barrier
// CHECK: plan.launch each @norm(%{{.*}}) weights [@w] tiles [#plan.tile<[] by []>] lives [#plan.life<2 to 3 bytes 256>] places [#plan.place<@scratch at 0 bytes 256>]
// CHECK: plan.launch dynamic @norm(%{{.*}}) weights [@w] tiles [#plan.tile<[1] by [16]>] places [#plan.place<@logits at 0 bytes 256>]
plan.entry @partitioned(%x: tensor<1x64xf32>, %at: tensor<1xi32>, %kv: !emel.kv<1x64x64xf32>)
    -> (tensor<1x64xf32>, !emel.kv<1x64x64xf32>)
    attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  %y = plan.launch owner @norm(%x) weights [@w] tiles [#plan.tile<[0] by [1]>]
      places [#plan.place<@arena at 0 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.barrier
  %new, %z = plan.launch owner @store(%kv, %y, %at) extents ["", "n"]
      tiles [#plan.tile<[0] by [1]>, #plan.tile<[0, 1] by [1, 16]>]
      lives [unit, #plan.life<1 to 2 bytes 256 over 1>]
      places [unit, #plan.place<@arena at 256 bytes 256>]
      : (!emel.kv<1x64x64xf32>, tensor<1x64xf32>, tensor<1xi32>)
      -> (!emel.kv<1x64x64xf32>, tensor<1x64xf32>)
  plan.barrier
  %own = plan.launch each @norm(%z) weights [@w] tiles [#plan.tile<[] by []>]
      lives [#plan.life<2 to 3 bytes 256>] places [#plan.place<@scratch at 0 bytes 256>]
      : (tensor<1x64xf32>) -> tensor<1x64xf32>
  %out = plan.launch dynamic @norm(%own) weights [@w] tiles [#plan.tile<[1] by [16]>]
      places [#plan.place<@logits at 0 bytes 256>] : (tensor<1x64xf32>) -> tensor<1x64xf32>
  plan.return %out, %new : tensor<1x64xf32>, !emel.kv<1x64x64xf32>
}
