// Written by tests/reference/ops.py.
// RUN: emel-interpret %s --functions | FileCheck %s --match-full-lines
// RUN: emel-interpret %s --functions --f64 | FileCheck %s --match-full-lines

func.func @cells(%kv: !emel.kv<2x4x3xf32>) -> (!emel.kv<2x4x3xf32>) {
  %k = arith.constant dense<[[[-0.571, 1.751, 0.98, 0.507], [1.073, -1.564, 0.629, 1.434]], [[1.39, -1.56, -0.891, 0.455], [0.329, -0.753, 1.241, -0.038]], [[-0.137, -0.436, 1.474, -1.193], [1.523, -0.31, -0.322, -0.315]], [[0.378, -0.214, -0.767, 1.089], [0.987, -0.384, -0.138, 1.86]], [[-0.276, 0.441, -1.339, -0.516], [-1.072, -0.284, 0.154, 1.156]]]> : tensor<5x2x4xf32>
  %v = arith.constant dense<[[[0.428, -0.571, 2.654], [-1.609, 0.662, -0.143]], [[-0.355, 1.066, -1.818], [-0.985, -0.114, 1.741]], [[0.089, 0.896, -1.863], [-1.239, 0.97, -0.628]], [[-0.063, 0.731, -2.205], [-1.201, -0.094, -1.546]], [[-0.711, -0.042, -0.665], [-0.269, 0.041, 1.33]]]> : tensor<5x2x3xf32>
  %pos = arith.constant dense<[0, 1, 2, 3, 0]> : tensor<5xi32>
  %slot = arith.constant dense<[0, 0, 0, 0, 1]> : tensor<5xi32>
  %r = emel.kv_write %kv, %k, %v at %pos in %slot : (!emel.kv<2x4x3xf32>, tensor<5x2x4xf32>, tensor<5x2x3xf32>, tensor<5xi32>, tensor<5xi32>) -> !emel.kv<2x4x3xf32>
  return %r : !emel.kv<2x4x3xf32>
}
// CHECK: @cells
// CHECK-NEXT: slot 0 position 0: -0.571 1.751 0.98 0.507 1.073 -1.564 0.629 1.434 -> 0.428 -0.571 2.654 -1.609 0.662 -0.143
// CHECK-NEXT: slot 0 position 1: 1.39 -1.56 -0.891 0.455 0.329 -0.753 1.241 -0.038 -> -0.355 1.066 -1.818 -0.985 -0.114 1.741
// CHECK-NEXT: slot 0 position 2: -0.137 -0.436 1.474 -1.193 1.523 -0.31 -0.322 -0.315 -> 0.089 0.896 -1.863 -1.239 0.97 -0.628
// CHECK-NEXT: slot 0 position 3: 0.378 -0.214 -0.767 1.089 0.987 -0.384 -0.138 1.86 -> -0.063 0.731 -2.205 -1.201 -0.094 -1.546
// CHECK-NEXT: slot 1 position 0: -0.276 0.441 -1.339 -0.516 -1.072 -0.284 0.154 1.156 -> -0.711 -0.042 -0.665 -0.269 0.041 1.33

