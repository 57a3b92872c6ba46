#ifndef EMEL_CODEGEN_CPU_OPS_SLOPES_H_
#define EMEL_CODEGEN_CPU_OPS_SLOPES_H_

#include "codegen/cpu/emit/Emit.h"

/// What a mask, or a distance, counts in each head of an attention with ALiBi.
namespace emel::cpu {

/// The slope of head number `head` of `heads`, as a float; see `emel.softmax`.
mlir::Value emitSlope(Emit &emit, double maxBias, int64_t heads, mlir::Value head);

}  // namespace emel::cpu

#endif  // EMEL_CODEGEN_CPU_OPS_SLOPES_H_
