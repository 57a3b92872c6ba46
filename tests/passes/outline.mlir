// RUN: emel-opt --emel-outline --split-input-file --verify-diagnostics %s | FileCheck %s

emel.shard @shard "model.gguf" bytes 65536
emel.weight @a : tensor<32x32xf32> in @shard at 0 bytes 4096
emel.weight @b : tensor<32x32xf32> in @shard at 4096 bytes 4096

// Two layers that compute the same share a kernel; weights are its last arguments.
// CHECK: plan.kernel @product(%{{.*}}: tensor<?x32xf32>, %{{.*}}: tensor<32x32xf32>) -> tensor<?x32xf32>
// CHECK-NEXT: emel.matmul
// CHECK-NEXT: emel.unary
// CHECK-NEXT: plan.return
// CHECK-NOT: plan.kernel
// CHECK: plan.entry @small
// CHECK-NEXT: %[[X:.*]] = plan.launch owner @product(%arg0) weights [@a] extents ["n"]
// CHECK-NEXT: %[[Y:.*]] = plan.launch owner @product(%[[X]]) weights [@b] extents ["n"]
// CHECK-NEXT: plan.return %[[Y]]
func.func @small(%x: tensor<?x32xf32>) -> tensor<?x32xf32>
    attributes {emel.entry = {rows = 4 : i64, tokens = 4 : i64}} {
  %a = emel.get_weight @a : tensor<32x32xf32>
  %b = emel.get_weight @b : tensor<32x32xf32>
  %0 = emel.fuse "product" -> tensor<?x32xf32> {
    %p = emel.matmul %x, %a : (tensor<?x32xf32>, tensor<32x32xf32>) -> tensor<?x32xf32>
    %y = emel.unary silu %p : tensor<?x32xf32>
    emel.yield %y : tensor<?x32xf32>
  }
  %1 = emel.fuse "product" -> tensor<?x32xf32> {
    %p = emel.matmul %0, %b : (tensor<?x32xf32>, tensor<32x32xf32>) -> tensor<?x32xf32>
    %y = emel.unary silu %p : tensor<?x32xf32>
    emel.yield %y : tensor<?x32xf32>
  }
  return %1 : tensor<?x32xf32>
}

// -----

// A plan has no place for a value whose unknown dimension is not the outermost one.
func.func @prefill(%x: tensor<?x32xf32>) -> tensor<32x?xf32>
    attributes {emel.entry = {rows = 4 : i64, tokens = 4 : i64}} {
  // expected-error @+1 {{cannot be planned: expected the outermost dimension alone to be unknown, and to be the number of tokens or of rows, found 'tensor<32x?xf32>'}}
  %y = emel.permute %x [1, 0] : (tensor<?x32xf32>) -> tensor<32x?xf32>
  return %y : tensor<32x?xf32>
}

// -----

// What an entry returns has to be computed.
emel.shard @shard "model.gguf" bytes 65536
emel.weight @a : tensor<32x32xf32> in @shard at 0 bytes 4096
// expected-error @+1 {{cannot be planned: returns a weight or a constant, expected what an op computes, found 'emel.get_weight'}}
func.func @weight() -> tensor<32x32xf32> attributes {emel.entry = {rows = 4 : i64, tokens = 4 : i64}} {
  %a = emel.get_weight @a : tensor<32x32xf32>
  return %a : tensor<32x32xf32>
}

// -----

// Within a group neither: what is twice the number of tokens would be taken for a number of its own.
func.func @prefill(%x: tensor<?x8xf32>) -> tensor<1x8xf32>
    attributes {emel.entry = {rows = 4 : i64, tokens = 4 : i64}} {
  %y = emel.fuse "twice" -> tensor<1x8xf32> {
    // expected-error @+1 {{cannot be planned: expected unknown dimensions that are the number of tokens or of rows, found 'tensor<?x8xf32>'}}
    %c = emel.concat %x, %x dim 0 : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
    %s = emel.reduce sum %c [0] : (tensor<?x8xf32>) -> tensor<1x8xf32>
    emel.yield %s : tensor<1x8xf32>
  }
  return %y : tensor<1x8xf32>
}
