// RUN: rm -rf %t && mkdir %t && printf '\000\074\000\100' > %t/model.gguf
// RUN: emel-opt %s --emel-fold-constants=shard-folder=%t --mlir-print-debuginfo --mlir-print-local-scope | FileCheck %s
// RUN: emel-opt %s --emel-fold-constants="max-bytes=4 shard-folder=%t" | FileCheck %s --check-prefix=LARGE

// CHECK: emel.passes = [{bytes = 24 : i64, ops = 3 : i64, pass = "fold-constants"}]
// LARGE-NOT: emel.passes
emel.shard @s "model.gguf" bytes 4
emel.weight @norm : tensor<2xf16> in @s at 0 bytes 4

// CHECK-LABEL: func.func @norm_in_f16
func.func @norm_in_f16(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  // CHECK: %[[W:.*]] = arith.constant dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32> loc(fused["norm", "norm"("norm.weight")])
  // CHECK-NEXT: emel.rms_norm %{{.*}} weight %[[W]]
  // LARGE: emel.cast
  %0 = emel.get_weight @norm : tensor<2xf16> loc("norm"("norm.weight"))
  %1 = emel.cast %0 : tensor<2xf16> to tensor<2xf32> loc("norm")
  %2 = emel.rms_norm %x weight %1 eps 1.0e-5 : tensor<?x2xf32>, tensor<2xf32>
  return %2 : tensor<?x2xf32>
}

// Only the end of a chain is left, and equal numbers are written once.
// CHECK-LABEL: func.func @chain
func.func @chain() -> tensor<4xf32> {
  // CHECK-NEXT: arith.constant dense<-3.000000e+00> : tensor<4xf32> loc(fused["neg", "sum", "two", "one"])
  // CHECK-NEXT: return
  %0 = arith.constant dense<1.0> : tensor<4xf32> loc("one")
  %1 = arith.constant dense<2.0> : tensor<4xf32> loc("two")
  %2 = emel.add %0, %1 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32> loc("sum")
  %3 = emel.unary neg %2 : tensor<4xf32> loc("neg")
  return %3 : tensor<4xf32>
}
