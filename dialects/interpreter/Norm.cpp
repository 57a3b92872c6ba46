#include <cmath>
#include <numeric>

#include "dialects/interpreter/Frame.h"
#include "dialects/interpreter/Orders.h"

using namespace mlir;

namespace emel::interpreter {

/// Rounded where the unfused op would have rounded, so that folding a weight into a norm keeps
/// bits.
template <typename OpType>
static LogicalResult finish(OpType op, Frame &frame, Tensor result, const Tensor *weight,
                            const Tensor *bias) {
  Type element = op.getType().getElementType();
  Precision precision = frame.interpreter().options().precision;
  for (int64_t r = 0; r < result.rowCount(); ++r)
    for (int64_t i = 0; i < result.rowSize(); ++i) {
      double &x = result.row(r)[i];
      x = roundTo(element, precision, x);
      if (weight) x = roundTo(element, precision, x * weight->reals()[i]);
      if (bias) x += bias->reals()[i];
    }
  return frame.set(op.getResult(), std::move(result));
}

static LogicalResult rmsNorm(RmsNormOp op, Frame &frame) {
  Tensor result = frame.tensor(op.getInput());
  const Tensor *weight = frame.tensorOrNull(op.getWeight());
  if (followsOrders(op, frame)) {
    forFloatRows(result, [&](MutableArrayRef<float> row) {
      orders::rmsNorm(row, op.getEps().convertToFloat());
    });
    return finish(op, frame, std::move(result), weight, nullptr);
  }
  int64_t size = result.rowSize();
  for (int64_t r = 0; r < result.rowCount(); ++r) {
    double *row = result.row(r);
    double squares = std::inner_product(row, row + size, row, 0.0);
    double factor = 1 / std::sqrt(squares / size + op.getEps().convertToDouble());
    for (int64_t i = 0; i < size; ++i) row[i] *= factor;
  }
  return finish(op, frame, std::move(result), weight, nullptr);
}

/// Shifts numbers to mean 0 and scales them to variance 1.
static void standardize(double *row, int64_t size, const APFloat &eps) {
  double mean = std::accumulate(row, row + size, 0.0) / size;
  for (int64_t i = 0; i < size; ++i) row[i] -= mean;
  double squares = std::inner_product(row, row + size, row, 0.0);
  double factor = 1 / std::sqrt(squares / size + eps.convertToDouble());
  for (int64_t i = 0; i < size; ++i) row[i] *= factor;
}

static LogicalResult layerNorm(LayerNormOp op, Frame &frame) {
  Tensor result = frame.tensor(op.getInput());
  if (followsOrders(op, frame)) {
    forFloatRows(result, [&](MutableArrayRef<float> row) {
      orders::layerNorm(row, row.size(), op.getEps().convertToFloat());
    });
  } else {
    for (int64_t r = 0; r < result.rowCount(); ++r)
      standardize(result.row(r), result.rowSize(), op.getEps());
  }
  return finish(op, frame, std::move(result), frame.tensorOrNull(op.getWeight()),
                frame.tensorOrNull(op.getBias()));
}

static LogicalResult l2Norm(L2NormOp op, Frame &frame) {
  Tensor result = frame.tensor(op.getInput());
  if (followsOrders(op, frame)) {
    forFloatRows(result, [&](MutableArrayRef<float> row) {
      orders::l2Norm(row, op.getEps().convertToFloat());
    });
    return frame.set(op.getResult(), std::move(result));
  }
  int64_t size = result.rowSize();
  for (int64_t r = 0; r < result.rowCount(); ++r) {
    double *row = result.row(r);
    double length = std::sqrt(std::inner_product(row, row + size, row, 0.0));
    length = std::max(length, op.getEps().convertToDouble());
    for (int64_t i = 0; i < size; ++i) row[i] /= length;
  }
  return frame.set(op.getResult(), std::move(result));
}

static LogicalResult groupNorm(GroupNormOp op, Frame &frame) {
  Tensor result = frame.tensor(op.getInput());
  ArrayRef<int64_t> image = ArrayRef<int64_t>(result.shape).take_back(3);
  int64_t size = countElements(image) / static_cast<int64_t>(op.getGroups());
  bool isOrdered = followsOrders(op, frame);
  for (int64_t start = 0; size && start < result.size(); start += size) {
    double *group = result.reals().data() + start;
    if (!isOrdered) {
      standardize(group, size, op.getEps());
      continue;
    }
    computeInFloats({group, static_cast<size_t>(size)}, [&](MutableArrayRef<float> floats) {
      orders::layerNorm(floats, result.rowSize(), op.getEps().convertToFloat());
    });
  }
  return frame.set(op.getResult(), std::move(result));
}

void addNormHandlers(HandlerTable &table) {
  addHandler<RmsNormOp, rmsNorm>(table);
  addHandler<LayerNormOp, layerNorm>(table);
  addHandler<L2NormOp, l2Norm>(table);
  addHandler<GroupNormOp, groupNorm>(table);
}

}  // namespace emel::interpreter
