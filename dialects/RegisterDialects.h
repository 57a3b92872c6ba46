#ifndef EMEL_DIALECTS_REGISTER_DIALECTS_H_
#define EMEL_DIALECTS_REGISTER_DIALECTS_H_

#include "dialects/emel/Emel.h"
#include "dialects/plan/Plan.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace emel {

/// The dialects that a module of ours may hold, kernels included: every tool knows the same ones.
mlir::DialectRegistry knownDialects();

}  // namespace emel

#endif  // EMEL_DIALECTS_REGISTER_DIALECTS_H_
