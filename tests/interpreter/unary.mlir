// Written by tests/reference/ops.py.
// RUN: emel-interpret %s --functions | FileCheck %s --match-full-lines --check-prefixes=CHECK,F32
// RUN: emel-interpret %s --functions --f64 | FileCheck %s --match-full-lines --check-prefixes=CHECK,F64

func.func @abs() -> (tensor<3x4xf32>) {
  %x = arith.constant dense<[[-4.0, -2.5, -1.0, -0.5], [-0.125, 0.125, 0.5, 1.0], [1.5, 2.5, 3.25, 5.0]]> : tensor<3x4xf32>
  %r = emel.unary abs %x : tensor<3x4xf32>
  return %r : tensor<3x4xf32>
}
// CHECK: @abs
// CHECK-NEXT: 4 2.5 1 0.5
// CHECK-NEXT: 0.125 0.125 0.5 1
// CHECK-NEXT: 1.5 2.5 3.25 5

func.func @sgn() -> (tensor<3x4xf32>) {
  %x = arith.constant dense<[[-4.0, -2.5, -1.0, -0.5], [-0.125, 0.125, 0.5, 1.0], [1.5, 2.5, 3.25, 5.0]]> : tensor<3x4xf32>
  %r = emel.unary sgn %x : tensor<3x4xf32>
  return %r : tensor<3x4xf32>
}
// CHECK-NEXT: @sgn
// CHECK-NEXT: -1 -1 -1 -1
// CHECK-NEXT: -1 1 1 1
// CHECK-NEXT: 1 1 1 1

func.func @neg() -> (tensor<3x4xf32>) {
  %x = arith.constant dense<[[-4.0, -2.5, -1.0, -0.5], [-0.125, 0.125, 0.5, 1.0], [1.5, 2.5, 3.25, 5.0]]> : tensor<3x4xf32>
  %r = emel.unary neg %x : tensor<3x4xf32>
  return %r : tensor<3x4xf32>
}
// CHECK-NEXT: @neg
// CHECK-NEXT: 4 2.5 1 0.5
// CHECK-NEXT: 0.125 -0.125 -0.5 -1
// CHECK-NEXT: -1.5 -2.5 -3.25 -5

func.func @step() -> (tensor<3x4xf32>) {
  %x = arith.constant dense<[[-4.0, -2.5, -1.0, -0.5], [-0.125, 0.125, 0.5, 1.0], [1.5, 2.5, 3.25, 5.0]]> : tensor<3x4xf32>
  %r = emel.unary step %x : tensor<3x4xf32>
  return %r : tensor<3x4xf32>
}
// CHECK-NEXT: @step
// CHECK-NEXT: 0 0 0 0
// CHECK-NEXT: 0 1 1 1
// CHECK-NEXT: 1 1 1 1

func.func @tanh() -> (tensor<3x4xf32>) {
  %x = arith.constant dense<[[-4.0, -2.5, -1.0, -0.5], [-0.125, 0.125, 0.5, 1.0], [1.5, 2.5, 3.25, 5.0]]> : tensor<3x4xf32>
  %r = emel.unary tanh %x : tensor<3x4xf32>
  return %r : tensor<3x4xf32>
}
// CHECK-NEXT: @tanh
// CHECK-NEXT: -0.999329 -0.986614 -0.761594 -0.462117
// CHECK-NEXT: -0.124353 0.124353 0.462117 0.761594
// CHECK-NEXT: 0.905148 0.986614 0.996998 0.999909

func.func @elu() -> (tensor<3x4xf32>) {
  %x = arith.constant dense<[[-4.0, -2.5, -1.0, -0.5], [-0.125, 0.125, 0.5, 1.0], [1.5, 2.5, 3.25, 5.0]]> : tensor<3x4xf32>
  %r = emel.unary elu %x : tensor<3x4xf32>
  return %r : tensor<3x4xf32>
}
// CHECK-NEXT: @elu
// CHECK-NEXT: -0.981684 -0.917915 -0.632121 -0.393469
// CHECK-NEXT: -0.117503 0.125 0.5 1
// CHECK-NEXT: 1.5 2.5 3.25 5

