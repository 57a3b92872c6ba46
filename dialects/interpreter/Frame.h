#ifndef EMEL_DIALECTS_INTERPRETER_FRAME_H_
#define EMEL_DIALECTS_INTERPRETER_FRAME_H_

#include "dialects/emel/Emel.h"
#include "dialects/interpreter/Interpreter.h"
#include "dialects/interpreter/Tensor.h"
#include "llvm/ADT/DenseMap.h"

namespace emel::interpreter {

/// The values of one function call, by SSA value.
class Frame {
 public:
  explicit Frame(Interpreter &interpreter) : interpreter_(interpreter) {}

  Interpreter &interpreter() { return interpreter_; }

  const Tensor &tensor(mlir::Value value) const {
    return *std::get<std::shared_ptr<const Tensor>>(values_.find(value)->second);
  }
  /// An optional operand: null where it is absent.
  const Tensor *tensorOrNull(mlir::Value value) const { return value ? &tensor(value) : nullptr; }
  const State &state(mlir::Value value) const {
    return *std::get<std::shared_ptr<const State>>(values_.find(value)->second);
  }
  const RuntimeValue &get(mlir::Value value) const { return values_.find(value)->second; }

  /// The type of a value with the shape that it has at run time.
  mlir::Type runtimeType(mlir::Value value) const;

  /// Stores a result, each number rounded to the result's element type. Fails where the shape is
  /// not the type's.
  mlir::LogicalResult set(mlir::Value value, Tensor tensor);
  void set(mlir::Value value, State state) {
    values_[value] = std::make_shared<const State>(std::move(state));
  }
  void set(mlir::Value value, RuntimeValue runtime) { values_[value] = std::move(runtime); }
  void drop(mlir::Value value) { values_.erase(value); }

 private:
  Interpreter &interpreter_;
  llvm::DenseMap<mlir::Value, RuntimeValue> values_;
};

/// Adds the handler of one op class: `addHandler<AddOp, add>(table)`.
template <typename OpType, mlir::LogicalResult (*function)(OpType, Frame &)>
void addHandler(HandlerTable &table, bool takesRows = false) {
  auto run = [](mlir::Operation *op, Frame &frame) {
    return function(llvm::cast<OpType>(op), frame);
  };
  table[OpType::getOperationName()] = {run, takesRows};
}

/// The same for ops that may take a weight as it lies in its file, with `getRow`.
template <typename OpType, mlir::LogicalResult (*function)(OpType, Frame &)>
void addRowsHandler(HandlerTable &table) {
  addHandler<OpType, function>(table, /*takesRows=*/true);
}

// One function for each op family, in the file of the same name.
void addModelHandlers(HandlerTable &table);
void addElementwiseHandlers(HandlerTable &table);
void addNormHandlers(HandlerTable &table);
void addContractionHandlers(HandlerTable &table);
void addAttentionHandlers(HandlerTable &table);
void addRopeHandlers(HandlerTable &table);
void addMovementHandlers(HandlerTable &table);
void addLayoutHandlers(HandlerTable &table);
void addUpdateHandlers(HandlerTable &table);
void addFillHandlers(HandlerTable &table);
void addReductionHandlers(HandlerTable &table);
void addQuantizationHandlers(HandlerTable &table);

/// Row `row` of a tensor that may be a weight in its file; `scratch` is used where it must be
/// decoded. Null after an error was reported.
const double *getRow(const Tensor &tensor, int64_t row, std::vector<double> &scratch);

/// The same rows, read through the packed bytes of their layout: a panel at a time is packed, and
/// rows are taken from it. `type` is the packed tensor's; a mistake in packing shows as wrong
/// numbers.
Tensor packRows(mlir::Operation *user, const Tensor &tensor, mlir::RankedTensorType type);

/// Decodes the weights among the operands of `op`.
mlir::LogicalResult decodeOperands(mlir::Operation *op, Frame &frame);

/// Checks what the verifier could not know: the constraints of `op` with the shapes that its
/// operands have at run time, and that its results fit into memory.
mlir::LogicalResult checkShapes(mlir::Operation *op, Frame &frame);

/// Checks that a value is one of the type, such as a function's argument.
mlir::LogicalResult checkValue(mlir::Location loc, mlir::Type type, const RuntimeValue &value);

/// `id` checked against `[0, limit)`.
mlir::LogicalResult checkIndex(mlir::Operation *op, int64_t id, int64_t limit);

/// The value of `x` in an element type: rounded to f16, bf16 or f32, or left as it is.
double roundTo(mlir::Type elementType, Precision precision, double x);

/// Whether an op is to be computed as code does it: where that is wanted, and all its floats are of
/// f32, which is what code takes.
bool followsOrders(mlir::Operation *op, Frame &frame);

/// Lets `compute` replace numbers, in float32.
void computeInFloats(llvm::MutableArrayRef<double> numbers,
                     llvm::function_ref<void(llvm::MutableArrayRef<float> floats)> compute);
/// The same for each row.
void forFloatRows(Tensor &tensor,
                  llvm::function_ref<void(llvm::MutableArrayRef<float> row)> compute);

/// ALiBi's slope for a head, 1 where there is no bias.
double alibiSlope(double maxBias, int64_t head, int64_t heads);

}  // namespace emel::interpreter

#endif  // EMEL_DIALECTS_INTERPRETER_FRAME_H_
