#ifndef EMEL_TESTS_RANDOM_EVALUATOR_H_
#define EMEL_TESTS_RANDOM_EVALUATOR_H_

#include "dialects/emel/Emel.h"
#include "dialects/interpreter/Interpreter.h"

#include <functional>

// Single ops, computed by the interpreter on any values.
namespace emel::random {

using interpreter::RuntimeValue;
using interpreter::State;
using interpreter::Tensor;

// A value as far as it is known: code has the same bits where there is no error, else it is at most
// that far off, element by element.
struct Known {
  RuntimeValue value;
  std::optional<RuntimeValue> error;
};

const Tensor& tensorOf(const RuntimeValue& value);
const State& stateOf(const RuntimeValue& value);
RuntimeValue wrap(Tensor tensor);
// As numbers, also of rounded activations.
Tensor realsOf(const Tensor& tensor);
// Element by element.
Tensor map(const Tensor& a, const std::function<double(double)>& function);
Tensor map(const Tensor& a, const Tensor& b, const std::function<double(double, double)>& function);
// The error of a value, zeros where it has none.
Tensor errorOf(const Known& known);

class Evaluator {
 public:
  // What bits are promised in.
  static constexpr interpreter::Precision kBits = interpreter::Precision::F32;

  // Adds functions to the module.
  explicit Evaluator(mlir::ModuleOp module)
      : module_(module),
        bits_(module, {.precision = kBits}),
        doubles_(module, {.precision = interpreter::Precision::F64}) {}

  // Operands that are weights are read by the op itself: their values do not count.
  std::optional<std::vector<RuntimeValue>> run(mlir::Operation* op,
                                               llvm::ArrayRef<RuntimeValue> operands, bool inBits);
  // The op with all floats of f32 and no layouts, so that it takes any numbers: magnitudes, errors.
  std::optional<std::vector<RuntimeValue>> runTwin(mlir::Operation* op,
                                                   llvm::ArrayRef<RuntimeValue> operands);
  std::optional<Tensor> twin(mlir::Operation* op, llvm::ArrayRef<RuntimeValue> operands);

 private:
  mlir::func::FuncOp functionFor(mlir::Operation* op, bool isTwin);

  mlir::ModuleOp module_;
  interpreter::Interpreter bits_, doubles_;
  llvm::DenseMap<mlir::Operation*, mlir::func::FuncOp> own_, twins_;
};

// Whether a value follows from weights and constants alone, as they are.
bool isOfWeights(mlir::Value value);

}  // namespace emel::random

#endif  // EMEL_TESTS_RANDOM_EVALUATOR_H_