func.func @relu() -> (tensor<3x4xf32>) {
  %x = arith.constant dense<[[-4.0, -2.5, -1.0, -0.5], [-0.125, 0.125, 0.5, 1.0], [1.5, 2.5, 3.25, 5.0]]> : tensor<3x4xf32>
  %r = emel.unary relu %x : tensor<3x4xf32>
  return %r : tensor<3x4xf32>
}
// CHECK-NEXT: @relu
// CHECK-NEXT: 0 0 0 0
// CHECK-NEXT: 0 0.125 0.5 1
// CHECK-NEXT: 1.5 2.5 3.25 5

func.func @sigmoid() -> (tensor<3x4xf32>) {
  %x = arith.constant dense<[[-4.0, -2.5, -1.0, -0.5], [-0.125, 0.125, 0.5, 1.0], [1.5, 2.5, 3.25, 5.0]]> : tensor<3x4xf32>
  %r = emel.unary sigmoid %x : tensor<3x4xf32>
  return %r : tensor<3x4xf32>
}
// CHECK-NEXT: @sigmoid
// CHECK-NEXT: 0.0179862 0.0758582 0.268941 0.377541
// CHECK-NEXT: 0.468791 0.531209 0.622459 0.731059
// F32-NEXT: 0.817575 0.924142 0.962673 0.993307
// F64-NEXT: 0.817574 0.924142 0.962673 0.993307

func.func @gelu() -> (tensor<3x4xf32>) {
  %x = arith.constant dense<[[-4.0, -2.5, -1.0, -0.5], [-0.125, 0.125, 0.5, 1.0], [1.5, 2.5, 3.25, 5.0]]> : tensor<3x4xf32>
  %r = emel.unary gelu %x : tensor<3x4xf32>
  return %r : tensor<3x4xf32>
}
// CHECK-NEXT: @gelu
// F32-NEXT: -7.0246e-05 -0.0150843 -0.158808 -0.154286
// F64-NEXT: -7.02459e-05 -0.0150843 -0.158808 -0.154286
// CHECK-NEXT: -0.0562828 0.0687172 0.345714 0.841192
// CHECK-NEXT: 1.39957 2.48492 3.24843 5

func.func @gelu_quick() -> (tensor<3x4xf32>) {
  %x = arith.constant dense<[[-4.0, -2.5, -1.0, -0.5], [-0.125, 0.125, 0.5, 1.0], [1.5, 2.5, 3.25, 5.0]]> : tensor<3x4xf32>
  %r = emel.unary gelu_quick %x : tensor<3x4xf32>
  return %r : tensor<3x4xf32>
}
// CHECK-NEXT: @gelu_quick
// CHECK-NEXT: -0.00441472 -0.0349862 -0.154204 -0.149612
// CHECK-NEXT: -0.0558765 0.0691235 0.350388 0.845796
// CHECK-NEXT: 1.39166 2.46501 3.23718 4.99899

func.func @gelu_erf() -> (tensor<3x4xf32>) {
  %x = arith.constant dense<[[-4.0, -2.5, -1.0, -0.5], [-0.125, 0.125, 0.5, 1.0], [1.5, 2.5, 3.25, 5.0]]> : tensor<3x4xf32>
  %r = emel.unary gelu_erf %x : tensor<3x4xf32>
  return %r : tensor<3x4xf32>
}
// CHECK-NEXT: @gelu_erf
// CHECK-NEXT: -0.000126685 -0.0155242 -0.158655 -0.154269
// CHECK-NEXT: -0.0562827 0.0687173 0.345731 0.841345
// CHECK-NEXT: 1.39979 2.48448 3.24812 5

func.func @silu() -> (tensor<3x4xf32>) {
  %x = arith.constant dense<[[-4.0, -2.5, -1.0, -0.5], [-0.125, 0.125, 0.5, 1.0], [1.5, 2.5, 3.25, 5.0]]> : tensor<3x4xf32>
  %r = emel.unary silu %x : tensor<3x4xf32>
  return %r : tensor<3x4xf32>
}
// CHECK-NEXT: @silu
// CHECK-NEXT: -0.0719448 -0.189645 -0.268941 -0.18877
// CHECK-NEXT: -0.0585988 0.0664012 0.31123 0.731059
// CHECK-NEXT: 1.22636 2.31035 3.12869 4.96654

