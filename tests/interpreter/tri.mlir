// Written by tests/reference/ops.py.
// RUN: emel-interpret %s --functions | FileCheck %s --match-full-lines
// RUN: emel-interpret %s --functions --f64 | FileCheck %s --match-full-lines

func.func @upper_diag() -> (tensor<2x4x4xf32>) {
  %x = arith.constant dense<[[[-0.307, -0.839, 0.126, -0.661], [0.158, 2.439, 0.44, 0.77], [-0.794, -0.906, 0.79, -0.96], [-0.932, 0.415, -0.464, 0.622]], [[-0.898, 0.889, -2.256, -0.893], [-1.347, 0.182, -1.505, 1.003], [-0.993, 0.961, -0.042, 1.038], [1.142, -0.591, 0.142, 0.749]]]> : tensor<2x4x4xf32>
  %r = emel.tri upper_diag %x : tensor<2x4x4xf32>
  return %r : tensor<2x4x4xf32>
}
// CHECK: @upper_diag
// CHECK-NEXT: -0.307 -0.839 0.126 -0.661
// CHECK-NEXT: 0 2.439 0.44 0.77
// CHECK-NEXT: 0 0 0.79 -0.96
// CHECK-NEXT: 0 0 0 0.622
// CHECK-NEXT: -0.898 0.889 -2.256 -0.893
// CHECK-NEXT: 0 0.182 -1.505 1.003
// CHECK-NEXT: 0 0 -0.042 1.038
// CHECK-NEXT: 0 0 0 0.749

func.func @upper() -> (tensor<2x4x4xf32>) {
  %x = arith.constant dense<[[[-0.307, -0.839, 0.126, -0.661], [0.158, 2.439, 0.44, 0.77], [-0.794, -0.906, 0.79, -0.96], [-0.932, 0.415, -0.464, 0.622]], [[-0.898, 0.889, -2.256, -0.893], [-1.347, 0.182, -1.505, 1.003], [-0.993, 0.961, -0.042, 1.038], [1.142, -0.591, 0.142, 0.749]]]> : tensor<2x4x4xf32>
  %r = emel.tri upper %x : tensor<2x4x4xf32>
  return %r : tensor<2x4x4xf32>
}
// CHECK-NEXT: @upper
// CHECK-NEXT: 0 -0.839 0.126 -0.661
// CHECK-NEXT: 0 0 0.44 0.77
// CHECK-NEXT: 0 0 0 -0.96
// CHECK-NEXT: 0 0 0 0
// CHECK-NEXT: 0 0.889 -2.256 -0.893
// CHECK-NEXT: 0 0 -1.505 1.003
// CHECK-NEXT: 0 0 0 1.038
// CHECK-NEXT: 0 0 0 0

func.func @lower_diag() -> (tensor<2x4x4xf32>) {
  %x = arith.constant dense<[[[-0.307, -0.839, 0.126, -0.661], [0.158, 2.439, 0.44, 0.77], [-0.794, -0.906, 0.79, -0.96], [-0.932, 0.415, -0.464, 0.622]], [[-0.898, 0.889, -2.256, -0.893], [-1.347, 0.182, -1.505, 1.003], [-0.993, 0.961, -0.042, 1.038], [1.142, -0.591, 0.142, 0.749]]]> : tensor<2x4x4xf32>
  %r = emel.tri lower_diag %x : tensor<2x4x4xf32>
  return %r : tensor<2x4x4xf32>
}
// CHECK-NEXT: @lower_diag
// CHECK-NEXT: -0.307 0 0 0
// CHECK-NEXT: 0.158 2.439 0 0
// CHECK-NEXT: -0.794 -0.906 0.79 0
// CHECK-NEXT: -0.932 0.415 -0.464 0.622
// CHECK-NEXT: -0.898 0 0 0
// CHECK-NEXT: -1.347 0.182 0 0
// CHECK-NEXT: -0.993 0.961 -0.042 0
// CHECK-NEXT: 1.142 -0.591 0.142 0.749

func.func @lower() -> (tensor<2x4x4xf32>) {
  %x = arith.constant dense<[[[-0.307, -0.839, 0.126, -0.661], [0.158, 2.439, 0.44, 0.77], [-0.794, -0.906, 0.79, -0.96], [-0.932, 0.415, -0.464, 0.622]], [[-0.898, 0.889, -2.256, -0.893], [-1.347, 0.182, -1.505, 1.003], [-0.993, 0.961, -0.042, 1.038], [1.142, -0.591, 0.142, 0.749]]]> : tensor<2x4x4xf32>
  %r = emel.tri lower %x : tensor<2x4x4xf32>
  return %r : tensor<2x4x4xf32>
}
// CHECK-NEXT: @lower
// CHECK-NEXT: 0 0 0 0
// CHECK-NEXT: 0.158 0 0 0
// CHECK-NEXT: -0.794 -0.906 0 0
// CHECK-NEXT: -0.932 0.415 -0.464 0
// CHECK-NEXT: 0 0 0 0
// CHECK-NEXT: -1.347 0 0 0
// CHECK-NEXT: -0.993 0.961 0 0
// CHECK-NEXT: 1.142 -0.591 0.142 0

func.func @wide() -> (tensor<2x3xf32>) {
  %x = arith.constant dense<[[0.252, 0.136, 1.239], [-0.032, -1.318, -0.009]]> : tensor<2x3xf32>
  %r = emel.tri lower_diag %x : tensor<2x3xf32>
  return %r : tensor<2x3xf32>
}
// CHECK-NEXT: @wide
// CHECK-NEXT: 0.252 0 0
// CHECK-NEXT: -0.032 -1.318 0
// CHECK-NOT: {{.}}
