#ifndef EMEL_DIALECTS_INTERPRETER_PLAN_RUNNER_H_
#define EMEL_DIALECTS_INTERPRETER_PLAN_RUNNER_H_

#include "dialects/interpreter/StepPlan.h"
#include "dialects/interpreter/Tensor.h"

namespace emel::interpreter {

class Interpreter;

/// Runs entries of the plan dialect, as often as the interpreter's options want schedules.
class PlanRunner {
 public:
  explicit PlanRunner(Interpreter &interpreter) : interpreter_(interpreter) {}

  /// Errors are reported at the launch where they happen. An entry that has no places yet computes
  /// its launches one after the other.
  mlir::LogicalResult call(plan::EntryOp entry, llvm::ArrayRef<RuntimeValue> arguments,
                           llvm::SmallVectorImpl<RuntimeValue> &results);

 private:
  mlir::FailureOr<plan::Extents> extentsOf(plan::EntryOp entry,
                                           llvm::ArrayRef<RuntimeValue> arguments);
  mlir::FailureOr<StepPlan *> planOf(plan::EntryOp entry, plan::Extents extents);

  Interpreter &interpreter_;
  TileCache tiles_;
  std::map<std::tuple<mlir::Operation *, int64_t, int64_t>, std::unique_ptr<StepPlan>> plans_;
};

}  // namespace emel::interpreter

#endif  // EMEL_DIALECTS_INTERPRETER_PLAN_RUNNER_H_
