// RUN: emel-opt %s | emel-opt | FileCheck %s

// CHECK-LABEL: @quantize
func.func @quantize(%x: tensor<?x64xf32>, %w: tensor<172x64x!emel.q8_0>) -> tensor<?x172xf32> {
  // CHECK: emel.quantize %{{.*}} <group = 16, rounding = half_even, sum = ascending> : (tensor<?x64xf32>) -> tensor<?x64x!emel.a8>
  %q = emel.quantize %x <group = 16, rounding = half_even, sum = ascending>
      : (tensor<?x64xf32>) -> tensor<?x64x!emel.a8>
  // CHECK: emel.matmul %{{.*}} : (tensor<?x64x!emel.a8>, tensor<172x64x!emel.q8_0>) -> tensor<?x172xf32>
  %y = emel.matmul %q, %w : (tensor<?x64x!emel.a8>, tensor<172x64x!emel.q8_0>) -> tensor<?x172xf32>
  return %y : tensor<?x172xf32>
}
