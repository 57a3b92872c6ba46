// RUN: emel-opt %s | FileCheck %s
// RUN: emel-opt %s | emel-opt | FileCheck %s
// RUN: emel-opt %s --mlir-print-op-generic | emel-opt | FileCheck %s
// RUN: emel-opt %s --emit-bytecode | emel-opt | FileCheck %s

// CHECK-LABEL: func.func @rope(
// CHECK: %{{.*}} = emel.rope neox %{{.*}} at %{{.*}} {base = 1.000000e+04 : f32, dims = 8 : i64} : tensor<?x8x8xf32>, tensor<?xi32>
func.func @rope(%q: tensor<?x8x8xf32>, %pos: tensor<?xi32>) -> tensor<?x8x8xf32> {
  %y = emel.rope neox %q at %pos {base = 1.000000e+04 : f32, dims = 8 : i64}
      : tensor<?x8x8xf32>, tensor<?xi32>
  return %y : tensor<?x8x8xf32>
}

// CHECK-LABEL: func.func @softmax(
// CHECK: %{{.*}} = emel.softmax %{{.*}} mask %{{.*}} {scale = 1.250000e-01 : f32} : (tensor<8x?x?xf32>, tensor<?x?xf32>) -> tensor<8x?x?xf32>
func.func @softmax(%kq: tensor<8x?x?xf32>, %mask: tensor<?x?xf32>) -> tensor<8x?x?xf32> {
  %p = emel.softmax %kq mask %mask {scale = 1.250000e-01 : f32}
      : (tensor<8x?x?xf32>, tensor<?x?xf32>) -> tensor<8x?x?xf32>
  return %p : tensor<8x?x?xf32>
}

// CHECK-LABEL: func.func @flash_attention(
// CHECK: %{{.*}} = emel.flash_attention %{{.*}}, %{{.*}}, %{{.*}} mask %{{.*}} {scale = 1.250000e-01 : f32} : (tensor<?x8x64xf32>, tensor<?x2x64xf32>, tensor<?x2x64xf32>, tensor<?x?xf32>) -> tensor<?x8x64xf32>
func.func @flash_attention(%q: tensor<?x8x64xf32>,
                           %k: tensor<?x2x64xf32>,
                           %v: tensor<?x2x64xf32>,
                           %m: tensor<?x?xf32>)
    -> tensor<?x8x64xf32> {
  %y = emel.flash_attention %q, %k, %v mask %m {scale = 1.250000e-01 : f32}
      : (tensor<?x8x64xf32>, tensor<?x2x64xf32>, tensor<?x2x64xf32>, tensor<?x?xf32>)
      -> tensor<?x8x64xf32>
  return %y : tensor<?x8x64xf32>
}

// CHECK-LABEL: func.func @kv_write(
// CHECK: %{{.*}} = emel.kv_write %{{.*}}, %{{.*}}, %{{.*}} at %{{.*}} in %{{.*}} : (!emel.kv<2x64x64xf32>, tensor<?x2x64xf32>, tensor<?x2x64xf32>, tensor<?xi32>, tensor<?xi32>) -> !emel.kv<2x64x64xf32>
func.func @kv_write(%kv0: !emel.kv<2x64x64xf32>,
                    %k: tensor<?x2x64xf32>,
                    %v: tensor<?x2x64xf32>,
                    %pos: tensor<?xi32>,
                    %slots: tensor<?xi32>)
    -> !emel.kv<2x64x64xf32> {
  %kv1 = emel.kv_write %kv0, %k, %v at %pos in %slots
      : (!emel.kv<2x64x64xf32>, tensor<?x2x64xf32>, tensor<?x2x64xf32>, tensor<?xi32>, tensor<?xi32>)
      -> !emel.kv<2x64x64xf32>
  return %kv1 : !emel.kv<2x64x64xf32>
}

// CHECK-LABEL: func.func @kv_read(
// CHECK: %{{.*}}, %{{.*}}, %{{.*}} = emel.kv_read %{{.*}} at %{{.*}} in %{{.*}} {window = 16 : i64} : (!emel.kv<2x64x64xf32>, tensor<?xi32>, tensor<?xi32>) -> (tensor<?x2x64xf32>, tensor<?x2x64xf32>, tensor<?x?xf32>)
func.func @kv_read(%kv: !emel.kv<2x64x64xf32>,
                   %pos: tensor<?xi32>,
                   %slots: tensor<?xi32>)
    -> (tensor<?x2x64xf32>, tensor<?x2x64xf32>, tensor<?x?xf32>) {
  %k, %v, %mask = emel.kv_read %kv at %pos in %slots {window = 16 : i64}
      : (!emel.kv<2x64x64xf32>, tensor<?xi32>, tensor<?xi32>)
      -> (tensor<?x2x64xf32>, tensor<?x2x64xf32>, tensor<?x?xf32>)
  return %k, %v, %mask : tensor<?x2x64xf32>, tensor<?x2x64xf32>, tensor<?x?xf32>
}

// CHECK-LABEL: func.func @attention(
// CHECK: %{{.*}} = emel.attention %{{.*}}, %{{.*}} at %{{.*}} in %{{.*}} {scale = 1.250000e-01 : f32} : (tensor<?x8x64xf32>, !emel.kv<2x64x64xf32>, tensor<?xi32>, tensor<?xi32>) -> tensor<?x8x64xf32>
func.func @attention(%q: tensor<?x8x64xf32>,
                     %kv: !emel.kv<2x64x64xf32>,
                     %pos: tensor<?xi32>,
                     %slots: tensor<?xi32>)
    -> tensor<?x8x64xf32> {
  %y = emel.attention %q, %kv at %pos in %slots {scale = 1.250000e-01 : f32}
      : (tensor<?x8x64xf32>, !emel.kv<2x64x64xf32>, tensor<?xi32>, tensor<?xi32>)
      -> tensor<?x8x64xf32>
  return %y : tensor<?x8x64xf32>
}
