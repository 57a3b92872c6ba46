// RUN: emel-opt %s --canonicalize | FileCheck %s

// A sum after a layer norm with a weight becomes its bias.
// CHECK-LABEL: func.func @layer_norm_bias(
// CHECK-NEXT: %[[Y:.*]] = emel.layer_norm %arg0 weight %arg1 bias %arg2 eps
// CHECK-NEXT: return %[[Y]]
func.func @layer_norm_bias(%x: tensor<?x64xf32>, %w: tensor<64xf32>, %b: tensor<64xf32>) -> tensor<?x64xf32> {
  %n = emel.layer_norm %x weight %w eps 1.0e-05 : tensor<?x64xf32>, tensor<64xf32>
  %y = emel.add %n, %b : (tensor<?x64xf32>, tensor<64xf32>) -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// Without a weight it stays: the norm has no place for it.
// CHECK-LABEL: func.func @layer_norm_without_weight(
// CHECK: emel.layer_norm
// CHECK-NEXT: emel.add
func.func @layer_norm_without_weight(%x: tensor<?x64xf32>, %b: tensor<64xf32>) -> tensor<?x64xf32> {
  %n = emel.layer_norm %x eps 1.0e-05 : tensor<?x64xf32>
  %y = emel.add %n, %b : (tensor<?x64xf32>, tensor<64xf32>) -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// A norm that is read elsewhere too stays.
// CHECK-LABEL: func.func @norm_with_another_use(
// CHECK: emel.rms_norm %arg0 eps
// CHECK-NEXT: emel.mul
func.func @norm_with_another_use(%x: tensor<?x64xf32>, %w: tensor<64xf32>) -> (tensor<?x64xf32>, tensor<?x64xf32>) {
  %n = emel.rms_norm %x eps 1.0e-05 : tensor<?x64xf32>
  %y = emel.mul %n, %w : (tensor<?x64xf32>, tensor<64xf32>) -> tensor<?x64xf32>
  return %n, %y : tensor<?x64xf32>, tensor<?x64xf32>
}

// A product after a norm becomes its weight.
// CHECK-LABEL: func.func @rms_norm_weight(
// CHECK-NEXT: %[[Y:.*]] = emel.rms_norm %arg0 weight %arg1 eps
// CHECK-NEXT: return %[[Y]]
func.func @rms_norm_weight(%x: tensor<?x64xf32>, %w: tensor<64xf32>) -> tensor<?x64xf32> {
  %n = emel.rms_norm %x eps 1.0e-05 : tensor<?x64xf32>
  %y = emel.mul %n, %w : (tensor<?x64xf32>, tensor<64xf32>) -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// A product with an activation becomes a gate.
// CHECK-LABEL: func.func @glu(
// CHECK-NEXT: %[[Y:.*]] = emel.glu swiglu %arg0, %arg1
// CHECK-NEXT: return %[[Y]]
func.func @glu(%x: tensor<?x64xf32>, %u: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %g = emel.unary silu %x : tensor<?x64xf32>
  %y = emel.mul %g, %u : (tensor<?x64xf32>, tensor<?x64xf32>) -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// A function that no gate has stays.
// CHECK-LABEL: func.func @no_glu_kind(
// CHECK: emel.unary tanh
// CHECK-NEXT: emel.mul
func.func @no_glu_kind(%x: tensor<?x64xf32>, %u: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %g = emel.unary tanh %x : tensor<?x64xf32>
  %y = emel.mul %g, %u : (tensor<?x64xf32>, tensor<?x64xf32>) -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// A gate does not broadcast.
// CHECK-LABEL: func.func @broadcast_glu(
// CHECK: emel.unary silu
// CHECK-NEXT: emel.mul
func.func @broadcast_glu(%x: tensor<?x64xf32>, %u: tensor<64xf32>) -> tensor<?x64xf32> {
  %g = emel.unary silu %x : tensor<?x64xf32>
  %y = emel.mul %g, %u : (tensor<?x64xf32>, tensor<64xf32>) -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// A negation undoes another.
// CHECK-LABEL: func.func @neg_neg(
// CHECK-NEXT: return %arg0 :
func.func @neg_neg(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %n = emel.unary neg %x : tensor<?x64xf32>
  %y = emel.unary neg %n : tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// Some functions change nothing the second time.
// CHECK-LABEL: func.func @relu_relu(
// CHECK-NEXT: %[[Y:.*]] = emel.unary relu %arg0
// CHECK-NEXT: return %[[Y]]
func.func @relu_relu(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %n = emel.unary relu %x : tensor<?x64xf32>
  %y = emel.unary relu %n : tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// Others do.
// CHECK-LABEL: func.func @tanh_tanh(
// CHECK-COUNT-2: emel.unary tanh
func.func @tanh_tanh(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %n = emel.unary tanh %x : tensor<?x64xf32>
  %y = emel.unary tanh %n : tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// A factor of 1 and no bias change nothing.
// CHECK-LABEL: func.func @scale_by_one(
// CHECK-NEXT: return %arg0 :
func.func @scale_by_one(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %y = emel.scale %x by 1.0 plus 0.0 : tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// Two scales stay: each of them rounds.
// CHECK-LABEL: func.func @scale_by_two(
// CHECK-COUNT-2: emel.scale
func.func @scale_by_two(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %n = emel.scale %x by 0.1 plus 0.0 : tensor<?x64xf32>
  %y = emel.scale %n by 10.0 plus 0.0 : tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// A range without ends holds every number.
// CHECK-LABEL: func.func @clamp_to_everything(
// CHECK-NEXT: return %arg0 :
func.func @clamp_to_everything(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %y = emel.clamp %x from 0xFF800000 to 0x7F800000 : tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// The second of two equal clamps changes nothing.
// CHECK-LABEL: func.func @clamp_twice(
// CHECK-NEXT: %[[Y:.*]] = emel.clamp %arg0
// CHECK-NEXT: return %[[Y]]
func.func @clamp_twice(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %n = emel.clamp %x from -1.0 to 1.0 : tensor<?x64xf32>
  %y = emel.clamp %n from -1.0 to 1.0 : tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// A conversion to the same type is none.
// CHECK-LABEL: func.func @cast_to_the_same(
// CHECK-NEXT: return %arg0 :
func.func @cast_to_the_same(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %y = emel.cast %x : tensor<?x64xf32> to tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// From a type and back through one that holds all its numbers.
// CHECK-LABEL: func.func @cast_there_and_back(
// CHECK-NEXT: return %arg0 :
func.func @cast_there_and_back(%x: tensor<?x64xbf16>) -> tensor<?x64xbf16> {
  %n = emel.cast %x : tensor<?x64xbf16> to tensor<?x64xf32>
  %y = emel.cast %n : tensor<?x64xf32> to tensor<?x64xbf16>
  return %y : tensor<?x64xbf16>
}

// Through a narrower type it rounds.
// CHECK-LABEL: func.func @cast_through_less(
// CHECK-COUNT-2: emel.cast
func.func @cast_through_less(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %n = emel.cast %x : tensor<?x64xf32> to tensor<?x64xf16>
  %y = emel.cast %n : tensor<?x64xf16> to tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// bf16 has a wider range than f16, but fewer digits.
// CHECK-LABEL: func.func @cast_through_other_range(
// CHECK-COUNT-2: emel.cast
func.func @cast_through_other_range(%x: tensor<?x64xf16>) -> tensor<?x64xf16> {
  %n = emel.cast %x : tensor<?x64xf16> to tensor<?x64xbf16>
  %y = emel.cast %n : tensor<?x64xbf16> to tensor<?x64xf16>
  return %y : tensor<?x64xf16>
}
