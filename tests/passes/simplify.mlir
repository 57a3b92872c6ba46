// RUN: emel-opt %s --emel-simplify --mlir-print-debuginfo --mlir-print-local-scope | FileCheck %s

// An op that CSE keeps in place of another has the origins of both.
// CHECK-LABEL: func.func @cse
func.func @cse(%x: tensor<4x8xf32>) -> (tensor<4x8xf32>, tensor<4x8xf32>) {
  // CHECK: emel.unary silu %{{.*}} : tensor<4x8xf32> loc(fused["blk.0.a"("w0"), "blk.0.b"("w1")])
  // CHECK-NOT: emel.unary
  %a = emel.unary silu %x : tensor<4x8xf32> loc("blk.0.a"("w0"))
  %b = emel.unary silu %x : tensor<4x8xf32> loc("blk.0.b"("w1"))
  return %a, %b : tensor<4x8xf32>, tensor<4x8xf32>
}

// So has one whose result a fold puts in place of another's.
// CHECK-LABEL: func.func @fold
func.func @fold(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  // CHECK: emel.unary silu %{{.*}} : tensor<4x8xf32> loc(fused["blk.0.a", "blk.0.scale"])
  // CHECK-NOT: emel.scale
  %a = emel.unary silu %x : tensor<4x8xf32> loc("blk.0.a")
  %b = emel.scale %a by 1.0 plus 0.0 : tensor<4x8xf32> loc("blk.0.scale")
  return %b : tensor<4x8xf32>
}

// And one that a pattern forms.
// CHECK-LABEL: func.func @pattern
func.func @pattern(%x: tensor<4x8xf32>, %w: tensor<8xf32>) -> tensor<4x8xf32> {
  // CHECK: emel.rms_norm %{{.*}} weight %{{.*}} loc(fused["blk.0.norm", "blk.0.norm"("w")])
  %a = emel.rms_norm %x eps 1.0e-5 : tensor<4x8xf32> loc("blk.0.norm")
  %b = emel.mul %a, %w : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32> loc("blk.0.norm"("w"))
  return %b : tensor<4x8xf32>
}
