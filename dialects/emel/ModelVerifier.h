#ifndef EMEL_DIALECTS_EMEL_MODEL_VERIFIER_H_
#define EMEL_DIALECTS_EMEL_MODEL_VERIFIER_H_

#include "mlir/IR/BuiltinOps.h"

namespace emel {

/// Checks constraints M1 to M5 of the dialect on a module with attribute `emel.model`.
mlir::LogicalResult verifyModel(mlir::ModuleOp module, mlir::Attribute model);

}  // namespace emel

#endif  // EMEL_DIALECTS_EMEL_MODEL_VERIFIER_H_
