// Written by tests/reference/ops.py.
// RUN: emel-interpret %s --functions | FileCheck %s --match-full-lines
// RUN: emel-interpret %s --functions --f64 | FileCheck %s --match-full-lines

func.func @causal(%kv: !emel.kv<2x4x3xf32>) -> (tensor<?x2x4xf32>, tensor<?x2x3xf32>, tensor<?x?xf32>) {
  %k = arith.constant dense<[[[-0.571, 1.751, 0.98, 0.507], [1.073, -1.564, 0.629, 1.434]], [[1.39, -1.56, -0.891, 0.455], [0.329, -0.753, 1.241, -0.038]], [[-0.137, -0.436, 1.474, -1.193], [1.523, -0.31, -0.322, -0.315]], [[0.378, -0.214, -0.767, 1.089], [0.987, -0.384, -0.138, 1.86]], [[-0.276, 0.441, -1.339, -0.516], [-1.072, -0.284, 0.154, 1.156]]]> : tensor<5x2x4xf32>
  %v = arith.constant dense<[[[0.428, -0.571, 2.654], [-1.609, 0.662, -0.143]], [[-0.355, 1.066, -1.818], [-0.985, -0.114, 1.741]], [[0.089, 0.896, -1.863], [-1.239, 0.97, -0.628]], [[-0.063, 0.731, -2.205], [-1.201, -0.094, -1.546]], [[-0.711, -0.042, -0.665], [-0.269, 0.041, 1.33]]]> : tensor<5x2x3xf32>
  %pos = arith.constant dense<[0, 1, 2, 3, 0]> : tensor<5xi32>
  %slot = arith.constant dense<[0, 0, 0, 0, 1]> : tensor<5xi32>
  %ask = arith.constant dense<[2, 0, 9]> : tensor<3xi32>
  %in = arith.constant dense<[0, 1, 0]> : tensor<3xi32>
  %kv1 = emel.kv_write %kv, %k, %v at %pos in %slot : (!emel.kv<2x4x3xf32>, tensor<5x2x4xf32>, tensor<5x2x3xf32>, tensor<5xi32>, tensor<5xi32>) -> !emel.kv<2x4x3xf32>
  %r, %s, %t = emel.kv_read %kv1 at %ask in %in {} : (!emel.kv<2x4x3xf32>, tensor<3xi32>, tensor<3xi32>) -> (tensor<?x2x4xf32>, tensor<?x2x3xf32>, tensor<?x?xf32>)
  return %r, %s, %t : tensor<?x2x4xf32>, tensor<?x2x3xf32>, tensor<?x?xf32>
}
// CHECK: @causal
// CHECK-NEXT: -0.571 1.751 0.98 0.507
// CHECK-NEXT: 1.073 -1.564 0.629 1.434
// CHECK-NEXT: 1.39 -1.56 -0.891 0.455
// CHECK-NEXT: 0.329 -0.753 1.241 -0.038
// CHECK-NEXT: -0.137 -0.436 1.474 -1.193
// CHECK-NEXT: 1.523 -0.31 -0.322 -0.315
// CHECK-NEXT: 0.378 -0.214 -0.767 1.089
// CHECK-NEXT: 0.987 -0.384 -0.138 1.86
// CHECK-NEXT: -0.276 0.441 -1.339 -0.516
// CHECK-NEXT: -1.072 -0.284 0.154 1.156
// CHECK-NEXT: 0.428 -0.571 2.654
// CHECK-NEXT: -1.609 0.662 -0.143
// CHECK-NEXT: -0.355 1.066 -1.818
// CHECK-NEXT: -0.985 -0.114 1.741
// CHECK-NEXT: 0.089 0.896 -1.863
// CHECK-NEXT: -1.239 0.97 -0.628
// CHECK-NEXT: -0.063 0.731 -2.205
// CHECK-NEXT: -1.201 -0.094 -1.546
// CHECK-NEXT: -0.711 -0.042 -0.665
// CHECK-NEXT: -0.269 0.041 1.33
// CHECK-NEXT: 0 0 0 -inf -inf
// CHECK-NEXT: -inf -inf -inf -inf 0
// CHECK-NEXT: 0 0 0 0 -inf

