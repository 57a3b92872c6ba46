// RUN: emel-opt %s --emel-store-packed | FileCheck %s

// CHECK: emel.passes = [{ops = 2 : i64, pass = "store-packed", weights = 1 : i64}]
emel.shard @s "model.gguf" bytes 262144
// CHECK: emel.weight @packed : tensor<64x64x!emel.q8_0> in @s at 0 bytes 4352 packed <r16>
emel.weight @packed : tensor<64x64x!emel.q8_0> in @s at 0 bytes 4352
// CHECK: emel.weight @both : tensor<64x64x!emel.q8_0> in @s at 4352 bytes 4352{{$}}
emel.weight @both : tensor<64x64x!emel.q8_0> in @s at 4352 bytes 4352

// CHECK-LABEL: func.func @decode
func.func @decode(%x: tensor<1x64xf32>) -> tensor<1x64xf32> {
  // CHECK-NEXT: %[[W:.*]] = emel.get_weight @packed : tensor<64x64x!emel.q8_0, #emel.layout<r16>>
  // CHECK-NEXT: emel.matmul %{{.*}}, %[[W]]
  %w = emel.get_weight @packed : tensor<64x64x!emel.q8_0>
  %p = emel.pack %w : tensor<64x64x!emel.q8_0> to tensor<64x64x!emel.q8_0, #emel.layout<r16>>
  %y = emel.matmul %x, %p : (tensor<1x64xf32>, tensor<64x64x!emel.q8_0, #emel.layout<r16>>) -> tensor<1x64xf32>
  return %y : tensor<1x64xf32>
}
// CHECK-LABEL: func.func @prefill
func.func @prefill(%x: tensor<?x64xf32>, %ids: tensor<?xi32>) -> (tensor<?x64xf32>, tensor<?x64xf32>) {
  // CHECK-NEXT: %[[W:.*]] = emel.get_weight @packed : tensor<64x64x!emel.q8_0, #emel.layout<r16>>
  // CHECK-NEXT: emel.matmul %{{.*}}, %[[W]]
  %w = emel.get_weight @packed : tensor<64x64x!emel.q8_0>
  %p = emel.pack %w : tensor<64x64x!emel.q8_0> to tensor<64x64x!emel.q8_0, #emel.layout<r16>>
  %y = emel.matmul %x, %p : (tensor<?x64xf32>, tensor<64x64x!emel.q8_0, #emel.layout<r16>>) -> tensor<?x64xf32>
  // What is also read as the file has it stays as it is there.
  // CHECK: emel.pack
  %b = emel.get_weight @both : tensor<64x64x!emel.q8_0>
  %q = emel.pack %b : tensor<64x64x!emel.q8_0> to tensor<64x64x!emel.q8_0, #emel.layout<r16>>
  %z = emel.matmul %y, %q : (tensor<?x64xf32>, tensor<64x64x!emel.q8_0, #emel.layout<r16>>) -> tensor<?x64xf32>
  %r = emel.get_rows %b, %ids : (tensor<64x64x!emel.q8_0>, tensor<?xi32>) -> tensor<?x64xf32>
  return %z, %r : tensor<?x64xf32>, tensor<?x64xf32>
}
