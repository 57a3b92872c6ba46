// RUN: emel-opt %s | FileCheck %s
// RUN: emel-opt %s | emel-opt | FileCheck %s

// Entries stand in the place of @step.
module attributes {emel.model = {architecture = "llama", context = 512 : i64, vocab = 8 : i64}} {
  // CHECK: func.func private @decode(tensor<1xi32>, tensor<1xi32>, tensor<1xi32>, tensor<1xi32>) -> tensor<1x8xf32>
  // CHECK-SAME: attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}}
  func.func private @decode(tensor<1xi32>, tensor<1xi32>, tensor<1xi32>, tensor<1xi32>)
      -> tensor<1x8xf32> attributes {emel.entry = {tokens = 1 : i64, rows = 1 : i64}}
  // CHECK: func.func private @prefill
  // CHECK-SAME: attributes {emel.entry = {rows = 8 : i64, tokens = 512 : i64}}
  func.func private @prefill(tensor<?xi32>, tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
      -> tensor<?x8xf32> attributes {emel.entry = {tokens = 512 : i64, rows = 8 : i64}}
}