func.func @window(%kv: !emel.kv<2x4x3xf32>) -> (tensor<?x2x4xf32>, tensor<?x2x3xf32>, tensor<?x?xf32>) {
  %k = arith.constant dense<[[[-0.571, 1.751, 0.98, 0.507], [1.073, -1.564, 0.629, 1.434]], [[1.39, -1.56, -0.891, 0.455], [0.329, -0.753, 1.241, -0.038]], [[-0.137, -0.436, 1.474, -1.193], [1.523, -0.31, -0.322, -0.315]], [[0.378, -0.214, -0.767, 1.089], [0.987, -0.384, -0.138, 1.86]], [[-0.276, 0.441, -1.339, -0.516], [-1.072, -0.284, 0.154, 1.156]]]> : tensor<5x2x4xf32>
  %v = arith.constant dense<[[[0.428, -0.571, 2.654], [-1.609, 0.662, -0.143]], [[-0.355, 1.066, -1.818], [-0.985, -0.114, 1.741]], [[0.089, 0.896, -1.863], [-1.239, 0.97, -0.628]], [[-0.063, 0.731, -2.205], [-1.201, -0.094, -1.546]], [[-0.711, -0.042, -0.665], [-0.269, 0.041, 1.33]]]> : tensor<5x2x3xf32>
  %pos = arith.constant dense<[0, 1, 2, 3, 0]> : tensor<5xi32>
  %slot = arith.constant dense<[0, 0, 0, 0, 1]> : tensor<5xi32>
  %ask = arith.constant dense<[2, 0, 9]> : tensor<3xi32>
  %in = arith.constant dense<[0, 1, 0]> : tensor<3xi32>
  %kv1 = emel.kv_write %kv, %k, %v at %pos in %slot : (!emel.kv<2x4x3xf32>, tensor<5x2x4xf32>, tensor<5x2x3xf32>, tensor<5xi32>, tensor<5xi32>) -> !emel.kv<2x4x3xf32>
  %r, %s, %t = emel.kv_read %kv1 at %ask in %in {window = 2 : i64} : (!emel.kv<2x4x3xf32>, tensor<3xi32>, tensor<3xi32>) -> (tensor<?x2x4xf32>, tensor<?x2x3xf32>, tensor<?x?xf32>)
  return %r, %s, %t : tensor<?x2x4xf32>, tensor<?x2x3xf32>, tensor<?x?xf32>
}
// CHECK-NEXT: @window
// CHECK-NEXT: -0.571 1.751 0.98 0.507
// CHECK-NEXT: 1.073 -1.564 0.629 1.434
// CHECK-NEXT: 1.39 -1.56 -0.891 0.455
// CHECK-NEXT: 0.329 -0.753 1.241 -0.038
// CHECK-NEXT: -0.137 -0.436 1.474 -1.193
// CHECK-NEXT: 1.523 -0.31 -0.322 -0.315
// CHECK-NEXT: 0.378 -0.214 -0.767 1.089
// CHECK-NEXT: 0.987 -0.384 -0.138 1.86
// CHECK-NEXT: -0.276 0.441 -1.339 -0.516
// CHECK-NEXT: -1.072 -0.284 0.154 1.156
// CHECK-NEXT: 0.428 -0.571 2.654
// CHECK-NEXT: -1.609 0.662 -0.143
// CHECK-NEXT: -0.355 1.066 -1.818
// CHECK-NEXT: -0.985 -0.114 1.741
// CHECK-NEXT: 0.089 0.896 -1.863
// CHECK-NEXT: -1.239 0.97 -0.628
// CHECK-NEXT: -0.063 0.731 -2.205
// CHECK-NEXT: -1.201 -0.094 -1.546
// CHECK-NEXT: -0.711 -0.042 -0.665
// CHECK-NEXT: -0.269 0.041 1.33
// CHECK-NEXT: -inf 0 0 -inf -inf
// CHECK-NEXT: -inf -inf -inf -inf 0
// CHECK-NEXT: -inf -inf -inf -inf -inf

