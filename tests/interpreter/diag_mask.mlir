// Written by tests/reference/ops.py.
// RUN: emel-interpret %s --functions | FileCheck %s --match-full-lines
// RUN: emel-interpret %s --functions --f64 | FileCheck %s --match-full-lines

func.func @inf_past_0() -> (tensor<2x4x4xf32>) {
  %x = arith.constant dense<[[[-0.307, -0.839, 0.126, -0.661], [0.158, 2.439, 0.44, 0.77], [-0.794, -0.906, 0.79, -0.96], [-0.932, 0.415, -0.464, 0.622]], [[-0.898, 0.889, -2.256, -0.893], [-1.347, 0.182, -1.505, 1.003], [-0.993, 0.961, -0.042, 1.038], [1.142, -0.591, 0.142, 0.749]]]> : tensor<2x4x4xf32>
  %r = emel.diag_mask inf %x past 0 : tensor<2x4x4xf32>
  return %r : tensor<2x4x4xf32>
}
// CHECK: @inf_past_0
// CHECK-NEXT: -0.307 -inf -inf -inf
// CHECK-NEXT: 0.158 2.439 -inf -inf
// CHECK-NEXT: -0.794 -0.906 0.79 -inf
// CHECK-NEXT: -0.932 0.415 -0.464 0.622
// CHECK-NEXT: -0.898 -inf -inf -inf
// CHECK-NEXT: -1.347 0.182 -inf -inf
// CHECK-NEXT: -0.993 0.961 -0.042 -inf
// CHECK-NEXT: 1.142 -0.591 0.142 0.749

func.func @inf_past_2() -> (tensor<2x4x4xf32>) {
  %x = arith.constant dense<[[[-0.307, -0.839, 0.126, -0.661], [0.158, 2.439, 0.44, 0.77], [-0.794, -0.906, 0.79, -0.96], [-0.932, 0.415, -0.464, 0.622]], [[-0.898, 0.889, -2.256, -0.893], [-1.347, 0.182, -1.505, 1.003], [-0.993, 0.961, -0.042, 1.038], [1.142, -0.591, 0.142, 0.749]]]> : tensor<2x4x4xf32>
  %r = emel.diag_mask inf %x past 2 : tensor<2x4x4xf32>
  return %r : tensor<2x4x4xf32>
}
// CHECK-NEXT: @inf_past_2
// CHECK-NEXT: -0.307 -0.839 0.126 -inf
// CHECK-NEXT: 0.158 2.439 0.44 0.77
// CHECK-NEXT: -0.794 -0.906 0.79 -0.96
// CHECK-NEXT: -0.932 0.415 -0.464 0.622
// CHECK-NEXT: -0.898 0.889 -2.256 -inf
// CHECK-NEXT: -1.347 0.182 -1.505 1.003
// CHECK-NEXT: -0.993 0.961 -0.042 1.038
// CHECK-NEXT: 1.142 -0.591 0.142 0.749

func.func @zero_past_0() -> (tensor<2x4x4xf32>) {
  %x = arith.constant dense<[[[-0.307, -0.839, 0.126, -0.661], [0.158, 2.439, 0.44, 0.77], [-0.794, -0.906, 0.79, -0.96], [-0.932, 0.415, -0.464, 0.622]], [[-0.898, 0.889, -2.256, -0.893], [-1.347, 0.182, -1.505, 1.003], [-0.993, 0.961, -0.042, 1.038], [1.142, -0.591, 0.142, 0.749]]]> : tensor<2x4x4xf32>
  %r = emel.diag_mask zero %x past 0 : tensor<2x4x4xf32>
  return %r : tensor<2x4x4xf32>
}
// CHECK-NEXT: @zero_past_0
// CHECK-NEXT: -0.307 0 0 0
// CHECK-NEXT: 0.158 2.439 0 0
// CHECK-NEXT: -0.794 -0.906 0.79 0
// CHECK-NEXT: -0.932 0.415 -0.464 0.622
// CHECK-NEXT: -0.898 0 0 0
// CHECK-NEXT: -1.347 0.182 0 0
// CHECK-NEXT: -0.993 0.961 -0.042 0
// CHECK-NEXT: 1.142 -0.591 0.142 0.749

func.func @zero_past_2() -> (tensor<2x4x4xf32>) {
  %x = arith.constant dense<[[[-0.307, -0.839, 0.126, -0.661], [0.158, 2.439, 0.44, 0.77], [-0.794, -0.906, 0.79, -0.96], [-0.932, 0.415, -0.464, 0.622]], [[-0.898, 0.889, -2.256, -0.893], [-1.347, 0.182, -1.505, 1.003], [-0.993, 0.961, -0.042, 1.038], [1.142, -0.591, 0.142, 0.749]]]> : tensor<2x4x4xf32>
  %r = emel.diag_mask zero %x past 2 : tensor<2x4x4xf32>
  return %r : tensor<2x4x4xf32>
}
// CHECK-NEXT: @zero_past_2
// CHECK-NEXT: -0.307 -0.839 0.126 0
// CHECK-NEXT: 0.158 2.439 0.44 0.77
// CHECK-NEXT: -0.794 -0.906 0.79 -0.96
// CHECK-NEXT: -0.932 0.415 -0.464 0.622
// CHECK-NEXT: -0.898 0.889 -2.256 0
// CHECK-NEXT: -1.347 0.182 -1.505 1.003
// CHECK-NEXT: -0.993 0.961 -0.042 1.038
// CHECK-NEXT: 1.142 -0.591 0.142 0.749
// CHECK-NOT: {{.}}
