// RUN: emel-opt %s --emel-fuse-head=sample=3 | FileCheck %s
// RUN: emel-opt %s --emel-fuse-epilogue --emel-fuse-head=sample=3 | FileCheck %s --check-prefix=GROUP
// RUN: emel-opt %s --emel-fuse-head | FileCheck %s --check-prefix=NONE
// RUN: not emel-opt %s --emel-fuse-head=sample=-1 2>&1 | FileCheck %s --check-prefix=FEW
// RUN: not emel-opt %s --emel-fuse-head=sample=41 2>&1 | FileCheck %s --check-prefix=MANY
// RUN: not emel-opt %s --emel-fuse-head=sample=1 --emel-fuse-head=sample=1 2>&1 | FileCheck %s --check-prefix=TWICE
// RUN: sed 's/@step/@other/;s/emel.model = {.*vocab = 40 : i64}/a.b = 1/' %s | not emel-opt --emel-fuse-head=sample=1 2>&1 | FileCheck %s --check-prefix=STEP

// A group that ends in the best of each part; the logits stay what they were.
// CHECK: sample = 3 : i64
// CHECK-SAME: emel.passes = [{parts = 3 : i64, pass = "fuse-head", steps = 1 : i64}]
// CHECK: -> (tensor<?x40xf32> {emel.dims = ["m"]}, tensor<?x3xi64> {emel.dims = ["m"]}) {
// CHECK: %[[PRODUCT:.*]] = emel.matmul
// CHECK: %[[LOGITS:.*]] = emel.unary tanh %[[PRODUCT]]
// CHECK: %[[PARTS:.*]] = emel.fuse
// CHECK-NEXT: %[[OWN:.*]] = emel.unary tanh %[[PRODUCT]]
// CHECK-NEXT: %[[BEST:.*]] = emel.top_k_parts %[[OWN]] k 3 width 16 : (tensor<?x40xf32>) -> tensor<?x3x3xi64>
// CHECK-NEXT: emel.yield %[[BEST]]
// CHECK: %[[MERGED:.*]] = emel.merge_top_k %[[PARTS]]
// CHECK: return %[[LOGITS]], %[[MERGED]]

// Of a group of the logits, all of it is cloned.
// GROUP: %[[LOGITS:.*]] = emel.fuse
// GROUP: %[[PARTS:.*]] = emel.fuse
// GROUP-NEXT: %[[PRODUCT:.*]] = emel.matmul
// GROUP-NEXT: %[[OWN:.*]] = emel.unary tanh %[[PRODUCT]]
// GROUP-NEXT: emel.top_k_parts %[[OWN]]

// NONE-NOT: emel.passes
// NONE-NOT: emel.top_k_parts
// FEW: error: expected a sample of 1 to 40 tokens, as many as the vocabulary has, found -1
// MANY: error: expected a sample of 1 to 40 tokens, as many as the vocabulary has, found 41
// TWICE: error: expected steps that return logits alone, found 'sample' = 1 : i64 in 'emel.model'
// STEP: error: expected a model whose steps return logits, found no step
module attributes {emel.model = {architecture = "llama", context = 8 : i64, vocab = 40 : i64}} {
  func.func @step(%tokens: tensor<?xi32>, %positions: tensor<?xi32>, %slots: tensor<?xi32>, %rows: tensor<?xi32>)
      -> (tensor<?x40xf32> {emel.dims = ["m"]}) {
    %embd = arith.constant dense<1.0> : tensor<40x8xf32>
    %x = emel.get_rows %embd, %rows : (tensor<40x8xf32>, tensor<?xi32>) -> tensor<?x8xf32>
    %product = emel.matmul %x, %embd : (tensor<?x8xf32>, tensor<40x8xf32>) -> tensor<?x40xf32>
    %logits = emel.unary tanh %product : tensor<?x40xf32>
    return %logits : tensor<?x40xf32>
  }
}