func.func @bidirectional(%kv: !emel.kv<2x4x3xf32>) -> (tensor<?x2x4xf32>, tensor<?x2x3xf32>, tensor<?x?xf32>) {
  %k = arith.constant dense<[[[-0.571, 1.751, 0.98, 0.507], [1.073, -1.564, 0.629, 1.434]], [[1.39, -1.56, -0.891, 0.455], [0.329, -0.753, 1.241, -0.038]], [[-0.137, -0.436, 1.474, -1.193], [1.523, -0.31, -0.322, -0.315]], [[0.378, -0.214, -0.767, 1.089], [0.987, -0.384, -0.138, 1.86]], [[-0.276, 0.441, -1.339, -0.516], [-1.072, -0.284, 0.154, 1.156]]]> : tensor<5x2x4xf32>
  %v = arith.constant dense<[[[0.428, -0.571, 2.654], [-1.609, 0.662, -0.143]], [[-0.355, 1.066, -1.818], [-0.985, -0.114, 1.741]], [[0.089, 0.896, -1.863], [-1.239, 0.97, -0.628]], [[-0.063, 0.731, -2.205], [-1.201, -0.094, -1.546]], [[-0.711, -0.042, -0.665], [-0.269, 0.041, 1.33]]]> : tensor<5x2x3xf32>
  %pos = arith.constant dense<[0, 1, 2, 3, 0]> : tensor<5xi32>
  %slot = arith.constant dense<[0, 0, 0, 0, 1]> : tensor<5xi32>
  %ask = arith.constant dense<[2, 0, 9]> : tensor<3xi32>
  %in = arith.constant dense<[0, 1, 0]> : tensor<3xi32>
  %kv1 = emel.kv_write %kv, %k, %v at %pos in %slot : (!emel.kv<2x4x3xf32>, tensor<5x2x4xf32>, tensor<5x2x3xf32>, tensor<5xi32>, tensor<5xi32>) -> !emel.kv<2x4x3xf32>
  %r, %s, %t = emel.kv_read %kv1 at %ask in %in {bidirectional} : (!emel.kv<2x4x3xf32>, tensor<3xi32>, tensor<3xi32>) -> (tensor<?x2x4xf32>, tensor<?x2x3xf32>, tensor<?x?xf32>)
  return %r, %s, %t : tensor<?x2x4xf32>, tensor<?x2x3xf32>, tensor<?x?xf32>
}
// CHECK-NEXT: @bidirectional
// CHECK-NEXT: -0.571 1.751 0.98 0.507
// CHECK-NEXT: 1.073 -1.564 0.629 1.434
// CHECK-NEXT: 1.39 -1.56 -0.891 0.455
// CHECK-NEXT: 0.329 -0.753 1.241 -0.038
// CHECK-NEXT: -0.137 -0.436 1.474 -1.193
// CHECK-NEXT: 1.523 -0.31 -0.322 -0.315
// CHECK-NEXT: 0.378 -0.214 -0.767 1.089
// CHECK-NEXT: 0.987 -0.384 -0.138 1.86
// CHECK-NEXT: -0.276 0.441 -1.339 -0.516
// CHECK-NEXT: -1.072 -0.284 0.154 1.156
// CHECK-NEXT: 0.428 -0.571 2.654
// CHECK-NEXT: -1.609 0.662 -0.143
// CHECK-NEXT: -0.355 1.066 -1.818
// CHECK-NEXT: -0.985 -0.114 1.741
// CHECK-NEXT: 0.089 0.896 -1.863
// CHECK-NEXT: -1.239 0.97 -0.628
// CHECK-NEXT: -0.063 0.731 -2.205
// CHECK-NEXT: -1.201 -0.094 -1.546
// CHECK-NEXT: -0.711 -0.042 -0.665
// CHECK-NEXT: -0.269 0.041 1.33
// CHECK-NEXT: 0 0 0 0 -inf
// CHECK-NEXT: -inf -inf -inf -inf 0
// CHECK-NEXT: 0 0 0 0 -inf

