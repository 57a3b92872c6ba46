#include <limits>

#include "dialects/interpreter/Frame.h"

using namespace mlir;

namespace emel::interpreter {

static LogicalResult fill(FillOp op, Frame &frame) {
  Tensor result = frame.tensor(op.getInput());
  std::fill(result.reals().begin(), result.reals().end(), op.getValue().convertToDouble());
  return frame.set(op.getResult(), std::move(result));
}

static LogicalResult arange(ArangeOp op, Frame &frame) {
  Tensor result = Tensor::ofReals(op.getType().getShape());
  double start = op.getStart().convertToDouble(), step = op.getStep().convertToDouble();
  for (auto [i, x] : llvm::enumerate(result.reals())) x = start + i * step;
  return frame.set(op.getResult(), std::move(result));
}

static LogicalResult diag(DiagOp op, Frame &frame) {
  const Tensor &input = frame.tensor(op.getInput());
  Shape shape = input.shape;
  shape.push_back(input.rowSize());
  Tensor result = Tensor::ofReals(shape);
  for (int64_t i = 0; i < input.size(); ++i) result.row(i)[i % input.rowSize()] = input.reals()[i];
  return frame.set(op.getResult(), std::move(result));
}

/// Replaces the elements of each matrix for which `hides(row, column)` holds.
template <typename OpType, typename Predicate>
static LogicalResult mask(OpType op, Frame &frame, double hidden, Predicate hides) {
  Tensor result = frame.tensor(op.getInput());
  int64_t rows = result.shape[result.rank() - 2];
  for (int64_t r = 0; r < result.rowCount(); ++r)
    for (int64_t j = 0; j < result.rowSize(); ++j)
      if (hides(r % rows, j)) result.row(r)[j] = hidden;
  return frame.set(op.getResult(), std::move(result));
}

static LogicalResult diagMask(DiagMaskOp op, Frame &frame) {
  double hidden = op.getKind() == DiagMaskKind::Inf ? -std::numeric_limits<double>::infinity() : 0;
  int64_t past = op.getPast();
  return mask(op, frame, hidden, [=](int64_t i, int64_t j) { return j - i > past; });
}

static LogicalResult tri(TriOp op, Frame &frame) {
  return mask(op, frame, 0, [kind = op.getKind()](int64_t i, int64_t j) {
    switch (kind) {
      case TriKind::UpperDiag: return j < i;
      case TriKind::Upper: return j <= i;
      case TriKind::LowerDiag: return j > i;
      case TriKind::Lower: return j >= i;
    }
    llvm_unreachable("every kind returns");
  });
}

void addFillHandlers(HandlerTable &table) {
  addHandler<FillOp, fill>(table);
  addHandler<ArangeOp, arange>(table);
  addHandler<DiagOp, diag>(table);
  addHandler<DiagMaskOp, diagMask>(table);
  addHandler<TriOp, tri>(table);
}

}  // namespace emel::interpreter
