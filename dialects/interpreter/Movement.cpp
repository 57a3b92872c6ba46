#include "dialects/interpreter/Frame.h"

using namespace mlir;

namespace emel::interpreter {

static LogicalResult getRows(GetRowsOp op, Frame &frame) {
  const Tensor &table = frame.tensor(op.getTable()), &ids = frame.tensor(op.getIds());
  Tensor result = Tensor::ofReals(ids.shape);
  result.shape.push_back(table.rowSize());
  result.reals().resize(result.size());
  int64_t rows = table.shape[table.rank() - 2];
  std::vector<double> scratch;
  for (int64_t i = 0; i < ids.size(); ++i) {
    int64_t id = ids.ints()[i];
    if (failed(checkIndex(op, id, rows))) return failure();
    const double *row = getRow(table, i / ids.rowSize() * rows + id, scratch);
    if (!row) return failure();
    std::copy_n(row, table.rowSize(), result.row(i));
  }
  return frame.set(op.getResult(), std::move(result));
}

static LogicalResult reshape(ReshapeOp op, Frame &frame) {
  Tensor result = frame.tensor(op.getInput());
  int64_t size = result.size(), known = 1;
  result.shape.assign(op.getType().getShape().begin(), op.getType().getShape().end());
  for (int64_t dim : result.shape)
    if (!ShapedType::isDynamic(dim)) known *= dim;
  for (int64_t &dim : result.shape)
    if (ShapedType::isDynamic(dim)) dim = known == 0 ? 0 : size / known;
  if (result.size() != size) return op.emitOpError("cannot hold ") << size << " elements";
  return frame.set(op.getResult(), std::move(result));
}

/// `result[i…] = input[index(i…)]`, for numbers of either kind.
static Tensor gather(const Tensor &input, Shape shape,
                     llvm::function_ref<int64_t(ArrayRef<int64_t>)> index) {
  auto gatherFrom = [&](const auto &from) {
    auto out = from;
    out.resize(countElements(shape));
    Shape at(shape.size(), 0);
    for (auto &x : out) {
      x = from[index(at)];
      for (size_t d = at.size(); d-- > 0 && ++at[d] == shape[d];) at[d] = 0;
    }
    return out;
  };
  if (input.isInts()) return {shape, gatherFrom(input.ints())};
  return {shape, gatherFrom(input.reals())};
}

static Shape stridesOf(ArrayRef<int64_t> shape) {
  Shape strides(shape.size(), 1);
  for (size_t d = shape.size(); d-- > 1;) strides[d - 1] = strides[d] * shape[d];
  return strides;
}

static LogicalResult permute(PermuteOp op, Frame &frame) {
  const Tensor &input = frame.tensor(op.getInput());
  Shape strides = stridesOf(input.shape), shape;
  for (int64_t dim : op.getOrder()) shape.push_back(input.shape[dim]);
  return frame.set(op.getResult(), gather(input, shape, [&](ArrayRef<int64_t> at) {
                     int64_t index = 0;
                     for (auto [dim, i] : llvm::zip(op.getOrder(), at)) index += strides[dim] * i;
                     return index;
                   }));
}

static LogicalResult slice(SliceOp op, Frame &frame) {
  const Tensor &input = frame.tensor(op.getInput());
  Shape strides = stridesOf(input.shape), shape = input.shape;
  shape[op.getDim()] = op.getSize();
  int64_t offset = op.getOffset() * strides[op.getDim()];
  return frame.set(op.getResult(), gather(input, shape, [&](ArrayRef<int64_t> at) {
                     int64_t index = offset;
                     for (auto [stride, i] : llvm::zip(strides, at)) index += stride * i;
                     return index;
                   }));
}

void addMovementHandlers(HandlerTable &table) {
  addRowsHandler<GetRowsOp, getRows>(table);
  addHandler<ReshapeOp, reshape>(table);
  addHandler<PermuteOp, permute>(table);
  addHandler<SliceOp, slice>(table);
}

}  // namespace emel::interpreter
