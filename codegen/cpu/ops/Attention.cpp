// Attention over the pages of a KV cache.

#include <cmath>
#include <numeric>

#include "codegen/cpu/emit/VectorMath.h"
#include "codegen/cpu/ops/Ops.h"
#include "codegen/cpu/ops/Pages.h"
#include "codegen/cpu/ops/Slopes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace emel::cpu {

namespace {

/// A head of one token: its row of the query, its number, and where its result goes.
struct Head {
  Value query, number, out;
};

/// Attention of heads of one token that read the same cells: pages in ascending order, each
/// combined with those before by the running maximum. A head's bits depend on its sequence's own
/// cells alone, not on the heads beside it.
class Attend {
 public:
  Attend(Tile &tile, AttentionOp op, Pages &pages, Value sinks, int64_t heads)
      : emit_(tile.emit), op_(op), pages_(pages), sinks_(sinks), floats_(emit_.vec(emit_.f32())) {
    padded_ = llvm::alignTo(pages.valueDim(), kLanes);
    sums_ = emit_.frame(heads * padded_ * kFloatBytes);
    weights_ = emit_.frame(heads * EMEL_PAGE_POSITIONS * kFloatBytes);
  }

  void run(ArrayRef<Head> heads, Value position, Value slot, Value kvHead) {
    emit_.loop(emit_.i64(0), emit_.i64(heads.size() * padded_), kLanes, [&](Value dim) {
      emit_.store(emit_.splat(floats_, 0), emit_.at(sums_, emit_.mul(dim, kFloatBytes)));
    });
    Value end = emit_.add(position, 1), begin = emit_.i64(0);
    if (int64_t window = op_.getWindow())
      begin = emit_.max(emit_.sub(end, emit_.i64(window)), emit_.i64(0));
    Value firstPage = emit_.div(begin, EMEL_PAGE_POSITIONS);
    Value lastPage = emit_.div(position, EMEL_PAGE_POSITIONS);
    SmallVector<Value> start;
    for (const Head &head : heads) llvm::append_range(start, startOf(head));
    SmallVector<Value> state =
        emit_.loop(firstPage, emit_.add(lastPage, 1), 1, start, [&](Value page, ValueRange state) {
          return addPage(heads, position, begin, slot, page, kvHead, state);
        });
    for (auto [h, head] : llvm::enumerate(heads)) {
      Value total = emit_.broadcast(emit_.sumLanes(state[2 * h + 1]));
      emit_.vectors(emit_.i64(pages_.valueDim()), [&](Value dim, Value count) {
        Value offset = emit_.mul(dim, kFloatBytes);
        Value sum = emit_.load(floats_, emit_.at(sumsOf(h), offset));
        emit_.storeLanes(emit_.create<arith::DivFOp>(sum, total), emit_.at(head.out, offset),
                         count);
      });
    }
  }

 private:
  static constexpr int64_t kHalves = EMEL_PAGE_POSITIONS / kLanes;

  Value sumsOf(int64_t head) { return emit_.at(sums_, head * padded_ * kFloatBytes); }
  Value weightsOf(int64_t head) {
    return emit_.at(weights_, head * EMEL_PAGE_POSITIONS * kFloatBytes);
  }

  /// Before any page: the highest score, and the sum of the weights.
  SmallVector<Value, 2> startOf(const Head &head) {
    if (!sinks_) return {emit_.f32(-INFINITY), emit_.splat(floats_, 0)};
    SmallVector<float> one(kLanes, 0);
    one[0] = 1;
    return {emit_.load(emit_.f32(), emit_.at(sinks_, emit_.mul(head.number, kFloatBytes))),
            emit_.create<arith::ConstantOp>(DenseElementsAttr::get(floats_, ArrayRef<float>(one)))};
  }

