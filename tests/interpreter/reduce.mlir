// Written by tests/reference/ops.py.
// RUN: emel-interpret %s --functions | FileCheck %s --match-full-lines
// RUN: emel-interpret %s --functions --f64 | FileCheck %s --match-full-lines

func.func @sum_rows() -> (tensor<2x3x1xf32>) {
  %x = arith.constant dense<[[[-0.631, 0.929, 0.034, -0.716], [1.755, -0.949, -0.419, 1.446], [-0.775, 0.152, -0.572, 1.179]], [[0.355, -0.869, -0.617, 1.286], [0.082, 1.495, -1.352, 1.119], [-0.938, -0.276, -0.213, -0.338]]]> : tensor<2x3x4xf32>
  %r = emel.reduce sum %x [2] : (tensor<2x3x4xf32>) -> tensor<2x3x1xf32>
  return %r : tensor<2x3x1xf32>
}
// CHECK: @sum_rows
// CHECK-NEXT: -0.384
// CHECK-NEXT: 1.833
// CHECK-NEXT: -0.016
// CHECK-NEXT: 0.155
// CHECK-NEXT: 1.344
// CHECK-NEXT: -1.765

func.func @sum_middle() -> (tensor<2x1x4xf32>) {
  %x = arith.constant dense<[[[-0.631, 0.929, 0.034, -0.716], [1.755, -0.949, -0.419, 1.446], [-0.775, 0.152, -0.572, 1.179]], [[0.355, -0.869, -0.617, 1.286], [0.082, 1.495, -1.352, 1.119], [-0.938, -0.276, -0.213, -0.338]]]> : tensor<2x3x4xf32>
  %r = emel.reduce sum %x [1] : (tensor<2x3x4xf32>) -> tensor<2x1x4xf32>
  return %r : tensor<2x1x4xf32>
}
// CHECK-NEXT: @sum_middle
// CHECK-NEXT: 0.349 0.132 -0.957 1.909
// CHECK-NEXT: -0.501 0.35 -2.182 2.067

func.func @sum_outer_two() -> (tensor<1x1x4xf32>) {
  %x = arith.constant dense<[[[-0.631, 0.929, 0.034, -0.716], [1.755, -0.949, -0.419, 1.446], [-0.775, 0.152, -0.572, 1.179]], [[0.355, -0.869, -0.617, 1.286], [0.082, 1.495, -1.352, 1.119], [-0.938, -0.276, -0.213, -0.338]]]> : tensor<2x3x4xf32>
  %r = emel.reduce sum %x [0, 1] : (tensor<2x3x4xf32>) -> tensor<1x1x4xf32>
  return %r : tensor<1x1x4xf32>
}
// CHECK-NEXT: @sum_outer_two
// CHECK-NEXT: -0.152 0.482 -3.139 3.976

func.func @sum_all() -> (tensor<1x1x1xf32>) {
  %x = arith.constant dense<[[[-0.631, 0.929, 0.034, -0.716], [1.755, -0.949, -0.419, 1.446], [-0.775, 0.152, -0.572, 1.179]], [[0.355, -0.869, -0.617, 1.286], [0.082, 1.495, -1.352, 1.119], [-0.938, -0.276, -0.213, -0.338]]]> : tensor<2x3x4xf32>
  %r = emel.reduce sum %x [0, 1, 2] : (tensor<2x3x4xf32>) -> tensor<1x1x1xf32>
  return %r : tensor<1x1x1xf32>
}
// CHECK-NEXT: @sum_all
// CHECK-NEXT: 1.167

func.func @sum_of_nothing() -> (tensor<2x1xf32>) {
  %x = arith.constant dense<> : tensor<2x0xf32>
  %r = emel.reduce sum %x [1] : (tensor<2x0xf32>) -> tensor<2x1xf32>
  return %r : tensor<2x1xf32>
}
// CHECK-NEXT: @sum_of_nothing
// CHECK-NEXT: 0
// CHECK-NEXT: 0

func.func @sum_specials() -> (tensor<4x1xf32>) {
  %x = arith.constant dense<[[0x7FC00000, 1.0, 2.0], [1.0, 0x7FC00000, 2.0], [0x7F800000, 1.0, 2.0], [0xFF800000, 1.0, 2.0]]> : tensor<4x3xf32>
  %r = emel.reduce sum %x [1] : (tensor<4x3xf32>) -> tensor<4x1xf32>
  return %r : tensor<4x1xf32>
}
// CHECK-NEXT: @sum_specials
// CHECK-NEXT: nan
// CHECK-NEXT: nan
// CHECK-NEXT: inf
// CHECK-NEXT: -inf

