// Both ways to write attention compute the same before they are fused and after, to the last digit printed.
// RUN: emel-interpret %s --functions | FileCheck %s
// RUN: emel-opt %s --emel-fuse-attention=products=true -o %t.mlir
// RUN: grep emel.attention %t.mlir | count 2
// RUN: emel-interpret %t.mlir --functions | FileCheck %s

!state = !emel.kv<1x2x2xf32>
!rows = tensor<3x2x2xf32>

func.func private @filled(%kv: !state, %pos: tensor<3xi32>, %slots: tensor<3xi32>) -> !state {
  %k = arith.constant dense<[[[1.0, 0.5]], [[-0.25, 2.0]], [[0.75, -1.0]]]> : tensor<3x1x2xf32>
  %v = arith.constant dense<[[[3.0, 1.0]], [[-2.0, 0.5]], [[1.5, 4.0]]]> : tensor<3x1x2xf32>
  %next = emel.kv_write %kv, %k, %v at %pos in %slots
      : (!state, tensor<3x1x2xf32>, tensor<3x1x2xf32>, tensor<3xi32>, tensor<3xi32>) -> !state
  return %next : !state
}

// CHECK: @read
// CHECK-NEXT: 3 1
// CHECK-NEXT: 3 1
// CHECK-NEXT: 0.4219 0.74219
// CHECK-NEXT: -0.46321 0.653679
// CHECK-NEXT: 1.69707 2.75526
// CHECK-NEXT: 1.31403 2.31308
func.func @read(%empty: !state) -> (!rows, !state) {
  %pos = arith.constant dense<[0, 1, 2]> : tensor<3xi32>
  %slots = arith.constant dense<0> : tensor<3xi32>
  %q = arith.constant dense<[[[1.0, 2.0], [0.5, 0.5]], [[0.5, 0.5], [-1.0, 0.25]], [[1.0, -1.0], [0.25, -0.5]]]> : !rows
  %kv = func.call @filled(%empty, %pos, %slots) : (!state, tensor<3xi32>, tensor<3xi32>) -> !state
  %k, %v, %mask = emel.kv_read %kv at %pos in %slots
      : (!state, tensor<3xi32>, tensor<3xi32>) -> (tensor<?x1x2xf32>, tensor<?x1x2xf32>, tensor<3x?xf32>)
  %y = emel.flash_attention %q, %k, %v mask %mask {scale = 0.5 : f32}
      : (!rows, tensor<?x1x2xf32>, tensor<?x1x2xf32>, tensor<3x?xf32>) -> !rows
  return %y, %kv : !rows, !state
}

// CHECK: @products
// CHECK-NEXT: 3 1
// CHECK-NEXT: 3 1
// CHECK-NEXT: 0.4219 0.74219
// CHECK-NEXT: -0.46321 0.653679
// CHECK-NEXT: 1.69707 2.75526
// CHECK-NEXT: 1.31403 2.31308
func.func @products(%empty: !state) -> (!rows, !state) {
  %pos = arith.constant dense<[0, 1, 2]> : tensor<3xi32>
  %slots = arith.constant dense<0> : tensor<3xi32>
  %q = arith.constant dense<[[[1.0, 2.0], [0.5, 0.5]], [[0.5, 0.5], [-1.0, 0.25]], [[1.0, -1.0], [0.25, -0.5]]]> : !rows
  %kv = func.call @filled(%empty, %pos, %slots) : (!state, tensor<3xi32>, tensor<3xi32>) -> !state
  %k, %v, %mask = emel.kv_read %kv at %pos in %slots
      : (!state, tensor<3xi32>, tensor<3xi32>) -> (tensor<?x1x2xf32>, tensor<?x1x2xf32>, tensor<3x?xf32>)
  %0 = emel.permute %q [1, 0, 2] : (!rows) -> tensor<2x3x2xf32>
  %1 = emel.permute %k [1, 0, 2] : (tensor<?x1x2xf32>) -> tensor<1x?x2xf32>
  %2 = emel.matmul %0, %1 : (tensor<2x3x2xf32>, tensor<1x?x2xf32>) -> tensor<2x3x?xf32>
  %3 = emel.softmax %2 mask %mask {scale = 0.5 : f32} : (tensor<2x3x?xf32>, tensor<3x?xf32>) -> tensor<2x3x?xf32>
  %4 = emel.permute %v [1, 2, 0] : (tensor<?x1x2xf32>) -> tensor<1x2x?xf32>
  %5 = emel.matmul %3, %4 : (tensor<2x3x?xf32>, tensor<1x2x?xf32>) -> tensor<2x3x2xf32>
  %6 = emel.permute %5 [1, 0, 2] : (tensor<2x3x2xf32>) -> !rows
  return %6, %kv : !rows, !state
}
