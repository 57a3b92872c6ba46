// RUN: emel-opt --emel-fuse-epilogue %s | FileCheck %s

emel.shard @shard "model.gguf" bytes 65536
emel.weight @w : tensor<64x32xf32> in @shard at 0 bytes 8192
emel.weight @bias : tensor<64xf32> in @shard at 8192 bytes 256

// A bias and an activation need only the columns that the product computes.
// CHECK-LABEL: @activation
// CHECK: %[[Y:.*]] = emel.fuse
// CHECK: emel.matmul
// CHECK-NEXT: emel.add
// CHECK-NEXT: emel.unary silu
// CHECK-NEXT: emel.yield
// CHECK: return %[[Y]]
func.func @activation(%x: tensor<?x32xf32>) -> tensor<?x64xf32> {
  %w = emel.get_weight @w : tensor<64x32xf32>
  %b = emel.get_weight @bias : tensor<64xf32>
  %p = emel.matmul %x, %w : (tensor<?x32xf32>, tensor<64x32xf32>) -> tensor<?x64xf32>
  %s = emel.add %p, %b : (tensor<?x64xf32>, tensor<64xf32>) -> tensor<?x64xf32>
  %y = emel.unary silu %s : tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// A norm needs all columns of a row, a norm of heads only those of a head.
// CHECK-LABEL: @norms
// CHECK: emel.fuse
// CHECK: emel.reshape
// CHECK-NEXT: emel.rms_norm
// CHECK-NEXT: emel.yield
// CHECK: emel.rms_norm {{.*}} : tensor<?x64xf32>
func.func @norms(%x: tensor<?x32xf32>) -> (tensor<?x4x16xf32>, tensor<?x64xf32>) {
  %w = emel.get_weight @w : tensor<64x32xf32>
  %p = emel.matmul %x, %w : (tensor<?x32xf32>, tensor<64x32xf32>) -> tensor<?x64xf32>
  %h = emel.reshape %p : tensor<?x64xf32> to tensor<?x4x16xf32>
  %n = emel.rms_norm %h eps 9.99999974E-6 : tensor<?x4x16xf32>
  %r = emel.matmul %x, %w : (tensor<?x32xf32>, tensor<64x32xf32>) -> tensor<?x64xf32>
  %m = emel.rms_norm %r eps 9.99999974E-6 : tensor<?x64xf32>
  return %n, %m : tensor<?x4x16xf32>, tensor<?x64xf32>
}

// A product that others use too stays on its own.
// CHECK-LABEL: @used_twice
// CHECK-NOT: emel.fuse
func.func @used_twice(%x: tensor<?x32xf32>) -> (tensor<?x64xf32>, tensor<?x64xf32>) {
  %w = emel.get_weight @w : tensor<64x32xf32>
  %p = emel.matmul %x, %w : (tensor<?x32xf32>, tensor<64x32xf32>) -> tensor<?x64xf32>
  %y = emel.unary silu %p : tensor<?x64xf32>
  return %p, %y : tensor<?x64xf32>, tensor<?x64xf32>
}
