// Written by tests/reference/ops.py.
// RUN: emel-interpret %s --functions | FileCheck %s --match-full-lines
// RUN: emel-interpret %s --functions --f64 | FileCheck %s --match-full-lines

func.func @rows() -> (tensor<3x3xf32>) {
  %x = arith.constant dense<[[0.123, 0.724, -1.312], [-0.509, 0.599, -0.216], [-0.304, -0.242, -0.621], [-0.592, 0.659, 0.74], [0.079, 1.409, -0.834]]> : tensor<5x3xf32>
  %ids = arith.constant dense<[4, 0, 4]> : tensor<3xi32>
  %r = emel.get_rows %x, %ids : (tensor<5x3xf32>, tensor<3xi32>) -> tensor<3x3xf32>
  return %r : tensor<3x3xf32>
}
// CHECK: @rows
// CHECK-NEXT: 0.079 1.409 -0.834
// CHECK-NEXT: 0.123 0.724 -1.312
// CHECK-NEXT: 0.079 1.409 -0.834

func.func @wide_ids() -> (tensor<1x3xf32>) {
  %x = arith.constant dense<[[0.123, 0.724, -1.312], [-0.509, 0.599, -0.216], [-0.304, -0.242, -0.621], [-0.592, 0.659, 0.74], [0.079, 1.409, -0.834]]> : tensor<5x3xf32>
  %ids = arith.constant dense<[2]> : tensor<1xi64>
  %r = emel.get_rows %x, %ids : (tensor<5x3xf32>, tensor<1xi64>) -> tensor<1x3xf32>
  return %r : tensor<1x3xf32>
}
// CHECK-NEXT: @wide_ids
// CHECK-NEXT: -0.304 -0.242 -0.621

func.func @a_table_each() -> (tensor<2x3x3xf32>) {
  %x = arith.constant dense<[[[-2.443, -1.011, -1.349], [-1.349, -0.416, 1.101], [-0.744, -0.038, -0.251], [-0.208, -0.394, 1.414]], [[0.642, -0.205, -1.411], [-0.843, -0.423, -0.387], [-0.055, 0.371, -0.787], [1.409, -0.542, 0.554]]]> : tensor<2x4x3xf32>
  %ids = arith.constant dense<[[3, 1, 1], [0, 2, 3]]> : tensor<2x3xi32>
  %r = emel.get_rows %x, %ids : (tensor<2x4x3xf32>, tensor<2x3xi32>) -> tensor<2x3x3xf32>
  return %r : tensor<2x3x3xf32>
}
// CHECK-NEXT: @a_table_each
// CHECK-NEXT: -0.208 -0.394 1.414
// CHECK-NEXT: -1.349 -0.416 1.101
// CHECK-NEXT: -1.349 -0.416 1.101
// CHECK-NEXT: 0.642 -0.205 -1.411
// CHECK-NEXT: -0.055 0.371 -0.787
// CHECK-NEXT: 1.409 -0.542 0.554

func.func @no_ids() -> (tensor<0x3xf32>) {
  %x = arith.constant dense<[[0.123, 0.724, -1.312], [-0.509, 0.599, -0.216], [-0.304, -0.242, -0.621], [-0.592, 0.659, 0.74], [0.079, 1.409, -0.834]]> : tensor<5x3xf32>
  %ids = arith.constant dense<> : tensor<0xi32>
  %r = emel.get_rows %x, %ids : (tensor<5x3xf32>, tensor<0xi32>) -> tensor<0x3xf32>
  return %r : tensor<0x3xf32>
}
// CHECK-NEXT: @no_ids

emel.shard @blocks.shard "../fixtures/blocks/q8_0.bin" bytes 170
emel.weight @blocks.w : tensor<5x32x!emel.q8_0> in @blocks.shard at 0 bytes 170
func.func @blocks() -> (tensor<2x32xf32>) {
  %ids = arith.constant dense<[2, 0]> : tensor<2xi32>
  %w = emel.get_weight @blocks.w : tensor<5x32x!emel.q8_0>
  %r = emel.get_rows %w, %ids : (tensor<5x32x!emel.q8_0>, tensor<2xi32>) -> tensor<2x32xf32>
  return %r : tensor<2x32xf32>
}
// CHECK-NEXT: @blocks
// CHECK-NEXT: 6.25849e-06 -5.78165e-06 -3.8743e-06 5.66244e-06 2.32458e-06 -1.2517e-06 -4.05312e-06 -2.98023e-07 -4.23193e-06 -7.09295e-06 -6.61612e-06 -3.33786e-06 5.36442e-06 -2.98023e-06 7.15256e-07 5.24521e-06 -4.82798e-06 3.63588e-06 -6.55651e-06 -7.21216e-06 -1.19209e-06 -6.13928e-06 6.25849e-06 -6.55651e-07 5.54323e-06 1.66893e-06 2.14577e-06 1.3113e-06 -1.01328e-06 -7.7486e-07 2.563e-06 -4.05312e-06
// CHECK-NEXT: -1.50879 -0.907631 0.872269 -1.497 -0.601158 -0.872269 -0.942993 0.565796 0.63652 -0.36541 -1.09623 1.33198 0.942993 -0.36541 0.813332 0.188599 0.377197 0.235748 -0.813332 0.31826 -0.235748 0.495071 -0.63652 -0.612946 -0.330048 -0.36541 1.02551 -0.0825119 1.06087 0.931206 0.294685 -1.32019
// CHECK-NOT: {{.}}