  SmallVector<Value> addPage(ArrayRef<Head> heads, Value position, Value begin, Value slot,
                             Value page, Value kvHead, ValueRange state) {
    Value cells = pages_.head(slot, page, kvHead);
    Value first = emit_.mul(page, EMEL_PAGE_POSITIONS);
    SmallVector<Value> scores = score(heads, cells), next, falls;
    for (auto [h, head] : llvm::enumerate(heads)) {
      Value highest;
      MutableArrayRef<Value> own = MutableArrayRef(scores).slice(h * kHalves, kHalves);
      for (auto [half, score] : llvm::enumerate(own)) {
        score = finish(score, emit_.add(first, kLanes * half), position, begin, head.number);
        highest = highest ? Value(emit_.create<arith::MaximumFOp>(highest, score)) : score;
      }
      Value high = emit_.create<arith::MaximumFOp>(state[2 * h], emit_.maxLanes(highest));
      Value highs = emit_.broadcast(high);
      auto weigh = [&](Value x) { return emitExp(emit_, emit_.create<arith::SubFOp>(x, highs)); };
      falls.push_back(weigh(emit_.broadcast(state[2 * h])));
      Value sum = emit_.create<arith::MulFOp>(state[2 * h + 1], falls.back());
      for (auto [half, score] : llvm::enumerate(own)) {
        Value weight = weigh(score);
        sum = emit_.create<arith::AddFOp>(sum, weight);
        emit_.store(weight, emit_.at(weightsOf(h), kLanes * kFloatBytes * half));
      }
      next.append({high, sum});
    }
    Value from = emit_.max(emit_.sub(begin, first), emit_.i64(0));
    Value to = emit_.min(emit_.sub(emit_.add(position, 1), first), emit_.i64(EMEL_PAGE_POSITIONS));
    addValues(cells, from, to, falls);
    return next;
  }

  /// The products of the queries with a page's keys: of each head the halves of the page.
  SmallVector<Value> score(ArrayRef<Head> heads, Value cells) {
    if (!pages_.isScaled()) return score(heads, cells, emit_.i64(0), pages_.keyDim());
    VectorType scaleType = emit_.vec(emit_.getF16Type());
    SmallVector<Value> start(heads.size() * kHalves, emit_.splat(floats_, 0));
    return emit_.loop(
        emit_.i64(0), emit_.i64(pages_.keyDim()), Pages::kGroup, start,
        [&](Value dim, ValueRange sums) {
          SmallVector<Value> next, halves;
          for (int64_t half = 0; half < kHalves; ++half) {
            Value scale = emit_.load(scaleType, emit_.at(pages_.keyScales(cells, dim),
                                                         half * kLanes * Pages::kScaleBytes));
            halves.push_back(emit_.create<arith::ExtFOp>(floats_, scale));
          }
          for (auto [i, own] : llvm::enumerate(score(heads, cells, dim, Pages::kGroup)))
            next.push_back(emit_.fma(own, halves[i % kHalves], sums[i]));
          return next;
        });
  }

  /// The same for the dimensions from `first` on, without scales: two chains of each half, even and
  /// odd ones.
  SmallVector<Value> score(ArrayRef<Head> heads, Value cells, Value first, int64_t size) {
    int64_t width = heads.size() * kHalves, even = size / 2 * 2;
    auto addDim = [&](Value dim, ValueRange sums) {
      SmallVector<Value> keys, next;
      for (int64_t half = 0; half < kHalves; ++half)
        keys.push_back(
            pages_.load(emit_.at(pages_.keys(cells, dim), half * kLanes * pages_.bytes()), {}));
      for (const Head &head : heads) {
        Value x = emit_.broadcast(
            emit_.load(emit_.f32(), emit_.at(head.query, emit_.mul(dim, kFloatBytes))));
        for (Value key : keys) next.push_back(emit_.fma(x, key, sums[next.size()]));
      }
      return next;
    };
    SmallVector<Value> start(2 * width, emit_.splat(floats_, 0));
    SmallVector<Value> sums =
        emit_.loop(first, emit_.add(first, even), 2, start, [&](Value dim, ValueRange sums) {
          SmallVector<Value> next = addDim(dim, sums.take_front(width));
          llvm::append_range(next, addDim(emit_.add(dim, 1), sums.drop_front(width)));
          return next;
        });
    SmallVector<Value> evens(sums.begin(), sums.begin() + width);
    if (even < size) evens = addDim(emit_.add(first, even), evens);
    for (auto [own, odd] : llvm::zip(evens, ArrayRef(sums).drop_front(width)))
      own = emit_.create<arith::AddFOp>(own, odd);
    return evens;
  }

