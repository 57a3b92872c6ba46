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

/// A slice or a join of weights reads their rows when its own are asked for. Either maps a row of
/// the result to one row of one input and the first element of it that it takes.
struct RowSource {
  int64_t input, row, start;
};

/// The tensor of `shape` whose row r is, piece after piece, what `sources(r)` names.
static Tensor lazyRows(std::vector<Tensor> inputs, Shape shape,
                       std::function<SmallVector<RowSource>(int64_t)> sources) {
  auto decode = [inputs = std::move(inputs), sources = std::move(sources)](
                    int64_t row, MutableArrayRef<double> out) {
    std::vector<double> scratch;
    for (const RowSource &source : sources(row)) {
      const Tensor &input = inputs[source.input];
      const double *from = getRow(input, source.row, scratch);
      if (!from) return false;
      size_t size = std::min<size_t>(out.size(), input.rowSize() - source.start);
      std::copy_n(from + source.start, size, out.begin());
      out = out.drop_front(size);
    }
    return true;
  };
  return {shape, WeightRows{std::move(decode)}};
}

/// The index, among the rows of a tensor of `shape`, of the row at `at`.
static int64_t rowIndex(ArrayRef<int64_t> shape, ArrayRef<int64_t> at) {
  int64_t index = 0;
  for (auto [size, i] : llvm::zip(shape.drop_back(), at)) index = index * size + i;
  return index;
}

/// Where row `row` of a tensor of `shape` lies, with 0 for the innermost dimension.
static Shape rowPlace(ArrayRef<int64_t> shape, int64_t row) {
  Shape at(shape.size(), 0);
  for (size_t d = shape.size() - 1; d-- > 0; row /= shape[d]) at[d] = row % shape[d];
  return at;
}

static LogicalResult slice(SliceOp op, Frame &frame) {
  const Tensor &input = frame.tensor(op.getInput());
  Shape strides = stridesOf(input.shape), shape = input.shape;
  shape[op.getDim()] = op.getSize();
  if (std::holds_alternative<WeightRows>(input.data)) {
    auto sources = [=, all = input.shape, dim = op.getDim(), offset = op.getOffset()](int64_t row) {
      Shape at = rowPlace(shape, row);
      at[dim] += offset;
      return SmallVector<RowSource>{{0, rowIndex(all, at), at.back()}};
    };
    return frame.set(op.getResult(), lazyRows({input}, shape, sources));
  }
  int64_t offset = op.getOffset() * strides[op.getDim()];
  return frame.set(op.getResult(), gather(input, shape, [&](ArrayRef<int64_t> at) {
                     int64_t index = offset;
                     for (auto [stride, i] : llvm::zip(strides, at)) index += stride * i;
                     return index;
                   }));
}

/// Joins weights: the inputs' rows one after another, or for the innermost dimension piece by
/// piece.
static Tensor concatRows(std::vector<Tensor> inputs, Shape shape, size_t dim) {
  SmallVector<Shape> shapes;
  for (const Tensor &input : inputs) shapes.push_back(input.shape);
  auto sources = [=](int64_t row) {
    SmallVector<RowSource> result;
    Shape at = rowPlace(shape, row);
    for (auto [i, own] : llvm::enumerate(shapes)) {
      if (dim + 1 == shape.size()) {
        result.push_back({static_cast<int64_t>(i), rowIndex(own, at), 0});
      } else if (at[dim] < own[dim]) {
        return SmallVector<RowSource>{{static_cast<int64_t>(i), rowIndex(own, at), 0}};
      } else {
        at[dim] -= own[dim];
      }
    }
    return result;
  };
  return lazyRows(std::move(inputs), shape, sources);
}

/// Copies the numbers of `part` to their places in `whole`, which are `place(at)`.
static void scatter(const Tensor &part, Tensor &whole,
                    llvm::function_ref<int64_t(ArrayRef<int64_t>)> place) {
  Shape at(part.shape.size(), 0);
  for (int64_t i = 0, end = part.size(); i < end; ++i) {
    if (part.isInts())
      whole.ints()[place(at)] = part.ints()[i];
    else
      whole.reals()[place(at)] = part.reals()[i];
    for (size_t d = at.size(); d-- > 0 && ++at[d] == part.shape[d];) at[d] = 0;
  }
}

