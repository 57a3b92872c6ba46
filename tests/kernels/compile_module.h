#ifndef EMEL_TESTS_KERNELS_COMPILE_MODULE_H_
#define EMEL_TESTS_KERNELS_COMPILE_MODULE_H_

#include "tests/kernels/kernel_case.h"

namespace emel::testing {

// Code and weights of a planned module whose logits have rows of so many numbers.
absl::StatusOr<CompiledKernel> CompileModule(mlir::ModuleOp module, const cpu::Target& target,
                                             int64_t width);

}  // namespace emel::testing

#endif  // EMEL_TESTS_KERNELS_COMPILE_MODULE_H_
