// RUN: emel-opt %s | FileCheck %s
// RUN: emel-opt %s | emel-opt | FileCheck %s
// RUN: emel-opt %s --mlir-print-op-generic | emel-opt | FileCheck %s
// RUN: emel-opt %s --emit-bytecode | emel-opt | FileCheck %s

// CHECK-LABEL: func.func @add(
// CHECK: %{{.*}} = emel.add %{{.*}}, %{{.*}} : (tensor<?x64xf32>, tensor<64xf32>) -> tensor<?x64xf32>
func.func @add(%a: tensor<?x64xf32>, %b: tensor<64xf32>) -> tensor<?x64xf32> {
  %y = emel.add %a, %b : (tensor<?x64xf32>, tensor<64xf32>) -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// CHECK-LABEL: func.func @sub(
// CHECK: %{{.*}} = emel.sub %{{.*}}, %{{.*}} : (tensor<?x64xf32>, tensor<64xf32>) -> tensor<?x64xf32>
func.func @sub(%a: tensor<?x64xf32>, %b: tensor<64xf32>) -> tensor<?x64xf32> {
  %y = emel.sub %a, %b : (tensor<?x64xf32>, tensor<64xf32>) -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// CHECK-LABEL: func.func @mul(
// CHECK: %{{.*}} = emel.mul %{{.*}}, %{{.*}} : (tensor<?x64xf32>, tensor<64xf32>) -> tensor<?x64xf32>
func.func @mul(%a: tensor<?x64xf32>, %b: tensor<64xf32>) -> tensor<?x64xf32> {
  %y = emel.mul %a, %b : (tensor<?x64xf32>, tensor<64xf32>) -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// CHECK-LABEL: func.func @div(
// CHECK: %{{.*}} = emel.div %{{.*}}, %{{.*}} : (tensor<?x64xf32>, tensor<64xf32>) -> tensor<?x64xf32>
func.func @div(%a: tensor<?x64xf32>, %b: tensor<64xf32>) -> tensor<?x64xf32> {
  %y = emel.div %a, %b : (tensor<?x64xf32>, tensor<64xf32>) -> tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// CHECK-LABEL: func.func @unary(
// CHECK: %{{.*}} = emel.unary silu %{{.*}} : tensor<?x64xf32>
func.func @unary(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %y = emel.unary silu %x : tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// CHECK-LABEL: func.func @glu(
// CHECK: %{{.*}} = emel.glu swiglu %{{.*}}, %{{.*}} : tensor<?x172xf32>
func.func @glu(%gate: tensor<?x172xf32>, %up: tensor<?x172xf32>) -> tensor<?x172xf32> {
  %y = emel.glu swiglu %gate, %up : tensor<?x172xf32>
  return %y : tensor<?x172xf32>
}

// CHECK-LABEL: func.func @scale(
// CHECK: %{{.*}} = emel.scale %{{.*}} by 1.250000e-01 plus 0.000000e+00 : tensor<?x64xf32>
func.func @scale(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %y = emel.scale %x by 1.250000e-01 plus 0.000000e+00 : tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// CHECK-LABEL: func.func @clamp(
// CHECK: %{{.*}} = emel.clamp %{{.*}} from -1.000000e+00 to 1.000000e+00 : tensor<?x64xf32>
func.func @clamp(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %y = emel.clamp %x from -1.000000e+00 to 1.000000e+00 : tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// CHECK-LABEL: func.func @leaky_relu(
// CHECK: %{{.*}} = emel.leaky_relu %{{.*}} slope 1.000000e-01 : tensor<?x64xf32>
func.func @leaky_relu(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %y = emel.leaky_relu %x slope 1.000000e-01 : tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// CHECK-LABEL: func.func @xielu(
// CHECK: %{{.*}} = emel.xielu %{{.*}} {alpha_n = 1.000000e+00 : f32, alpha_p = 8.000000e-01 : f32, beta = 5.000000e-01 : f32, eps = -9.99999997E-7 : f32} : tensor<?x64xf32>
func.func @xielu(%x: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %y = emel.xielu %x {alpha_n = 1.000000e+00 : f32, alpha_p = 8.000000e-01 : f32,
                      beta = 5.000000e-01 : f32, eps = -9.99999997E-7 : f32} : tensor<?x64xf32>
  return %y : tensor<?x64xf32>
}

// CHECK-LABEL: func.func @swiglu_oai(
// CHECK: %{{.*}} = emel.swiglu_oai %{{.*}}, %{{.*}} alpha 1.702000e+00 limit 7.000000e+00 : tensor<?x172xf32>
func.func @swiglu_oai(%gate: tensor<?x172xf32>, %up: tensor<?x172xf32>) -> tensor<?x172xf32> {
  %y = emel.swiglu_oai %gate, %up alpha 1.702000e+00 limit 7.000000e+00 : tensor<?x172xf32>
  return %y : tensor<?x172xf32>
}

// CHECK-LABEL: func.func @add_id(
// CHECK: %{{.*}} = emel.add_id %{{.*}}, %{{.*}}, %{{.*}} : (tensor<?x2x64xf32>, tensor<8x64xf32>, tensor<?x2xi32>) -> tensor<?x2x64xf32>
func.func @add_id(%x: tensor<?x2x64xf32>,
                  %bias: tensor<8x64xf32>,
                  %ids: tensor<?x2xi32>)
    -> tensor<?x2x64xf32> {
  %y = emel.add_id %x, %bias, %ids
      : (tensor<?x2x64xf32>, tensor<8x64xf32>, tensor<?x2xi32>) -> tensor<?x2x64xf32>
  return %y : tensor<?x2x64xf32>
}

// CHECK-LABEL: func.func @cast(
// CHECK: %{{.*}} = emel.cast %{{.*}} : tensor<?x64xf32> to tensor<?x64xf16>
func.func @cast(%x: tensor<?x64xf32>) -> tensor<?x64xf16> {
  %y = emel.cast %x : tensor<?x64xf32> to tensor<?x64xf16>
  return %y : tensor<?x64xf16>
}
