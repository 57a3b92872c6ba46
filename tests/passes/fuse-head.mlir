// RUN: emel-opt %s --emel-fuse-head=sample=argmax | FileCheck %s
// RUN: emel-opt %s --emel-fuse-head=sample=top-k:3 | FileCheck %s --check-prefix=TOPK
// RUN: emel-opt %s --emel-fuse-head | FileCheck %s --check-prefix=NONE
// RUN: not emel-opt %s --emel-fuse-head=sample=best 2>&1 | FileCheck %s --check-prefix=KIND
// RUN: not emel-opt %s --emel-fuse-head=sample=top-k:9 2>&1 | FileCheck %s --check-prefix=MANY
// RUN: not emel-opt %s --emel-fuse-head=sample=argmax --emel-fuse-head=sample=argmax 2>&1 | FileCheck %s --check-prefix=TWICE

// CHECK: sample = "argmax"
// CHECK-SAME: emel.passes = [{columns = 7 : i64, pass = "fuse-head", steps = 1 : i64}]
// CHECK: -> (tensor<?xi32> {emel.dims = ["m"]}) {
// CHECK: %[[IDS:.*]] = emel.argmax %{{.*}} : (tensor<?x8xf32>) -> tensor<?xi32>
// CHECK: return %[[IDS]]

// TOPK: -> (tensor<?x3xi32> {emel.dims = ["m"]}, tensor<?x3xf32> {emel.dims = ["m"]}) {
// TOPK: %[[IDS:.*]] = emel.top_k %{{.*}} k 3
// TOPK: %[[TABLE:.*]] = emel.reshape %{{.*}} : tensor<?x8xf32> to tensor<?x8x1xf32>
// TOPK: %[[ROWS:.*]] = emel.get_rows %[[TABLE]], %[[IDS]]
// TOPK: %[[VALUES:.*]] = emel.reshape %[[ROWS]] : tensor<?x3x1xf32> to tensor<?x3xf32>
// TOPK: return %[[IDS]], %[[VALUES]]

// NONE-NOT: emel.passes
// NONE-NOT: emel.argmax
// KIND: error: expected sample=argmax or sample=top-k:K, found 'best'
// MANY: error: expected at most the 8 tokens there are, found 9
// TWICE: error: expected a model whose @step returns logits, found one with sample = "argmax"
module attributes {emel.model = {architecture = "llama", context = 8 : i64, vocab = 8 : i64}} {
  func.func @step(%tokens: tensor<?xi32>, %positions: tensor<?xi32>, %slots: tensor<?xi32>, %rows: tensor<?xi32>)
      -> (tensor<?x8xf32> {emel.dims = ["m"]}) {
    %embd = arith.constant dense<1.0> : tensor<8x8xf32>
    %x = emel.get_rows %embd, %rows : (tensor<8x8xf32>, tensor<?xi32>) -> tensor<?x8xf32>
    %logits = emel.matmul %x, %embd : (tensor<?x8xf32>, tensor<8x8xf32>) -> tensor<?x8xf32>
    return %logits : tensor<?x8xf32>
  }
}
