// RUN: emel-interpret %s --functions

// Shapes of which numeric tests have no need, for tile_test.cpp.

func.func @heads_share_a_weight() -> tensor<4x3x2xf32> {
  %s = emel.arange from -3.000000e+00 step 2.500000e-01 : tensor<24xf32>
  %x = emel.reshape %s : tensor<24xf32> to tensor<4x3x2xf32>
  %t = emel.arange from 1.000000e+00 step 5.000000e-01 : tensor<8xf32>
  %w = emel.reshape %t : tensor<8xf32> to tensor<2x2x2xf32>
  %y = emel.matmul %x, %w : (tensor<4x3x2xf32>, tensor<2x2x2xf32>) -> tensor<4x3x2xf32>
  return %y : tensor<4x3x2xf32>
}

func.func @batches_share_a_weight() -> tensor<2x4x3x2xf32> {
  %s = emel.arange from -3.000000e+00 step 2.500000e-01 : tensor<48xf32>
  %x = emel.reshape %s : tensor<48xf32> to tensor<2x4x3x2xf32>
  %t = emel.arange from 1.000000e+00 step 5.000000e-01 : tensor<8xf32>
  %w = emel.reshape %t : tensor<8xf32> to tensor<2x2x2xf32>
  %y = emel.matmul %x, %w : (tensor<2x4x3x2xf32>, tensor<2x2x2xf32>) -> tensor<2x4x3x2xf32>
  return %y : tensor<2x4x3x2xf32>
}

func.func @products_of_columns() -> tensor<4x2x5xf32> {
  %s = emel.arange from -3.000000e+00 step 2.500000e-01 : tensor<24xf32>
  %x = emel.reshape %s : tensor<24xf32> to tensor<4x3x2xf32>
  %t = emel.arange from 1.000000e+00 step 5.000000e-01 : tensor<30xf32>
  %w = emel.reshape %t : tensor<30xf32> to tensor<2x3x5xf32>
  %y = emel.out_prod %x, %w : (tensor<4x3x2xf32>, tensor<2x3x5xf32>) -> tensor<4x2x5xf32>
  return %y : tensor<4x2x5xf32>
}

func.func @reshapes() -> (tensor<3x6x4xf32>, tensor<3x24xf32>, tensor<1x3x1x8x3xf32>, tensor<9x8xf32>, tensor<72xf32>, tensor<4x18xf32>) {
  %s = emel.arange from -3.000000e+00 step 2.500000e-01 : tensor<72xf32>
  %x = emel.reshape %s : tensor<72xf32> to tensor<3x24xf32>
  %split = emel.reshape %x : tensor<3x24xf32> to tensor<3x6x4xf32>
  %merge = emel.reshape %split : tensor<3x6x4xf32> to tensor<3x24xf32>
  %ones = emel.reshape %split : tensor<3x6x4xf32> to tensor<1x3x1x8x3xf32>
  %other = emel.reshape %ones : tensor<1x3x1x8x3xf32> to tensor<9x8xf32>
  %flat = emel.reshape %ones : tensor<1x3x1x8x3xf32> to tensor<72xf32>
  %across = emel.reshape %x : tensor<3x24xf32> to tensor<4x18xf32>
  return %split, %merge, %ones, %other, %flat, %across : tensor<3x6x4xf32>, tensor<3x24xf32>, tensor<1x3x1x8x3xf32>, tensor<9x8xf32>, tensor<72xf32>, tensor<4x18xf32>
}

func.func @sinks_without_mask() -> tensor<2x3x4xf32> {
  %s = emel.arange from -3.000000e+00 step 2.500000e-01 : tensor<24xf32>
  %x = emel.reshape %s : tensor<24xf32> to tensor<2x3x4xf32>
  %sinks = emel.arange from 1.000000e+00 step 5.000000e-01 : tensor<2xf32>
  %y = emel.softmax %x sinks %sinks : (tensor<2x3x4xf32>, tensor<2xf32>) -> tensor<2x3x4xf32>
  return %y : tensor<2x3x4xf32>
}

