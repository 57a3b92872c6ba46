// Written by tests/reference/ops.py.
// RUN: emel-interpret %s --functions | FileCheck %s --match-full-lines
// RUN: emel-interpret %s --functions --f64 | FileCheck %s --match-full-lines

func.func @rows() -> (tensor<4x3xf32>) {
  %x = arith.constant dense<[[-1.158, 0.29, 0.781], [0.544, -0.961, 1.071], [0.701, 0.705, 0.745], [1.104, 2.243, -0.611]]> : tensor<4x3xf32>
  %y = arith.constant dense<[[-0.79, -2.035, 0.603], [0.744, -0.31, 0.367]]> : tensor<2x3xf32>
  %ids = arith.constant dense<[2, 0]> : tensor<2xi32>
  %r = emel.set_rows %x, %y at %ids : (tensor<4x3xf32>, tensor<2x3xf32>, tensor<2xi32>) -> tensor<4x3xf32>
  return %r : tensor<4x3xf32>
}
// CHECK: @rows
// CHECK-NEXT: 0.744 -0.31 0.367
// CHECK-NEXT: 0.544 -0.961 1.071
// CHECK-NEXT: -0.79 -2.035 0.603
// CHECK-NEXT: 1.104 2.243 -0.611

func.func @last_of_equal_ids() -> (tensor<4x3xf32>) {
  %x = arith.constant dense<[[-1.158, 0.29, 0.781], [0.544, -0.961, 1.071], [0.701, 0.705, 0.745], [1.104, 2.243, -0.611]]> : tensor<4x3xf32>
  %y = arith.constant dense<[[-0.79, -2.035, 0.603], [0.744, -0.31, 0.367]]> : tensor<2x3xf32>
  %ids = arith.constant dense<[1, 1]> : tensor<2xi64>
  %r = emel.set_rows %x, %y at %ids : (tensor<4x3xf32>, tensor<2x3xf32>, tensor<2xi64>) -> tensor<4x3xf32>
  return %r : tensor<4x3xf32>
}
// CHECK-NEXT: @last_of_equal_ids
// CHECK-NEXT: -1.158 0.29 0.781
// CHECK-NEXT: 0.744 -0.31 0.367
// CHECK-NEXT: 0.701 0.705 0.745
// CHECK-NEXT: 1.104 2.243 -0.611

func.func @rounds_to_the_table() -> (tensor<4x3xf16>) {
  %x = arith.constant dense<[[-1.1582031, 0.29003906, 0.7807617], [0.5439453, -0.9609375, 1.0712891], [0.7011719, 0.7050781, 0.7451172], [1.1035156, 2.2421875, -0.61083984]]> : tensor<4x3xf16>
  %y = arith.constant dense<[[-0.79, -2.035, 0.603], [0.744, -0.31, 0.367]]> : tensor<2x3xf32>
  %ids = arith.constant dense<[3, 1]> : tensor<2xi32>
  %r = emel.set_rows %x, %y at %ids : (tensor<4x3xf16>, tensor<2x3xf32>, tensor<2xi32>) -> tensor<4x3xf16>
  return %r : tensor<4x3xf16>
}
// CHECK-NEXT: @rounds_to_the_table
// CHECK-NEXT: -1.1582 0.290039 0.780762
// CHECK-NEXT: 0.744141 -0.310059 0.366943
// CHECK-NEXT: 0.701172 0.705078 0.745117
// CHECK-NEXT: -0.790039 -2.03516 0.603027

func.func @a_table_each() -> (tensor<2x3x2xf32>) {
  %x = arith.constant dense<[[[0.626, 2.164], [0.956, -1.08], [-0.594, 0.861]], [[-0.044, 1.192], [-1.942, 2.113], [1.885, -1.448]]]> : tensor<2x3x2xf32>
  %y = arith.constant dense<[[[1.103, -1.28]], [[0.648, -1.2]]]> : tensor<2x1x2xf32>
  %ids = arith.constant dense<[[2], [0]]> : tensor<2x1xi32>
  %r = emel.set_rows %x, %y at %ids : (tensor<2x3x2xf32>, tensor<2x1x2xf32>, tensor<2x1xi32>) -> tensor<2x3x2xf32>
  return %r : tensor<2x3x2xf32>
}
// CHECK-NEXT: @a_table_each
// CHECK-NEXT: 0.626 2.164
// CHECK-NEXT: 0.956 -1.08
// CHECK-NEXT: 1.103 -1.28
// CHECK-NEXT: 0.648 -1.2
// CHECK-NEXT: -1.942 2.113
// CHECK-NEXT: 1.885 -1.448

func.func @keeps_the_old_table() -> (tensor<4x3xf32>, tensor<4x3xf32>) {
  %x = arith.constant dense<[[-1.158, 0.29, 0.781], [0.544, -0.961, 1.071], [0.701, 0.705, 0.745], [1.104, 2.243, -0.611]]> : tensor<4x3xf32>
  %y = arith.constant dense<[[-0.79, -2.035, 0.603], [0.744, -0.31, 0.367]]> : tensor<2x3xf32>
  %ids = arith.constant dense<[2, 0]> : tensor<2xi32>
  %r = emel.set_rows %x, %y at %ids : (tensor<4x3xf32>, tensor<2x3xf32>, tensor<2xi32>) -> tensor<4x3xf32>
  %s = emel.add %x, %x : (tensor<4x3xf32>, tensor<4x3xf32>) -> tensor<4x3xf32>
  return %r, %s : tensor<4x3xf32>, tensor<4x3xf32>
}
// CHECK-NEXT: @keeps_the_old_table
// CHECK-NEXT: 0.744 -0.31 0.367
// CHECK-NEXT: 0.544 -0.961 1.071
// CHECK-NEXT: -0.79 -2.035 0.603
// CHECK-NEXT: 1.104 2.243 -0.611
// CHECK-NEXT: -2.316 0.58 1.562
// CHECK-NEXT: 1.088 -1.922 2.142
// CHECK-NEXT: 1.402 1.41 1.49
// CHECK-NEXT: 2.208 4.486 -1.222
// CHECK-NOT: {{.}}
