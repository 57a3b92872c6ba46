#ifndef EMEL_DIALECTS_INTERPRETER_TENSOR_H_
#define EMEL_DIALECTS_INTERPRETER_TENSOR_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <variant>
#include <vector>

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"

#include <absl/status/status.h>
#include <absl/types/span.h>

#include "runtime/gguf/activation.h"

/// The values that the interpreter computes with.
namespace emel::interpreter {

using Shape = llvm::SmallVector<int64_t, 4>;

inline int64_t countElements(llvm::ArrayRef<int64_t> shape) {
  int64_t count = 1;
  for (int64_t dim : shape) count *= dim;
  return count;
}

/// A weight that stays in its file: rows are decoded when an op asks for them.
struct WeightRows {
  /// Decodes row `row` into `out`; false after reporting an error.
  std::function<bool(int64_t row, llvm::MutableArrayRef<double> out)> decode;
  /// Reads the bytes of row `row` as the file has them; null where rows were put together from
  /// others.
  std::function<absl::Status(int64_t row, absl::Span<uint8_t> out)> read;
};

/// Activations of 8 bits: the groups of all rows, one row after the other.
using RoundedRows = std::vector<gguf::ActivationGroup>;

/// A tensor at run time. Numbers of every float type are held as doubles that the type can hold.
struct Tensor {
  Shape shape;
  std::variant<std::vector<double>, std::vector<int64_t>, WeightRows, RoundedRows> data;

  static Tensor ofReals(llvm::ArrayRef<int64_t> shape) {
    return {Shape(shape), std::vector<double>(countElements(shape))};
  }
  static Tensor ofInts(llvm::ArrayRef<int64_t> shape) {
    return {Shape(shape), std::vector<int64_t>(countElements(shape))};
  }

  std::vector<double> &reals() { return std::get<std::vector<double>>(data); }
  const std::vector<double> &reals() const { return std::get<std::vector<double>>(data); }
  std::vector<int64_t> &ints() { return std::get<std::vector<int64_t>>(data); }
  const std::vector<int64_t> &ints() const { return std::get<std::vector<int64_t>>(data); }
  bool isRounded() const { return std::holds_alternative<RoundedRows>(data); }
  /// The groups of row `i` of rounded activations.
  absl::Span<const gguf::ActivationGroup> groups(int64_t i) const {
    int64_t count = rowSize() / gguf::kActivationGroup;
    return absl::MakeConstSpan(std::get<RoundedRows>(data)).subspan(i * count, count);
  }
  bool isInts() const { return std::holds_alternative<std::vector<int64_t>>(data); }

  int64_t rank() const { return static_cast<int64_t>(shape.size()); }
  int64_t size() const { return countElements(shape); }
  /// The innermost dimension (1 for a scalar) and how many rows of it there are.
  int64_t rowSize() const { return shape.empty() ? 1 : shape.back(); }
  int64_t rowCount() const {
    return shape.empty() ? 1 : countElements(llvm::ArrayRef<int64_t>(shape).drop_back());
  }
  double *row(int64_t i) { return reals().data() + i * rowSize(); }
  const double *row(int64_t i) const { return reals().data() + i * rowSize(); }
};

/// One layer's keys and values: cells by sequence slot and position. Cells are shared between the
/// versions of a state, which is what makes state a value.
struct Cell {
  std::vector<double> key, value;
  /// Of formats that scale their numbers, one for each block.
  std::vector<float> keyScales, valueScales;
};
using State = std::map<int64_t, std::map<int64_t, std::shared_ptr<const Cell>>>;

using RuntimeValue = std::variant<std::shared_ptr<const Tensor>, std::shared_ptr<const State>>;

}  // namespace emel::interpreter

#endif  // EMEL_DIALECTS_INTERPRETER_TENSOR_H_
