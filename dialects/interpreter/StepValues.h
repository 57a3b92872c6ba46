#ifndef EMEL_DIALECTS_INTERPRETER_STEP_VALUES_H_
#define EMEL_DIALECTS_INTERPRETER_STEP_VALUES_H_

#include "dialects/interpreter/Interpreter.h"
#include "dialects/plan/Access.h"
#include "mlir/IR/IRMapping.h"

/// What the launches of an entry compute, one after the other and each as a whole: what workers
/// must find in memory, whatever the order in which they run tiles.
namespace emel::interpreter {

class StepValues {
 public:
  /// Runs the kernels. Each value passes through its bytes, as it does between workers.
  mlir::LogicalResult compute(Interpreter &interpreter, plan::EntryOp entry, plan::Extents extents,
                              llvm::ArrayRef<RuntimeValue> arguments);

  /// The same values under the names of a copy of the entry.
  StepValues mapped(const mlir::IRMapping &copy) const;

  /// The bytes of a result of a launch; empty of a state.
  llvm::ArrayRef<uint8_t> bytesOf(mlir::Value value) const;
  /// What the entry returns.
  llvm::ArrayRef<RuntimeValue> returned() const { return returned_; }

 private:
  mlir::LogicalResult run(Interpreter &interpreter, plan::LaunchOp launch);
  mlir::LogicalResult add(mlir::OpResult result, RuntimeValue value);

  TypeMap types_;
  llvm::DenseMap<mlir::Value, RuntimeValue> values_;
  llvm::DenseMap<mlir::Value, std::shared_ptr<const std::vector<uint8_t>>> bytes_;
  llvm::SmallVector<RuntimeValue> returned_;
};

}  // namespace emel::interpreter

#endif  // EMEL_DIALECTS_INTERPRETER_STEP_VALUES_H_
