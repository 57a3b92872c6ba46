// RUN: emel-opt --emel-plan-buffers %s | FileCheck %s
// RUN: emel-opt --emel-plan-buffers=alignment=4096 %s | FileCheck %s --check-prefix=ALIGN
// RUN: not emel-opt --emel-plan-buffers=max-arena=2048 %s 2>&1 | FileCheck %s --check-prefix=LIMIT
// RUN: not emel-opt --emel-plan-buffers=alignment=0 %s 2>&1 | FileCheck %s --check-prefix=BAD

plan.kernel @norm(%x: tensor<1x300xf32>) -> tensor<1x300xf32> {
  %y = emel.rms_norm %x eps 9.99999974E-6 : tensor<1x300xf32>
  plan.return %y : tensor<1x300xf32>
}
plan.kernel @add(%x: tensor<1x300xf32>, %y: tensor<1x300xf32>) -> tensor<1x300xf32> {
  %z = emel.add %x, %y : (tensor<1x300xf32>, tensor<1x300xf32>) -> tensor<1x300xf32>
  plan.return %z : tensor<1x300xf32>
}

// Values that live at once lie apart, the sum takes over the bytes of its operand, results lie with the caller and what every worker has
// for itself in its own arena.
// CHECK: plan.arena shared @arena bytes 2432 align 64
// CHECK: plan.arena worker @scratch bytes 1216 align 64
// CHECK: plan.arena caller @logits bytes 1216 align 64
// CHECK: places [#plan.place<@scratch at 0 bytes 1200>]
// CHECK: places [#plan.place<@arena at [[A:[0-9]+]] bytes 1200>]
// CHECK: places [#plan.place<@arena at {{[0-9]+}} bytes 1200>]
// CHECK: over 0>] places [#plan.place<@arena at [[A]] bytes 1200>]
// CHECK: places [#plan.place<@logits at 0 bytes 1200>]

// ALIGN: plan.arena shared @arena bytes 8192 align 4096

// LIMIT: error: cannot plan @arena
// BAD: error: expected 'max-arena' of at least 0 and 'alignment' of at least 1, found 0 and 0
plan.entry @decode(%x: tensor<1x300xf32>) -> tensor<1x300xf32> attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  %o = plan.launch each @norm(%x) tiles [#plan.tile<[] by []>] lives [#plan.life<0 to 1 bytes 1200>] : (tensor<1x300xf32>) -> tensor<1x300xf32>
  %a = plan.launch owner @norm(%o) tiles [#plan.tile<[] by []>] lives [#plan.life<0 to 3 bytes 1200>] : (tensor<1x300xf32>) -> tensor<1x300xf32>
  plan.barrier
  %b = plan.launch owner @norm(%a) tiles [#plan.tile<[] by []>] lives [#plan.life<1 to 3 bytes 1200>] : (tensor<1x300xf32>) -> tensor<1x300xf32>
  plan.barrier
  %c = plan.launch owner @add(%a, %b) tiles [#plan.tile<[1] by [100]>] lives [#plan.life<2 to 4 bytes 1200 over 0>] : (tensor<1x300xf32>, tensor<1x300xf32>) -> tensor<1x300xf32>
  plan.barrier
  %d = plan.launch owner @norm(%c) tiles [#plan.tile<[] by []>] lives [#plan.life<3 to 4 bytes 1200>] : (tensor<1x300xf32>) -> tensor<1x300xf32>
  plan.return %d : tensor<1x300xf32>
}
