// RUN: emel-opt %s --emel-fuse-attention=products=true --mlir-print-debuginfo --mlir-print-local-scope | FileCheck %s
// RUN: emel-opt %s --emel-fuse-attention | FileCheck %s --check-prefix=PLAIN

// CHECK: emel.passes = [{pass = "fuse-attention", products = 1 : i64, reads = 2 : i64}]

// CHECK-LABEL: func.func @read
func.func @read(%q: tensor<?x8x64xf32>, %kv: !emel.kv<2x64x64xf32>, %pos: tensor<?xi32>, %slots: tensor<?xi32>)
    -> (tensor<?x8x64xf32>, !emel.kv<2x64x64xf32>) {
  // CHECK-NOT: emel.kv_read
  // CHECK: emel.attention %{{.*}}, %{{.*}} at %{{.*}} in %{{.*}} {scale = 1.250000e-01 : f32, softcap = 5.000000e+01 : f32, window = 16 : i64}
  // CHECK-SAME: loc(fused["read", "attn"])
  %k, %v, %mask = emel.kv_read %kv at %pos in %slots {window = 16 : i64}
      : (!emel.kv<2x64x64xf32>, tensor<?xi32>, tensor<?xi32>) -> (tensor<?x2x64xf32>, tensor<?x2x64xf32>, tensor<?x?xf32>) loc("read")
  %y = emel.flash_attention %q, %k, %v mask %mask {scale = 1.250000e-01 : f32, softcap = 5.000000e+01 : f32}
      : (tensor<?x8x64xf32>, tensor<?x2x64xf32>, tensor<?x2x64xf32>, tensor<?x?xf32>) -> tensor<?x8x64xf32> loc("attn")
  return %y, %kv : tensor<?x8x64xf32>, !emel.kv<2x64x64xf32>
}

// Written as products it is recognised on demand. The two agree to the last digit that is printed.
// CHECK-LABEL: func.func @products
// PLAIN-LABEL: func.func @products
func.func @products(%q: tensor<?x8x64xf32>, %kv: !emel.kv<2x64x64xf32>, %pos: tensor<?xi32>, %slots: tensor<?xi32>)
    -> (tensor<?x8x64xf32>, !emel.kv<2x64x64xf32>) {
  // CHECK-NEXT: emel.attention %{{.*}}, %{{.*}} at %{{.*}} in %{{.*}} {scale = 1.250000e-01 : f32} {{.*}} loc(fused["read", "q", "k", "qk", "probs", "v", "out", "heads"])
  // CHECK-NEXT: return
  // PLAIN: emel.softmax
  %k, %v, %mask = emel.kv_read %kv at %pos in %slots
      : (!emel.kv<2x64x64xf32>, tensor<?xi32>, tensor<?xi32>) -> (tensor<?x2x64xf32>, tensor<?x2x64xf32>, tensor<?x?xf32>) loc("read")
  %0 = emel.permute %q [1, 0, 2] : (tensor<?x8x64xf32>) -> tensor<8x?x64xf32> loc("q")
  %1 = emel.permute %k [1, 0, 2] : (tensor<?x2x64xf32>) -> tensor<2x?x64xf32> loc("k")
  %2 = emel.matmul %0, %1 : (tensor<8x?x64xf32>, tensor<2x?x64xf32>) -> tensor<8x?x?xf32> loc("qk")
  %3 = emel.softmax %2 mask %mask {scale = 1.250000e-01 : f32} : (tensor<8x?x?xf32>, tensor<?x?xf32>) -> tensor<8x?x?xf32> loc("probs")
  %4 = emel.permute %v [1, 2, 0] : (tensor<?x2x64xf32>) -> tensor<2x64x?xf32> loc("v")
  %5 = emel.matmul %3, %4 : (tensor<8x?x?xf32>, tensor<2x64x?xf32>) -> tensor<8x?x64xf32> loc("out")
  %6 = emel.permute %5 [1, 0, 2] : (tensor<8x?x64xf32>) -> tensor<?x8x64xf32> loc("heads")
  return %6, %kv : tensor<?x8x64xf32>, !emel.kv<2x64x64xf32>
}

// A state that has been written to since is not the one that was read.
// CHECK-LABEL: func.func @written
func.func @written(%q: tensor<?x2x64xf32>, %kv: !emel.kv<2x64x64xf32>, %pos: tensor<?xi32>, %slots: tensor<?xi32>)
    -> (tensor<?x2x64xf32>, !emel.kv<2x64x64xf32>) {
  // CHECK: emel.flash_attention
  %k, %v, %mask = emel.kv_read %kv at %pos in %slots
      : (!emel.kv<2x64x64xf32>, tensor<?xi32>, tensor<?xi32>) -> (tensor<?x2x64xf32>, tensor<?x2x64xf32>, tensor<?x?xf32>)
  %next = emel.kv_write %kv, %q, %q at %pos in %slots
      : (!emel.kv<2x64x64xf32>, tensor<?x2x64xf32>, tensor<?x2x64xf32>, tensor<?xi32>, tensor<?xi32>) -> !emel.kv<2x64x64xf32>
  %y = emel.flash_attention %q, %k, %v mask %mask {scale = 1.250000e-01 : f32}
      : (tensor<?x2x64xf32>, tensor<?x2x64xf32>, tensor<?x2x64xf32>, tensor<?x?xf32>) -> tensor<?x2x64xf32>
  return %y, %next : tensor<?x2x64xf32>, !emel.kv<2x64x64xf32>
}

// With ALiBi's bias the read has to give distances, without it must not.
// CHECK-LABEL: func.func @distances
func.func @distances(%q: tensor<?x2x64xf32>, %kv: !emel.kv<2x64x64xf32>, %pos: tensor<?xi32>, %slots: tensor<?xi32>)
    -> (tensor<?x2x64xf32>, !emel.kv<2x64x64xf32>) {
  // CHECK: emel.flash_attention
  %k, %v, %mask = emel.kv_read %kv at %pos in %slots
      : (!emel.kv<2x64x64xf32>, tensor<?xi32>, tensor<?xi32>) -> (tensor<?x2x64xf32>, tensor<?x2x64xf32>, tensor<?x?xf32>)
  %y = emel.flash_attention %q, %k, %v mask %mask {scale = 1.250000e-01 : f32, max_bias = 8.0 : f32}
      : (tensor<?x2x64xf32>, tensor<?x2x64xf32>, tensor<?x2x64xf32>, tensor<?x?xf32>) -> tensor<?x2x64xf32>
  return %y, %kv : tensor<?x2x64xf32>, !emel.kv<2x64x64xf32>
}
