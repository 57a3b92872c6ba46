// Written by tests/reference/ops.py.
// RUN: emel-interpret %s --functions | FileCheck %s --match-full-lines
// RUN: emel-interpret %s --functions --f64 | FileCheck %s --match-full-lines

func.func @some_without_tokens() -> (tensor<4x2xi32>, tensor<6xi32>) {
  %ids = arith.constant dense<[[3, 1], [0, 3], [3, 0], [1, 3]]> : tensor<4x2xi32>
  %r, %s = emel.group_experts %ids experts 5 : (tensor<4x2xi32>) -> (tensor<4x2xi32>, tensor<6xi32>)
  return %r, %s : tensor<4x2xi32>, tensor<6xi32>
}
// CHECK: @some_without_tokens
// CHECK-NEXT: 2 5
// CHECK-NEXT: 1 6
// CHECK-NEXT: 0 3
// CHECK-NEXT: 4 7
// CHECK-NEXT: 0 2 4 4 8 8

func.func @wide_ids() -> (tensor<3x2xi64>, tensor<4xi64>) {
  %ids = arith.constant dense<[[2, 0], [1, 1], [0, 2]]> : tensor<3x2xi64>
  %r, %s = emel.group_experts %ids experts 3 : (tensor<3x2xi64>) -> (tensor<3x2xi64>, tensor<4xi64>)
  return %r, %s : tensor<3x2xi64>, tensor<4xi64>
}
// CHECK-NEXT: @wide_ids
// CHECK-NEXT: 1 4
// CHECK-NEXT: 2 3
// CHECK-NEXT: 0 5
// CHECK-NEXT: 0 2 4 6

func.func @no_token() -> (tensor<0x2xi32>, tensor<3xi32>) {
  %ids = arith.constant dense<> : tensor<0x2xi32>
  %r, %s = emel.group_experts %ids experts 2 : (tensor<0x2xi32>) -> (tensor<0x2xi32>, tensor<3xi32>)
  return %r, %s : tensor<0x2xi32>, tensor<3xi32>
}
// CHECK-NEXT: @no_token
// CHECK-NEXT: 0 0 0
// CHECK-NOT: {{.}}
