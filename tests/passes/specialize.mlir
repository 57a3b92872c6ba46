// RUN: emel-opt --emel-specialize="small=4 bulk=64" %s | FileCheck %s
// RUN: emel-opt --emel-specialize="small=100 bulk=64" %s | FileCheck %s --check-prefix=TWO
// RUN: not emel-opt --emel-specialize=small=0 %s 2>&1 | FileCheck %s --check-prefix=BAD
// RUN: not emel-opt --emel-specialize=device=abacus %s 2>&1 | FileCheck %s --check-prefix=DEVICE
// DEVICE: error: (D2) expected 'emel.device' to name a device of cpu, found abacus

// One entry for a token, whose shapes are known, one for a few and one for as many as the context has.
module attributes {emel.model = {architecture = "test", context = 32 : i64, vocab = 8 : i64}} {
  emel.shard @shard "model.gguf" bytes 1024
  emel.weight @embd : tensor<8x4xf32> in @shard at 0 bytes 128
  // CHECK: module attributes {emel.device = "cpu",
  // CHECK-NOT: @step
  // CHECK: func.func @decode(%{{.*}}: tensor<1xi32>,
  // CHECK-SAME: -> tensor<1x8xf32> attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}}
  // CHECK: emel.get_rows {{.*}} -> tensor<1x4xf32>
  // CHECK: func.func @small(%{{.*}}: tensor<?xi32> {emel.dims = ["n"]}
  // CHECK-SAME: {rows = 4 : i64, tokens = 4 : i64}
  // CHECK: func.func @prefill(
  // CHECK-SAME: {rows = 32 : i64, tokens = 32 : i64}

  // TWO: func.func @decode
  // TWO-NOT: @small
  // TWO: func.func @prefill

  // BAD: error: expected 'small' and 'bulk' of at least 1 token, found 0 and 512
  func.func @step(%tokens: tensor<?xi32> {emel.dims = ["n"]}, %positions: tensor<?xi32> {emel.dims = ["n"]},
                  %slots: tensor<?xi32> {emel.dims = ["n"]}, %out_rows: tensor<?xi32> {emel.dims = ["m"]}) -> tensor<?x8xf32> {
    %w = emel.get_weight @embd : tensor<8x4xf32>
    %x = emel.get_rows %w, %tokens : (tensor<8x4xf32>, tensor<?xi32>) -> tensor<?x4xf32>
    %r = emel.get_rows %x, %out_rows : (tensor<?x4xf32>, tensor<?xi32>) -> tensor<?x4xf32>
    %y = emel.matmul %r, %w : (tensor<?x4xf32>, tensor<8x4xf32>) -> tensor<?x8xf32>
    return %y : tensor<?x8xf32>
  }
}
