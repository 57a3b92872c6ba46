// What the workers of a plan need together must fit; one plan may run with few and not with many.
// RUN: emel-interpret %s --functions --workers 3 | FileCheck %s
// RUN: not emel-interpret %s --functions --workers 1024 2>&1 | FileCheck %s --check-prefix=MANY
// CHECK: @wide
// CHECK-NEXT: 3 4
// MANY: emel-interpret: error: {{.*}}memory.mlir:19:1: needs 1073750024 bytes of arenas with 1024 workers, the interpreter runs plans of up to 268435456

plan.arena worker @scratch bytes 1048640 align 64
plan.arena caller @out bytes 1024 align 64

plan.kernel @start() -> tensor<2xf32> {
  %x = arith.constant dense<[1.5, 2.0]> : tensor<2xf32>
  plan.return %x : tensor<2xf32>
}
plan.kernel @double(%x: tensor<2xf32>) -> tensor<2xf32> {
  %y = emel.add %x, %x : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  plan.return %y : tensor<2xf32>
}
plan.entry @wide() -> tensor<2xf32> attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  %x = plan.launch each @start() tiles [#plan.tile<[] by []>]
      places [#plan.place<@scratch at 1048576 bytes 8>] : () -> tensor<2xf32>
  %y = plan.launch owner @double(%x) tiles [#plan.tile<[0] by [1]>]
      places [#plan.place<@out at 0 bytes 8>] : (tensor<2xf32>) -> tensor<2xf32>
  plan.return %y : tensor<2xf32>
}
