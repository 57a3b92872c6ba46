// Written by tests/reference/ops.py.
// RUN: emel-interpret %s --functions | FileCheck %s --match-full-lines --check-prefixes=CHECK,F32
// RUN: emel-interpret %s --functions --f64 | FileCheck %s --match-full-lines --check-prefixes=CHECK,F64

func.func @plain() -> (tensor<2x3x5xf32>) {
  %x = arith.constant dense<[[[1.575, 0.743, -0.97, -0.212, -0.287], [2.362, -0.943, 1.376, 0.123, 1.022], [-0.003, 0.393, 0.491, 0.11, 0.651]], [[0.35, 1.233, 1.807, -0.088, -0.187], [0.411, -1.657, 0.308, -0.524, -0.823], [-1.579, -0.225, 0.51, -0.528, -0.91]]]> : tensor<2x3x5xf32>
  %r = emel.rms_norm %x eps 1.0e-05 : tensor<2x3x5xf32>
  return %r : tensor<2x3x5xf32>
}
// CHECK: @plain
// CHECK-NEXT: 1.7391 0.820412 -1.07106 -0.234088 -0.316902
// CHECK-NEXT: 1.72071 -0.686974 1.00241 0.0896054 0.744526
// CHECK-NEXT: -0.00735661 0.963716 1.20403 0.269742 1.59638
// CHECK-NEXT: 0.351735 1.23911 1.81596 -0.0884362 -0.187927
// CHECK-NEXT: 0.461746 -1.86159 0.346029 -0.588698 -0.924615
// CHECK-NEXT: -1.78537 -0.254407 0.576656 -0.597009 -1.02894

func.func @weighted() -> (tensor<2x3x5xf32>) {
  %x = arith.constant dense<[[[1.575, 0.743, -0.97, -0.212, -0.287], [2.362, -0.943, 1.376, 0.123, 1.022], [-0.003, 0.393, 0.491, 0.11, 0.651]], [[0.35, 1.233, 1.807, -0.088, -0.187], [0.411, -1.657, 0.308, -0.524, -0.823], [-1.579, -0.225, 0.51, -0.528, -0.91]]]> : tensor<2x3x5xf32>
  %w = arith.constant dense<[-0.395, 0.264, 0.607, -0.972, 0.768]> : tensor<5xf32>
  %r = emel.rms_norm %x weight %w eps 1.0e-05 : tensor<2x3x5xf32>, tensor<5xf32>
  return %r : tensor<2x3x5xf32>
}
// CHECK-NEXT: @weighted
// CHECK-NEXT: -0.686944 0.216589 -0.650135 0.227534 -0.243381
// F32-NEXT: -0.679682 -0.181361 0.608465 -0.0870964 0.571796
// F64-NEXT: -0.679682 -0.181361 0.608466 -0.0870964 0.571796
// CHECK-NEXT: 0.00290586 0.254421 0.730847 -0.26219 1.22602
// CHECK-NEXT: -0.138935 0.327125 1.10229 0.08596 -0.144328
// CHECK-NEXT: -0.18239 -0.491459 0.210039 0.572214 -0.710105
// CHECK-NEXT: 0.705222 -0.0671635 0.35003 0.580292 -0.790222

func.func @large_eps() -> (tensor<2x3x5xf32>) {
  %x = arith.constant dense<[[[1.575, 0.743, -0.97, -0.212, -0.287], [2.362, -0.943, 1.376, 0.123, 1.022], [-0.003, 0.393, 0.491, 0.11, 0.651]], [[0.35, 1.233, 1.807, -0.088, -0.187], [0.411, -1.657, 0.308, -0.524, -0.823], [-1.579, -0.225, 0.51, -0.528, -0.91]]]> : tensor<2x3x5xf32>
  %r = emel.rms_norm %x eps 4.0 : tensor<2x3x5xf32>
  return %r : tensor<2x3x5xf32>
}
// CHECK-NEXT: @large_eps
// CHECK-NEXT: 0.71738 0.338421 -0.441815 -0.0965616 -0.130723
// CHECK-NEXT: 0.97372 -0.388746 0.567248 0.050706 0.421313
// CHECK-NEXT: -0.00146976 0.192539 0.240551 0.0538912 0.318938
// CHECK-NEXT: 0.156679 0.551958 0.808912 -0.0393936 -0.0837114
// CHECK-NEXT: 0.187746 -0.756923 0.140695 -0.239365 -0.375949
// CHECK-NEXT: -0.722054 -0.102889 0.233216 -0.241447 -0.41613

func.func @zeros() -> (tensor<1x2xf32>) {
  %x = arith.constant dense<[[0.0, 0.0]]> : tensor<1x2xf32>
  %r = emel.rms_norm %x eps 1.0e-05 : tensor<1x2xf32>
  return %r : tensor<1x2xf32>
}
// CHECK-NEXT: @zeros
// CHECK-NEXT: 0 0
// CHECK-NOT: {{.}}
