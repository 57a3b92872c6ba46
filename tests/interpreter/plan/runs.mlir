// RUN: emel-interpret %s --functions --workers 1 | FileCheck %s
// RUN: emel-interpret %s --functions --workers 3 --schedules 8 | FileCheck %s
// RUN: emel-interpret %s --functions --workers 7 --schedules 8 --seed 5 | FileCheck %s

plan.arena shared @arena bytes 192 align 64
plan.arena worker @scratch bytes 64 align 64
plan.arena caller @out bytes 128 align 64

plan.kernel @start() -> tensor<4x4xf32> {
  %x = arith.constant dense<[[1.0, 2.0, 3.0, 4.0], [2.0, 3.0, 4.0, 5.0], [-1.0, 0.5, 0.0, 1.0], [9.0, 8.0, 7.0, 6.0]]> : tensor<4x4xf32>
  plan.return %x : tensor<4x4xf32>
}
plan.kernel @double(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %y = emel.add %x, %x : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  plan.return %y : tensor<4x4xf32>
}
plan.kernel @transpose(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %y = emel.permute %x [1, 0] : (tensor<4x4xf32>) -> tensor<4x4xf32>
  plan.return %y : tensor<4x4xf32>
}
plan.kernel @both(%x: tensor<4x4xf32>) -> (tensor<4x4xf32>, tensor<4x4xf16>) {
  %y = emel.add %x, %x : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  %h = emel.cast %x : tensor<4x4xf32> to tensor<4x4xf16>
  plan.return %y, %h : tensor<4x4xf32>, tensor<4x4xf16>
}

// The second launch reads, row by row, what the same worker wrote; it and the third need no barrier between them,
// the fourth does. The third lies over its operand.
// CHECK: @steps
// CHECK-NEXT: 4 8 -4 36
// CHECK-NEXT: 8 12 2 32
// CHECK-NEXT: 12 16 0 28
// CHECK-NEXT: 16 20 4 24
plan.entry @steps() -> tensor<4x4xf32> attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  %x = plan.launch owner @start() tiles [#plan.tile<[0] by [1]>]
      places [#plan.place<@arena at 0 bytes 64>] : () -> tensor<4x4xf32>
  %y = plan.launch owner @double(%x) tiles [#plan.tile<[0] by [1]>]
      places [#plan.place<@arena at 64 bytes 64>] : (tensor<4x4xf32>) -> tensor<4x4xf32>
  %z = plan.launch owner @double(%y) tiles [#plan.tile<[0] by [1]>]
      places [#plan.place<@arena at 64 bytes 64>] : (tensor<4x4xf32>) -> tensor<4x4xf32>
  plan.barrier
  %t = plan.launch owner @transpose(%z) tiles [#plan.tile<[0, 1] by [1, 3]>]
      places [#plan.place<@out at 0 bytes 64>] : (tensor<4x4xf32>) -> tensor<4x4xf32>
  plan.return %t : tensor<4x4xf32>
}

// Each worker has its own copy; tiles of the last launches go to whoever comes first.
// CHECK: @kinds
// CHECK-NEXT: 4 8 12 16
// CHECK-NEXT: 8 12 16 20
// CHECK-NEXT: -4 2 0 4
// CHECK-NEXT: 36 32 28 24
// CHECK-NEXT: 2 4 6 8
// CHECK-NEXT: 4 6 8 10
// CHECK-NEXT: -2 1 0 2
// CHECK-NEXT: 18 16 14 12
plan.entry @kinds() -> (tensor<4x4xf32>, tensor<4x4xf16>) attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  %x = plan.launch dynamic @start() tiles [#plan.tile<[1] by [1]>]
      places [#plan.place<@arena at 0 bytes 64>] : () -> tensor<4x4xf32>
  plan.barrier
  %y = plan.launch each @double(%x) tiles [#plan.tile<[] by []>]
      places [#plan.place<@scratch at 0 bytes 64>] : (tensor<4x4xf32>) -> tensor<4x4xf32>
  %z, %h = plan.launch dynamic @both(%y) tiles [#plan.tile<[0] by [2]>, #plan.tile<[] by []>]
      places [#plan.place<@out at 0 bytes 64>, #plan.place<@out at 64 bytes 32>]
      : (tensor<4x4xf32>) -> (tensor<4x4xf32>, tensor<4x4xf16>)
  plan.return %z, %h : tensor<4x4xf32>, tensor<4x4xf16>
}

// An entry without places computes its launches in order.
// CHECK: @unplaced
// CHECK-NEXT: 2 4 -2 18
plan.entry @unplaced() -> tensor<4x4xf32> attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  %x = plan.launch owner @start() : () -> tensor<4x4xf32>
  %y = plan.launch owner @double(%x) : (tensor<4x4xf32>) -> tensor<4x4xf32>
  %z = plan.launch owner @transpose(%y) : (tensor<4x4xf32>) -> tensor<4x4xf32>
  plan.return %z : tensor<4x4xf32>
}
