#include "dialects/interpreter/Frame.h"

using namespace mlir;

namespace emel::interpreter {

static LogicalResult setRows(SetRowsOp op, Frame &frame) {
  Tensor result = frame.tensor(op.getTable());
  const Tensor &rows = frame.tensor(op.getRows()), &ids = frame.tensor(op.getIds());
  int64_t count = result.shape[result.rank() - 2];
  for (int64_t i = 0; i < ids.size(); ++i) {
    int64_t id = ids.ints()[i];
    if (failed(checkIndex(op, id, count))) return failure();
    std::copy_n(rows.row(i), rows.rowSize(), result.row(i / ids.rowSize() * count + id));
  }
  return frame.set(op.getResult(), std::move(result));
}

/// Calls `visit(indexInWhole, indexInPart)` for each element of a part at `offsets` of a whole.
static void forEachOfPart(const Tensor &whole, const Tensor &part, ArrayRef<int64_t> offsets,
                          llvm::function_ref<void(int64_t, int64_t)> visit) {
  for (int64_t i = 0, end = part.size(); i < end; ++i) {
    int64_t index = 0, stride = 1, rest = i;
    for (size_t d = part.shape.size(); d-- > 0; rest /= part.shape[d]) {
      index += (rest % part.shape[d] + offsets[d]) * stride;
      stride *= whole.shape[d];
    }
    visit(index, i);
  }
}

static LogicalResult set(SetOp op, Frame &frame) {
  Tensor result = frame.tensor(op.getWhole());
  const Tensor &part = frame.tensor(op.getPart());
  forEachOfPart(result, part, op.getOffsets(), [&](int64_t to, int64_t from) {
    if (part.isInts())
      result.ints()[to] = part.ints()[from];
    else
      result.reals()[to] = part.reals()[from];
  });
  return frame.set(op.getResult(), std::move(result));
}

static LogicalResult accumulate(AccumulateOp op, Frame &frame) {
  Tensor result = frame.tensor(op.getWhole());
  const Tensor &part = frame.tensor(op.getPart());
  forEachOfPart(result, part, op.getOffsets(),
                [&](int64_t to, int64_t from) { result.reals()[to] += part.reals()[from]; });
  return frame.set(op.getResult(), std::move(result));
}

void addUpdateHandlers(HandlerTable &table) {
  addHandler<SetRowsOp, setRows>(table);
  addHandler<SetOp, set>(table);
  addHandler<AccumulateOp, accumulate>(table);
}

}  // namespace emel::interpreter