func.func @hard_swish() -> (tensor<3x4xf32>) {
  %x = arith.constant dense<[[-4.0, -2.5, -1.0, -0.5], [-0.125, 0.125, 0.5, 1.0], [1.5, 2.5, 3.25, 5.0]]> : tensor<3x4xf32>
  %r = emel.unary hard_swish %x : tensor<3x4xf32>
  return %r : tensor<3x4xf32>
}
// CHECK-NEXT: @hard_swish
// CHECK-NEXT: -0 -0.208333 -0.333333 -0.208333
// CHECK-NEXT: -0.0598958 0.0651042 0.291667 0.666667
// CHECK-NEXT: 1.125 2.29167 3.25 5

func.func @hard_sigmoid() -> (tensor<3x4xf32>) {
  %x = arith.constant dense<[[-4.0, -2.5, -1.0, -0.5], [-0.125, 0.125, 0.5, 1.0], [1.5, 2.5, 3.25, 5.0]]> : tensor<3x4xf32>
  %r = emel.unary hard_sigmoid %x : tensor<3x4xf32>
  return %r : tensor<3x4xf32>
}
// CHECK-NEXT: @hard_sigmoid
// CHECK-NEXT: 0 0.0833333 0.333333 0.416667
// CHECK-NEXT: 0.479167 0.520833 0.583333 0.666667
// CHECK-NEXT: 0.75 0.916667 1 1

func.func @exp() -> (tensor<3x4xf32>) {
  %x = arith.constant dense<[[-4.0, -2.5, -1.0, -0.5], [-0.125, 0.125, 0.5, 1.0], [1.5, 2.5, 3.25, 5.0]]> : tensor<3x4xf32>
  %r = emel.unary exp %x : tensor<3x4xf32>
  return %r : tensor<3x4xf32>
}
// CHECK-NEXT: @exp
// CHECK-NEXT: 0.0183156 0.082085 0.367879 0.606531
// CHECK-NEXT: 0.882497 1.13315 1.64872 2.71828
// CHECK-NEXT: 4.48169 12.1825 25.7903 148.413

func.func @expm1() -> (tensor<3x4xf32>) {
  %x = arith.constant dense<[[-4.0, -2.5, -1.0, -0.5], [-0.125, 0.125, 0.5, 1.0], [1.5, 2.5, 3.25, 5.0]]> : tensor<3x4xf32>
  %r = emel.unary expm1 %x : tensor<3x4xf32>
  return %r : tensor<3x4xf32>
}
// CHECK-NEXT: @expm1
// CHECK-NEXT: -0.981684 -0.917915 -0.632121 -0.393469
// CHECK-NEXT: -0.117503 0.133148 0.648721 1.71828
// CHECK-NEXT: 3.48169 11.1825 24.7903 147.413

func.func @softplus() -> (tensor<3x4xf32>) {
  %x = arith.constant dense<[[-4.0, -2.5, -1.0, -0.5], [-0.125, 0.125, 0.5, 1.0], [1.5, 2.5, 3.25, 5.0]]> : tensor<3x4xf32>
  %r = emel.unary softplus %x : tensor<3x4xf32>
  return %r : tensor<3x4xf32>
}
// CHECK-NEXT: @softplus
// CHECK-NEXT: 0.0181499 0.0788897 0.313262 0.474077
// CHECK-NEXT: 0.632599 0.757599 0.974077 1.31326
// CHECK-NEXT: 1.70141 2.57889 3.28804 5.00672

