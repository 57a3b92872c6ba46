// RUN: emel-opt --emel-fuse-projections %s | FileCheck %s

emel.shard @shard "model.gguf" bytes 65536
emel.weight @q : tensor<64x32xf32> in @shard at 0 bytes 8192
emel.weight @k : tensor<32x32x!emel.q8_0> in @shard at 8192 bytes 1088

// Products of one value join, whatever the types of their weights.
// CHECK-LABEL: @same_value
// CHECK: emel.fuse {{.*}} -> tensor<?x64xf32>, tensor<?x32xf32>
// CHECK-NEXT: emel.matmul
// CHECK-NEXT: emel.matmul
// CHECK-NEXT: emel.yield
func.func @same_value(%x: tensor<?x32xf32>) -> (tensor<?x64xf32>, tensor<?x32xf32>) {
  %q = emel.get_weight @q : tensor<64x32xf32>
  %a = emel.matmul %x, %q : (tensor<?x32xf32>, tensor<64x32xf32>) -> tensor<?x64xf32>
  %k = emel.get_weight @k : tensor<32x32x!emel.q8_0>
  %b = emel.matmul %x, %k : (tensor<?x32xf32>, tensor<32x32x!emel.q8_0>) -> tensor<?x32xf32>
  return %a, %b : tensor<?x64xf32>, tensor<?x32xf32>
}

// A product that needs another one runs after it.
// CHECK-LABEL: @one_after_the_other
// CHECK-NOT: emel.fuse
func.func @one_after_the_other(%x: tensor<?x32xf32>) -> (tensor<?x32xf32>, tensor<?x32xf32>) {
  %k = emel.get_weight @k : tensor<32x32x!emel.q8_0>
  %a = emel.matmul %x, %k : (tensor<?x32xf32>, tensor<32x32x!emel.q8_0>) -> tensor<?x32xf32>
  %b = emel.matmul %a, %k : (tensor<?x32xf32>, tensor<32x32x!emel.q8_0>) -> tensor<?x32xf32>
  return %a, %b : tensor<?x32xf32>, tensor<?x32xf32>
}

// Some weights want the value rounded, others as it is.
// CHECK-LABEL: @rounded_too
// CHECK: %[[Q:.*]] = emel.quantize
// CHECK: emel.fuse {{.*}} -> tensor<?x64xf32>, tensor<?x32xf32>
// CHECK-NEXT: emel.matmul %arg0,
// CHECK-NEXT: emel.matmul %[[Q]],
func.func @rounded_too(%x: tensor<?x32xf32>) -> (tensor<?x64xf32>, tensor<?x32xf32>) {
  %q = emel.get_weight @q : tensor<64x32xf32>
  %a = emel.matmul %x, %q : (tensor<?x32xf32>, tensor<64x32xf32>) -> tensor<?x64xf32>
  %r = emel.quantize %x <group = 16, rounding = half_even, sum = ascending> : (tensor<?x32xf32>) -> tensor<?x32x!emel.a8>
  %k = emel.get_weight @k : tensor<32x32x!emel.q8_0>
  %b = emel.matmul %r, %k : (tensor<?x32x!emel.a8>, tensor<32x32x!emel.q8_0>) -> tensor<?x32xf32>
  return %a, %b : tensor<?x64xf32>, tensor<?x32xf32>
}
