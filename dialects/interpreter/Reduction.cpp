#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>

#include "dialects/interpreter/Frame.h"
#include "dialects/interpreter/Orders.h"

using namespace mlir;

namespace emel::interpreter {

static constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// What a reduction of nothing gives, but for the mean.
static double start(ReduceKind kind) {
  switch (kind) {
    case ReduceKind::Sum:
    case ReduceKind::Mean: return 0;
    case ReduceKind::Max: return -kInfinity;
    case ReduceKind::Min: return kInfinity;
  }
  llvm_unreachable("every kind returns");
}

static double combine(ReduceKind kind, double a, double b) {
  switch (kind) {
    case ReduceKind::Sum:
    case ReduceKind::Mean: return a + b;
    case ReduceKind::Max: return std::isnan(a) || a > b ? a : b;
    case ReduceKind::Min: return std::isnan(a) || a < b ? a : b;
  }
  llvm_unreachable("every kind returns");
}

/// Where element `i` of a shape lies in one that has some dimensions as 1.
static int64_t reducedIndex(const Shape &whole, const Shape &reduced, int64_t i) {
  int64_t index = 0, stride = 1;
  for (size_t d = whole.size(); d-- > 0; i /= whole[d]) {
    if (reduced[d] != 1) index += i % whole[d] * stride;
    stride *= reduced[d];
  }
  return index;
}

/// As code does: a chain for each element of the result, or one for each lane where whole rows are
/// reduced.
static void combineInOrder(ReduceOp op, const Tensor &input, Tensor &result) {
  bool isOfRows = llvm::is_contained(op.getDims(), input.rank() - 1);
  auto combineTwo = [kind = op.getKind()](float a, float b) { return orders::reduce(kind, a, b); };
  std::vector<orders::Lanes> lanes(result.size());
  for (orders::Lanes &own : lanes) own.fill(static_cast<float>(start(op.getKind())));
  for (int64_t i = 0; i < input.size(); ++i) {
    orders::Lanes &own = lanes[reducedIndex(input.shape, result.shape, i)];
    float &lane = own[isOfRows ? i % input.rowSize() % orders::kLanes : 0];
    lane = combineTwo(lane, static_cast<float>(input.reals()[i]));
  }
  for (auto [out, own] : llvm::zip(result.reals(), lanes))
    out = isOfRows ? orders::addInPairs(own, combineTwo) : own[0];
}

static LogicalResult reduce(ReduceOp op, Frame &frame) {
  const Tensor &input = frame.tensor(op.getInput());
  Shape shape = input.shape;
  for (int64_t dim : op.getDims()) shape[dim] = 1;
  Tensor result = Tensor::ofReals(shape);
  std::fill(result.reals().begin(), result.reals().end(), start(op.getKind()));
  bool isOrdered = followsOrders(op, frame);
  if (isOrdered) combineInOrder(op, input, result);
  for (int64_t i = 0; !isOrdered && i < input.size(); ++i) {
    double &out = result.reals()[reducedIndex(input.shape, shape, i)];
    out = combine(op.getKind(), out, input.reals()[i]);
  }
  if (op.getKind() == ReduceKind::Mean) {
    double count = 1;
    for (int64_t dim : op.getDims()) count *= input.shape[dim];
    for (double &x : result.reals()) x /= count;
  }
  return frame.set(op.getResult(), std::move(result));
}

/// The indices of a row's elements in order; equal ones keep theirs, NaNs come last.
static std::vector<int64_t> rank(const double *row, int64_t size, SortOrder order) {
  std::vector<int64_t> indices(size);
  std::iota(indices.begin(), indices.end(), 0);
  std::stable_sort(indices.begin(), indices.end(), [&](int64_t a, int64_t b) {
    if (std::isnan(row[a]) || std::isnan(row[b])) return std::isnan(row[b]) && !std::isnan(row[a]);
    return order == SortOrder::Desc ? row[a] > row[b] : row[a] < row[b];
  });
  return indices;
}

/// The first `count` indices of each ranked row, in a tensor of `shape`.
static Tensor rankRows(const Tensor &input, Shape shape, int64_t count, SortOrder order) {
  Tensor result = Tensor::ofInts(shape);
  for (int64_t r = 0; r < input.rowCount(); ++r)
    std::copy_n(rank(input.row(r), input.rowSize(), order).begin(), count,
                result.ints().begin() + r * count);
  return result;
}

static LogicalResult topK(TopKOp op, Frame &frame) {
  Tensor input = frame.tensor(op.getInput());
  if (followsOrders(op, frame))
    for (double &x : input.reals())
      if (std::isnan(x)) x = -kInfinity;
  Shape shape = input.shape;
  shape.back() = op.getK();
  return frame.set(op.getResult(), rankRows(input, shape, op.getK(), SortOrder::Desc));
}

/// A candidate of the dialect: the bits of an element as f32 above its column.
static int64_t candidateOf(double element, int64_t column) {
  uint64_t bits = std::bit_cast<uint32_t>(static_cast<float>(element));
  return static_cast<int64_t>(bits << 32 | static_cast<uint64_t>(column));
}

static constexpr int64_t kNoCandidate = -1;

static LogicalResult topKParts(TopKPartsOp op, Frame &frame) {
  const Tensor &input = frame.tensor(op.getInput());
  int64_t k = op.getK(), width = op.getWidth(), columns = input.rowSize();
  int64_t parts = llvm::divideCeil(columns, width);
  Tensor result = Tensor::ofInts({input.rowCount(), parts, k});
  std::fill(result.ints().begin(), result.ints().end(), kNoCandidate);
  for (int64_t r = 0; r < input.rowCount(); ++r)
    for (int64_t p = 0; p < parts; ++p) {
      // As f32: with --f64 elements are finer than what candidates hold.
      std::vector<double> part;
      for (int64_t c = p * width; c < std::min(columns, (p + 1) * width); ++c)
        part.push_back(static_cast<float>(input.row(r)[c]));
      auto ranked = rank(part.data(), part.size(), SortOrder::Desc);
      for (int64_t i = 0; i < std::min<int64_t>(k, ranked.size()); ++i)
        result.ints()[(r * parts + p) * k + i] =
            candidateOf(part[ranked[i]], p * width + ranked[i]);
    }
  return frame.set(op.getResult(), std::move(result));
}

/// Whether a candidate ranks above another: by element, a NaN below all numbers; then by column.
static bool isBetter(int64_t a, int64_t b) {
  if (a == kNoCandidate || b == kNoCandidate) return b == kNoCandidate && a != b;
  auto element = [](int64_t candidate) {
    return std::bit_cast<float>(static_cast<uint32_t>(static_cast<uint64_t>(candidate) >> 32));
  };
  float x = element(a), y = element(b);
  if (std::isnan(x) != std::isnan(y)) return std::isnan(y);
  if (!std::isnan(x) && x != y) return x > y;
  return static_cast<int32_t>(a) < static_cast<int32_t>(b);
}

static LogicalResult mergeTopK(MergeTopKOp op, Frame &frame) {
  const Tensor &input = frame.tensor(op.getInput());
  int64_t rows = input.shape[0], each = input.shape[1] * input.shape[2], k = input.shape[2];
  Tensor result = Tensor::ofInts({rows, k});
  for (int64_t r = 0; r < rows; ++r) {
    auto begin = input.ints().begin() + r * each;
    std::vector<int64_t> all(begin, begin + each);
    std::sort(all.begin(), all.end(), isBetter);
    std::copy_n(all.begin(), k, result.ints().begin() + r * k);
  }
  return frame.set(op.getResult(), std::move(result));
}

static LogicalResult argmax(ArgmaxOp op, Frame &frame) {
  const Tensor &input = frame.tensor(op.getInput());
  Shape shape(ArrayRef<int64_t>(input.shape).drop_back());
  return frame.set(op.getResult(), rankRows(input, shape, 1, SortOrder::Desc));
}

static LogicalResult argsort(ArgsortOp op, Frame &frame) {
  const Tensor &input = frame.tensor(op.getInput());
  return frame.set(op.getResult(), rankRows(input, input.shape, input.rowSize(), op.getOrder()));
}

static LogicalResult cumsum(CumsumOp op, Frame &frame) {
  Tensor result = frame.tensor(op.getInput());
  if (followsOrders(op, frame)) {
    forFloatRows(result, orders::cumsum);
    return frame.set(op.getResult(), std::move(result));
  }
  for (int64_t r = 0; r < result.rowCount(); ++r)
    std::partial_sum(result.row(r), result.row(r) + result.rowSize(), result.row(r));
  return frame.set(op.getResult(), std::move(result));
}

static LogicalResult countEqual(CountEqualOp op, Frame &frame) {
  Tensor result = Tensor::ofInts({});
  for (auto [a, b] : llvm::zip(frame.tensor(op.getLhs()).ints(), frame.tensor(op.getRhs()).ints()))
    result.ints()[0] += a == b;
  return frame.set(op.getResult(), std::move(result));
}

void addReductionHandlers(HandlerTable &table) {
  addHandler<ReduceOp, reduce>(table);
  addHandler<TopKOp, topK>(table);
  addHandler<TopKPartsOp, topKParts>(table);
  addHandler<MergeTopKOp, mergeTopK>(table);
  addHandler<ArgmaxOp, argmax>(table);
  addHandler<ArgsortOp, argsort>(table);
  addHandler<CumsumOp, cumsum>(table);
  addHandler<CountEqualOp, countEqual>(table);
}

}  // namespace emel::interpreter