  /// Scale, softcap, bias, and -inf where the token does not see.
  Value finish(Value score, Value first, Value position, Value begin, Value head) {
    auto mul = [&](Value a, double b) -> Value {
      return emit_.create<arith::MulFOp>(a, emit_.splat(floats_, b));
    };
    score = mul(score, op_.getScale().convertToFloat());
    if (float cap = op_.getSoftcap().convertToFloat(); cap > 0)
      score = mul(emitTanh(emit_, mul(score, 1 / double(cap))), cap);
    auto spread = [&](Value number) {
      return emit_.broadcast(emit_.create<arith::TruncIOp>(emit_.i32(), number));
    };
    Value cell = emit_.create<arith::AddIOp>(emit_.iota(), spread(first));
    if (op_.getMaxBias().convertToFloat() > 0) {
      Value distance = emit_.create<arith::SIToFPOp>(
          floats_, emit_.create<arith::SubIOp>(cell, spread(position)));
      score = emit_.fma(emit_.broadcast(slopeOf(head)), distance, score);
    }
    Value isSeen = emit_.create<arith::CmpIOp>(arith::CmpIPredicate::sle, cell, spread(position));
    if (op_.getWindow())
      isSeen = emit_.create<arith::AndIOp>(
          isSeen, emit_.create<arith::CmpIOp>(arith::CmpIPredicate::sge, cell, spread(begin)));
    return emit_.create<arith::SelectOp>(isSeen, score, emit_.splat(floats_, -INFINITY));
  }

  Value slopeOf(Value head) {
    int64_t heads = cast<RankedTensorType>(op_.getQuery().getType()).getDimSize(1);
    return emitSlope(emit_, op_.getMaxBias().convertToDouble(), heads, head);
  }

  /// sums = sums fall + the weighted values of the cells that are seen; the others may hold
  /// anything.
  void addValues(Value cells, Value from, Value to, ArrayRef<Value> falls) {
    constexpr int64_t kChains = 4;
    int64_t chunks = padded_ / kLanes, heads = falls.size();
    for (int64_t chunk = 0; chunk < chunks; chunk += kChains) {
      SmallVector<Value> start;
      int64_t own = std::min(kChains, chunks - chunk);
      auto sumAt = [&](int64_t head, int64_t i) {
        return emit_.at(sumsOf(head), (chunk + i) * kLanes * kFloatBytes);
      };
      for (int64_t head = 0; head < heads; ++head)
        for (int64_t i = 0; i < own; ++i)
          start.push_back(
              emit_.create<arith::MulFOp>(emit_.load(floats_, sumAt(head, i)), falls[head]));
      SmallVector<Value> sums = emit_.loop(from, to, 1, start, [&](Value cell, ValueRange sums) {
        SmallVector<Value> next;
        for (int64_t head = 0; head < heads; ++head)
          for (int64_t i = 0; i < own; ++i) {
            int64_t column = (chunk + i) * kLanes;
            next.push_back(emit_.fma(weightAt(head, cells, cell, column),
                                     valuesAt(cells, cell, column), sums[next.size()]));
          }
        return next;
      });
      for (int64_t head = 0; head < heads; ++head)
        for (int64_t i = 0; i < own; ++i) emit_.store(sums[head * own + i], sumAt(head, i));
    }
  }

