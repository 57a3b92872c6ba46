// Written by tests/reference/ops.py.
// RUN: emel-interpret %s --functions | FileCheck %s --match-full-lines --check-prefixes=CHECK,F32
// RUN: emel-interpret %s --functions --f64 | FileCheck %s --match-full-lines --check-prefixes=CHECK,F64

func.func @same_shape() -> (tensor<2x3x4xf32>) {
  %a = arith.constant dense<[[[0.346, 0.822, 0.33, -1.303], [0.905, 0.446, -0.537, 0.581], [0.365, 0.294, 0.028, 0.547]], [[-0.736, -0.163, -0.482, 0.599], [0.04, -0.292, -0.782, -0.257], [0.008, -0.276, 1.294, 1.007]]]> : tensor<2x3x4xf32>
  %b = arith.constant dense<[[[2.041, -2.556, 0.418, -0.568], [-0.453, -0.216, -2.02, -0.232], [-0.865, 3.323, 0.226, -0.353]], [[-0.281, -0.668, -1.055, -0.391], [0.482, -0.239, 0.958, -0.2], [0.024, 1.546, 0.545, -0.505]]]> : tensor<2x3x4xf32>
  %r = emel.div %a, %b : (tensor<2x3x4xf32>, tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  return %r : tensor<2x3x4xf32>
}
// CHECK: @same_shape
// CHECK-NEXT: 0.169525 -0.321596 0.789474 2.29401
// CHECK-NEXT: -1.99779 -2.06481 0.265842 -2.50431
// CHECK-NEXT: -0.421965 0.0884743 0.123894 -1.54958
// CHECK-NEXT: 2.61922 0.244012 0.456872 -1.53197
// CHECK-NEXT: 0.0829876 1.22176 -0.816284 1.285
// CHECK-NEXT: 0.333333 -0.178525 2.37431 -1.99406

func.func @broadcast_row() -> (tensor<2x3x4xf32>) {
  %a = arith.constant dense<[[[0.346, 0.822, 0.33, -1.303], [0.905, 0.446, -0.537, 0.581], [0.365, 0.294, 0.028, 0.547]], [[-0.736, -0.163, -0.482, 0.599], [0.04, -0.292, -0.782, -0.257], [0.008, -0.276, 1.294, 1.007]]]> : tensor<2x3x4xf32>
  %b = arith.constant dense<[-0.652, -0.175, 1.664, 0.659]> : tensor<4xf32>
  %r = emel.div %a, %b : (tensor<2x3x4xf32>, tensor<4xf32>) -> tensor<2x3x4xf32>
  return %r : tensor<2x3x4xf32>
}
// CHECK-NEXT: @broadcast_row
// CHECK-NEXT: -0.530675 -4.69714 0.198317 -1.97724
// CHECK-NEXT: -1.38804 -2.54857 -0.322716 0.881639
// CHECK-NEXT: -0.559816 -1.68 0.0168269 0.830046
// CHECK-NEXT: 1.12883 0.931429 -0.289663 0.908953
// CHECK-NEXT: -0.0613497 1.66857 -0.469952 -0.389985
// CHECK-NEXT: -0.0122699 1.57714 0.777644 1.52807

func.func @broadcast_matrix() -> (tensor<2x3x4xf32>) {
  %a = arith.constant dense<[[[0.346, 0.822, 0.33, -1.303], [0.905, 0.446, -0.537, 0.581], [0.365, 0.294, 0.028, 0.547]], [[-0.736, -0.163, -0.482, 0.599], [0.04, -0.292, -0.782, -0.257], [0.008, -0.276, 1.294, 1.007]]]> : tensor<2x3x4xf32>
  %b = arith.constant dense<[[0.189, -0.523, -0.413, -2.441], [1.8, 1.144, -0.325, 0.774], [0.281, -0.554, 0.978, -0.311]]> : tensor<3x4xf32>
  %r = emel.div %a, %b : (tensor<2x3x4xf32>, tensor<3x4xf32>) -> tensor<2x3x4xf32>
  return %r : tensor<2x3x4xf32>
}
// CHECK-NEXT: @broadcast_matrix
// CHECK-NEXT: 1.83069 -1.5717 -0.799032 0.533798
// CHECK-NEXT: 0.502778 0.38986 1.65231 0.750646
// CHECK-NEXT: 1.29893 -0.530686 0.0286299 -1.75884
// CHECK-NEXT: -3.89418 0.311663 1.16707 -0.245391
// CHECK-NEXT: 0.0222222 -0.255245 2.40615 -0.332041
// CHECK-NEXT: 0.0284698 0.498195 1.32311 -3.23794

func.func @broadcast_column() -> (tensor<2x3x4xf32>) {
  %a = arith.constant dense<[[[0.346, 0.822, 0.33, -1.303], [0.905, 0.446, -0.537, 0.581], [0.365, 0.294, 0.028, 0.547]], [[-0.736, -0.163, -0.482, 0.599], [0.04, -0.292, -0.782, -0.257], [0.008, -0.276, 1.294, 1.007]]]> : tensor<2x3x4xf32>
  %b = arith.constant dense<[[-0.802], [-1.324], [-0.248]]> : tensor<3x1xf32>
  %r = emel.div %a, %b : (tensor<2x3x4xf32>, tensor<3x1xf32>) -> tensor<2x3x4xf32>
  return %r : tensor<2x3x4xf32>
}
// CHECK-NEXT: @broadcast_column
// CHECK-NEXT: -0.431421 -1.02494 -0.411471 1.62469
// CHECK-NEXT: -0.683535 -0.336858 0.405589 -0.438822
// CHECK-NEXT: -1.47177 -1.18548 -0.112903 -2.20565
// CHECK-NEXT: 0.917706 0.203242 0.600998 -0.746883
// CHECK-NEXT: -0.0302115 0.220544 0.590634 0.194109
// CHECK-NEXT: -0.0322581 1.1129 -5.21774 -4.06048

func.func @broadcast_one() -> (tensor<2x3x4xf32>) {
  %a = arith.constant dense<[[[0.346, 0.822, 0.33, -1.303], [0.905, 0.446, -0.537, 0.581], [0.365, 0.294, 0.028, 0.547]], [[-0.736, -0.163, -0.482, 0.599], [0.04, -0.292, -0.782, -0.257], [0.008, -0.276, 1.294, 1.007]]]> : tensor<2x3x4xf32>
  %b = arith.constant dense<[1.053]> : tensor<1xf32>
  %r = emel.div %a, %b : (tensor<2x3x4xf32>, tensor<1xf32>) -> tensor<2x3x4xf32>
  return %r : tensor<2x3x4xf32>
}
// CHECK-NEXT: @broadcast_one
// CHECK-NEXT: 0.328585 0.780627 0.31339 -1.23742
// F32-NEXT: 0.859449 0.423552 -0.509971 0.551757
// F64-NEXT: 0.859449 0.423552 -0.509972 0.551757
// CHECK-NEXT: 0.346629 0.279202 0.0265907 0.519468
// CHECK-NEXT: -0.698955 -0.154796 -0.45774 0.568851
// CHECK-NEXT: 0.0379867 -0.277303 -0.74264 -0.244065
// CHECK-NEXT: 0.00759734 -0.262108 1.22887 0.956315

func.func @specials() -> (tensor<6xf32>) {
  %a = arith.constant dense<[0x7F800000, 0xFF800000, 0x7FC00000, 0.0, -0.0, 1.0]> : tensor<6xf32>
  %b = arith.constant dense<[0x7F800000, 0x7F800000, 1.0, 0.0, 2.0, 0.0]> : tensor<6xf32>
  %r = emel.div %a, %b : (tensor<6xf32>, tensor<6xf32>) -> tensor<6xf32>
  return %r : tensor<6xf32>
}
// CHECK-NEXT: @specials
// CHECK-NEXT: nan nan nan nan -0 inf

func.func @half() -> (tensor<3xf16>) {
  %a = arith.constant dense<[1.0, 2.0019531, 65504.0]> : tensor<3xf16>
  %b = arith.constant dense<[0.00048828125, 3.0, 65504.0]> : tensor<3xf16>
  %r = emel.div %a, %b : (tensor<3xf16>, tensor<3xf16>) -> tensor<3xf16>
  return %r : tensor<3xf16>
}
// CHECK-NEXT: @half
// CHECK-NEXT: 2048 0.66748 1
// CHECK-NOT: {{.}}