func.func @replaces_and_keeps_the_old_state(%kv: !emel.kv<2x4x3xf32>) -> (!emel.kv<2x4x3xf32>, !emel.kv<2x4x3xf32>) {
  %k = arith.constant dense<[[[-0.571, 1.751, 0.98, 0.507], [1.073, -1.564, 0.629, 1.434]], [[1.39, -1.56, -0.891, 0.455], [0.329, -0.753, 1.241, -0.038]], [[-0.137, -0.436, 1.474, -1.193], [1.523, -0.31, -0.322, -0.315]], [[0.378, -0.214, -0.767, 1.089], [0.987, -0.384, -0.138, 1.86]], [[-0.276, 0.441, -1.339, -0.516], [-1.072, -0.284, 0.154, 1.156]]]> : tensor<5x2x4xf32>
  %v = arith.constant dense<[[[0.428, -0.571, 2.654], [-1.609, 0.662, -0.143]], [[-0.355, 1.066, -1.818], [-0.985, -0.114, 1.741]], [[0.089, 0.896, -1.863], [-1.239, 0.97, -0.628]], [[-0.063, 0.731, -2.205], [-1.201, -0.094, -1.546]], [[-0.711, -0.042, -0.665], [-0.269, 0.041, 1.33]]]> : tensor<5x2x3xf32>
  %pos = arith.constant dense<[0, 1, 2, 3, 0]> : tensor<5xi32>
  %slot = arith.constant dense<[0, 0, 0, 0, 1]> : tensor<5xi32>
  %k2 = arith.constant dense<[[[-0.677, 0.396, -0.382, -1.094], [0.71, -0.343, 0.046, 0.723]], [[2.53, -0.48, 0.53, 0.888], [0.267, 1.144, 1.694, 1.011]]]> : tensor<2x2x4xf32>
  %v2 = arith.constant dense<[[[0.621, -0.733, 0.41], [-0.53, 1.297, 0.007]], [[-1.817, 0.551, -0.601], [0.676, 0.56, -0.47]]]> : tensor<2x2x3xf32>
  %pos2 = arith.constant dense<[1, 7]> : tensor<2xi32>
  %slot2 = arith.constant dense<[0, 2]> : tensor<2xi32>
  %s = emel.kv_write %kv, %k, %v at %pos in %slot : (!emel.kv<2x4x3xf32>, tensor<5x2x4xf32>, tensor<5x2x3xf32>, tensor<5xi32>, tensor<5xi32>) -> !emel.kv<2x4x3xf32>
  %r = emel.kv_write %s, %k2, %v2 at %pos2 in %slot2 : (!emel.kv<2x4x3xf32>, tensor<2x2x4xf32>, tensor<2x2x3xf32>, tensor<2xi32>, tensor<2xi32>) -> !emel.kv<2x4x3xf32>
  return %r, %s : !emel.kv<2x4x3xf32>, !emel.kv<2x4x3xf32>
}
// CHECK-NEXT: @replaces_and_keeps_the_old_state
// CHECK-NEXT: slot 0 position 0: -0.571 1.751 0.98 0.507 1.073 -1.564 0.629 1.434 -> 0.428 -0.571 2.654 -1.609 0.662 -0.143
// CHECK-NEXT: slot 0 position 1: -0.677 0.396 -0.382 -1.094 0.71 -0.343 0.046 0.723 -> 0.621 -0.733 0.41 -0.53 1.297 0.007
// CHECK-NEXT: slot 0 position 2: -0.137 -0.436 1.474 -1.193 1.523 -0.31 -0.322 -0.315 -> 0.089 0.896 -1.863 -1.239 0.97 -0.628
// CHECK-NEXT: slot 0 position 3: 0.378 -0.214 -0.767 1.089 0.987 -0.384 -0.138 1.86 -> -0.063 0.731 -2.205 -1.201 -0.094 -1.546
// CHECK-NEXT: slot 1 position 0: -0.276 0.441 -1.339 -0.516 -1.072 -0.284 0.154 1.156 -> -0.711 -0.042 -0.665 -0.269 0.041 1.33
// CHECK-NEXT: slot 2 position 7: 2.53 -0.48 0.53 0.888 0.267 1.144 1.694 1.011 -> -1.817 0.551 -0.601 0.676 0.56 -0.47
// CHECK-NEXT: slot 0 position 0: -0.571 1.751 0.98 0.507 1.073 -1.564 0.629 1.434 -> 0.428 -0.571 2.654 -1.609 0.662 -0.143
// CHECK-NEXT: slot 0 position 1: 1.39 -1.56 -0.891 0.455 0.329 -0.753 1.241 -0.038 -> -0.355 1.066 -1.818 -0.985 -0.114 1.741
// CHECK-NEXT: slot 0 position 2: -0.137 -0.436 1.474 -1.193 1.523 -0.31 -0.322 -0.315 -> 0.089 0.896 -1.863 -1.239 0.97 -0.628
// CHECK-NEXT: slot 0 position 3: 0.378 -0.214 -0.767 1.089 0.987 -0.384 -0.138 1.86 -> -0.063 0.731 -2.205 -1.201 -0.094 -1.546
// CHECK-NEXT: slot 1 position 0: -0.276 0.441 -1.339 -0.516 -1.072 -0.284 0.154 1.156 -> -0.711 -0.042 -0.665 -0.269 0.041 1.33

func.func @later_of_equal_cells_stays(%kv: !emel.kv<2x4x3xf32>) -> (!emel.kv<2x4x3xf32>) {
  %k = arith.constant dense<[[[-0.571, 1.751, 0.98, 0.507], [1.073, -1.564, 0.629, 1.434]], [[1.39, -1.56, -0.891, 0.455], [0.329, -0.753, 1.241, -0.038]]]> : tensor<2x2x4xf32>
  %v = arith.constant dense<[[[0.428, -0.571, 2.654], [-1.609, 0.662, -0.143]], [[-0.355, 1.066, -1.818], [-0.985, -0.114, 1.741]]]> : tensor<2x2x3xf32>
  %pos = arith.constant dense<[4, 4]> : tensor<2xi32>
  %slot = arith.constant dense<[0, 0]> : tensor<2xi32>
  %r = emel.kv_write %kv, %k, %v at %pos in %slot : (!emel.kv<2x4x3xf32>, tensor<2x2x4xf32>, tensor<2x2x3xf32>, tensor<2xi32>, tensor<2xi32>) -> !emel.kv<2x4x3xf32>
  return %r : !emel.kv<2x4x3xf32>
}
// CHECK-NEXT: @later_of_equal_cells_stays
// CHECK-NEXT: slot 0 position 4: 1.39 -1.56 -0.891 0.455 0.329 -0.753 1.241 -0.038 -> -0.355 1.066 -1.818 -0.985 -0.114 1.741

func.func @rounds_to_the_type_of_cells(%kv: !emel.kv<1x2x1xf16>) -> (!emel.kv<1x2x1xf16>) {
  %k = arith.constant dense<[[[0.1, 65520.0]]]> : tensor<1x1x2xf32>
  %v = arith.constant dense<[[[0.33333334]]]> : tensor<1x1x1xf32>
  %pos = arith.constant dense<[0]> : tensor<1xi32>
  %slot = arith.constant dense<[0]> : tensor<1xi32>
  %r = emel.kv_write %kv, %k, %v at %pos in %slot : (!emel.kv<1x2x1xf16>, tensor<1x1x2xf32>, tensor<1x1x1xf32>, tensor<1xi32>, tensor<1xi32>) -> !emel.kv<1x2x1xf16>
  return %r : !emel.kv<1x2x1xf16>
}
// CHECK-NEXT: @rounds_to_the_type_of_cells
// CHECK-NEXT: slot 0 position 0: 0.0999756 inf -> 0.333252
// CHECK-NOT: {{.}}
