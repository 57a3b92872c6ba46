// RUN: emel-opt --emel-insert-barriers %s | FileCheck %s

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
