// Written by tests/reference/ops.py.
// RUN: emel-interpret %s --functions | FileCheck %s --match-full-lines --check-prefixes=CHECK,F32
// RUN: emel-interpret %s --functions --f64 | FileCheck %s --match-full-lines --check-prefixes=CHECK,F64

func.func @plain() -> (tensor<2x3xf32>) {
  %x = arith.constant dense<[[-0.083, -1.012, 0.906], [-0.445, 1.404, -1.464]]> : tensor<2x3xf32>
  %r = emel.softmax %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return %r : tensor<2x3xf32>
}
// CHECK: @plain
// CHECK-NEXT: 0.244888 0.0967183 0.658393
// CHECK-NEXT: 0.129627 0.823583 0.0467897

func.func @vector() -> (tensor<3xf32>) {
  %x = arith.constant dense<[-0.083, -1.012, 0.906]> : tensor<3xf32>
  %r = emel.softmax %x : (tensor<3xf32>) -> tensor<3xf32>
  return %r : tensor<3xf32>
}
// CHECK-NEXT: @vector
// CHECK-NEXT: 0.244888 0.0967183 0.658393

func.func @scaled() -> (tensor<6x2x3xf32>) {
  %x = arith.constant dense<[[[-0.083, -1.012, 0.906], [-0.445, 1.404, -1.464]], [[0.463, -0.019, 0.722], [-0.833, 0.272, 1.517]], [[-1.117, -0.418, 1.041], [-0.563, 1.522, -0.505]], [[-0.345, 0.995, 0.214], [1.116, 0.753, -0.808]], [[1.495, 0.664, 0.814], [0.438, -1.616, -0.632]], [[0.885, -1.064, -1.699], [-0.069, 0.513, 1.254]]]> : tensor<6x2x3xf32>
  %r = emel.softmax %x {scale = 0.35 : f32} : (tensor<6x2x3xf32>) -> tensor<6x2x3xf32>
  return %r : tensor<6x2x3xf32>
}
// CHECK-NEXT: @scaled
// CHECK-NEXT: 0.318874 0.230361 0.450765
// CHECK-NEXT: 0.277 0.529095 0.193905
// CHECK-NEXT: 0.340177 0.287369 0.372455
// CHECK-NEXT: 0.210599 0.310041 0.479361
// CHECK-NEXT: 0.226993 0.289909 0.483098
// CHECK-NEXT: 0.244196 0.5066 0.249204
// CHECK-NEXT: 0.262158 0.419032 0.31881
// CHECK-NEXT: 0.418294 0.368387 0.213318
// CHECK-NEXT: 0.394391 0.294858 0.310751
// CHECK-NEXT: 0.459787 0.224049 0.316165
// CHECK-NEXT: 0.523474 0.264631 0.211894
// CHECK-NEXT: 0.262134 0.321358 0.416508

func.func @masked() -> (tensor<6x2x3xf32>) {
  %x = arith.constant dense<[[[-0.083, -1.012, 0.906], [-0.445, 1.404, -1.464]], [[0.463, -0.019, 0.722], [-0.833, 0.272, 1.517]], [[-1.117, -0.418, 1.041], [-0.563, 1.522, -0.505]], [[-0.345, 0.995, 0.214], [1.116, 0.753, -0.808]], [[1.495, 0.664, 0.814], [0.438, -1.616, -0.632]], [[0.885, -1.064, -1.699], [-0.069, 0.513, 1.254]]]> : tensor<6x2x3xf32>
  %m = arith.constant dense<[[0.0, 0xFF800000, 0.0], [0.0, 0.0, -0.5]]> : tensor<2x3xf32>
  %r = emel.softmax %x mask %m {scale = 2.0 : f32} : (tensor<6x2x3xf32>, tensor<2x3xf32>) -> tensor<6x2x3xf32>
  return %r : tensor<6x2x3xf32>
}
// CHECK-NEXT: @masked
// CHECK-NEXT: 0.121532 0 0.878468
// CHECK-NEXT: 0.0241281 0.973965 0.0019067
// CHECK-NEXT: 0.37332 0 0.62668
// CHECK-NEXT: 0.0130205 0.118691 0.868288
// CHECK-NEXT: 0.0131772 0 0.986823
// CHECK-NEXT: 0.015061 0.97468 0.0102585
// CHECK-NEXT: 0.246382 0 0.753618
// CHECK-NEXT: 0.668104 0.323256 0.00864035
// CHECK-NEXT: 0.796085 0 0.203915
// CHECK-NEXT: 0.919285 0.0151136 0.0656013
// CHECK-NEXT: 0.994336 0 0.00566369
// CHECK-NEXT: 0.078411 0.251129 0.67046

