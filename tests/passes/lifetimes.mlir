// RUN: emel-opt --emel-lifetimes %s | FileCheck %s
// RUN: not emel-opt --emel-plan-buffers %s 2>&1 | FileCheck %s --check-prefix=WITHOUT

plan.kernel @norm(%x: tensor<?x32xf32>) -> tensor<?x32xf32> {
  %y = emel.rms_norm %x eps 9.99999974E-6 : tensor<?x32xf32>
  plan.return %y : tensor<?x32xf32>
}
plan.kernel @add(%x: tensor<?x32xf32>, %y: tensor<?x32xf32>) -> tensor<?x32xf32> {
  %z = emel.add %x, %y : (tensor<?x32xf32>, tensor<?x32xf32>) -> tensor<?x32xf32>
  plan.return %z : tensor<?x32xf32>
}

// A value lives from its epoch to that of its last use, with room for 16 tokens. The sum may take over the bytes of %a,
// which nothing reads later and of which it needs each number only where it writes; a norm needs the whole row.
// CHECK: plan.launch owner @norm({{.*}} lives [#plan.life<0 to 3 bytes 2048>]
// CHECK: plan.launch owner @norm({{.*}} lives [#plan.life<1 to 3 bytes 2048>]
// CHECK: plan.launch owner @add({{.*}} lives [#plan.life<2 to 4 bytes 2048 over 0>]
// CHECK: plan.launch owner @norm({{.*}} lives [#plan.life<3 to 4 bytes 2048>]
// WITHOUT: error: 'plan.launch' op expected lives, which --emel-lifetimes writes, found none
plan.entry @small(%x: tensor<?x32xf32>) -> tensor<?x32xf32> attributes {emel.entry = {rows = 16 : i64, tokens = 16 : i64}} {
  %a = plan.launch owner @norm(%x) extents ["n"] tiles [#plan.tile<[0] by [8]>] : (tensor<?x32xf32>) -> tensor<?x32xf32>
  plan.barrier
  %b = plan.launch owner @norm(%a) extents ["n"] tiles [#plan.tile<[0] by [4]>] : (tensor<?x32xf32>) -> tensor<?x32xf32>
  plan.barrier
  %c = plan.launch owner @add(%a, %b) extents ["n"] tiles [#plan.tile<[1] by [16]>] : (tensor<?x32xf32>, tensor<?x32xf32>) -> tensor<?x32xf32>
  plan.barrier
  %d = plan.launch owner @norm(%c) extents ["n"] tiles [#plan.tile<[0] by [8]>] : (tensor<?x32xf32>) -> tensor<?x32xf32>
  plan.return %d : tensor<?x32xf32>
}
