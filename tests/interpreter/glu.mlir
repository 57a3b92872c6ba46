// Written by tests/reference/ops.py.
// RUN: emel-interpret %s --functions | FileCheck %s --match-full-lines
// RUN: emel-interpret %s --functions --f64 | FileCheck %s --match-full-lines

func.func @reglu() -> (tensor<2x5xf32>) {
  %gate = arith.constant dense<[[-2.207, -1.45, -1.564, 0.534, -0.497], [0.253, 1.686, 1.716, 0.95, -0.902]]> : tensor<2x5xf32>
  %up = arith.constant dense<[[0.034, 1.36, 1.225, -0.51, -0.298], [-0.527, 0.57, -0.056, 0.747, -1.847]]> : tensor<2x5xf32>
  %r = emel.glu reglu %gate, %up : tensor<2x5xf32>
  return %r : tensor<2x5xf32>
}
// CHECK: @reglu
// CHECK-NEXT: 0 0 0 -0.27234 -0
// CHECK-NEXT: -0.133331 0.96102 -0.096096 0.70965 -0

func.func @geglu() -> (tensor<2x5xf32>) {
  %gate = arith.constant dense<[[-2.207, -1.45, -1.564, 0.534, -0.497], [0.253, 1.686, 1.716, 0.95, -0.902]]> : tensor<2x5xf32>
  %up = arith.constant dense<[[0.034, 1.36, 1.225, -0.51, -0.298], [-0.527, 0.57, -0.056, 0.747, -1.847]]> : tensor<2x5xf32>
  %r = emel.glu geglu %gate, %up : tensor<2x5xf32>
  return %r : tensor<2x5xf32>
}
// CHECK-NEXT: @geglu
// CHECK-NEXT: -0.00101556 -0.145309 -0.113106 -0.191534 0.0458578
// CHECK-NEXT: -0.07998 0.916831 -0.0919492 0.588159 0.305975

func.func @swiglu() -> (tensor<2x5xf32>) {
  %gate = arith.constant dense<[[-2.207, -1.45, -1.564, 0.534, -0.497], [0.253, 1.686, 1.716, 0.95, -0.902]]> : tensor<2x5xf32>
  %up = arith.constant dense<[[0.034, 1.36, 1.225, -0.51, -0.298], [-0.527, 0.57, -0.056, 0.747, -1.847]]> : tensor<2x5xf32>
  %r = emel.glu swiglu %gate, %up : tensor<2x5xf32>
  return %r : tensor<2x5xf32>
}
// CHECK-NEXT: @swiglu
// CHECK-NEXT: -0.00743804 -0.374683 -0.331591 -0.171687 0.0560205
// CHECK-NEXT: -0.075054 0.81081 -0.0814522 0.511739 0.480872

func.func @geglu_erf() -> (tensor<2x5xf32>) {
  %gate = arith.constant dense<[[-2.207, -1.45, -1.564, 0.534, -0.497], [0.253, 1.686, 1.716, 0.95, -0.902]]> : tensor<2x5xf32>
  %up = arith.constant dense<[[0.034, 1.36, 1.225, -0.51, -0.298], [-0.527, 0.57, -0.056, 0.747, -1.847]]> : tensor<2x5xf32>
  %r = emel.glu geglu_erf %gate, %up : tensor<2x5xf32>
  return %r : tensor<2x5xf32>
}
// CHECK-NEXT: @geglu_erf
// CHECK-NEXT: -0.0010248 -0.145 -0.112863 -0.191545 0.0458528
// CHECK-NEXT: -0.0799807 0.916911 -0.0919561 0.58826 0.305757

func.func @geglu_quick() -> (tensor<2x5xf32>) {
  %gate = arith.constant dense<[[-2.207, -1.45, -1.564, 0.534, -0.497], [0.253, 1.686, 1.716, 0.95, -0.902]]> : tensor<2x5xf32>
  %up = arith.constant dense<[[0.034, 1.36, 1.225, -0.51, -0.298], [-0.527, 0.57, -0.056, 0.747, -1.847]]> : tensor<2x5xf32>
  %r = emel.glu geglu_quick %gate, %up : tensor<2x5xf32>
  return %r : tensor<2x5xf32>
}
// CHECK-NEXT: @geglu_quick
// CHECK-NEXT: -0.00171357 -0.154091 -0.125027 -0.194115 0.0444755
// CHECK-NEXT: -0.080801 0.909434 -0.0911814 0.592109 0.29527

func.func @fused_halves() -> (tensor<2x5xf32>) {
  %x = arith.constant dense<[[-2.207, -1.45, -1.564, 0.534, -0.497, 0.034, 1.36, 1.225, -0.51, -0.298], [0.253, 1.686, 1.716, 0.95, -0.902, -0.527, 0.57, -0.056, 0.747, -1.847]]> : tensor<2x10xf32>
  %gate = emel.slice %x dim 1 from 0 size 5 : (tensor<2x10xf32>) -> tensor<2x5xf32>
  %up = emel.slice %x dim 1 from 5 size 5 : (tensor<2x10xf32>) -> tensor<2x5xf32>
  %r = emel.glu swiglu %gate, %up : tensor<2x5xf32>
  return %r : tensor<2x5xf32>
}
// CHECK-NEXT: @fused_halves
// CHECK-NEXT: -0.00743804 -0.374683 -0.331591 -0.171687 0.0560205
// CHECK-NEXT: -0.075054 0.81081 -0.0814522 0.511739 0.480872
// CHECK-NOT: {{.}}