func.func @mean_rows() -> (tensor<2x3x1xf32>) {
  %x = arith.constant dense<[[[-0.631, 0.929, 0.034, -0.716], [1.755, -0.949, -0.419, 1.446], [-0.775, 0.152, -0.572, 1.179]], [[0.355, -0.869, -0.617, 1.286], [0.082, 1.495, -1.352, 1.119], [-0.938, -0.276, -0.213, -0.338]]]> : tensor<2x3x4xf32>
  %r = emel.reduce mean %x [2] : (tensor<2x3x4xf32>) -> tensor<2x3x1xf32>
  return %r : tensor<2x3x1xf32>
}
// CHECK-NEXT: @mean_rows
// CHECK-NEXT: -0.096
// CHECK-NEXT: 0.45825
// CHECK-NEXT: -0.004
// CHECK-NEXT: 0.03875
// CHECK-NEXT: 0.336
// CHECK-NEXT: -0.44125

func.func @mean_middle() -> (tensor<2x1x4xf32>) {
  %x = arith.constant dense<[[[-0.631, 0.929, 0.034, -0.716], [1.755, -0.949, -0.419, 1.446], [-0.775, 0.152, -0.572, 1.179]], [[0.355, -0.869, -0.617, 1.286], [0.082, 1.495, -1.352, 1.119], [-0.938, -0.276, -0.213, -0.338]]]> : tensor<2x3x4xf32>
  %r = emel.reduce mean %x [1] : (tensor<2x3x4xf32>) -> tensor<2x1x4xf32>
  return %r : tensor<2x1x4xf32>
}
// CHECK-NEXT: @mean_middle
// CHECK-NEXT: 0.116333 0.044 -0.319 0.636333
// CHECK-NEXT: -0.167 0.116667 -0.727333 0.689

func.func @mean_outer_two() -> (tensor<1x1x4xf32>) {
  %x = arith.constant dense<[[[-0.631, 0.929, 0.034, -0.716], [1.755, -0.949, -0.419, 1.446], [-0.775, 0.152, -0.572, 1.179]], [[0.355, -0.869, -0.617, 1.286], [0.082, 1.495, -1.352, 1.119], [-0.938, -0.276, -0.213, -0.338]]]> : tensor<2x3x4xf32>
  %r = emel.reduce mean %x [0, 1] : (tensor<2x3x4xf32>) -> tensor<1x1x4xf32>
  return %r : tensor<1x1x4xf32>
}
// CHECK-NEXT: @mean_outer_two
// CHECK-NEXT: -0.0253333 0.0803333 -0.523167 0.662667

func.func @mean_all() -> (tensor<1x1x1xf32>) {
  %x = arith.constant dense<[[[-0.631, 0.929, 0.034, -0.716], [1.755, -0.949, -0.419, 1.446], [-0.775, 0.152, -0.572, 1.179]], [[0.355, -0.869, -0.617, 1.286], [0.082, 1.495, -1.352, 1.119], [-0.938, -0.276, -0.213, -0.338]]]> : tensor<2x3x4xf32>
  %r = emel.reduce mean %x [0, 1, 2] : (tensor<2x3x4xf32>) -> tensor<1x1x1xf32>
  return %r : tensor<1x1x1xf32>
}
// CHECK-NEXT: @mean_all
// CHECK-NEXT: 0.048625

func.func @mean_of_nothing() -> (tensor<2x1xf32>) {
  %x = arith.constant dense<> : tensor<2x0xf32>
  %r = emel.reduce mean %x [1] : (tensor<2x0xf32>) -> tensor<2x1xf32>
  return %r : tensor<2x1xf32>
}
// CHECK-NEXT: @mean_of_nothing
// CHECK-NEXT: nan
// CHECK-NEXT: nan

func.func @mean_specials() -> (tensor<4x1xf32>) {
  %x = arith.constant dense<[[0x7FC00000, 1.0, 2.0], [1.0, 0x7FC00000, 2.0], [0x7F800000, 1.0, 2.0], [0xFF800000, 1.0, 2.0]]> : tensor<4x3xf32>
  %r = emel.reduce mean %x [1] : (tensor<4x3xf32>) -> tensor<4x1xf32>
  return %r : tensor<4x1xf32>
}
// CHECK-NEXT: @mean_specials
// CHECK-NEXT: nan
// CHECK-NEXT: nan
// CHECK-NEXT: inf
// CHECK-NEXT: -inf

