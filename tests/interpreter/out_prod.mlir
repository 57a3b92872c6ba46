// Written by tests/reference/ops.py.
// RUN: emel-interpret %s --functions | FileCheck %s --match-full-lines --check-prefixes=CHECK,F32
// RUN: emel-interpret %s --functions --f64 | FileCheck %s --match-full-lines --check-prefixes=CHECK,F64

func.func @plus_times() -> (tensor<2x4xf32>) {
  %a = arith.constant dense<[[0.571, 1.383], [0.239, -1.519], [0.12, 0.109]]> : tensor<3x2xf32>
  %b = arith.constant dense<[[0.486, -0.477, 0.669, -1.387], [1.666, -0.191, 0.534, 0.777], [0.245, 0.18, -1.342, -0.182]]> : tensor<3x4xf32>
  %r = emel.out_prod %a, %b semiring plus_times : (tensor<3x2xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>
  return %r : tensor<2x4xf32>
}
// CHECK: @plus_times
// CHECK-NEXT: 0.70508 -0.296416 0.348585 -0.628114
// CHECK-NEXT: -1.83181 -0.349942 -0.0321969 -3.11832

func.func @max_plus() -> (tensor<2x4xf32>) {
  %a = arith.constant dense<[[0.571, 1.383], [0.239, -1.519], [0.12, 0.109]]> : tensor<3x2xf32>
  %b = arith.constant dense<[[0.486, -0.477, 0.669, -1.387], [1.666, -0.191, 0.534, 0.777], [0.245, 0.18, -1.342, -0.182]]> : tensor<3x4xf32>
  %r = emel.out_prod %a, %b semiring max_plus : (tensor<3x2xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>
  return %r : tensor<2x4xf32>
}
// CHECK-NEXT: @max_plus
// CHECK-NEXT: 1.905 0.3 1.24 1.016
// CHECK-NEXT: 1.869 0.906 2.052 -0.00399995

func.func @min_plus() -> (tensor<2x4xf32>) {
  %a = arith.constant dense<[[0.571, 1.383], [0.239, -1.519], [0.12, 0.109]]> : tensor<3x2xf32>
  %b = arith.constant dense<[[0.486, -0.477, 0.669, -1.387], [1.666, -0.191, 0.534, 0.777], [0.245, 0.18, -1.342, -0.182]]> : tensor<3x4xf32>
  %r = emel.out_prod %a, %b semiring min_plus : (tensor<3x2xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>
  return %r : tensor<2x4xf32>
}
// CHECK-NEXT: @min_plus
// CHECK-NEXT: 0.365 0.048 -1.222 -0.816
// CHECK-NEXT: 0.147 -1.71 -1.233 -0.742

func.func @or_and() -> (tensor<2x4xf32>) {
  %a = arith.constant dense<[[0.571, 1.383], [0.239, -1.519], [0.12, 0.109]]> : tensor<3x2xf32>
  %b = arith.constant dense<[[0.486, -0.477, 0.669, -1.387], [1.666, -0.191, 0.534, 0.777], [0.245, 0.18, -1.342, -0.182]]> : tensor<3x4xf32>
  %r = emel.out_prod %a, %b semiring or_and : (tensor<3x2xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>
  return %r : tensor<2x4xf32>
}
// CHECK-NEXT: @or_and
// CHECK-NEXT: 1 1 1 1
// CHECK-NEXT: 1 1 1 1

func.func @log_sum_exp() -> (tensor<2x4xf32>) {
  %a = arith.constant dense<[[0.571, 1.383], [0.239, -1.519], [0.12, 0.109]]> : tensor<3x2xf32>
  %b = arith.constant dense<[[0.486, -0.477, 0.669, -1.387], [1.666, -0.191, 0.534, 0.777], [0.245, 0.18, -1.342, -0.182]]> : tensor<3x4xf32>
  %r = emel.out_prod %a, %b semiring log_sum_exp : (tensor<3x2xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>
  return %r : tensor<2x4xf32>
}
// CHECK-NEXT: @log_sum_exp
// CHECK-NEXT: 2.40131 1.25207 1.77775 1.42171
// CHECK-NEXT: 2.20441 1.38388 2.13397 0.876206

func.func @shared_right() -> (tensor<4x2x4xf32>) {
  %a = arith.constant dense<[[[-0.575, -0.622], [0.08, 1.252], [-0.324, -1.102]], [[-0.799, 1.777], [-0.35, -1.184], [-0.302, 0.298]], [[0.287, 1.863], [-0.191, -1.546], [1.509, 0.287]], [[0.3, -0.679], [-1.036, 1.581], [-1.518, -0.62]]]> : tensor<4x3x2xf32>
  %b = arith.constant dense<[[[-0.826, 0.243, -0.064, -0.094], [0.323, 0.666, 0.189, 0.178], [-1.137, 0.578, -0.326, 0.99]], [[1.313, -1.633, 1.33, -0.681], [-1.038, -0.232, 0.299, 1.009], [2.822, -1.463, -0.366, 0.376]]]> : tensor<2x3x4xf32>
  %r = emel.out_prod %a, %b : (tensor<4x3x2xf32>, tensor<2x3x4xf32>) -> tensor<4x2x4xf32>
  return %r : tensor<4x2x4xf32>
}
// CHECK-NEXT: @shared_right
// CHECK-NEXT: 0.869178 -0.273717 0.157544 -0.25247
// CHECK-NEXT: 2.17114 0.04573 0.635688 -0.809656
// CHECK-NEXT: 0.890298 -0.601813 0.083438 -0.286174
// CHECK-NEXT: -2.18906 -0.184489 -0.434652 -0.08277
// CHECK-NEXT: 4.83349 -2.63203 -0.227693 0.179218
// F32-NEXT: 4.86078 -3.10349 1.91049 -2.72071
// F64-NEXT: 4.86078 -3.10349 1.91049 -2.7207
// CHECK-NEXT: -2.81453 1.97129 0.644824 -1.82039
// F32-NEXT: -4.28225 1.64908 -0.203431 1.82451
// F64-NEXT: -4.28224 1.64908 -0.203431 1.82451
// CHECK-NOT: {{.}}