func.func @alibi_of_6_heads() -> (tensor<6x2x3xf32>) {
  %x = arith.constant dense<[[[-0.083, -1.012, 0.906], [-0.445, 1.404, -1.464]], [[0.463, -0.019, 0.722], [-0.833, 0.272, 1.517]], [[-1.117, -0.418, 1.041], [-0.563, 1.522, -0.505]], [[-0.345, 0.995, 0.214], [1.116, 0.753, -0.808]], [[1.495, 0.664, 0.814], [0.438, -1.616, -0.632]], [[0.885, -1.064, -1.699], [-0.069, 0.513, 1.254]]]> : tensor<6x2x3xf32>
  %m = arith.constant dense<[[0.0, -1.0, -2.0], [-1.0, 0.0, 0xFF800000]]> : tensor<2x3xf32>
  %r = emel.softmax %x mask %m {max_bias = 8.0 : f32} : (tensor<6x2x3xf32>, tensor<2x3xf32>) -> tensor<6x2x3xf32>
  return %r : tensor<6x2x3xf32>
}
// CHECK-NEXT: @alibi_of_6_heads
// CHECK-NEXT: 0.340336 0.104683 0.554981
// CHECK-NEXT: 0.109194 0.890806 0
// CHECK-NEXT: 0.367171 0.213008 0.419821
// CHECK-NEXT: 0.237307 0.762693 0
// CHECK-NEXT: 0.0879653 0.17422 0.737815
// CHECK-NEXT: 0.109036 0.890964 0
// CHECK-NEXT: 0.152918 0.581722 0.26536
// CHECK-NEXT: 0.588821 0.411179 0
// CHECK-NEXT: 0.689465 0.182165 0.12837
// CHECK-NEXT: 0.825491 0.174509 0
// CHECK-NEXT: 0.844267 0.106109 0.0496237
// CHECK-NEXT: 0.330262 0.669738 0

func.func @sinks() -> (tensor<6x2x3xf32>) {
  %x = arith.constant dense<[[[-0.083, -1.012, 0.906], [-0.445, 1.404, -1.464]], [[0.463, -0.019, 0.722], [-0.833, 0.272, 1.517]], [[-1.117, -0.418, 1.041], [-0.563, 1.522, -0.505]], [[-0.345, 0.995, 0.214], [1.116, 0.753, -0.808]], [[1.495, 0.664, 0.814], [0.438, -1.616, -0.632]], [[0.885, -1.064, -1.699], [-0.069, 0.513, 1.254]]]> : tensor<6x2x3xf32>
  %s = arith.constant dense<[0.049, 0.518, -0.11, -0.089, 0.503, 0.511]> : tensor<6xf32>
  %r = emel.softmax %x sinks %s : (tensor<6x2x3xf32>, tensor<6xf32>) -> tensor<6x2x3xf32>
  return %r : tensor<6x2x3xf32>
}
// CHECK-NEXT: @sinks
// CHECK-NEXT: 0.191402 0.075594 0.514593
// CHECK-NEXT: 0.106914 0.679277 0.0385914
// CHECK-NEXT: 0.251907 0.155564 0.326379
// CHECK-NEXT: 0.0544482 0.164391 0.57092
// CHECK-NEXT: 0.0694303 0.139676 0.600837
// CHECK-NEXT: 0.085636 0.688907 0.0907498
// CHECK-NEXT: 0.127231 0.485901 0.222517
// CHECK-NEXT: 0.467006 0.324843 0.068193
// CHECK-NEXT: 0.432422 0.188369 0.218853
// CHECK-NEXT: 0.393951 0.0505127 0.135128
// F32-NEXT: 0.524696 0.0747254 0.0395996
// F64-NEXT: 0.524696 0.0747253 0.0395996
// CHECK-NEXT: 0.120043 0.214831 0.450723

