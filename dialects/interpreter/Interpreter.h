#ifndef EMEL_DIALECTS_INTERPRETER_INTERPRETER_H_
#define EMEL_DIALECTS_INTERPRETER_INTERPRETER_H_

#include <functional>
#include <string>

#include "dialects/emel/Shards.h"
#include "dialects/interpreter/PlanRunner.h"
#include "dialects/interpreter/Tensor.h"
#include "llvm/ADT/StringMap.h"

/// The reference interpreter: executes `emel` functions op by op, slowly and plainly. It is the
/// oracle of every backend, so clarity beats speed everywhere.
///
/// Numbers: an op computes in double precision and each number of its result is rounded once to the
/// result's element type. With Precision::F64 results of type f32 are not rounded. Sums thus do not
/// depend on an order of summation, unless an op's attributes prescribe one. With
/// Precision::ExactOrder an op that there is code for is computed in float32, in the order that
/// docs/numerics.md prescribes, which gives code's bits.
namespace emel::interpreter {

class Frame;

/// Executes one op: reads operands from the frame and sets the results.
struct Handler {
  mlir::LogicalResult (*run)(mlir::Operation *, Frame &);
  /// Whether it takes weights row by row from their file; others find them decoded.
  bool takesRows;
};
using HandlerTable = llvm::StringMap<Handler>;
/// Whether ops of a name can be executed.
bool isInterpreted(mlir::OperationName name);

enum class Precision { F32, F64, ExactOrder };

struct Options {
  Precision precision = Precision::F32;
  io::Strategy load = io::Strategy::kMap;
  /// Folders in which to look for shards beside the path that the module gives.
  std::vector<std::string> shardFolders;
  /// How entries of plans run: with how many workers, in how many orders of their tiles (all of
  /// which must give the same bits), and the first order's seed.
  int64_t workers = 3, schedules = 1;
  uint64_t seed = 0;
};

class Interpreter {
 public:
  Interpreter(mlir::ModuleOp module, Options options);
  ~Interpreter();

  /// Calls a function. Errors are reported as diagnostics at the op where they happen.
  mlir::LogicalResult call(mlir::func::FuncOp function, llvm::ArrayRef<RuntimeValue> arguments,
                           llvm::SmallVectorImpl<RuntimeValue> &results);
  /// Computes all of a kernel's results. Its weights are the last arguments.
  mlir::LogicalResult call(plan::KernelOp kernel, llvm::ArrayRef<RuntimeValue> arguments,
                           llvm::SmallVectorImpl<RuntimeValue> &results);
  mlir::LogicalResult call(plan::EntryOp entry, llvm::ArrayRef<RuntimeValue> arguments,
                           llvm::SmallVectorImpl<RuntimeValue> &results);

  /// The rows of a weight, which stay in the file.
  mlir::FailureOr<Tensor> openWeight(mlir::Operation *user, mlir::FlatSymbolRefAttr name);

  mlir::ModuleOp module() { return module_; }
  const Options &options() const { return options_; }

 private:
  /// Runs the ops of a block on values for its arguments.
  mlir::LogicalResult run(mlir::Block &block, llvm::ArrayRef<RuntimeValue> arguments,
                          llvm::SmallVectorImpl<RuntimeValue> &results);
  mlir::LogicalResult execute(mlir::Operation *op, Frame &frame,
                              llvm::SmallVectorImpl<RuntimeValue> &returned);
  mlir::LogicalResult executeFuse(FuseOp fuse, Frame &frame);

  mlir::ModuleOp module_;
  Options options_;
  mlir::SymbolTable symbols_;
  Shards shards_;
  std::unique_ptr<PlanRunner> plans_;
  int callDepth_ = 0, callCount_ = 0;
};

/// Feeds a model's `@step`, or the entries in its place, and keeps its states between steps.
class Session {
 public:
  explicit Session(Interpreter &interpreter);

  /// Feeds `tokens` to sequence `slot`, from that sequence's next position on, in as many steps as
  /// the largest entry makes necessary. The result has a row of logits for each token.
  mlir::FailureOr<Tensor> step(llvm::ArrayRef<int32_t> tokens, int64_t slot = 0);

  /// The best tokens of each row of the last of these steps, as candidates; null where the model
  /// does not sample.
  const Tensor *best() const { return best_.get(); }

 private:
  struct Entry {
    mlir::FunctionOpInterface function;
    /// The most tokens of a step in which each has its row of logits.
    int64_t most;
  };

  mlir::FailureOr<Tensor> stepOnce(llvm::ArrayRef<int32_t> tokens, int64_t slot);

  Interpreter &interpreter_;
  /// Ascending in size.
  llvm::SmallVector<Entry> entries_;
  llvm::SmallVector<RuntimeValue> states_;
  std::shared_ptr<const Tensor> best_;
  std::map<int64_t, int64_t> nextPosition_;
};

}  // namespace emel::interpreter

#endif  // EMEL_DIALECTS_INTERPRETER_INTERPRETER_H_
