// Attention over keys and values that are tensors.

#include <cmath>

#include "codegen/cpu/emit/VectorMath.h"
#include "codegen/cpu/ops/Ops.h"
#include "codegen/cpu/ops/Slopes.h"
#include "dialects/emel/Emel.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace emel::cpu {

namespace {

/// Attention of one head of one token after the other: its scores, their softmax, and the sum of
/// the values.
class FlashAttend {
 public:
  FlashAttend(Tile &tile, FlashAttentionOp op, ArrayRef<View> views)
      : tile_(tile),
        emit_(tile.emit),
        op_(op),
        views_(views),
        floats_(emit_.vec(emit_.f32())),
        cells_(tile.sizeOf(op.getKey(), 0)),
        keyDim_(tile.sizeOf(op.getKey(), 2)) {
    auto headsOf = [](Value value) {
      return cast<RankedTensorType>(value.getType()).getDimSize(1);
    };
    heads_ = headsOf(op.getQuery());
    perCells_ = heads_ / headsOf(op.getKey());
    int64_t most = llvm::alignTo(std::max<int64_t>(tile.mostOf(op.getKey(), 0), 1), kLanes);
    weights_ = emit_.frame(most * kFloatBytes);
  }

  /// The columns of a head's result.
  void run(Value token, Value head, const Span &columns, Value target) {
    Value query = tile_.address(views_[0], {token, head});
    Value mask = op_.getMask() ? tile_.address(views_[3], token) : Value();
    Value kvHead = emit_.div(head, perCells_);
    emit_.loop(emit_.i64(0), cells_, 1, [&](Value cell) {
      Value key = tile_.address(views_[1], {cell, kvHead});
      emit_.store(multiply(query, key), at(weights_, cell));
    });
    Value sum = weigh(mask, head);
    addValues(mask, kvHead, columns, sum, target);
  }

 private:
  Value at(Value base, Value index) { return emit_.at(base, emit_.mul(index, kFloatBytes)); }
  Value load(Value base, Value index, Value count, Value rest = {}) {
    return emit_.loadLanes(floats_, at(base, index), count, rest);
  }
  Value select(Value condition, Value yes, Value no) {
    return emit_.create<arith::SelectOp>(condition, yes, no);
  }
  Value is(Value x, double number) {
    return emit_.create<arith::CmpFOp>(arith::CmpFPredicate::OEQ, x,
                                       emit_.splat(x.getType(), number));
  }

  Value multiply(Value query, Value key) {
    Value whole = emit_.mul(emit_.div(keyDim_, kLanes), kLanes);
    auto add = [&](Value index, Value count, Value sum) {
      return emit_.fma(load(query, index, count), load(key, index, count), sum);
    };
    Value sum = emit_.loop(emit_.i64(0), whole, kLanes, emit_.splat(floats_, 0),
                           [&](Value index, ValueRange sums) {
                             return SmallVector<Value>{add(index, {}, sums[0])};
                           })[0];
    auto known = Emit::constant(keyDim_);
    if (!known || *known % kLanes != 0) sum = add(whole, emit_.sub(keyDim_, whole), sum);
    return emit_.sumLanes(sum);
  }

  /// Scale, softcap and mask; what the mask hides is -inf, whatever its key is.
  Value finish(Value score, Value mask, Value slope) {
    auto mul = [&](Value a, double b) -> Value {
      return emit_.create<arith::MulFOp>(a, emit_.splat(floats_, b));
    };
    score = mul(score, op_.getScale().convertToFloat());
    if (float cap = op_.getSoftcap().convertToFloat(); cap > 0)
      score = mul(emitTanh(emit_, mul(score, 1 / double(cap))), cap);
    if (!mask) return score;
    Value sum =
        slope ? emit_.fma(slope, mask, score) : Value(emit_.create<arith::AddFOp>(score, mask));
    return select(is(mask, -INFINITY), mask, sum);
  }

