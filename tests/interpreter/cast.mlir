// Written by tests/reference/ops.py.
// RUN: emel-interpret %s --functions | FileCheck %s --match-full-lines --check-prefixes=CHECK,F32
// RUN: emel-interpret %s --functions --f64 | FileCheck %s --match-full-lines --check-prefixes=CHECK,F64

func.func @f32_to_f16() -> (tensor<10xf16>) {
  %x = arith.constant dense<[0.1, -2.5, 65519.0, 65520.0, 6.0e-08, 1.0e-08, 3.5, 0x7F800000, 0xFF800000, 0x7FC00000]> : tensor<10xf32>
  %r = emel.cast %x : tensor<10xf32> to tensor<10xf16>
  return %r : tensor<10xf16>
}
// CHECK: @f32_to_f16
// CHECK-NEXT: 0.0999756 -2.5 65504 inf 5.96046e-08 0 3.5 inf -inf nan

func.func @f32_to_bf16() -> (tensor<10xbf16>) {
  %x = arith.constant dense<[0.1, -2.5, 65519.0, 65520.0, 6.0e-08, 1.0e-08, 3.5, 0x7F800000, 0xFF800000, 0x7FC00000]> : tensor<10xf32>
  %r = emel.cast %x : tensor<10xf32> to tensor<10xbf16>
  return %r : tensor<10xbf16>
}
// CHECK-NEXT: @f32_to_bf16
// CHECK-NEXT: 0.100098 -2.5 65536 65536 6.00703e-08 1.00117e-08 3.5 inf -inf nan

func.func @f32_to_f64() -> (tensor<10xf64>) {
  %x = arith.constant dense<[0.1, -2.5, 65519.0, 65520.0, 6.0e-08, 1.0e-08, 3.5, 0x7F800000, 0xFF800000, 0x7FC00000]> : tensor<10xf32>
  %r = emel.cast %x : tensor<10xf32> to tensor<10xf64>
  return %r : tensor<10xf64>
}
// CHECK-NEXT: @f32_to_f64
// CHECK-NEXT: 0.1 -2.5 65519 65520 6e-08 1e-08 3.5 inf -inf nan

func.func @f16_to_f32() -> (tensor<3xf32>) {
  %x = arith.constant dense<[0.099975586, 65504.0, 5.9604645e-08]> : tensor<3xf16>
  %r = emel.cast %x : tensor<3xf16> to tensor<3xf32>
  return %r : tensor<3xf32>
}
// CHECK-NEXT: @f16_to_f32
// CHECK-NEXT: 0.0999756 65504 5.96046e-08

func.func @f64_to_f32() -> (tensor<2xf32>) {
  %x = arith.constant dense<[0.1, 1.0e+300]> : tensor<2xf64>
  %r = emel.cast %x : tensor<2xf64> to tensor<2xf32>
  return %r : tensor<2xf32>
}
// CHECK-NEXT: @f64_to_f32
// F32-NEXT: 0.1 inf
// F64-NEXT: 0.1 1e+300

func.func @f32_to_i32() -> (tensor<8xi32>) {
  %x = arith.constant dense<[1.9, -1.9, 3000000000.0, -3000000000.0, 0x7F800000, 0xFF800000, 0x7FC00000, 2147483500.0]> : tensor<8xf32>
  %r = emel.cast %x : tensor<8xf32> to tensor<8xi32>
  return %r : tensor<8xi32>
}
// CHECK-NEXT: @f32_to_i32
// CHECK-NEXT: 1 -1 2147483647 -2147483648 2147483647 -2147483648 0 2147483520

func.func @f32_to_i8() -> (tensor<5xi8>) {
  %x = arith.constant dense<[127.9, 128.0, -128.9, -129.0, 5.5]> : tensor<5xf32>
  %r = emel.cast %x : tensor<5xf32> to tensor<5xi8>
  return %r : tensor<5xi8>
}
// CHECK-NEXT: @f32_to_i8
// CHECK-NEXT: 127 127 -128 -128 5

func.func @f32_to_i64() -> (tensor<3xi64>) {
  %x = arith.constant dense<[1.0e+18, 1.0e+19, -1.0e+19]> : tensor<3xf32>
  %r = emel.cast %x : tensor<3xf32> to tensor<3xi64>
  return %r : tensor<3xi64>
}
// CHECK-NEXT: @f32_to_i64
// CHECK-NEXT: 999999984306749440 9223372036854775807 -9223372036854775808

func.func @i32_to_i8() -> (tensor<5xi8>) {
  %x = arith.constant dense<[127, 128, 255, 256, -129]> : tensor<5xi32>
  %r = emel.cast %x : tensor<5xi32> to tensor<5xi8>
  return %r : tensor<5xi8>
}
// CHECK-NEXT: @i32_to_i8
// CHECK-NEXT: 127 -128 -1 0 127

func.func @i8_to_i64() -> (tensor<2xi64>) {
  %x = arith.constant dense<[-128, 127]> : tensor<2xi8>
  %r = emel.cast %x : tensor<2xi8> to tensor<2xi64>
  return %r : tensor<2xi64>
}
// CHECK-NEXT: @i8_to_i64
// CHECK-NEXT: -128 127

