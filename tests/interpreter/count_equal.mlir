// Written by tests/reference/ops.py.
// RUN: emel-interpret %s --functions | FileCheck %s --match-full-lines
// RUN: emel-interpret %s --functions --f64 | FileCheck %s --match-full-lines

func.func @narrow() -> (tensor<i64>) {
  %x = arith.constant dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi32>
  %y = arith.constant dense<[[1, 0, 3], [0, 5, 6]]> : tensor<2x3xi32>
  %r = emel.count_equal %x, %y : (tensor<2x3xi32>, tensor<2x3xi32>) -> tensor<i64>
  return %r : tensor<i64>
}
// CHECK: @narrow
// CHECK-NEXT: 4

func.func @wide() -> (tensor<i64>) {
  %x = arith.constant dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi64>
  %y = arith.constant dense<[[1, 0, 3], [0, 5, 6]]> : tensor<2x3xi64>
  %r = emel.count_equal %x, %y : (tensor<2x3xi64>, tensor<2x3xi64>) -> tensor<i64>
  return %r : tensor<i64>
}
// CHECK-NEXT: @wide
// CHECK-NEXT: 4
// CHECK-NOT: {{.}}
