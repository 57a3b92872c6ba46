#include <cmath>
#include <limits>
#include <set>

#include "dialects/emel/Positions.h"
#include "dialects/interpreter/Frame.h"
#include "dialects/interpreter/Orders.h"
#include "runtime/gguf/dequantize.h"
#include "runtime/gguf/quantize.h"

using namespace mlir;

namespace emel::interpreter {

static constexpr double kInfinity = std::numeric_limits<double>::infinity();

//===----------------------------------------------------------------------===//
// Softmax and attention
//===----------------------------------------------------------------------===//

/// Turns logits into probabilities in place; all -inf (and no sink) becomes zeros.
static void softmaxRow(MutableArrayRef<double> row, const double *sink) {
  double high = sink ? *sink : -kInfinity;
  for (double x : row) high = std::max(high, x);
  double sum = sink ? std::exp(*sink - high) : 0;
  for (double &x : row) sum += x = high == -kInfinity ? 0 : std::exp(x - high);
  for (double &x : row) x = sum == 0 ? 0 : x / sum;
}

/// The slope of each head, as code has them.
static std::vector<float> slopesOf(double maxBias, int64_t heads) {
  std::vector<float> slopes(heads, 1);
  for (int64_t h = 0; h < heads && maxBias > 0; ++h)
    slopes[h] = emel::alibiSlope(maxBias, h, heads);
  return slopes;
}

static LogicalResult softmaxInOrder(SoftmaxOp op, Frame &frame) {
  Tensor result = frame.tensor(op.getInput());
  const Tensor *mask = frame.tensorOrNull(op.getMask()), *sinks = frame.tensorOrNull(op.getSinks());
  int64_t rows = result.rank() >= 2 ? result.shape[result.rank() - 2] : 1;
  int64_t heads = result.rank() >= 3 ? result.shape[result.rank() - 3] : 1;
  std::vector<float> slopes = slopesOf(op.getMaxBias().convertToDouble(), heads);
  int64_t number = 0;
  forFloatRows(result, [&](MutableArrayRef<float> row) {
    int64_t head = number / rows % heads;
    const double *own = mask ? mask->row(number % rows) : nullptr;
    for (auto [i, x] : llvm::enumerate(row)) {
      x *= op.getScale().convertToFloat();
      if (own) x = std::fma(slopes[head], static_cast<float>(own[i]), x);
    }
    std::optional<float> sink;
    if (sinks) sink = static_cast<float>(sinks->reals()[head]);
    float total = orders::weigh(row, sink);
    for (float &x : row) x /= total;
    ++number;
  });
  return frame.set(op.getResult(), std::move(result));
}

static LogicalResult softmax(SoftmaxOp op, Frame &frame) {
  Tensor result = frame.tensor(op.getInput());
  const Tensor *mask = frame.tensorOrNull(op.getMask()), *sinks = frame.tensorOrNull(op.getSinks());
  if (followsOrders(op, frame)) return softmaxInOrder(op, frame);
  double scale = op.getScale().convertToDouble(), maxBias = op.getMaxBias().convertToDouble();
  int64_t rows = result.rank() >= 2 ? result.shape[result.rank() - 2] : 1;
  int64_t heads = result.rank() >= 3 ? result.shape[result.rank() - 3] : 1;
  for (int64_t r = 0; r < result.rowCount(); ++r) {
    int64_t head = r / rows % heads;
    MutableArrayRef<double> row(result.row(r), result.rowSize());
    double slope = alibiSlope(maxBias, head, heads);
    for (auto [i, x] : llvm::enumerate(row))
      x = x * scale + (mask ? slope * mask->row(r % rows)[i] : 0);
    softmaxRow(row, sinks ? &sinks->reals()[head] : nullptr);
  }
  return frame.set(op.getResult(), std::move(result));
}

namespace {

/// A key and a value that a token sees, with the bias that its mask adds.
struct SeenCell {
  const double *key, *value;
  double bias;
};

/// What all heads of an attention share.
struct HeadRule {
  double scale, softcap, maxBias;
  int64_t heads, group, keyDim, valueDim;
  const Tensor *sinks;
};

}  // namespace

/// Attends with one head of one token. Keys and values point at the cell's first head.
static void attendHead(const HeadRule &rule, int64_t head, const double *query,
                       ArrayRef<SeenCell> cells, double *out) {
  int64_t kvHead = head / rule.group;
  double slope = alibiSlope(rule.maxBias, head, rule.heads);
  std::vector<double> weights;
  for (const SeenCell &cell : cells) {
    double dot = 0;
    for (int64_t i = 0; i < rule.keyDim; ++i) dot += query[i] * cell.key[kvHead * rule.keyDim + i];
    dot *= rule.scale;
    if (rule.softcap > 0) dot = rule.softcap * std::tanh(dot / rule.softcap);
    weights.push_back(dot + slope * cell.bias);
  }
  softmaxRow(weights, rule.sinks ? &rule.sinks->reals()[head] : nullptr);
  std::fill_n(out, rule.valueDim, 0.0);
  for (auto [cell, weight] : llvm::zip(cells, weights))
    for (int64_t i = 0; i < rule.valueDim; ++i)
      out[i] += weight * cell.value[kvHead * rule.valueDim + i];
}

template <typename OpType>
static HeadRule headRule(OpType op, Frame &frame, const Tensor &query, int64_t kvHeads,
                         int64_t valueDim) {
  return {op.getScale().convertToDouble(),
          op.getSoftcap().convertToDouble(),
          op.getMaxBias().convertToDouble(),
          query.shape[1],
          query.shape[1] / kvHeads,
          query.rowSize(),
          valueDim,
          frame.tensorOrNull(op.getSinks())};
}

static void attendToken(const HeadRule &rule, int64_t token, const Tensor &query,
                        ArrayRef<SeenCell> cells, Tensor &result) {
  for (int64_t head = 0; head < rule.heads; ++head)
    attendHead(rule, head, query.row(token * rule.heads + head), cells,
               result.row(token * rule.heads + head));
}

/// What head `head` of an attention brings, as code has it.
template <typename OpType>
static orders::AttentionHead headInOrder(OpType op, Frame &frame, int64_t head,
                                         ArrayRef<float> query, float slope) {
  const Tensor *sinks = frame.tensorOrNull(op.getSinks());
  orders::AttentionHead own{
      query, op.getScale().convertToFloat(), op.getSoftcap().convertToFloat(), slope, {}};
  if (sinks) own.sink = static_cast<float>(sinks->reals()[head]);
  return own;
}

static std::vector<float> floatsOf(const Tensor &tensor) {
  return {tensor.reals().begin(), tensor.reals().end()};
}

static LogicalResult flashAttentionInOrder(FlashAttentionOp op, Frame &frame) {
  const Tensor &query = frame.tensor(op.getQuery()), &key = frame.tensor(op.getKey()),
               &value = frame.tensor(op.getValue());
  const Tensor *mask = frame.tensorOrNull(op.getMask());
  int64_t heads = query.shape[1], kvHeads = key.shape[1];
  std::vector<float> slopes = slopesOf(op.getMaxBias().convertToDouble(), heads);
  std::vector<float> queries = floatsOf(query), keys = floatsOf(key), values = floatsOf(value);
  auto rowOf = [](ArrayRef<float> numbers, const Tensor &tensor, int64_t row) {
    return numbers.slice(row * tensor.rowSize(), tensor.rowSize());
  };
  Tensor result = Tensor::ofReals({query.shape[0], heads, value.rowSize()});
  for (int64_t r = 0; r < result.rowCount(); ++r) {
    int64_t token = r / heads, head = r % heads, kvHead = head / (heads / kvHeads);
    std::vector<orders::MaskedCell> cells;
    for (int64_t c = 0; c < key.shape[0]; ++c) {
      int64_t row = c * kvHeads + kvHead;
      cells.push_back({rowOf(keys, key, row), rowOf(values, value, row), {}});
      if (mask) cells.back().mask = static_cast<float>(mask->row(token)[c]);
    }
    std::vector<float> out(value.rowSize());
    orders::flashAttend(headInOrder(op, frame, head, rowOf(queries, query, r), slopes[head]), cells,
                        out);
    llvm::copy(out, result.row(r));
  }
  return frame.set(op.getResult(), std::move(result));
}

static LogicalResult flashAttention(FlashAttentionOp op, Frame &frame) {
  if (followsOrders(op, frame)) return flashAttentionInOrder(op, frame);
  const Tensor &query = frame.tensor(op.getQuery()), &key = frame.tensor(op.getKey()),
               &value = frame.tensor(op.getValue());
  const Tensor *mask = frame.tensorOrNull(op.getMask());
  HeadRule rule = headRule(op, frame, query, key.shape[1], value.rowSize());
  Tensor result = Tensor::ofReals({query.shape[0], rule.heads, rule.valueDim});
  for (int64_t token = 0; token < query.shape[0]; ++token) {
    std::vector<SeenCell> cells;
    for (int64_t c = 0; c < key.shape[0]; ++c) {
      double bias = mask ? mask->row(token)[c] : 0;
      if (bias != -kInfinity)
        cells.push_back({key.row(c * key.shape[1]), value.row(c * value.shape[1]), bias});
    }
    attendToken(rule, token, query, cells, result);
  }
  return frame.set(op.getResult(), std::move(result));
}

//===----------------------------------------------------------------------===//
// State
//===----------------------------------------------------------------------===//

/// Whether a token sees a cell of its own slot.
template <typename OpType>
static bool sees(OpType op, int64_t position, int64_t cellPosition) {
  int64_t window = op.getWindow();
  if (cellPosition > position && !op.getBidirectional()) return false;
  return window == 0 || cellPosition > position - window;
}

/// The cells of a slot that a token sees, up to its own: none may be missing, as code reads them
/// all.
static FailureOr<std::vector<const Cell *>> cellsOf(AttentionOp op, const State &state,
                                                    int64_t slot, int64_t position) {
  int64_t window = op.getWindow();
  auto found = state.find(slot);
  std::vector<const Cell *> cells;
  for (int64_t p = window ? std::max<int64_t>(position + 1 - window, 0) : 0; p <= position; ++p) {
    auto cell = found == state.end() ? decltype(found->second.end())() : found->second.find(p);
    if (found == state.end() || cell == found->second.end())
      return op.emitOpError("expected a cell at each position that the token at ")
             << position << " sees, found none at " << p << " of slot " << slot;
    cells.push_back(cell->second.get());
  }
  return cells;
}

/// A head's part of a row of numbers that all heads have.
static orders::CellRow headRow(const std::vector<double> &numbers, const std::vector<float> &scales,
                               int64_t head, int64_t heads) {
  size_t scalesOfHead = scales.size() / heads;
  return {numbers.data() + head * (numbers.size() / heads),
          ArrayRef(scales).slice(head * scalesOfHead, scalesOfHead)};
}

/// As code goes over pages of cells.
static LogicalResult attentionInOrder(AttentionOp op, Frame &frame) {
  const Tensor &query = frame.tensor(op.getQuery());
  KvType type = op.getState().getType();
  int64_t heads = query.shape[1], kvHeads = type.getHeads();
  double maxBias = op.getMaxBias().convertToDouble();
  std::vector<float> slopes = slopesOf(maxBias, heads);
  Tensor result = Tensor::ofReals({query.shape[0], heads, type.getValueDim()});
  for (int64_t token = 0; token < query.shape[0]; ++token) {
    int64_t position = frame.tensor(op.getPositions()).ints()[token];
    auto cells = cellsOf(op, frame.state(op.getState()), frame.tensor(op.getSlots()).ints()[token],
                         position);
    if (failed(cells)) return failure();
    for (int64_t h = 0; h < heads; ++h) {
      int64_t row = token * heads + h, kvHead = h / (heads / kvHeads);
      std::vector<float> own(query.row(row), query.row(row) + query.rowSize());
      std::vector<orders::AttentionCell> seen;
      for (const Cell *cell : *cells)
        seen.push_back({headRow(cell->key, cell->keyScales, kvHead, kvHeads),
                        headRow(cell->value, cell->valueScales, kvHead, kvHeads)});
      std::vector<float> out(type.getValueDim());
      orders::attend(headInOrder(op, frame, h, own, maxBias > 0 ? slopes[h] : 0), position, seen,
                     out);
      llvm::copy(out, result.row(row));
    }
  }
  return frame.set(op.getResult(), std::move(result));
}

static LogicalResult attention(AttentionOp op, Frame &frame) {
  if (!op.getBidirectional() && followsOrders(op, frame)) return attentionInOrder(op, frame);
  const Tensor &query = frame.tensor(op.getQuery());
  const State &state = frame.state(op.getState());
  KvType type = op.getState().getType();
  HeadRule rule = headRule(op, frame, query, type.getHeads(), type.getValueDim());
  Tensor result = Tensor::ofReals({query.shape[0], rule.heads, rule.valueDim});
  for (int64_t token = 0; token < query.shape[0]; ++token) {
    int64_t position = frame.tensor(op.getPositions()).ints()[token];
    std::vector<SeenCell> cells;
    auto slot = state.find(frame.tensor(op.getSlots()).ints()[token]);
    if (slot != state.end())
      for (const auto &[cellPosition, cell] : slot->second)
        if (sees(op, position, cellPosition))
          cells.push_back({cell->key.data(), cell->value.data(),
                           rule.maxBias == 0 ? 0.0 : -std::abs(double(position - cellPosition))});
    attendToken(rule, token, query, cells, result);
  }
  return frame.set(op.getResult(), std::move(result));
}

namespace {

/// Numbers as cells keep them.
struct CellNumbers {
  std::vector<double> numbers;
  std::vector<float> scales;
};

}  // namespace

/// What is left of numbers that a block format holds.
static CellNumbers roundToBlocks(BlockType block, ArrayRef<double> numbers) {
  const gguf::TensorTypeInfo &info = block.getInfo();
  std::vector<float> floats(numbers.begin(), numbers.end());
  std::vector<uint8_t> bytes(floats.size() / info.block_elements * info.block_bytes);
  absl::Status encoded = gguf::Quantize(info.type, floats, absl::MakeSpan(bytes));
  absl::Status decoded = gguf::Dequantize(info.type, bytes, absl::MakeSpan(floats));
  assert(encoded.ok() && decoded.ok() && "whole blocks of a type with a quantizer");
  (void)encoded, (void)decoded;
  CellNumbers result{{floats.begin(), floats.end()}, {}};
  if (info.type != gguf::TensorType::kQ8_0) return result;
  std::vector<gguf::IntegerGroup> groups(floats.size() / gguf::kIntegerGroup);
  absl::Status expanded = gguf::ExpandIntegers(info.type, bytes, absl::MakeSpan(groups));
  assert(expanded.ok() && "as many groups as there are");
  (void)expanded;
  for (const gguf::IntegerGroup &group : groups) result.scales.push_back(group.scale);
  return result;
}

static LogicalResult kvWrite(KvWriteOp op, Frame &frame) {
  State state = frame.state(op.getState());
  const Tensor &key = frame.tensor(op.getKey()), &value = frame.tensor(op.getValue());
  Type element = op.getType().getElementType();
  auto block = dyn_cast<BlockType>(element);
  if (block && !gguf::HasQuantizer(block.getFormat()))
    return op.emitOpError("cannot store cells of ") << element;
  auto cellRows = [&](const Tensor &tensor, int64_t token) -> CellNumbers {
    int64_t size = tensor.shape[1] * tensor.shape[2];
    std::vector<double> row(tensor.row(token * tensor.shape[1]),
                            tensor.row(token * tensor.shape[1]) + size);
    if (block) return roundToBlocks(block, row);
    for (double &x : row) x = roundTo(element, frame.interpreter().options().precision, x);
    return {std::move(row), {}};
  };
  for (int64_t token = 0; token < key.shape[0]; ++token) {
    int64_t position = frame.tensor(op.getPositions()).ints()[token];
    if (position < 0)
      return op.emitOpError("expected a position of at least 0, found ") << position;
    CellNumbers keys = cellRows(key, token), values = cellRows(value, token);
    state[frame.tensor(op.getSlots()).ints()[token]][position] =
        std::make_shared<const Cell>(Cell{std::move(keys.numbers), std::move(values.numbers),
                                          std::move(keys.scales), std::move(values.scales)});
  }
  frame.set(op.getResult(), std::move(state));
  return success();
}

static LogicalResult kvRead(KvReadOp op, Frame &frame) {
  const State &state = frame.state(op.getState());
  const Tensor &positions = frame.tensor(op.getPositions()), &slots = frame.tensor(op.getSlots());
  struct Found {
    int64_t slot, position;
    const Cell *cell;
  };
  if (positions.size() != slots.size())
    return op.emitOpError("(C2) expected as many positions as slots, found ")
           << positions.size() << " and " << slots.size();
  std::vector<Found> found;
  for (int64_t slot : std::set<int64_t>(slots.ints().begin(), slots.ints().end()))
    if (auto it = state.find(slot); it != state.end())
      for (const auto &[position, cell] : it->second) found.push_back({slot, position, cell.get()});
  KvType type = op.getState().getType();
  int64_t count = static_cast<int64_t>(found.size());
  Tensor key = Tensor::ofReals({count, type.getHeads(), type.getKeyDim()});
  Tensor value = Tensor::ofReals({count, type.getHeads(), type.getValueDim()});
  Tensor mask = Tensor::ofReals({slots.size(), count});
  for (auto [c, cell] : llvm::enumerate(found)) {
    llvm::copy(cell.cell->key, key.row(c * type.getHeads()));
    llvm::copy(cell.cell->value, value.row(c * type.getHeads()));
    for (int64_t token = 0; token < slots.size(); ++token) {
      int64_t position = positions.ints()[token];
      bool seen = slots.ints()[token] == cell.slot && sees(op, position, cell.position);
      double distance = op.getDistance() ? -std::abs(double(position - cell.position)) : 0.0;
      mask.row(token)[c] = seen ? distance : -kInfinity;
    }
  }
  if (failed(frame.set(op.getKey(), std::move(key))) ||
      failed(frame.set(op.getValue(), std::move(value))))
    return failure();
  return frame.set(op.getMask(), std::move(mask));
}

void addAttentionHandlers(HandlerTable &table) {
  addHandler<SoftmaxOp, softmax>(table);
  addHandler<FlashAttentionOp, flashAttention>(table);
  addHandler<AttentionOp, attention>(table);
  addHandler<KvWriteOp, kvWrite>(table);
  addHandler<KvReadOp, kvRead>(table);
}

}  // namespace emel::interpreter
