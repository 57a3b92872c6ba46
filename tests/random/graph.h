#ifndef EMEL_TESTS_RANDOM_GRAPH_H_
#define EMEL_TESTS_RANDOM_GRAPH_H_

#include "dialects/emel/Emel.h"
#include "mlir/IR/OwningOpRef.h"
#include "tests/random/random.h"

#include <absl/types/span.h>

#include <string>
#include <vector>

// A module with one @step, as an importer would write it, and the file of its weights.
namespace emel::random {

// What the numbers of a weight are like.
enum class Numbers {
  kNormal,
  kPositive,
  kOdd,  // several magnitudes, zeros, and now and then an infinity or a NaN
};

class Graph {
 public:
  // The context has the dialects. `path` is where the weights will be.
  Graph(mlir::MLIRContext& context, Random& random, std::string path);

  mlir::OpBuilder b;
  mlir::Location loc;
  Random& random;
  mlir::Value tokens, positions, slots, out_rows;

  mlir::Type f32() { return b.getF32Type(); }
  mlir::RankedTensorType tensor(llvm::ArrayRef<int64_t> shape, mlir::Type element) {
    return mlir::RankedTensorType::get(shape, element);
  }
  // n, then the dimensions.
  mlir::RankedTensorType perToken(llvm::ArrayRef<int64_t> dims, mlir::Type element = {});

  // Reads a new weight, whose shape has blocks of whole rows.
  mlir::Value weight(llvm::ArrayRef<int64_t> shape, mlir::Type element = {},
                     Numbers numbers = Numbers::kNormal);
  // Integers from 0 to below `limit`.
  mlir::Value indices(llvm::ArrayRef<int64_t> shape, mlir::Type element, int64_t limit);
  // Numbers for each token, of f32: rows of a table.
  mlir::Value rows(llvm::ArrayRef<int64_t> dims, Numbers numbers = Numbers::kNormal);
  // Indices below `limit` for each token, of i32.
  mlir::Value chosen(int64_t count, int64_t limit);
  mlir::Value reshape(mlir::Value value, llvm::ArrayRef<int64_t> dims);
  mlir::Value cast(mlir::Value value, mlir::Type element);

  // An op whose result types follow from its operands; null where they break a constraint, and
  // `refusal` then says which.
  template <typename OpType, typename... Args>
  mlir::Value inferred(Args&&... args) {
    mlir::OperationState state(loc, OpType::getOperationName());
    OpType::build(b, state, std::forward<Args>(args)...);
    mlir::Operation* op = b.create(state);
    return op->getResult(0);
  }
  // An op by its name; result types are inferred where `results` are not given. Null, with
  // `refusal`, where the verifier says no.
  mlir::Operation* op(llvm::StringRef name, mlir::ValueRange operands,
                      llvm::ArrayRef<mlir::NamedAttribute> attributes = {},
                      mlir::TypeRange results = {});
  mlir::NamedAttribute attr(llvm::StringRef name, mlir::Attribute value) {
    return b.getNamedAttr(name, value);
  }
  mlir::NamedAttribute number(llvm::StringRef name, double value) {
    return attr(name, b.getF32FloatAttr(static_cast<float>(value)));
  }
  mlir::NamedAttribute integer(llvm::StringRef name, int64_t value) {
    return attr(name, b.getI64IntegerAttr(value));
  }
  mlir::NamedAttribute integers(llvm::StringRef name, llvm::ArrayRef<int64_t> values) {
    return attr(name, b.getDenseI64ArrayAttr(values));
  }

  // A state; what was written to it last is in `states`.
  mlir::Value state(int64_t heads, int64_t key, int64_t value, mlir::Type element);
  std::vector<mlir::Value> states;

  // Ends the step with a value: its rows of f32, however it looks, become those of logits.
  // Null where it cannot be shown.
  mlir::OwningOpRef<mlir::ModuleOp> finish(mlir::Value value);
  void saveWeights();

  const std::string& refusal() const { return refusal_; }
  // Of the weight that `weight` made last.
  std::string lastWeight() const { return "w" + std::to_string(weights_ - 1); }
  // Rows of the tables that tokens choose from.
  int64_t tokenRows() const { return token_rows_; }
  static constexpr int64_t kUnknown = mlir::ShapedType::kDynamic;
  static constexpr int64_t kContext = 160;

 private:
  mlir::Value addWeight(mlir::RankedTensorType type, absl::Span<const uint8_t> bytes);
  mlir::Value showIntegers(mlir::Value value);

  mlir::OwningOpRef<mlir::ModuleOp> module_;
  mlir::func::FuncOp step_;
  std::string path_, refusal_;
  std::vector<uint8_t> bytes_;
  int64_t weights_ = 0, token_rows_;
};

}  // namespace emel::random

#endif  // EMEL_TESTS_RANDOM_GRAPH_H_