func.func @bidirectional_window(%kv: !emel.kv<2x4x3xf32>) -> (tensor<?x2x4xf32>, tensor<?x2x3xf32>, tensor<?x?xf32>) {
  %k = arith.constant dense<[[[-0.571, 1.751, 0.98, 0.507], [1.073, -1.564, 0.629, 1.434]], [[1.39, -1.56, -0.891, 0.455], [0.329, -0.753, 1.241, -0.038]], [[-0.137, -0.436, 1.474, -1.193], [1.523, -0.31, -0.322, -0.315]], [[0.378, -0.214, -0.767, 1.089], [0.987, -0.384, -0.138, 1.86]], [[-0.276, 0.441, -1.339, -0.516], [-1.072, -0.284, 0.154, 1.156]]]> : tensor<5x2x4xf32>
  %v = arith.constant dense<[[[0.428, -0.571, 2.654], [-1.609, 0.662, -0.143]], [[-0.355, 1.066, -1.818], [-0.985, -0.114, 1.741]], [[0.089, 0.896, -1.863], [-1.239, 0.97, -0.628]], [[-0.063, 0.731, -2.205], [-1.201, -0.094, -1.546]], [[-0.711, -0.042, -0.665], [-0.269, 0.041, 1.33]]]> : tensor<5x2x3xf32>
  %pos = arith.constant dense<[0, 1, 2, 3, 0]> : tensor<5xi32>
  %slot = arith.constant dense<[0, 0, 0, 0, 1]> : tensor<5xi32>
  %ask = arith.constant dense<[2, 0, 9]> : tensor<3xi32>
  %in = arith.constant dense<[0, 1, 0]> : tensor<3xi32>
  %kv1 = emel.kv_write %kv, %k, %v at %pos in %slot : (!emel.kv<2x4x3xf32>, tensor<5x2x4xf32>, tensor<5x2x3xf32>, tensor<5xi32>, tensor<5xi32>) -> !emel.kv<2x4x3xf32>
  %r, %s, %t = emel.kv_read %kv1 at %ask in %in {bidirectional, window = 1 : i64} : (!emel.kv<2x4x3xf32>, tensor<3xi32>, tensor<3xi32>) -> (tensor<?x2x4xf32>, tensor<?x2x3xf32>, tensor<?x?xf32>)
  return %r, %s, %t : tensor<?x2x4xf32>, tensor<?x2x3xf32>, tensor<?x?xf32>
}
// CHECK-NEXT: @bidirectional_window
// CHECK-NEXT: -0.571 1.751 0.98 0.507
// CHECK-NEXT: 1.073 -1.564 0.629 1.434
// CHECK-NEXT: 1.39 -1.56 -0.891 0.455
// CHECK-NEXT: 0.329 -0.753 1.241 -0.038
// CHECK-NEXT: -0.137 -0.436 1.474 -1.193
// CHECK-NEXT: 1.523 -0.31 -0.322 -0.315
// CHECK-NEXT: 0.378 -0.214 -0.767 1.089
// CHECK-NEXT: 0.987 -0.384 -0.138 1.86
// CHECK-NEXT: -0.276 0.441 -1.339 -0.516
// CHECK-NEXT: -1.072 -0.284 0.154 1.156
// CHECK-NEXT: 0.428 -0.571 2.654
// CHECK-NEXT: -1.609 0.662 -0.143
// CHECK-NEXT: -0.355 1.066 -1.818
// CHECK-NEXT: -0.985 -0.114 1.741
// CHECK-NEXT: 0.089 0.896 -1.863
// CHECK-NEXT: -1.239 0.97 -0.628
// CHECK-NEXT: -0.063 0.731 -2.205
// CHECK-NEXT: -1.201 -0.094 -1.546
// CHECK-NEXT: -0.711 -0.042 -0.665
// CHECK-NEXT: -0.269 0.041 1.33
// CHECK-NEXT: -inf -inf 0 0 -inf
// CHECK-NEXT: -inf -inf -inf -inf 0
// CHECK-NEXT: -inf -inf -inf -inf -inf

