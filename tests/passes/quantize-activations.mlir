// RUN: emel-opt --emel-quantize-activations %s | FileCheck %s
// RUN: emel-opt --emel-quantize-activations=bulk-from=9 %s | FileCheck --check-prefix=BULK %s
// RUN: not emel-opt --emel-quantize-activations="bulk=q4 bulk-from=9" %s 2>&1 | FileCheck --check-prefix=FORM %s
// FORM: error: 'bulk' of --emel-quantize-activations: expected a8 or bf16, found q4

emel.shard @shard "model.gguf" bytes 65536
emel.weight @q : tensor<64x32x!emel.q4_0> in @shard at 0 bytes 1152
emel.weight @k : tensor<32x32x!emel.q8_0> in @shard at 1152 bytes 1088
emel.weight @f : tensor<32x32xf16> in @shard at 2240 bytes 2048
emel.weight @grid : tensor<1x256x!emel.iq2_xxs> in @shard at 4288 bytes 66
emel.weight @b : tensor<32x32xbf16> in @shard at 4384 bytes 2048

// What two products read is rounded once; a float weight keeps the numbers.
// CHECK-LABEL: @products
// CHECK: %[[A:.*]] = emel.quantize %arg0 <group = 16, rounding = half_even, sum = ascending>
// CHECK: emel.matmul %[[A]], {{.*}}!emel.q4_0
// CHECK: emel.matmul %[[A]], {{.*}}!emel.q8_0
// CHECK: emel.matmul %arg0, {{.*}}xf16
func.func @products(%x: tensor<?x32xf32>) -> (tensor<?x64xf32>, tensor<?x32xf32>, tensor<?x32xf32>) {
  %q = emel.get_weight @q : tensor<64x32x!emel.q4_0>
  %k = emel.get_weight @k : tensor<32x32x!emel.q8_0>
  %f = emel.get_weight @f : tensor<32x32xf16>
  %a = emel.matmul %x, %q : (tensor<?x32xf32>, tensor<64x32x!emel.q4_0>) -> tensor<?x64xf32>
  %b = emel.matmul %x, %k : (tensor<?x32xf32>, tensor<32x32x!emel.q8_0>) -> tensor<?x32xf32>
  %c = emel.matmul %x, %f : (tensor<?x32xf32>, tensor<32x32xf16>) -> tensor<?x32xf32>
  return %a, %b, %c : tensor<?x64xf32>, tensor<?x32xf32>, tensor<?x32xf32>
}

// A format of grid points has no integers to multiply with.
// CHECK-LABEL: @grid_points
// CHECK-NOT: emel.quantize
func.func @grid_points(%x: tensor<?x256xf32>) -> tensor<?x1xf32> {
  %w = emel.get_weight @grid : tensor<1x256x!emel.iq2_xxs>
  %a = emel.matmul %x, %w : (tensor<?x256xf32>, tensor<1x256x!emel.iq2_xxs>) -> tensor<?x1xf32>
  return %a : tensor<?x1xf32>
}

// Of entries those for many tokens can take bf16.
// BULK-LABEL: @few
// BULK: emel.quantize
// BULK-LABEL: @many
// BULK: %[[B:.*]] = emel.cast %arg0 : tensor<?x32xf32> to tensor<?x32xbf16>
// BULK: emel.matmul %[[B]], {{.*}}!emel.q8_0>) -> tensor<?x32xf32>
// CHECK-LABEL: @few
// CHECK: emel.quantize
// CHECK-LABEL: @many
// CHECK: emel.quantize
func.func @few(%x: tensor<?x32xf32>) -> tensor<?x32xf32>
    attributes {emel.entry = {rows = 8 : i64, tokens = 8 : i64}} {
  %k = emel.get_weight @k : tensor<32x32x!emel.q8_0>
  %a = emel.matmul %x, %k : (tensor<?x32xf32>, tensor<32x32x!emel.q8_0>) -> tensor<?x32xf32>
  return %a : tensor<?x32xf32>
}
func.func @many(%x: tensor<?x32xf32>) -> tensor<?x32xf32>
    attributes {emel.entry = {rows = 64 : i64, tokens = 64 : i64}} {
  %k = emel.get_weight @k : tensor<32x32x!emel.q8_0>
  %a = emel.matmul %x, %k : (tensor<?x32xf32>, tensor<32x32x!emel.q8_0>) -> tensor<?x32xf32>
  return %a : tensor<?x32xf32>
}

// Weights of bf16 then take it too.
// BULK-LABEL: @few_by_bf16
// BULK: emel.matmul %arg0
// BULK-LABEL: @many_by_bf16
// BULK: %[[B:.*]] = emel.cast %arg0 : tensor<?x32xf32> to tensor<?x32xbf16>
// BULK: emel.matmul %[[B]], {{.*}}xbf16>) -> tensor<?x32xf32>
// CHECK-LABEL: @many_by_bf16
// CHECK: emel.matmul %arg0
func.func @few_by_bf16(%x: tensor<?x32xf32>) -> tensor<?x32xf32>
    attributes {emel.entry = {rows = 8 : i64, tokens = 8 : i64}} {
  %b = emel.get_weight @b : tensor<32x32xbf16>
  %a = emel.matmul %x, %b : (tensor<?x32xf32>, tensor<32x32xbf16>) -> tensor<?x32xf32>
  return %a : tensor<?x32xf32>
}
func.func @many_by_bf16(%x: tensor<?x32xf32>) -> tensor<?x32xf32>
    attributes {emel.entry = {rows = 64 : i64, tokens = 64 : i64}} {
  %b = emel.get_weight @b : tensor<32x32xbf16>
  %a = emel.matmul %x, %b : (tensor<?x32xf32>, tensor<32x32xbf16>) -> tensor<?x32xf32>
  return %a : tensor<?x32xf32>
}
