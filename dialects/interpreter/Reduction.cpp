#include <algorithm>
#include <cmath>
#include <numeric>

#include "dialects/interpreter/Frame.h"

using namespace mlir;

namespace emel::interpreter {

static LogicalResult reduce(ReduceOp op, Frame &frame) {
  const Tensor &input = frame.tensor(op.getInput());
  Shape shape = input.shape;
  for (int64_t dim : op.getDims()) shape[dim] = 1;
  Tensor result = Tensor::ofReals(shape);
  std::vector<int64_t> counts(result.size());
  for (int64_t i = 0; i < input.size(); ++i) {
    int64_t index = 0, stride = 1, rest = i;
    for (size_t d = shape.size(); d-- > 0;) {
      if (shape[d] != 1) index += rest % input.shape[d] * stride;
      stride *= shape[d];
      rest /= input.shape[d];
    }
    double x = input.reals()[i], &out = result.reals()[index];
    bool first = counts[index]++ == 0;
    switch (op.getKind()) {
      case ReduceKind::Sum:
      case ReduceKind::Mean: out += x; break;
      case ReduceKind::Max: out = first ? x : std::max(out, x); break;
      case ReduceKind::Min: out = first ? x : std::min(out, x); break;
    }
  }
  if (op.getKind() == ReduceKind::Mean)
    for (auto [x, count] : llvm::zip(result.reals(), counts)) x /= count;
  return frame.set(op.getResult(), std::move(result));
}

static LogicalResult topK(TopKOp op, Frame &frame) {
  const Tensor &input = frame.tensor(op.getInput());
  int64_t k = op.getK();
  if (k > input.rowSize())
    return op.emitOpError("expected rows of at least ") << k << " elements, found "
                                                        << input.rowSize();
  Shape shape = input.shape;
  shape.back() = k;
  Tensor result = Tensor::ofInts(shape);
  std::vector<int64_t> order(input.rowSize());
  for (int64_t r = 0; r < input.rowCount(); ++r) {
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [row = input.row(r)](int64_t a, int64_t b) {
      return row[a] > row[b] || (std::isnan(row[b]) && !std::isnan(row[a]));  // NaN comes last
    });
    std::copy_n(order.begin(), k, result.ints().begin() + r * k);
  }
  return frame.set(op.getResult(), std::move(result));
}

void addReductionHandlers(HandlerTable &table) {
  addHandler<ReduceOp, reduce>(table);
  addHandler<TopKOp, topK>(table);
}

}  // namespace emel::interpreter