static LogicalResult concat(ConcatOp op, Frame &frame) {
  std::vector<Tensor> inputs;
  for (Value input : op.getInputs()) inputs.push_back(frame.tensor(input));
  size_t dim = op.getDim();
  Shape shape = inputs[0].shape;
  shape[dim] = 0;
  for (const Tensor &input : inputs) shape[dim] += input.shape[dim];
  if (llvm::any_of(inputs, [](const Tensor &input) {
        return std::holds_alternative<WeightRows>(input.data);
      }))
    return frame.set(op.getResult(), concatRows(std::move(inputs), shape, dim));
  Tensor result = inputs[0].isInts() ? Tensor::ofInts(shape) : Tensor::ofReals(shape);
  Shape strides = stridesOf(shape);
  int64_t offset = 0;
  for (const Tensor &input : inputs) {
    scatter(input, result, [&](ArrayRef<int64_t> at) {
      int64_t index = offset * strides[dim];
      for (auto [stride, i] : llvm::zip(strides, at)) index += stride * i;
      return index;
    });
    offset += input.shape[dim];
  }
  return frame.set(op.getResult(), std::move(result));
}

/// `result[i…] = input[source(dimension, i)…]`, each dimension by itself.
static Tensor gatherEach(const Tensor &input, Shape shape,
                         llvm::function_ref<int64_t(size_t, int64_t)> source) {
  Shape strides = stridesOf(input.shape);
  return gather(input, shape, [&](ArrayRef<int64_t> at) {
    int64_t index = 0;
    for (size_t d = 0; d < at.size(); ++d) index += strides[d] * source(d, at[d]);
    return index;
  });
}

/// The remainder that is never negative.
static int64_t modulo(int64_t i, int64_t size) { return (i % size + size) % size; }

static LogicalResult repeat(RepeatOp op, Frame &frame) {
  const Tensor &input = frame.tensor(op.getInput());
  Shape shape = input.shape;
  for (auto [size, count] : llvm::zip(shape, op.getCounts())) size *= count;
  return frame.set(op.getResult(), gatherEach(input, shape, [&](size_t d, int64_t i) {
                     return i % input.shape[d];
                   }));
}

static LogicalResult roll(RollOp op, Frame &frame) {
  const Tensor &input = frame.tensor(op.getInput());
  return frame.set(op.getResult(), gatherEach(input, input.shape, [&](size_t d, int64_t i) {
                     int64_t size = input.shape[d];
                     return modulo(i - op.getShifts()[d] % size, size);
                   }));
}

static LogicalResult pad(PadOp op, Frame &frame) {
  const Tensor &input = frame.tensor(op.getInput());
  ArrayRef<int64_t> low = op.getLow();
  Shape shape = input.shape;
  for (auto [size, before, after] : llvm::zip(shape, low, op.getHigh())) size += before + after;
  if (op.getKind() == PadKind::Zeros) {
    Tensor result = input.isInts() ? Tensor::ofInts(shape) : Tensor::ofReals(shape);
    Shape strides = stridesOf(shape);
    scatter(input, result, [&](ArrayRef<int64_t> at) {
      int64_t index = 0;
      for (size_t d = 0; d < at.size(); ++d) index += strides[d] * (at[d] + low[d]);
      return index;
    });
    return frame.set(op.getResult(), std::move(result));
  }
  bool isCircular = op.getKind() == PadKind::Circular;
  return frame.set(op.getResult(), gatherEach(input, shape, [&](size_t d, int64_t i) {
                     int64_t size = input.shape[d], from = i - low[d];
                     if (isCircular) return modulo(from, size);
                     return from < 0 ? -from : from < size ? from : 2 * (size - 1) - from;
                   }));
}

void addMovementHandlers(HandlerTable &table) {
  addRowsHandler<GetRowsOp, getRows>(table);
  addHandler<ReshapeOp, reshape>(table);
  addHandler<PermuteOp, permute>(table);
  addRowsHandler<SliceOp, slice>(table);
  addRowsHandler<ConcatOp, concat>(table);
  addHandler<RepeatOp, repeat>(table);
  addHandler<PadOp, pad>(table);
  addHandler<RollOp, roll>(table);
}

}  // namespace emel::interpreter
