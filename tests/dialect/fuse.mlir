// RUN: emel-opt %s | FileCheck %s
// RUN: emel-opt %s | emel-opt | FileCheck %s
// RUN: emel-opt %s --mlir-print-op-generic | emel-opt | FileCheck %s
// RUN: emel-opt %s --emit-bytecode | emel-opt | FileCheck %s

// CHECK-LABEL: func.func @fuse(
// CHECK: %[[H:.*]] = emel.fuse "ffn_gate_up" -> tensor<?x172xf32> {
// CHECK-NEXT: emel.matmul
// CHECK-NEXT: emel.matmul
// CHECK-NEXT: %[[Y:.*]] = emel.glu swiglu
// CHECK-NEXT: emel.yield %[[Y]] : tensor<?x172xf32>
// CHECK-NEXT: }
// CHECK-NEXT: return %[[H]]
func.func @fuse(%x: tensor<?x64xf32>, %a: tensor<172x64xf32>, %b: tensor<172x64xf32>)
    -> tensor<?x172xf32> {
  %h = emel.fuse "ffn_gate_up" -> tensor<?x172xf32> {
    %g = emel.matmul %x, %a : (tensor<?x64xf32>, tensor<172x64xf32>) -> tensor<?x172xf32>
    %u = emel.matmul %x, %b : (tensor<?x64xf32>, tensor<172x64xf32>) -> tensor<?x172xf32>
    %y = emel.glu swiglu %g, %u : tensor<?x172xf32>
    emel.yield %y : tensor<?x172xf32>
  }
  return %h : tensor<?x172xf32>
}

// CHECK-LABEL: func.func @two_results(
// CHECK: %{{.*}}:2 = emel.fuse "pair" -> tensor<?xf32>, tensor<?xf32> {
// CHECK: emel.yield %{{.*}}, %{{.*}} : tensor<?xf32>, tensor<?xf32>
func.func @two_results(%x: tensor<?xf32>) -> (tensor<?xf32>, tensor<?xf32>) {
  %both:2 = emel.fuse "pair" -> tensor<?xf32>, tensor<?xf32> {
    %a = emel.unary relu %x : tensor<?xf32>
    %b = emel.unary neg %a : tensor<?xf32>
    emel.yield %a, %b : tensor<?xf32>, tensor<?xf32>
  }
  return %both#0, %both#1 : tensor<?xf32>, tensor<?xf32>
}

// CHECK-LABEL: func.func @constant_inside(
// CHECK: emel.fuse "constant" -> tensor<2xf32> {
// CHECK-NEXT: arith.constant
func.func @constant_inside(%x: tensor<2xf32>) -> tensor<2xf32> {
  %h = emel.fuse "constant" -> tensor<2xf32> {
    %c = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
    %y = emel.mul %x, %c : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    emel.yield %y : tensor<2xf32>
  }
  return %h : tensor<2xf32>
}

// CHECK-LABEL: func.func @nothing(
// CHECK: emel.fuse "nothing" {
// CHECK-NEXT: emel.yield
func.func @nothing() {
  emel.fuse "nothing" {
    emel.yield
  }
  return
}
