// Written by tests/reference/ops.py.
// RUN: emel-interpret %s --functions | FileCheck %s --match-full-lines
// RUN: emel-interpret %s --functions --f64 | FileCheck %s --match-full-lines

func.func @limited() -> (tensor<1x6xf32>) {
  %gate = arith.constant dense<[[-9.0, -1.0, 0.5, 6.5, 8.0, 20.0]]> : tensor<1x6xf32>
  %up = arith.constant dense<[[-8.0, -7.0, 0.25, 3.0, 7.5, 1.0]]> : tensor<1x6xf32>
  %r = emel.swiglu_oai %gate, %up alpha 1.702 limit 7.0 : tensor<1x6xf32>
  return %r : tensor<1x6xf32>
}
// CHECK: @limited
// CHECK-NEXT: 1.20191e-05 0.925225 0.437986 25.9996 55.9996 13.9999

func.func @ordinary() -> (tensor<2x5xf32>) {
  %gate = arith.constant dense<[[-2.207, -1.45, -1.564, 0.534, -0.497], [0.253, 1.686, 1.716, 0.95, -0.902]]> : tensor<2x5xf32>
  %up = arith.constant dense<[[0.034, 1.36, 1.225, -0.51, -0.298], [-0.527, 0.57, -0.056, 0.747, -1.847]]> : tensor<2x5xf32>
  %r = emel.swiglu_oai %gate, %up alpha 1.0 limit 100.0 : tensor<2x5xf32>
  return %r : tensor<2x5xf32>
}
// CHECK-NEXT: @ordinary
// CHECK-NEXT: -0.226204 -0.650185 -0.602278 0.164955 -0.131968
// CHECK-NEXT: 0.0673634 2.23328 1.37305 1.1968 0.220519
// CHECK-NOT: {{.}}
