// RUN: rm -rf %t && mkdir %t && printf '0123456789abcdef0123456789abcdef0123456789abcdeX' > %t/model.gguf
// RUN: emel-opt %s --emel-merge-weights=shard-folder=%t --mlir-print-debuginfo --mlir-print-local-scope | FileCheck %s
// RUN: emel-opt %s --emel-merge-weights="max-bytes=0 shard-folder=%t" | FileCheck %s --check-prefix=TWIN
// RUN: not emel-opt %s --emel-merge-weights 2>&1 | FileCheck %s --check-prefix=ABSENT

// CHECK: emel.passes = [{bytes = 16 : i64, pass = "merge-weights", weights = 1 : i64}]
// CHECK: emel.weight @embd {{.*}} at 0 bytes 16 loc(fused["embd"("embd"), "output"("output")])
// CHECK-NOT: emel.weight @output
// CHECK: emel.weight @other
emel.shard @s "model.gguf" bytes 48
emel.weight @embd : tensor<2x2xf32> in @s at 0 bytes 16 loc("embd"("embd"))
emel.weight @output : tensor<2x2xf32> in @s at 16 bytes 16 loc("output"("output"))
emel.weight @other : tensor<2x2xf32> in @s at 32 bytes 16 loc("other"("other"))

// CHECK-LABEL: func.func @head
func.func @head(%x: tensor<?x2xf32>) -> (tensor<?x2xf32>, tensor<?x2xf32>) {
  // CHECK: emel.get_weight @embd : tensor<2x2xf32> loc("output"("output"))
  // CHECK: emel.get_weight @other
  %0 = emel.get_weight @output : tensor<2x2xf32> loc("output"("output"))
  %1 = emel.get_weight @other : tensor<2x2xf32>
  %2 = emel.matmul %x, %0 : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  %3 = emel.matmul %x, %1 : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  return %2, %3 : tensor<?x2xf32>, tensor<?x2xf32>
}

// What is too much to compare is left, with the name of what it resembles.
// TWIN: emel.passes = [{pass = "merge-weights", twins = 1 : i64}]
// TWIN: emel.weight @output : tensor<2x2xf32> in @s at 16 bytes 16 twin @embd
// TWIN: emel.weight @other {{.*}} bytes 16{{$}}

// ABSENT: error: {{.*}}cannot open shard @s: {{.*}}model.gguf