func.func @everything() -> (tensor<6x2x3xf32>) {
  %x = arith.constant dense<[[[-0.083, -1.012, 0.906], [-0.445, 1.404, -1.464]], [[0.463, -0.019, 0.722], [-0.833, 0.272, 1.517]], [[-1.117, -0.418, 1.041], [-0.563, 1.522, -0.505]], [[-0.345, 0.995, 0.214], [1.116, 0.753, -0.808]], [[1.495, 0.664, 0.814], [0.438, -1.616, -0.632]], [[0.885, -1.064, -1.699], [-0.069, 0.513, 1.254]]]> : tensor<6x2x3xf32>
  %m = arith.constant dense<[[0.0, -1.0, -2.0], [-1.0, 0.0, 0xFF800000]]> : tensor<2x3xf32>
  %s = arith.constant dense<[0.049, 0.518, -0.11, -0.089, 0.503, 0.511]> : tensor<6xf32>
  %r = emel.softmax %x mask %m sinks %s {scale = 0.5 : f32, max_bias = 4.0 : f32} : (tensor<6x2x3xf32>, tensor<2x3xf32>, tensor<6xf32>) -> tensor<6x2x3xf32>
  return %r : tensor<6x2x3xf32>
}
// CHECK-NEXT: @everything
// CHECK-NEXT: 0.32477 0.123794 0.195903
// CHECK-NEXT: 0.136635 0.567823 0
// CHECK-NEXT: 0.275167 0.168406 0.189972
// CHECK-NEXT: 0.153842 0.343239 0
// CHECK-NEXT: 0.163701 0.204904 0.375044
// CHECK-NEXT: 0.179886 0.578143 0
// CHECK-NEXT: 0.196464 0.360675 0.229288
// CHECK-NEXT: 0.408966 0.363083 0
// CHECK-NEXT: 0.438311 0.14264 0.0758089
// CHECK-NEXT: 0.226222 0.164288 0
// CHECK-NEXT: 0.404637 0.107226 0.0548106
// CHECK-NEXT: 0.186483 0.355276 0

func.func @heads_of_a_batch() -> (tensor<2x3x2x3xf32>) {
  %x = arith.constant dense<[[[[-1.003, -0.028, 0.586], [-1.687, -1.397, -0.958]], [[1.003, 1.113, 0.321], [0.448, -0.606, -1.175]], [[0.477, 0.753, -0.088], [-1.978, 0.259, 0.123]]], [[[-0.763, 0.788, 1.444], [0.843, 0.126, -0.584]], [[0.528, -1.285, 0.839], [0.751, 0.079, 0.995]], [[-0.482, 0.817, 0.486], [-0.068, 0.736, -0.658]]]]> : tensor<2x3x2x3xf32>
  %m = arith.constant dense<[[0.0, -1.0, -2.0], [-1.0, 0.0, 0xFF800000]]> : tensor<2x3xf32>
  %r = emel.softmax %x mask %m {max_bias = 8.0 : f32} : (tensor<2x3x2x3xf32>, tensor<2x3xf32>) -> tensor<2x3x2x3xf32>
  return %r : tensor<2x3x2x3xf32>
}
// CHECK-NEXT: @heads_of_a_batch
// CHECK-NEXT: 0.127979 0.318738 0.553283
// CHECK-NEXT: 0.412776 0.587224 0
// CHECK-NEXT: 0.382615 0.425439 0.191946
// CHECK-NEXT: 0.740793 0.259207 0
// CHECK-NEXT: 0.421751 0.43286 0.145389
// CHECK-NEXT: 0.0767746 0.923225 0
// CHECK-NEXT: 0.0743443 0.329378 0.596278
// CHECK-NEXT: 0.658024 0.341976 0
// CHECK-NEXT: 0.397346 0.0645798 0.538074
// CHECK-NEXT: 0.661076 0.338924 0
// CHECK-NEXT: 0.183433 0.523663 0.292905
// CHECK-NEXT: 0.258458 0.741542 0

func.func @hidden_row() -> (tensor<2x3xf32>) {
  %x = arith.constant dense<[[-0.083, -1.012, 0.906], [-0.445, 1.404, -1.464]]> : tensor<2x3xf32>
  %m = arith.constant dense<[[0xFF800000, 0xFF800000, 0xFF800000], [0.0, 0.0, 0.0]]> : tensor<2x3xf32>
  %r = emel.softmax %x mask %m : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  return %r : tensor<2x3xf32>
}
// CHECK-NEXT: @hidden_row
// CHECK-NEXT: 0 0 0
// CHECK-NEXT: 0.129627 0.823583 0.0467897

func.func @large() -> (tensor<1x3xf32>) {
  %x = arith.constant dense<[[1000.0, 999.0, -1000.0]]> : tensor<1x3xf32>
  %r = emel.softmax %x : (tensor<1x3xf32>) -> tensor<1x3xf32>
  return %r : tensor<1x3xf32>
}
// CHECK-NEXT: @large
// CHECK-NEXT: 0.731059 0.268941 0
// CHECK-NOT: {{.}}
