// RUN: emel-opt %s | FileCheck %s
// RUN: emel-opt %s | emel-opt | FileCheck %s
// RUN: emel-opt %s --mlir-print-op-generic | emel-opt | FileCheck %s
// RUN: emel-opt %s --emit-bytecode | emel-opt | FileCheck %s

// CHECK-LABEL: func.func @get_rows(
// CHECK: %{{.*}} = emel.get_rows %{{.*}}, %{{.*}} : (tensor<512x64x!emel.q8_0>, tensor<?xi32>) -> tensor<?x64xf32>
func.func @get_rows(%embd: tensor<512x64x!emel.q8_0>, %tokens: tensor<?xi32>) -> tensor<?x64xf32> {
  %x = emel.get_rows %embd, %tokens : (tensor<512x64x!emel.q8_0>, tensor<?xi32>) -> tensor<?x64xf32>
  return %x : tensor<?x64xf32>
}

// CHECK-LABEL: func.func @reshape(
// CHECK: %{{.*}} = emel.reshape %{{.*}} : tensor<?x64xf32> to tensor<?x8x8xf32>
func.func @reshape(%x: tensor<?x64xf32>) -> tensor<?x8x8xf32> {
  %y = emel.reshape %x : tensor<?x64xf32> to tensor<?x8x8xf32>
  return %y : tensor<?x8x8xf32>
}

// CHECK-LABEL: func.func @permute(
// CHECK: %{{.*}} = emel.permute %{{.*}} [1, 0] : (tensor<?x64xf32>) -> tensor<64x?xf32>
func.func @permute(%x: tensor<?x64xf32>) -> tensor<64x?xf32> {
  %y = emel.permute %x [1, 0] : (tensor<?x64xf32>) -> tensor<64x?xf32>
  return %y : tensor<64x?xf32>
}

// CHECK-LABEL: func.func @slice(
// CHECK: %{{.*}} = emel.slice %{{.*}} dim 1 from 64 size 64 : (tensor<?x128xf32>) -> tensor<?x64xf32>
func.func @slice(%x: tensor<?x128xf32>) -> tensor<?x64xf32> {
  %y = emel.slice %x dim 1 from 64 size 64 : (tensor<?x128xf32>) -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// CHECK-LABEL: func.func @concat(
// CHECK: %{{.*}} = emel.concat %{{.*}}, %{{.*}} dim 1 : (tensor<?x64xf32>, tensor<?x32xf32>) -> tensor<?x96xf32>
func.func @concat(%a: tensor<?x64xf32>, %b: tensor<?x32xf32>) -> tensor<?x96xf32> {
  %y = emel.concat %a, %b dim 1 : (tensor<?x64xf32>, tensor<?x32xf32>) -> tensor<?x96xf32>
  return %y : tensor<?x96xf32>
}

// CHECK-LABEL: func.func @repeat(
// CHECK: %{{.*}} = emel.repeat %{{.*}} [2, 1] : (tensor<4x64xf32>) -> tensor<8x64xf32>
func.func @repeat(%x: tensor<4x64xf32>) -> tensor<8x64xf32> {
  %y = emel.repeat %x [2, 1] : (tensor<4x64xf32>) -> tensor<8x64xf32>
  return %y : tensor<8x64xf32>
}

// CHECK-LABEL: func.func @pad(
// CHECK: %{{.*}} = emel.pad zeros %{{.*}} low [0, 1] high [0, 2] : (tensor<?x5xf32>) -> tensor<?x8xf32>
func.func @pad(%x: tensor<?x5xf32>) -> tensor<?x8xf32> {
  %y = emel.pad zeros %x low [0, 1] high [0, 2] : (tensor<?x5xf32>) -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

// CHECK-LABEL: func.func @roll(
// CHECK: %{{.*}} = emel.roll %{{.*}} by [1, 0] : tensor<?x64xf32>
func.func @roll(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %y = emel.roll %x by [1, 0] : tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// CHECK-LABEL: func.func @pack(
// CHECK: %{{.*}} = emel.pack %{{.*}} : tensor<64x256x!emel.q4_k> to tensor<64x256x!emel.q4_k, #emel.layout<r16>>
func.func @pack(%w: tensor<64x256x!emel.q4_k>) -> tensor<64x256x!emel.q4_k, #emel.layout<r16>> {
  %p = emel.pack %w : tensor<64x256x!emel.q4_k> to tensor<64x256x!emel.q4_k, #emel.layout<r16>>
  return %p : tensor<64x256x!emel.q4_k, #emel.layout<r16>>
}

// CHECK-LABEL: func.func @unpack(
// CHECK: %{{.*}} = emel.unpack %{{.*}} : tensor<64x256x!emel.q4_k, #emel.layout<r16>> to tensor<64x256x!emel.q4_k>
func.func @unpack(%p: tensor<64x256x!emel.q4_k, #emel.layout<r16>>) -> tensor<64x256x!emel.q4_k> {
  %w = emel.unpack %p : tensor<64x256x!emel.q4_k, #emel.layout<r16>> to tensor<64x256x!emel.q4_k>
  return %w : tensor<64x256x!emel.q4_k>
}
