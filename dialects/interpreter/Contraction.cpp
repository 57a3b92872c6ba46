#include <cmath>
#include <limits>

#include "dialects/interpreter/Frame.h"

using namespace mlir;

namespace emel::interpreter {

static double logAddExp(double a, double b) {
  double high = std::max(a, b), low = std::min(a, b);
  return std::isinf(high) ? high : high + std::log1p(std::exp(low - high));
}

/// One element of a contraction.
static double contract(Semiring semiring, const double *a, const double *b, int64_t size) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  auto fold = [&](double sum, auto step) {
    for (int64_t k = 0; k < size; ++k) sum = step(sum, a[k], b[k]);
    return sum;
  };
  switch (semiring) {
    case Semiring::PlusTimes:
      return fold(0, [](double s, double x, double y) { return s + x * y; });
    case Semiring::MaxPlus:
      return fold(-infinity, [](double s, double x, double y) { return std::max(s, x + y); });
    case Semiring::MinPlus:
      return fold(infinity, [](double s, double x, double y) { return std::min(s, x + y); });
    case Semiring::OrAnd:
      return fold(0, [](double s, double x, double y) -> double { return s || (x && y); });
    case Semiring::LogSumExp:
      return fold(-infinity, [](double s, double x, double y) { return logAddExp(s, x + y); });
  }
  llvm_unreachable("every semiring returns");
}

/// The matrix of `weight` that serves matrix `matrix` of `input`: leading dimensions are shared by
/// consecutive matrices.
static int64_t weightMatrix(const Tensor &input, const Tensor &weight, int64_t matrix) {
  int64_t result = 0, stride = 1;
  for (int64_t d = 3; d <= weight.rank(); ++d) {
    int64_t wide = input.shape[input.rank() - d], narrow = weight.shape[weight.rank() - d];
    result += matrix % wide / (wide / narrow) * stride;
    stride *= narrow;
    matrix /= wide;
  }
  return result;
}

static LogicalResult matmul(MatmulOp op, Frame &frame) {
  const Tensor &input = frame.tensor(op.getInput()), &weight = frame.tensor(op.getWeight());
  Tensor result = Tensor::ofReals(input.shape);
  int64_t outputs = weight.shape[weight.rank() - 2], size = input.rowSize();
  result.shape.back() = outputs;
  result.reals().resize(result.size());
  // Rows of the input that meet the same matrix of the weight; all of them where it is the only one.
  int64_t rows = weight.rank() == 2 ? input.rowCount() : input.shape[input.rank() - 2];
  std::vector<double> scratch;
  for (int64_t matrix = 0; rows && matrix < input.rowCount() / rows; ++matrix) {
    int64_t first = weightMatrix(input, weight, matrix) * outputs;
    for (int64_t o = 0; o < outputs; ++o) {
      const double *row = getRow(weight, first + o, scratch);
      if (!row) return failure();
      for (int64_t i = matrix * rows; i < (matrix + 1) * rows; ++i)
        result.row(i)[o] = contract(op.getSemiring(), input.row(i), row, size);
    }
  }
  return frame.set(op.getResult(), std::move(result));
}

static LogicalResult matmulId(MatmulIdOp op, Frame &frame) {
  const Tensor &input = frame.tensor(op.getInput()), &weight = frame.tensor(op.getWeight()),
               &ids = frame.tensor(op.getIds());
  int64_t tokens = ids.shape[0], used = ids.shape[1], outputs = weight.shape[1];
  Tensor result = Tensor::ofReals({tokens, used, outputs});
  std::vector<double> scratch;
  for (int64_t i = 0; i < tokens * used; ++i) {
    int64_t expert = ids.ints()[i];
    if (failed(checkIndex(op, expert, weight.shape[0]))) return failure();
    const double *x = input.row(input.rank() == 3 ? i : i / used);
    for (int64_t o = 0; o < outputs; ++o) {
      const double *row = getRow(weight, expert * outputs + o, scratch);
      if (!row) return failure();
      result.row(i)[o] = contract(Semiring::PlusTimes, x, row, input.rowSize());
    }
  }
  return frame.set(op.getResult(), std::move(result));
}

void addContractionHandlers(HandlerTable &table) {
  addRowsHandler<MatmulOp, matmul>(table);
  addRowsHandler<MatmulIdOp, matmulId>(table);
}

}  // namespace emel::interpreter