func.func @max_rows() -> (tensor<2x3x1xf32>) {
  %x = arith.constant dense<[[[-0.631, 0.929, 0.034, -0.716], [1.755, -0.949, -0.419, 1.446], [-0.775, 0.152, -0.572, 1.179]], [[0.355, -0.869, -0.617, 1.286], [0.082, 1.495, -1.352, 1.119], [-0.938, -0.276, -0.213, -0.338]]]> : tensor<2x3x4xf32>
  %r = emel.reduce max %x [2] : (tensor<2x3x4xf32>) -> tensor<2x3x1xf32>
  return %r : tensor<2x3x1xf32>
}
// CHECK-NEXT: @max_rows
// CHECK-NEXT: 0.929
// CHECK-NEXT: 1.755
// CHECK-NEXT: 1.179
// CHECK-NEXT: 1.286
// CHECK-NEXT: 1.495
// CHECK-NEXT: -0.213

func.func @max_middle() -> (tensor<2x1x4xf32>) {
  %x = arith.constant dense<[[[-0.631, 0.929, 0.034, -0.716], [1.755, -0.949, -0.419, 1.446], [-0.775, 0.152, -0.572, 1.179]], [[0.355, -0.869, -0.617, 1.286], [0.082, 1.495, -1.352, 1.119], [-0.938, -0.276, -0.213, -0.338]]]> : tensor<2x3x4xf32>
  %r = emel.reduce max %x [1] : (tensor<2x3x4xf32>) -> tensor<2x1x4xf32>
  return %r : tensor<2x1x4xf32>
}
// CHECK-NEXT: @max_middle
// CHECK-NEXT: 1.755 0.929 0.034 1.446
// CHECK-NEXT: 0.355 1.495 -0.213 1.286

func.func @max_outer_two() -> (tensor<1x1x4xf32>) {
  %x = arith.constant dense<[[[-0.631, 0.929, 0.034, -0.716], [1.755, -0.949, -0.419, 1.446], [-0.775, 0.152, -0.572, 1.179]], [[0.355, -0.869, -0.617, 1.286], [0.082, 1.495, -1.352, 1.119], [-0.938, -0.276, -0.213, -0.338]]]> : tensor<2x3x4xf32>
  %r = emel.reduce max %x [0, 1] : (tensor<2x3x4xf32>) -> tensor<1x1x4xf32>
  return %r : tensor<1x1x4xf32>
}
// CHECK-NEXT: @max_outer_two
// CHECK-NEXT: 1.755 1.495 0.034 1.446

func.func @max_all() -> (tensor<1x1x1xf32>) {
  %x = arith.constant dense<[[[-0.631, 0.929, 0.034, -0.716], [1.755, -0.949, -0.419, 1.446], [-0.775, 0.152, -0.572, 1.179]], [[0.355, -0.869, -0.617, 1.286], [0.082, 1.495, -1.352, 1.119], [-0.938, -0.276, -0.213, -0.338]]]> : tensor<2x3x4xf32>
  %r = emel.reduce max %x [0, 1, 2] : (tensor<2x3x4xf32>) -> tensor<1x1x1xf32>
  return %r : tensor<1x1x1xf32>
}
// CHECK-NEXT: @max_all
// CHECK-NEXT: 1.755

func.func @max_of_nothing() -> (tensor<2x1xf32>) {
  %x = arith.constant dense<> : tensor<2x0xf32>
  %r = emel.reduce max %x [1] : (tensor<2x0xf32>) -> tensor<2x1xf32>
  return %r : tensor<2x1xf32>
}
// CHECK-NEXT: @max_of_nothing
// CHECK-NEXT: -inf
// CHECK-NEXT: -inf

func.func @max_specials() -> (tensor<4x1xf32>) {
  %x = arith.constant dense<[[0x7FC00000, 1.0, 2.0], [1.0, 0x7FC00000, 2.0], [0x7F800000, 1.0, 2.0], [0xFF800000, 1.0, 2.0]]> : tensor<4x3xf32>
  %r = emel.reduce max %x [1] : (tensor<4x3xf32>) -> tensor<4x1xf32>
  return %r : tensor<4x1xf32>
}
// CHECK-NEXT: @max_specials
// CHECK-NEXT: nan
// CHECK-NEXT: nan
// CHECK-NEXT: inf
// CHECK-NEXT: 2