func.func @attends_with_sinks_without_mask() -> tensor<3x4x2xf32> {
  %s = emel.arange from -3.000000e+00 step 2.500000e-01 : tensor<24xf32>
  %q = emel.reshape %s : tensor<24xf32> to tensor<3x4x2xf32>
  %t = emel.arange from 1.000000e+00 step 5.000000e-01 : tensor<20xf32>
  %k = emel.reshape %t : tensor<20xf32> to tensor<5x2x2xf32>
  %sinks = emel.arange from 1.000000e+00 step 5.000000e-01 : tensor<4xf32>
  %y = emel.flash_attention %q, %k, %k sinks %sinks {scale = 1.250000e-01 : f32}
      : (tensor<3x4x2xf32>, tensor<5x2x2xf32>, tensor<5x2x2xf32>, tensor<4xf32>) -> tensor<3x4x2xf32>
  return %y : tensor<3x4x2xf32>
}

// Tokens of two sequences, and fewer heads of keys than of queries.
func.func @attends_to_a_state(%kv: !emel.kv<2x2x2xf32>) -> tensor<3x4x2xf32> {
  %s = emel.arange from -3.000000e+00 step 2.500000e-01 : tensor<24xf32>
  %q = emel.reshape %s : tensor<24xf32> to tensor<3x4x2xf32>
  %k = emel.slice %q dim 1 from 1 size 2 : (tensor<3x4x2xf32>) -> tensor<3x2x2xf32>
  %positions = arith.constant dense<[0, 1, 0]> : tensor<3xi32>
  %slots = arith.constant dense<[0, 0, 1]> : tensor<3xi32>
  %new = emel.kv_write %kv, %k, %k at %positions in %slots
      : (!emel.kv<2x2x2xf32>, tensor<3x2x2xf32>, tensor<3x2x2xf32>, tensor<3xi32>, tensor<3xi32>)
      -> !emel.kv<2x2x2xf32>
  %sinks = emel.arange from 1.000000e+00 step 5.000000e-01 : tensor<4xf32>
  %y = emel.attention %q, %new at %positions in %slots sinks %sinks {scale = 1.250000e-01 : f32}
      : (tensor<3x4x2xf32>, !emel.kv<2x2x2xf32>, tensor<3xi32>, tensor<3xi32>, tensor<4xf32>)
      -> tensor<3x4x2xf32>
  return %y : tensor<3x4x2xf32>
}

func.func @rotates_by_four_positions() -> tensor<2x3x4xf32> {
  %s = emel.arange from -3.000000e+00 step 2.500000e-01 : tensor<24xf32>
  %x = emel.reshape %s : tensor<24xf32> to tensor<2x3x4xf32>
  %positions = arith.constant dense<[[0, 1], [2, 3], [4, 5], [6, 7]]> : tensor<4x2xi32>
  %y = emel.rope mrope %x at %positions {base = 1.000000e+04 : f32, dims = 4 : i64, sections = array<i64: 1, 1, 0, 0>}
      : tensor<2x3x4xf32>, tensor<4x2xi32>
  return %y : tensor<2x3x4xf32>
}

func.func @repeats_one_dimension() -> tensor<6x4xf32> {
  %s = emel.arange from -3.000000e+00 step 2.500000e-01 : tensor<12xf32>
  %x = emel.reshape %s : tensor<12xf32> to tensor<3x4xf32>
  %y = emel.repeat %x [2, 1] : (tensor<3x4xf32>) -> tensor<6x4xf32>
  return %y : tensor<6x4xf32>
}

func.func @normalises_groups() -> tensor<2x6x2x2xf32> {
  %s = emel.arange from -3.000000e+00 step 2.500000e-01 : tensor<48xf32>
  %x = emel.reshape %s : tensor<48xf32> to tensor<2x6x2x2xf32>
  %y = emel.group_norm %x groups 3 eps 9.99999974E-6 : tensor<2x6x2x2xf32>
  return %y : tensor<2x6x2x2xf32>
}
