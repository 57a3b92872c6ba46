#ifndef EMEL_CODEGEN_CPU_PROGRAM_PASSES_H_
#define EMEL_CODEGEN_CPU_PROGRAM_PASSES_H_

#include "mlir/Pass/Pass.h"

namespace emel::cpu {

#define GEN_PASS_DECL
#include "codegen/cpu/program/Passes.h.inc"

/// Makes `--emel-lower-to-cpu` and the pipeline `--emel-cpu-to-llvm` known to a tool's command
/// line.
void registerCpuPasses();

}  // namespace emel::cpu

#endif  // EMEL_CODEGEN_CPU_PROGRAM_PASSES_H_