func.func @distance(%kv: !emel.kv<2x4x3xf32>) -> (tensor<?x2x4xf32>, tensor<?x2x3xf32>, tensor<?x?xf32>) {
  %k = arith.constant dense<[[[-0.571, 1.751, 0.98, 0.507], [1.073, -1.564, 0.629, 1.434]], [[1.39, -1.56, -0.891, 0.455], [0.329, -0.753, 1.241, -0.038]], [[-0.137, -0.436, 1.474, -1.193], [1.523, -0.31, -0.322, -0.315]], [[0.378, -0.214, -0.767, 1.089], [0.987, -0.384, -0.138, 1.86]], [[-0.276, 0.441, -1.339, -0.516], [-1.072, -0.284, 0.154, 1.156]]]> : tensor<5x2x4xf32>
  %v = arith.constant dense<[[[0.428, -0.571, 2.654], [-1.609, 0.662, -0.143]], [[-0.355, 1.066, -1.818], [-0.985, -0.114, 1.741]], [[0.089, 0.896, -1.863], [-1.239, 0.97, -0.628]], [[-0.063, 0.731, -2.205], [-1.201, -0.094, -1.546]], [[-0.711, -0.042, -0.665], [-0.269, 0.041, 1.33]]]> : tensor<5x2x3xf32>
  %pos = arith.constant dense<[0, 1, 2, 3, 0]> : tensor<5xi32>
  %slot = arith.constant dense<[0, 0, 0, 0, 1]> : tensor<5xi32>
  %ask = arith.constant dense<[2, 0, 9]> : tensor<3xi32>
  %in = arith.constant dense<[0, 1, 0]> : tensor<3xi32>
  %kv1 = emel.kv_write %kv, %k, %v at %pos in %slot : (!emel.kv<2x4x3xf32>, tensor<5x2x4xf32>, tensor<5x2x3xf32>, tensor<5xi32>, tensor<5xi32>) -> !emel.kv<2x4x3xf32>
  %r, %s, %t = emel.kv_read %kv1 at %ask in %in {distance} : (!emel.kv<2x4x3xf32>, tensor<3xi32>, tensor<3xi32>) -> (tensor<?x2x4xf32>, tensor<?x2x3xf32>, tensor<?x?xf32>)
  return %r, %s, %t : tensor<?x2x4xf32>, tensor<?x2x3xf32>, tensor<?x?xf32>
}
// CHECK-NEXT: @distance
// CHECK-NEXT: -0.571 1.751 0.98 0.507
// CHECK-NEXT: 1.073 -1.564 0.629 1.434
// CHECK-NEXT: 1.39 -1.56 -0.891 0.455
// CHECK-NEXT: 0.329 -0.753 1.241 -0.038
// CHECK-NEXT: -0.137 -0.436 1.474 -1.193
// CHECK-NEXT: 1.523 -0.31 -0.322 -0.315
// CHECK-NEXT: 0.378 -0.214 -0.767 1.089
// CHECK-NEXT: 0.987 -0.384 -0.138 1.86
// CHECK-NEXT: -0.276 0.441 -1.339 -0.516
// CHECK-NEXT: -1.072 -0.284 0.154 1.156
// CHECK-NEXT: 0.428 -0.571 2.654
// CHECK-NEXT: -1.609 0.662 -0.143
// CHECK-NEXT: -0.355 1.066 -1.818
// CHECK-NEXT: -0.985 -0.114 1.741
// CHECK-NEXT: 0.089 0.896 -1.863
// CHECK-NEXT: -1.239 0.97 -0.628
// CHECK-NEXT: -0.063 0.731 -2.205
// CHECK-NEXT: -1.201 -0.094 -1.546
// CHECK-NEXT: -0.711 -0.042 -0.665
// CHECK-NEXT: -0.269 0.041 1.33
// CHECK-NEXT: -2 -1 -0 -inf -inf
// CHECK-NEXT: -inf -inf -inf -inf -0
// CHECK-NEXT: -9 -8 -7 -6 -inf

func.func @empty_state(%kv: !emel.kv<2x4x3xf32>) -> (tensor<?x2x4xf32>, tensor<?x2x3xf32>, tensor<?x?xf32>) {
  %ask = arith.constant dense<[2, 0, 9]> : tensor<3xi32>
  %in = arith.constant dense<[0, 1, 0]> : tensor<3xi32>
  %r, %s, %t = emel.kv_read %kv at %ask in %in  : (!emel.kv<2x4x3xf32>, tensor<3xi32>, tensor<3xi32>) -> (tensor<?x2x4xf32>, tensor<?x2x3xf32>, tensor<?x?xf32>)
  return %r, %s, %t : tensor<?x2x4xf32>, tensor<?x2x3xf32>, tensor<?x?xf32>
}
// CHECK-NEXT: @empty_state
// CHECK-NOT: {{.}}