func.func @floor() -> (tensor<3x4xf32>) {
  %x = arith.constant dense<[[-4.0, -2.5, -1.0, -0.5], [-0.125, 0.125, 0.5, 1.0], [1.5, 2.5, 3.25, 5.0]]> : tensor<3x4xf32>
  %r = emel.unary floor %x : tensor<3x4xf32>
  return %r : tensor<3x4xf32>
}
// CHECK-NEXT: @floor
// CHECK-NEXT: -4 -3 -1 -1
// CHECK-NEXT: -1 0 0 1
// CHECK-NEXT: 1 2 3 5

func.func @ceil() -> (tensor<3x4xf32>) {
  %x = arith.constant dense<[[-4.0, -2.5, -1.0, -0.5], [-0.125, 0.125, 0.5, 1.0], [1.5, 2.5, 3.25, 5.0]]> : tensor<3x4xf32>
  %r = emel.unary ceil %x : tensor<3x4xf32>
  return %r : tensor<3x4xf32>
}
// CHECK-NEXT: @ceil
// CHECK-NEXT: -4 -2 -1 -0
// CHECK-NEXT: -0 1 1 1
// CHECK-NEXT: 2 3 4 5

func.func @round() -> (tensor<3x4xf32>) {
  %x = arith.constant dense<[[-4.0, -2.5, -1.0, -0.5], [-0.125, 0.125, 0.5, 1.0], [1.5, 2.5, 3.25, 5.0]]> : tensor<3x4xf32>
  %r = emel.unary round %x : tensor<3x4xf32>
  return %r : tensor<3x4xf32>
}
// CHECK-NEXT: @round
// CHECK-NEXT: -4 -3 -1 -1
// CHECK-NEXT: -0 0 1 1
// CHECK-NEXT: 2 3 3 5

func.func @trunc() -> (tensor<3x4xf32>) {
  %x = arith.constant dense<[[-4.0, -2.5, -1.0, -0.5], [-0.125, 0.125, 0.5, 1.0], [1.5, 2.5, 3.25, 5.0]]> : tensor<3x4xf32>
  %r = emel.unary trunc %x : tensor<3x4xf32>
  return %r : tensor<3x4xf32>
}
// CHECK-NEXT: @trunc
// CHECK-NEXT: -4 -2 -1 -0
// CHECK-NEXT: -0 0 0 1
// CHECK-NEXT: 1 2 3 5

func.func @sqr() -> (tensor<3x4xf32>) {
  %x = arith.constant dense<[[-4.0, -2.5, -1.0, -0.5], [-0.125, 0.125, 0.5, 1.0], [1.5, 2.5, 3.25, 5.0]]> : tensor<3x4xf32>
  %r = emel.unary sqr %x : tensor<3x4xf32>
  return %r : tensor<3x4xf32>
}
// CHECK-NEXT: @sqr
// CHECK-NEXT: 16 6.25 1 0.25
// CHECK-NEXT: 0.015625 0.015625 0.25 1
// CHECK-NEXT: 2.25 6.25 10.5625 25

func.func @sin() -> (tensor<3x4xf32>) {
  %x = arith.constant dense<[[-4.0, -2.5, -1.0, -0.5], [-0.125, 0.125, 0.5, 1.0], [1.5, 2.5, 3.25, 5.0]]> : tensor<3x4xf32>
  %r = emel.unary sin %x : tensor<3x4xf32>
  return %r : tensor<3x4xf32>
}
// CHECK-NEXT: @sin
// CHECK-NEXT: 0.756802 -0.598472 -0.841471 -0.479426
// CHECK-NEXT: -0.124675 0.124675 0.479426 0.841471
// CHECK-NEXT: 0.997495 0.598472 -0.108195 -0.958924

func.func @cos() -> (tensor<3x4xf32>) {
  %x = arith.constant dense<[[-4.0, -2.5, -1.0, -0.5], [-0.125, 0.125, 0.5, 1.0], [1.5, 2.5, 3.25, 5.0]]> : tensor<3x4xf32>
  %r = emel.unary cos %x : tensor<3x4xf32>
  return %r : tensor<3x4xf32>
}
// CHECK-NEXT: @cos
// CHECK-NEXT: -0.653644 -0.801144 0.540302 0.877583
// CHECK-NEXT: 0.992198 0.992198 0.877583 0.540302
// CHECK-NEXT: 0.0707372 -0.801144 -0.99413 0.283662