  /// Turns the products into weights, and gives their sum, 1 where it would be 0.
  Value weigh(Value mask, Value head) {
    Value slope, sink;
    double bias = op_.getMaxBias().convertToDouble();
    if (mask && bias > 0) slope = emit_.broadcast(emitSlope(emit_, bias, heads_, head));
    if (op_.getSinks())
      sink = emit_.load(emit_.f32(), tile_.address(views_[op_.getMask() ? 4 : 3], head));
    Value high = emit_.splat(floats_, -INFINITY);
    high = fold(high, [&](Value index, Value count, Value high) -> Value {
      Value own = mask ? load(mask, index, count) : Value();
      Value score = finish(load(weights_, index, count), own, slope);
      score = onlyFirst(score, count, emit_.splat(floats_, -INFINITY));
      emit_.store(score, at(weights_, index));
      return emit_.create<arith::MaximumFOp>(high, score);
    });
    Value highest = emit_.maxLanes(high);
    if (sink) highest = emit_.create<arith::MaximumFOp>(highest, sink);
    highest = emit_.broadcast(select(is(highest, -INFINITY), emit_.f32(0), highest));
    Value sum = fold(emit_.splat(floats_, 0), [&](Value index, Value, Value sum) -> Value {
      Value score = emit_.load(floats_, at(weights_, index));
      Value weight = emitExp(emit_, emit_.create<arith::SubFOp>(score, highest));
      emit_.store(weight, at(weights_, index));
      return emit_.create<arith::AddFOp>(sum, weight);
    });
    sum = emit_.broadcast(emit_.sumLanes(sum));
    if (sink) {
      Value distance = emit_.create<arith::SubFOp>(emit_.broadcast(sink), highest);
      sum = emit_.create<arith::AddFOp>(sum, emitExp(emit_, distance));
    }
    return select(is(sum, 0), emit_.splat(floats_, 1), sum);
  }

  /// Carries a vector through the cells.
  Value fold(Value start, function_ref<Value(Value index, Value count, Value sum)> step) {
    Value whole = emit_.mul(emit_.div(cells_, kLanes), kLanes);
    Value sum = emit_.loop(emit_.i64(0), whole, kLanes, start, [&](Value index, ValueRange sums) {
      return SmallVector<Value>{step(index, {}, sums[0])};
    })[0];
    auto known = Emit::constant(cells_);
    if (known && *known % kLanes == 0) return sum;
    return step(whole, emit_.sub(cells_, whole), sum);
  }

  Value onlyFirst(Value x, Value count, Value rest) {
    if (!count) return x;
    Value limit = emit_.broadcast(emit_.create<arith::TruncIOp>(emit_.i32(), count));
    return select(emit_.create<arith::CmpIOp>(arith::CmpIPredicate::slt, emit_.iota(), limit), x,
                  rest);
  }

  /// The values that the mask hides count for nothing, whatever they are.
  void addValues(Value mask, Value kvHead, const Span &columns, Value sum, Value target) {
    emit_.vectors(columns.size, [&](Value index, Value count) {
      Value column = emit_.add(columns.begin, index);
      Value zero = emit_.splat(floats_, 0);
      Value total = emit_.loop(emit_.i64(0), cells_, 1, zero, [&](Value cell, ValueRange sums) {
        Value value = load(tile_.address(views_[2], {cell, kvHead}), column, count);
        if (mask) {
          Value own = emit_.load(emit_.f32(), at(mask, cell));
          value = select(emit_.broadcast(is(own, -INFINITY)), zero, value);
        }
        Value weight = emit_.broadcast(emit_.load(emit_.f32(), at(weights_, cell)));
        return SmallVector<Value>{emit_.fma(weight, value, sums[0])};
      })[0];
      emit_.storeLanes(emit_.create<arith::DivFOp>(total, sum), at(target, column), count);
    });
  }

  Tile &tile_;
  Emit &emit_;
  FlashAttentionOp op_;
  ArrayRef<View> views_;
  VectorType floats_;
  Value cells_, keyDim_, weights_;
  int64_t heads_, perCells_;
};

}  // namespace

static bool hasUnknownHeads(Operation *op, const Target &) {
  return llvm::any_of(op->getOperands().take_front(2), [](Value value) {
    return cast<RankedTensorType>(value.getType()).isDynamicDim(1);
  });
}

static LogicalResult emitFlashAttention(Tile &tile, Operation *op, const Part &part,
                                        const View &out) {
  auto attention = cast<FlashAttentionOp>(op);
  SmallVector<View> views;
  for (OpOperand &operand : op->getOpOperands()) {
    FailureOr<View> view = tile.need(operand, part);
    if (failed(view)) return failure();
    views.push_back(*view);
  }
  FlashAttend attend(tile, attention, views);
  tile.rows(part, [&](ArrayRef<Value> head) {
    attend.run(head[0], head[1], part[2], tile.address(out, head));
  });
  return success();
}

void addFlashAttentionEmitters(EmitterTable &table) {
  table["emel.flash_attention"] = {
      emitFlashAttention, {kFloat32Only, {"the number of heads is not known", hasUnknownHeads}}};
}

}  // namespace emel::cpu
