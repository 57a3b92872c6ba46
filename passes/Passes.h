#ifndef EMEL_PASSES_PASSES_H_
#define EMEL_PASSES_PASSES_H_

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace emel {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "passes/Passes.h.inc"

}  // namespace emel

#endif  // EMEL_PASSES_PASSES_H_
