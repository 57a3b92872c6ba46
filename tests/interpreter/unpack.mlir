// Written by tests/reference/ops.py.
// RUN: emel-interpret %s --functions | FileCheck %s --match-full-lines --check-prefixes=CHECK,F32
// RUN: emel-interpret %s --functions --f64 | FileCheck %s --match-full-lines --check-prefixes=CHECK,F64

func.func @feeds_a_contraction() -> (tensor<2x3xf32>) {
  %x = arith.constant dense<[[1.814, -0.478, -0.109, 0.523], [-0.313, 0.007, 1.757, 1.201], [0.649, 0.004, 0.118, 1.589]]> : tensor<3x4xf32>
  %y = arith.constant dense<[[1.107, -0.812, 1.179, 0.632], [0.578, -0.731, -1.166, 0.84]]> : tensor<2x4xf32>
  %p = emel.pack %x : tensor<3x4xf32> to tensor<3x4xf32, #emel.layout<r16>>
  %w = emel.unpack %p : tensor<3x4xf32, #emel.layout<r16>> to tensor<3x4xf32>
  %r = emel.matmul %y, %w : (tensor<2x4xf32>, tensor<3x4xf32>) -> tensor<2x3xf32>
  return %r : tensor<2x3xf32>
}
// CHECK: @feeds_a_contraction
// F32-NEXT: 2.59826 2.47836 1.85856
// F64-NEXT: 2.59826 2.47836 1.85857
// CHECK-NEXT: 1.96432 -1.22585 1.56937
// CHECK-NOT: {{.}}