func.func @sqrt() -> (tensor<6xf32>) {
  %x = arith.constant dense<[0.0, 0.25, 1.0, 2.0, 100.0, -1.0]> : tensor<6xf32>
  %r = emel.unary sqrt %x : tensor<6xf32>
  return %r : tensor<6xf32>
}
// CHECK-NEXT: @sqrt
// CHECK-NEXT: 0 0.5 1 1.41421 10 nan

func.func @log() -> (tensor<6xf32>) {
  %x = arith.constant dense<[0.0, 0.25, 1.0, 2.0, 100.0, -1.0]> : tensor<6xf32>
  %r = emel.unary log %x : tensor<6xf32>
  return %r : tensor<6xf32>
}
// CHECK-NEXT: @log
// CHECK-NEXT: -inf -1.38629 0 0.693147 4.60517 nan

func.func @softplus_far() -> (tensor<5xf32>) {
  %x = arith.constant dense<[0xFF800000, -100.0, 100.0, 0x7F800000, 0x7FC00000]> : tensor<5xf32>
  %r = emel.unary softplus %x : tensor<5xf32>
  return %r : tensor<5xf32>
}
// CHECK-NEXT: @softplus_far
// F32-NEXT: 0 3.78351e-44 100 inf nan
// F64-NEXT: 0 3.72008e-44 100 inf nan

func.func @sigmoid_far() -> (tensor<5xf32>) {
  %x = arith.constant dense<[0xFF800000, -100.0, 100.0, 0x7F800000, 0x7FC00000]> : tensor<5xf32>
  %r = emel.unary sigmoid %x : tensor<5xf32>
  return %r : tensor<5xf32>
}
// CHECK-NEXT: @sigmoid_far
// F32-NEXT: 0 3.78351e-44 1 1 nan
// F64-NEXT: 0 3.72008e-44 1 1 nan

func.func @relu_far() -> (tensor<5xf32>) {
  %x = arith.constant dense<[0xFF800000, -100.0, 100.0, 0x7F800000, 0x7FC00000]> : tensor<5xf32>
  %r = emel.unary relu %x : tensor<5xf32>
  return %r : tensor<5xf32>
}
// CHECK-NEXT: @relu_far
// CHECK-NEXT: 0 0 100 inf nan

func.func @sgn_far() -> (tensor<5xf32>) {
  %x = arith.constant dense<[0xFF800000, -100.0, 100.0, 0x7F800000, 0x7FC00000]> : tensor<5xf32>
  %r = emel.unary sgn %x : tensor<5xf32>
  return %r : tensor<5xf32>
}
// CHECK-NEXT: @sgn_far
// CHECK-NEXT: -1 -1 1 1 0

func.func @tanh_far() -> (tensor<5xf32>) {
  %x = arith.constant dense<[0xFF800000, -100.0, 100.0, 0x7F800000, 0x7FC00000]> : tensor<5xf32>
  %r = emel.unary tanh %x : tensor<5xf32>
  return %r : tensor<5xf32>
}
// CHECK-NEXT: @tanh_far
// CHECK-NEXT: -1 -1 1 1 nan

func.func @elu_far() -> (tensor<5xf32>) {
  %x = arith.constant dense<[0xFF800000, -100.0, 100.0, 0x7F800000, 0x7FC00000]> : tensor<5xf32>
  %r = emel.unary elu %x : tensor<5xf32>
  return %r : tensor<5xf32>
}
// CHECK-NEXT: @elu_far
// CHECK-NEXT: -1 -1 100 inf nan

func.func @hard_sigmoid_far() -> (tensor<5xf32>) {
  %x = arith.constant dense<[0xFF800000, -100.0, 100.0, 0x7F800000, 0x7FC00000]> : tensor<5xf32>
  %r = emel.unary hard_sigmoid %x : tensor<5xf32>
  return %r : tensor<5xf32>
}
// CHECK-NEXT: @hard_sigmoid_far
// CHECK-NEXT: 0 0 1 1 nan
// CHECK-NOT: {{.}}
