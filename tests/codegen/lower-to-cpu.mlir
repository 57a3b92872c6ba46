// Code is made of complete plans alone, for CPUs that are known; the same module goes on to LLVM's dialect.
// RUN: emel-opt %s --emel-plan-pipeline --emel-lower-to-cpu=cpu=aarch64 --emel-cpu-to-llvm | FileCheck %s --implicit-check-not=scf. --implicit-check-not=vector.
// RUN: emel-opt %s --emel-plan-pipeline --emel-lower-to-cpu=poison=true | FileCheck %s --check-prefix=POISON
// RUN: not emel-opt %s --emel-plan-pipeline --emel-lower-to-cpu=cpu=z80 2>&1 | FileCheck %s --check-prefix=CPU
// RUN: not emel-opt %s --emel-outline --emel-lower-to-cpu 2>&1 | FileCheck %s --check-prefix=PLAN

// CHECK: module @decode
// CHECK: llvm.func @emel_decode(
// CHECK-SAME: ["target-cpu", "{{[a-z0-9-]+}}"]
// CHECK: llvm.br
// POISON: llvm.func {{.*}}@decode.poison(
// CPU: error: {{.*}}there is no cpu 'z80', expected sapphirerapids, x86-64-v4, x86-64-v3, aarch64
// PLAN: error: 'plan.entry' op has launches without places: expected a plan of all passes
emel.shard @shard "model.gguf" bytes 65536
emel.weight @table : tensor<64x32xf32> in @shard at 0 bytes 8192

func.func @decode(%tokens: tensor<1xi32>, %positions: tensor<1xi32>, %slots: tensor<1xi32>,
                  %rows: tensor<1xi32>) -> tensor<1x32xf32>
    attributes {emel.entry = {rows = 1 : i64, tokens = 1 : i64}} {
  %w = emel.get_weight @table : tensor<64x32xf32>
  %x = emel.get_rows %w, %tokens : (tensor<64x32xf32>, tensor<1xi32>) -> tensor<1x32xf32>
  return %x : tensor<1x32xf32>
}