  /// What a head multiplies a cell's values from `column` on with.
  Value weightAt(int64_t head, Value cells, Value cell, int64_t column) {
    Value weight = emit_.load(emit_.f32(), emit_.at(weightsOf(head), emit_.mul(cell, kFloatBytes)));
    if (pages_.isScaled()) {
      Value scale =
          emit_.load(emit_.getF16Type(), pages_.valueScale(cells, cell, emit_.i64(column)));
      weight = emit_.create<arith::MulFOp>(weight, emit_.create<arith::ExtFOp>(emit_.f32(), scale));
    }
    return emit_.broadcast(weight);
  }

  Value valuesAt(Value cells, Value cell, int64_t column) {
    int64_t left = pages_.valueDim() - column;
    Value count = left < kLanes ? emit_.i64(left) : Value();
    return pages_.load(emit_.at(pages_.values(cells, cell), column * pages_.bytes()), count);
  }

  Emit &emit_;
  AttentionOp op_;
  Pages &pages_;
  Value sinks_, sums_, weights_;
  VectorType floats_;
  int64_t padded_;
};

}  // namespace

/// How many heads of a tile go together, of those that read the same cells: a head's sums, and what
/// is added to them, take 8 vectors.
static int64_t headsTogether(const Target &target, int64_t perCells, const Span &heads) {
  auto size = Emit::constant(heads.size);
  if (!size) return 1;
  int64_t common = std::gcd(std::gcd(perCells, heads.unit), *size);
  for (int64_t count = target.vectors() / 8; count > 1; --count)
    if (common % count == 0) return count;
  return 1;
}

static bool seesLaterPositions(Operation *op, const Target &) {
  return cast<AttentionOp>(op).getBidirectional();
}

static LogicalResult emitAttention(Tile &tile, Operation *op, const Part &part, const View &out) {
  auto attention = cast<AttentionOp>(op);
  Emit &emit = tile.emit;
  auto type = cast<KvType>(attention.getState().getType());
  FailureOr<View> query = tile.need(op->getOpOperand(0), part);
  FailureOr<View> state = tile.need(op->getOpOperand(1), part);
  FailureOr<View> positions = tile.need(op->getOpOperand(2), part);
  FailureOr<View> slots = tile.need(op->getOpOperand(3), part);
  if (failed(query) || failed(state) || failed(positions) || failed(slots)) return failure();
  Value sinks;
  if (attention.getSinks()) {
    FailureOr<View> view = tile.need(attention.getSinks(), tile.wholeOf(attention.getSinks()));
    if (failed(view)) return failure();
    sinks = view->base;
  }
  int64_t perCells =
      cast<RankedTensorType>(attention.getQuery().getType()).getDimSize(1) / type.getHeads();
  int64_t together = headsTogether(tile.target, perCells, part[1]);
  Pages pages(tile, *state, type);
  Attend attend(tile, attention, pages, sinks, together);
  emit.loop(part[0].begin, emit.add(part[0].begin, part[0].size), 1, [&](Value token) {
    Value position = emit.toI64(emit.load(emit.i32(), tile.address(*positions, token)));
    Value slot = emit.toI64(emit.load(emit.i32(), tile.address(*slots, token)));
    Value first = part[1].begin, end = emit.add(first, part[1].size);
    emit.loop(first, end, together, [&](Value head) {
      SmallVector<Head> heads;
      for (int64_t i = 0; i < together; ++i) {
        Value number = emit.add(head, i);
        heads.push_back(
            {tile.address(*query, {token, number}), number, tile.address(out, {token, number})});
      }
      attend.run(heads, position, slot, emit.div(head, perCells));
    });
  });
  return success();
}

void addAttentionEmitters(EmitterTable &table) {
  table["emel.attention"] = {
      emitAttention,
      {kFloat32Only,
       kKnownCells,
       {"tokens see later positions, and a step does not say where a sequence ends",
        seesLaterPositions}}};
}

}  // namespace emel::cpu
