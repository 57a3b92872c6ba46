#include <numeric>

#include "dialects/emel/Layouts.h"
#include "dialects/emel/Semirings.h"
#include "dialects/interpreter/Frame.h"
#include "dialects/interpreter/Orders.h"

using namespace mlir;

namespace emel::interpreter {

/// One element of a contraction, over elements `strideA` and `strideB` apart.
static double contract(Semiring semiring, const double *a, const double *b, int64_t size,
                       int64_t strideA = 1, int64_t strideB = 1) {
  const SemiringInfo &info = infoOf(semiring);
  double result = info.zero;
  if (semiring == Semiring::PlusTimes) {  // the one that whole models run on
    for (int64_t k = 0; k < size; ++k) result += a[k * strideA] * b[k * strideB];
    return result;
  }
  for (int64_t k = 0; k < size; ++k)
    result = info.add(result, info.multiply(a[k * strideA], b[k * strideB]));
  return result;
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

namespace {

/// How a row of an input meets one of a weight.
enum class Meeting { Doubles, Integers, Chain, Lanes, Tiles };

/// What code does for the types, where that is wanted; rounded inputs leave no choice.
Meeting meetingOf(Operation *op, Semiring semiring, Frame &frame) {
  Type input = getElementTypeOrSelf(op->getOperand(0).getType());
  if (isa<ActivationType>(input)) return Meeting::Integers;
  auto weight = cast<RankedTensorType>(op->getOperand(1).getType());
  std::optional<layout::Format> format = getFormat(weight);
  if (frame.interpreter().options().precision != Precision::ExactOrder || !format)
    return Meeting::Doubles;
  bool isPacked = format->layout == layout::Layout::kR16;
  bool isBfloat16 = format->type == gguf::TensorType::kBF16;
  if (input.isBF16() && isPacked && semiring == Semiring::PlusTimes &&
      (isBfloat16 || gguf::FindIntegerForm(format->type)))
    return Meeting::Tiles;
  if (!input.isF32()) return Meeting::Doubles;
  bool isFloat = isBfloat16 || format->type == gguf::TensorType::kF16 ||
                 format->type == gguf::TensorType::kF32;
  return isPacked && isFloat ? Meeting::Chain : Meeting::Lanes;
}

/// A weight's rows as a contraction with rows of an input meets them: as numbers, or as integers
/// where the input is rounded.
class Rows {
 public:
  Rows(Operation *op, Semiring semiring, const Tensor &weight, const Tensor &input, Frame &frame)
      : op_(op),
        semiring_(semiring),
        weight_(weight),
        input_(input),
        isDouble_(frame.interpreter().options().precision == Precision::F64),
        meeting_(meetingOf(op, semiring, frame)) {
    if (meeting_ != Meeting::Doubles && !input.isRounded())
      inputs_.assign(input.reals().begin(), input.reals().end());
    auto block = dyn_cast<BlockType>(getElementTypeOrSelf(op->getOperand(1).getType()));
    if (!block || (meeting_ != Meeting::Integers && meeting_ != Meeting::Tiles)) return;
    format_ = block.getFormat();
    form_ = gguf::FindIntegerForm(format_);
    const gguf::TensorTypeInfo &info = gguf::GetInfo(format_);
    bytes_.resize(weight.rowSize() / info.block_elements * info.block_bytes);
    groups_.resize(weight.rowSize() / gguf::kIntegerGroup);
  }

  /// Makes row `row` the one to multiply with.
  LogicalResult select(int64_t row) {
    if (form_) return selectIntegers(row);
    row_ = getRow(weight_, row, scratch_);
    if (!row_) return failure();
    if (meeting_ != Meeting::Doubles) floats_.assign(row_, row_ + weight_.rowSize());
    return success();
  }

  double multiply(int64_t row) const {
    const float *input = inputs_.data() + row * input_.rowSize();
    switch (meeting_) {
      case Meeting::Doubles: return contract(semiring_, input_.row(row), row_, input_.rowSize());
      case Meeting::Integers:
        if (isDouble_)
          return gguf::DotProduct<double>(groups_, form_->has_minima, input_.groups(row));
        return gguf::DotProduct<float>(groups_, form_->has_minima, input_.groups(row));
      case Meeting::Chain: return orders::dotInChain(semiring_, floats_, input);
      case Meeting::Lanes: return orders::dotInLanes(semiring_, floats_, input);
      case Meeting::Tiles: return orders::dotInTiles(floats_, input);
    }
    llvm_unreachable("every meeting returns");
  }

 private:
  LogicalResult selectIntegers(int64_t row) {
    auto *rows = std::get_if<WeightRows>(&weight_.data);
    if (!rows || !rows->read)
      return op_->emitOpError("needs the integers of a weight whose rows lie in no file");
    absl::Status status = rows->read(row, absl::MakeSpan(bytes_));
    if (status.ok()) status = gguf::ExpandIntegers(format_, bytes_, absl::MakeSpan(groups_));
    if (!status.ok()) return op_->emitError(std::string(status.message()));
    if (meeting_ != Meeting::Tiles) return success();
    floats_.clear();
    for (const gguf::IntegerGroup &group : groups_) orders::appendForTiles(group, floats_);
    return success();
  }

  Operation *op_;
  Semiring semiring_;
  const Tensor &weight_, &input_;
  bool isDouble_;
  Meeting meeting_;
  const double *row_ = nullptr;
  std::vector<double> scratch_;
  std::vector<float> inputs_, floats_;
  gguf::TensorType format_ = {};
  const gguf::IntegerForm *form_ = nullptr;
  std::vector<uint8_t> bytes_;
  std::vector<gguf::IntegerGroup> groups_;
};

}  // namespace

static LogicalResult matmul(MatmulOp op, Frame &frame) {
  const Tensor &input = frame.tensor(op.getInput()), &weight = frame.tensor(op.getWeight());
  int64_t outputs = weight.shape[weight.rank() - 2];
  Shape shape = input.shape;
  shape.back() = outputs;
  Tensor result = Tensor::ofReals(shape);
  // Rows of the input that meet the same matrix of the weight; all of them where it is the only
  // one.
  int64_t rows = weight.rank() == 2 ? input.rowCount() : input.shape[input.rank() - 2];
  Rows weights(op, op.getSemiring(), weight, input, frame);
  for (int64_t matrix = 0; rows && matrix < input.rowCount() / rows; ++matrix) {
    int64_t first = weightMatrix(input, weight, matrix) * outputs;
    for (int64_t o = 0; o < outputs; ++o) {
      if (failed(weights.select(first + o))) return failure();
      for (int64_t i = matrix * rows; i < (matrix + 1) * rows; ++i)
        result.row(i)[o] = weights.multiply(i);
    }
  }
  return frame.set(op.getResult(), std::move(result));
}

/// The pairs of token and slot by the expert that is chosen for them.
static FailureOr<std::vector<int64_t>> orderByExpert(Operation *op, const Tensor &ids,
                                                     int64_t experts) {
  for (int64_t id : ids.ints())
    if (failed(checkIndex(op, id, experts))) return failure();
  std::vector<int64_t> order(ids.size());
  std::iota(order.begin(), order.end(), 0);
  llvm::stable_sort(order, [&](int64_t a, int64_t b) { return ids.ints()[a] < ids.ints()[b]; });
  return order;
}

/// Where the pairs of each expert begin, and where those of the last one end.
static std::vector<int64_t> countStarts(const Tensor &ids, int64_t experts) {
  std::vector<int64_t> starts(experts + 1);
  for (int64_t id : ids.ints()) ++starts[id + 1];
  std::partial_sum(starts.begin(), starts.end(), starts.begin());
  return starts;
}

static LogicalResult groupExperts(GroupExpertsOp op, Frame &frame) {
  const Tensor &ids = frame.tensor(op.getIds());
  int64_t experts = op.getExperts();
  auto order = orderByExpert(op, ids, experts);
  if (failed(order)) return failure();
  Tensor pairs = Tensor::ofInts(ids.shape), starts = Tensor::ofInts({experts + 1});
  pairs.ints() = std::move(*order);
  starts.ints() = countStarts(ids, experts);
  if (failed(frame.set(op.getOrder(), std::move(pairs)))) return failure();
  return frame.set(op.getStarts(), std::move(starts));
}

static LogicalResult matmulId(MatmulIdOp op, Frame &frame) {
  const Tensor &input = frame.tensor(op.getInput()), &weight = frame.tensor(op.getWeight()),
               &ids = frame.tensor(op.getIds());
  int64_t used = ids.shape[1], outputs = weight.shape[1];
  auto order = orderByExpert(op, ids, weight.shape[0]);
  if (failed(order)) return failure();
  if (op.isGrouped()) {
    const auto &pairs = frame.tensor(op.getGroups()[0]).ints(),
               &starts = frame.tensor(op.getGroups()[1]).ints();
    if (pairs != *order || starts != countStarts(ids, weight.shape[0]))
      return op.emitOpError("expected the groups that emel.group_experts makes of its ids, found [")
             << pairs << "] and [" << starts << "]";
  }
  Tensor result = Tensor::ofReals({ids.shape[0], used, outputs});
  Rows weights(op, Semiring::PlusTimes, weight, input, frame);
  auto expertAt = [&](size_t place) { return ids.ints()[(*order)[place]]; };
  for (size_t begin = 0, end = 0; begin < order->size(); begin = end) {
    while (end < order->size() && expertAt(end) == expertAt(begin)) ++end;
    for (int64_t o = 0; o < outputs; ++o) {
      if (failed(weights.select(expertAt(begin) * outputs + o))) return failure();
      for (int64_t pair : ArrayRef(*order).slice(begin, end - begin))
        result.row(pair)[o] = weights.multiply(input.rank() == 3 ? pair : pair / used);
    }
  }
  return frame.set(op.getResult(), std::move(result));
}

/// `count` numbers, `stride` apart.
static std::vector<float> column(const double *numbers, int64_t stride, int64_t count) {
  std::vector<float> floats;
  for (int64_t k = 0; k < count; ++k) floats.push_back(static_cast<float>(numbers[k * stride]));
  return floats;
}

static LogicalResult outProd(OutProdOp op, Frame &frame) {
  const Tensor &lhs = frame.tensor(op.getLhs()), &rhs = frame.tensor(op.getRhs());
  int64_t depth = lhs.shape[lhs.rank() - 2], rows = lhs.rowSize(), columns = rhs.rowSize();
  Shape shape = lhs.shape;
  shape[lhs.rank() - 2] = rows;
  shape[lhs.rank() - 1] = columns;
  Tensor result = Tensor::ofReals(shape);
  bool isOrdered = followsOrders(op, frame);
  for (int64_t r = 0; r < result.rowCount(); ++r) {
    int64_t matrix = r / rows;
    const double *a = lhs.reals().data() + matrix * depth * rows + r % rows;
    const double *b = rhs.reals().data() + weightMatrix(lhs, rhs, matrix) * depth * columns;
    for (int64_t o = 0; o < columns; ++o)
      result.row(r)[o] = isOrdered ? orders::dotInChain(op.getSemiring(), column(a, rows, depth),
                                                        column(b + o, columns, depth).data())
                                   : contract(op.getSemiring(), a, b + o, depth, rows, columns);
  }
  return frame.set(op.getResult(), std::move(result));
}

void addContractionHandlers(HandlerTable &table) {
  addRowsHandler<MatmulOp, matmul>(table);
  addHandler<GroupExpertsOp, groupExperts>(table);
  addRowsHandler<MatmulIdOp, matmulId>(table);
  addHandler<OutProdOp, outProd>(table);
}

}  // namespace emel::interpreter
