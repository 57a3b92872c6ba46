// Written by tests/reference/ops.py.
// RUN: emel-interpret %s --functions | FileCheck %s --match-full-lines --check-prefixes=CHECK,F32
// RUN: emel-interpret %s --functions --f64 | FileCheck %s --match-full-lines --check-prefixes=CHECK,F64

func.func @plain() -> (tensor<2x3x5xf32>) {
  %x = arith.constant dense<[[[1.575, 0.743, -0.97, -0.212, -0.287], [2.362, -0.943, 1.376, 0.123, 1.022], [-0.003, 0.393, 0.491, 0.11, 0.651]], [[0.35, 1.233, 1.807, -0.088, -0.187], [0.411, -1.657, 0.308, -0.524, -0.823], [-1.579, -0.225, 0.51, -0.528, -0.91]]]> : tensor<2x3x5xf32>
  %r = emel.layer_norm %x eps 1.0e-05 : tensor<2x3x5xf32>
  return %r : tensor<2x3x5xf32>
}
// CHECK: @plain
// CHECK-NEXT: 1.57962 0.644348 -1.28128 -0.429191 -0.5135
// CHECK-NEXT: 1.40039 -1.54007 0.523143 -0.59165 0.208189
// CHECK-NEXT: -1.37074 0.267199 0.672547 -0.903348 1.33434
// CHECK-NEXT: -0.351846 0.786177 1.52596 -0.916347 -1.04394
// CHECK-NEXT: 1.13639 -1.57104 1.00154 -0.0877164 -0.479167
// CHECK-NEXT: -1.48483 0.462158 1.51905 0.0264583 -0.52284

func.func @weighted() -> (tensor<2x3x5xf32>) {
  %x = arith.constant dense<[[[1.575, 0.743, -0.97, -0.212, -0.287], [2.362, -0.943, 1.376, 0.123, 1.022], [-0.003, 0.393, 0.491, 0.11, 0.651]], [[0.35, 1.233, 1.807, -0.088, -0.187], [0.411, -1.657, 0.308, -0.524, -0.823], [-1.579, -0.225, 0.51, -0.528, -0.91]]]> : tensor<2x3x5xf32>
  %w = arith.constant dense<[-0.395, 0.264, 0.607, -0.972, 0.768]> : tensor<5xf32>
  %r = emel.layer_norm %x weight %w eps 1.0e-05 : tensor<2x3x5xf32>, tensor<5xf32>
  return %r : tensor<2x3x5xf32>
}
// CHECK-NEXT: @weighted
// CHECK-NEXT: -0.62395 0.170108 -0.777735 0.417173 -0.394368
// CHECK-NEXT: -0.553152 -0.406578 0.317548 0.575083 0.159889
// CHECK-NEXT: 0.541442 0.0705405 0.408236 0.878054 1.02477
// CHECK-NEXT: 0.138979 0.207551 0.926256 0.89069 -0.801746
// CHECK-NEXT: -0.448872 -0.414755 0.607934 0.0852604 -0.368001
// F32-NEXT: 0.586508 0.12201 0.922065 -0.0257175 -0.401541
// F64-NEXT: 0.586508 0.12201 0.922066 -0.0257175 -0.401541

func.func @weight_and_bias() -> (tensor<2x3x5xf32>) {
  %x = arith.constant dense<[[[1.575, 0.743, -0.97, -0.212, -0.287], [2.362, -0.943, 1.376, 0.123, 1.022], [-0.003, 0.393, 0.491, 0.11, 0.651]], [[0.35, 1.233, 1.807, -0.088, -0.187], [0.411, -1.657, 0.308, -0.524, -0.823], [-1.579, -0.225, 0.51, -0.528, -0.91]]]> : tensor<2x3x5xf32>
  %w = arith.constant dense<[-0.395, 0.264, 0.607, -0.972, 0.768]> : tensor<5xf32>
  %b = arith.constant dense<[0.909, 0.751, -0.026, 0.653, -0.651]> : tensor<5xf32>
  %r = emel.layer_norm %x weight %w bias %b eps 1.0e-05 : tensor<2x3x5xf32>, tensor<5xf32>, tensor<5xf32>
  return %r : tensor<2x3x5xf32>
}
// CHECK-NEXT: @weight_and_bias
// CHECK-NEXT: 0.28505 0.921108 -0.803735 1.07017 -1.04537
// CHECK-NEXT: 0.355848 0.344422 0.291548 1.22808 -0.491111
// CHECK-NEXT: 1.45044 0.821541 0.382236 1.53105 0.373774
// CHECK-NEXT: 1.04798 0.958551 0.900256 1.54369 -1.45275
// CHECK-NEXT: 0.460128 0.336245 0.581934 0.73826 -1.019
// F32-NEXT: 1.49551 0.87301 0.896065 0.627283 -1.05254
// F64-NEXT: 1.49551 0.87301 0.896066 0.627282 -1.05254

func.func @equal_elements() -> (tensor<1x3xf32>) {
  %x = arith.constant dense<[[3.0, 3.0, 3.0]]> : tensor<1x3xf32>
  %r = emel.layer_norm %x eps 1.0e-05 : tensor<1x3xf32>
  return %r : tensor<1x3xf32>
}
// CHECK-NEXT: @equal_elements
// CHECK-NEXT: 0 0 0
// CHECK-NOT: {{.}}