func.func @i32_to_f32() -> (tensor<3xf32>) {
  %x = arith.constant dense<[16777217, -5, 2147483647]> : tensor<3xi32>
  %r = emel.cast %x : tensor<3xi32> to tensor<3xf32>
  return %r : tensor<3xf32>
}
// CHECK-NEXT: @i32_to_f32
// CHECK-NEXT: 1.67772e+07 -5 2.14748e+09

func.func @i32_to_f16() -> (tensor<3xf16>) {
  %x = arith.constant dense<[2049, 70000, -1]> : tensor<3xi32>
  %r = emel.cast %x : tensor<3xi32> to tensor<3xf16>
  return %r : tensor<3xf16>
}
// CHECK-NEXT: @i32_to_f16
// CHECK-NEXT: 2048 inf -1

emel.shard @from_iq2_xxs.shard "../fixtures/blocks/iq2_xxs.bin" bytes 330
emel.weight @from_iq2_xxs.w : tensor<5x256x!emel.iq2_xxs> in @from_iq2_xxs.shard at 0 bytes 330
func.func @from_iq2_xxs() -> (tensor<1x256xf32>) {
  %w = emel.get_weight @from_iq2_xxs.w : tensor<5x256x!emel.iq2_xxs>
  %few = emel.slice %w dim 0 from 0 size 1 : (tensor<5x256x!emel.iq2_xxs>) -> tensor<1x256x!emel.iq2_xxs>
  %r = emel.cast %few : tensor<1x256x!emel.iq2_xxs> to tensor<1x256xf32>
  return %r : tensor<1x256xf32>
}
// CHECK-NEXT: @from_iq2_xxs
// CHECK-NEXT: 0.542557 0.542557 0.542557 0.542557 -2.91624 -1.69549 1.69549 0.542557 0.542557 1.69549 -0.542557 -0.542557 0.542557 0.542557 0.542557 1.69549 1.69549 0.542557 0.542557 0.542557 2.91624 1.69549 -1.69549 -1.69549 -0.542557 2.91624 -1.69549 -0.542557 -0.542557 -1.69549 2.91624 -2.91624 0.507553 2.7281 -0.507553 -0.507553 -0.507553 2.7281 2.7281 -0.507553 2.7281 0.507553 -0.507553 2.7281 -2.7281 -0.507553 -0.507553 0.507553 0.507553 1.5861 -1.5861 -1.5861 -2.7281 -1.5861 1.5861 1.5861 0.507553 0.507553 0.507553 -2.7281 -0.507553 -0.507553 -1.5861 1.5861 -0.332535 0.332535 0.332535 -1.03917 -0.332535 -1.03917 -0.332535 -1.78737 0.332535 0.332535 -1.03917 -0.332535 -0.332535 -0.332535 1.78737 1.03917 0.332535 0.332535 0.332535 0.332535 -0.332535 -1.03917 -1.03917 -1.78737 0.332535 -0.332535 1.03917 1.78737 -0.332535 0.332535 1.03917 0.332535 0.929785 -1.59923 -0.929785 1.59923 -0.297531 0.929785 0.297531 -0.929785 0.929785 -0.297531 1.59923 0.297531 -0.297531 -0.297531 -0.297531 0.929785 0.297531 0.297531 -0.297531 -0.297531 1.59923 0.297531 -0.297531 -0.297531 0.297531 -0.297531 0.929785 -1.59923 1.59923 1.59923 0.297531 0.929785 0.437546 0.437546 2.35181 0.437546 -1.36733 -0.437546 -0.437546 -1.36733 1.36733 0.437546 -1.36733 -2.35181 2.35181 -0.437546 1.36733 -1.36733 0.437546 2.35181 -1.36733 0.437546 1.36733 -1.36733 -1.36733 -0.437546 -1.36733 1.36733 0.437546 -2.35181 1.36733 0.437546 -0.437546 -1.36733 0.157516 0.157516 0.846651 -0.157516 -0.492239 0.157516 0.157516 0.492239 0.157516 -0.492239 -0.157516 -0.492239 -0.157516 -0.157516 -0.846651 0.157516 0.846651 -0.157516 -0.157516 0.157516 -0.846651 -0.157516 -0.157516 -0.157516 -0.157516 0.492239 0.846651 0.157516 -0.492239 -0.492239 0.157516 -0.492239 0.0525055 0.0525055 0.0525055 0.16408 -0.16408 0.282217 0.0525055 -0.0525055 -0.0525055 0.16408 -0.0525055 -0.282217 0.16408 0.16408 -0.282217 0.16408 0.282217 0.0525055 -0.16408 0.0525055 -0.16408 -0.16408 0.0525055 -0.16408 0.282217 -0.16408 -0.0525055 0.16408 0.16408 -0.16408 -0.0525055 0.282217 -0.0940723 -0.0175018 0.0175018 0.0175018 -0.0175018 -0.0175018 -0.0175018 -0.0940723 -0.0175018 0.0175018 -0.0546932 -0.0546932 0.0175018 -0.0175018 -0.0175018 -0.0175018 0.0175018 -0.0546932 0.0175018 -0.0175018 0.0546932 -0.0175018 0.0175018 -0.0175018 0.0175018 0.0546932 0.0175018 0.0940723 0.0546932 0.0175018 -0.0175018 -0.0175018
// CHECK-NOT: {{.}}
