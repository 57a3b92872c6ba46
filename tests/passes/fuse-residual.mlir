// RUN: emel-opt --emel-fuse-residual %s | FileCheck %s

emel.shard @shard "model.gguf" bytes 65536
emel.weight @w : tensor<32x32xf32> in @shard at 0 bytes 4096
emel.weight @experts : tensor<4x32x32xf32> in @shard at 4096 bytes 16384

// The residual is added where the product is computed.
// CHECK-LABEL: @residual
// CHECK: %[[Y:.*]] = emel.fuse
// CHECK-NEXT: emel.matmul
// CHECK-NEXT: emel.add
// CHECK-NEXT: emel.yield
// CHECK: return %[[Y]]
func.func @residual(%x: tensor<?x32xf32>, %h: tensor<?x32xf32>) -> tensor<?x32xf32> {
  %w = emel.get_weight @w : tensor<32x32xf32>
  %p = emel.matmul %h, %w : (tensor<?x32xf32>, tensor<32x32xf32>) -> tensor<?x32xf32>
  %y = emel.add %x, %p : (tensor<?x32xf32>, tensor<?x32xf32>) -> tensor<?x32xf32>
  return %y : tensor<?x32xf32>
}

// What experts give is weighted and summed there too.
// CHECK-LABEL: @mixture
// CHECK: emel.fuse
// CHECK-NEXT: emel.matmul_id
// CHECK-NEXT: emel.mul
// CHECK-NEXT: emel.reduce sum
// CHECK-NEXT: emel.yield
func.func @mixture(%x: tensor<?x32xf32>, %ids: tensor<?x2xi32>, %p: tensor<?x2x1xf32>) -> tensor<?x1x32xf32> {
  %w = emel.get_weight @experts : tensor<4x32x32xf32>
  %e = emel.matmul_id %x, %w, %ids : (tensor<?x32xf32>, tensor<4x32x32xf32>, tensor<?x2xi32>) -> tensor<?x2x32xf32>
  %m = emel.mul %e, %p : (tensor<?x2x32xf32>, tensor<?x2x1xf32>) -> tensor<?x2x32xf32>
  %y = emel.reduce sum %m [1] : (tensor<?x2x32xf32>) -> tensor<?x1x32xf32>
  return %y : tensor<?x1x32xf32>
}
