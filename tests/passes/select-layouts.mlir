// RUN: emel-opt %s --emel-select-layouts | FileCheck %s
// RUN: emel-opt %s --emel-select-layouts | emel-opt --emel-select-layouts | FileCheck %s
// RUN: emel-opt %s --emel-select-layouts="target=x86-64-v3,sapphirerapids prompt-tokens=0" | FileCheck %s
// RUN: not emel-opt %s --emel-select-layouts=target=z80 2>&1 | FileCheck %s --check-prefix=TARGET
// RUN: not emel-opt %s --emel-select-layouts=batch=0 2>&1 | FileCheck %s --check-prefix=BATCH

// TARGET: error: expected a target of x86-64-v3, x86-64-v4, sapphirerapids, aarch64, generic, found 'z80'
// BATCH: error: expected token counts of at least 0 and a batch of at least 1, found 256, 512 and 0

// CHECK: emel.passes = [{bytes = 62848 : i64, pass = "select-layouts", weights = 3 : i64}]
emel.shard @s "model.gguf" bytes 262144
emel.weight @tied : tensor<512x64x!emel.q8_0> in @s at 0 bytes 34816
emel.weight @gathered : tensor<512x64x!emel.q8_0> in @s at 34816 bytes 34816
emel.weight @up : tensor<96x64x!emel.q4_0> in @s at 69632 bytes 3456
emel.weight @experts : tensor<4x40x64xf16> in @s at 73728 bytes 20480
emel.weight @both : tensor<64x64x!emel.q4_0> in @s at 94208 bytes 2304
emel.weight @rare : tensor<64x256x!emel.iq2_xxs> in @s at 98304 bytes 4224
emel.weight @norm : tensor<64xf32> in @s at 106496 bytes 256

// CHECK-LABEL: func.func @step
func.func @step(%tokens: tensor<?xi32> {emel.dims = ["n"]}, %positions: tensor<?xi32> {emel.dims = ["n"]},
                %slots: tensor<?xi32> {emel.dims = ["n"]}, %out_rows: tensor<?xi32> {emel.dims = ["m"]})
    -> tensor<?x512xf32> {
  // One row of a table that nothing multiplies by is cheapest where it lies in one piece.
  // CHECK: %[[GATHERED:.*]] = emel.get_weight @gathered
  // CHECK-NEXT: emel.get_rows %[[GATHERED]]
  %gathered = emel.get_weight @gathered : tensor<512x64x!emel.q8_0>
  %x0 = emel.get_rows %gathered, %positions : (tensor<512x64x!emel.q8_0>, tensor<?xi32>) -> tensor<?x64xf32>

  // A table that the head multiplies by as well is packed, and read by both.
  // CHECK: %[[TIED:.*]] = emel.get_weight @tied
  // CHECK-NEXT: %[[PACKED:.*]] = emel.pack %[[TIED]] : tensor<512x64x!emel.q8_0> to tensor<512x64x!emel.q8_0, #emel.layout<r16>>
  // CHECK-NEXT: emel.get_rows %[[PACKED]]
  %tied = emel.get_weight @tied : tensor<512x64x!emel.q8_0>
  %x1 = emel.get_rows %tied, %tokens : (tensor<512x64x!emel.q8_0>, tensor<?xi32>) -> tensor<?x64xf32>

  // A vector has one arrangement.
  // CHECK: %[[NORM:.*]] = emel.get_weight @norm
  // CHECK-NEXT: emel.rms_norm %{{.*}} weight %[[NORM]]
  %norm = emel.get_weight @norm : tensor<64xf32>
  %x = emel.rms_norm %x1 weight %norm eps 1.000000e-05 : tensor<?x64xf32>, tensor<64xf32>

  // Weights inside a group are packed outside of it.
  // CHECK: emel.get_weight @up
  // CHECK-NEXT: %[[UP:.*]] = emel.pack
  // CHECK: emel.fuse
  // CHECK-NEXT: emel.matmul %{{.*}}, %[[UP]]
  %up = emel.get_weight @up : tensor<96x64x!emel.q4_0>
  %y = emel.fuse "up" -> tensor<?x96xf32> {
    %z = emel.matmul %x, %up : (tensor<?x64xf32>, tensor<96x64x!emel.q4_0>) -> tensor<?x96xf32>
    emel.yield %z : tensor<?x96xf32>
  }

  // CHECK: emel.pack {{.*}} to tensor<4x40x64xf16, #emel.layout<r16>>
  %experts = emel.get_weight @experts : tensor<4x40x64xf16>
  %scores = emel.slice %x dim 1 from 0 size 4 : (tensor<?x64xf32>) -> tensor<?x4xf32>
  %ids = emel.top_k %scores k 2 : (tensor<?x4xf32>) -> tensor<?x2xi32>
  %e = emel.matmul_id %x, %experts, %ids : (tensor<?x64xf32>, tensor<4x40x64xf16>, tensor<?x2xi32>) -> tensor<?x2x40xf32>

  // What one use cannot take in a layout has none; a type without layout neither.
  // CHECK-NOT: emel.pack %{{.*}} : tensor<64x64x!emel.q4_0>
  // CHECK-NOT: emel.pack %{{.*}} : tensor<64x256x!emel.iq2_xxs>
  %both = emel.get_weight @both : tensor<64x64x!emel.q4_0>
  %a = emel.matmul %x, %both : (tensor<?x64xf32>, tensor<64x64x!emel.q4_0>) -> tensor<?x64xf32>
  %half = emel.slice %both dim 0 from 0 size 32 : (tensor<64x64x!emel.q4_0>) -> tensor<32x64x!emel.q4_0>
  %b = emel.matmul %x, %half : (tensor<?x64xf32>, tensor<32x64x!emel.q4_0>) -> tensor<?x32xf32>
  %rare = emel.get_weight @rare : tensor<64x256x!emel.iq2_xxs>
  %r = emel.get_rows %rare, %tokens : (tensor<64x256x!emel.iq2_xxs>, tensor<?xi32>) -> tensor<?x256xf32>

  %rows = emel.get_rows %x, %out_rows : (tensor<?x64xf32>, tensor<?xi32>) -> tensor<?x64xf32>
  // CHECK: emel.matmul %{{.*}}, %[[PACKED]]
  %logits = emel.matmul %rows, %tied : (tensor<?x64xf32>, tensor<512x64x!emel.q8_0>) -> tensor<?x512xf32>
  return %logits : tensor<?x512xf32>
}