func.func @min_rows() -> (tensor<2x3x1xf32>) {
  %x = arith.constant dense<[[[-0.631, 0.929, 0.034, -0.716], [1.755, -0.949, -0.419, 1.446], [-0.775, 0.152, -0.572, 1.179]], [[0.355, -0.869, -0.617, 1.286], [0.082, 1.495, -1.352, 1.119], [-0.938, -0.276, -0.213, -0.338]]]> : tensor<2x3x4xf32>
  %r = emel.reduce min %x [2] : (tensor<2x3x4xf32>) -> tensor<2x3x1xf32>
  return %r : tensor<2x3x1xf32>
}
// CHECK-NEXT: @min_rows
// CHECK-NEXT: -0.716
// CHECK-NEXT: -0.949
// CHECK-NEXT: -0.775
// CHECK-NEXT: -0.869
// CHECK-NEXT: -1.352
// CHECK-NEXT: -0.938

func.func @min_middle() -> (tensor<2x1x4xf32>) {
  %x = arith.constant dense<[[[-0.631, 0.929, 0.034, -0.716], [1.755, -0.949, -0.419, 1.446], [-0.775, 0.152, -0.572, 1.179]], [[0.355, -0.869, -0.617, 1.286], [0.082, 1.495, -1.352, 1.119], [-0.938, -0.276, -0.213, -0.338]]]> : tensor<2x3x4xf32>
  %r = emel.reduce min %x [1] : (tensor<2x3x4xf32>) -> tensor<2x1x4xf32>
  return %r : tensor<2x1x4xf32>
}
// CHECK-NEXT: @min_middle
// CHECK-NEXT: -0.775 -0.949 -0.572 -0.716
// CHECK-NEXT: -0.938 -0.869 -1.352 -0.338

func.func @min_outer_two() -> (tensor<1x1x4xf32>) {
  %x = arith.constant dense<[[[-0.631, 0.929, 0.034, -0.716], [1.755, -0.949, -0.419, 1.446], [-0.775, 0.152, -0.572, 1.179]], [[0.355, -0.869, -0.617, 1.286], [0.082, 1.495, -1.352, 1.119], [-0.938, -0.276, -0.213, -0.338]]]> : tensor<2x3x4xf32>
  %r = emel.reduce min %x [0, 1] : (tensor<2x3x4xf32>) -> tensor<1x1x4xf32>
  return %r : tensor<1x1x4xf32>
}
// CHECK-NEXT: @min_outer_two
// CHECK-NEXT: -0.938 -0.949 -1.352 -0.716

func.func @min_all() -> (tensor<1x1x1xf32>) {
  %x = arith.constant dense<[[[-0.631, 0.929, 0.034, -0.716], [1.755, -0.949, -0.419, 1.446], [-0.775, 0.152, -0.572, 1.179]], [[0.355, -0.869, -0.617, 1.286], [0.082, 1.495, -1.352, 1.119], [-0.938, -0.276, -0.213, -0.338]]]> : tensor<2x3x4xf32>
  %r = emel.reduce min %x [0, 1, 2] : (tensor<2x3x4xf32>) -> tensor<1x1x1xf32>
  return %r : tensor<1x1x1xf32>
}
// CHECK-NEXT: @min_all
// CHECK-NEXT: -1.352

func.func @min_of_nothing() -> (tensor<2x1xf32>) {
  %x = arith.constant dense<> : tensor<2x0xf32>
  %r = emel.reduce min %x [1] : (tensor<2x0xf32>) -> tensor<2x1xf32>
  return %r : tensor<2x1xf32>
}
// CHECK-NEXT: @min_of_nothing
// CHECK-NEXT: inf
// CHECK-NEXT: inf

func.func @min_specials() -> (tensor<4x1xf32>) {
  %x = arith.constant dense<[[0x7FC00000, 1.0, 2.0], [1.0, 0x7FC00000, 2.0], [0x7F800000, 1.0, 2.0], [0xFF800000, 1.0, 2.0]]> : tensor<4x3xf32>
  %r = emel.reduce min %x [1] : (tensor<4x3xf32>) -> tensor<4x1xf32>
  return %r : tensor<4x1xf32>
}
// CHECK-NEXT: @min_specials
// CHECK-NEXT: nan
// CHECK-NEXT: nan
// CHECK-NEXT: 1
// CHECK-NEXT: -inf
// CHECK-NOT: {{.}}
