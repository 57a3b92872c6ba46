// Ops that combine elements along dimensions.

#include <cmath>

#include "codegen/cpu/ops/Ops.h"
#include "dialects/emel/Emel.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace emel::cpu {

namespace {

/// The code of a reduction.
class Reduce {
 public:
  Reduce(Tile &tile, ReduceOp op, const View &input, const Part &needed)
      : tile_(tile), emit_(tile.emit), op_(op), input_(input), needed_(needed) {
    neutral_ = emit_.splat(emit_.vec(emit_.f32()), isSum()                     ? 0
                                                   : kind() == ReduceKind::Max ? -INFINITY
                                                                               : INFINITY);
    Value count = emit_.i64(1);
    for (int64_t dim : op.getDims()) count = emit_.mul(count, needed[dim].size);
    count_ = emit_.create<arith::SIToFPOp>(emit_.f32(), count);
  }

  /// One element for each column of a row: a chain over the reduced dimensions, which are outer
  /// ones.
  void reduceColumns(ArrayRef<Value> outer, const Span &columns, Value target) {
    emit_.vectors(columns.size, [&](Value index, Value lanes) {
      Value offset = emit_.mul(emit_.add(columns.begin, index), kFloatBytes);
      Value sum = nest(outer, op_.getDims(), [&](Value row, Value sum) {
        return step(sum, load(emit_.at(row, offset), lanes));
      });
      if (kind() == ReduceKind::Mean)
        sum = emit_.create<arith::DivFOp>(sum, emit_.broadcast(count_));
      emit_.storeLanes(sum, emit_.at(target, offset), lanes);
    });
  }

  /// The one element of a row: 16 chains over all rows that are reduced.
  void reduceRows(ArrayRef<Value> outer, Value target) {
    Value size = needed_.back().size, whole = emit_.mul(emit_.div(size, kLanes), kLanes);
    auto addRow = [&](Value row, Value sum) {
      auto at = [&](Value index) { return emit_.at(row, emit_.mul(index, kFloatBytes)); };
      sum = emit_.loop(emit_.i64(0), whole, kLanes, sum, [&](Value index, ValueRange sums) {
        return SmallVector<Value>{step(sums[0], load(at(index), {}))};
      })[0];
      auto known = Emit::constant(size);
      if (known && *known % kLanes == 0) return sum;
      return step(sum, load(at(whole), emit_.sub(size, whole)));
    };
    Value sums = nest(outer, op_.getDims().drop_back(), addRow);
    Value sum = emit_.foldLanes(sums, [&](Value a, Value b) { return step(a, b); });
    if (kind() == ReduceKind::Mean) sum = emit_.create<arith::DivFOp>(sum, count_);
    emit_.store(sum, target);
  }

 private:
  ReduceKind kind() const { return const_cast<ReduceOp &>(op_).getKind(); }
  bool isSum() const { return kind() == ReduceKind::Sum || kind() == ReduceKind::Mean; }
  Value load(Value source, Value lanes) {
    return emit_.loadLanes(emit_.vec(emit_.f32()), source, lanes, neutral_);
  }
  Value step(Value sum, Value x) {
    if (isSum()) return emit_.create<arith::AddFOp>(sum, x);
    if (kind() == ReduceKind::Max) return emit_.create<arith::MaximumFOp>(sum, x);
    return emit_.create<arith::MinimumFOp>(sum, x);
  }
  /// Goes through the rows of the input that differ in `dims`, in ascending order.
  Value nest(ArrayRef<Value> outer, ArrayRef<int64_t> dims,
             function_ref<Value(Value row, Value sum)> body) {
    SmallVector<Value> indices(outer);
    auto inner = [&](auto &inner, ArrayRef<int64_t> left, Value sum) -> Value {
      if (left.empty()) return body(tile_.address(input_, indices), sum);
      Value size = needed_[left[0]].size;
      return emit_.loop(emit_.i64(0), size, 1, sum, [&](Value i, ValueRange sums) {
        indices[left[0]] = i;
        return SmallVector<Value>{inner(inner, left.drop_front(), sums[0])};
      })[0];
    };
    return inner(inner, dims, neutral_);
  }

  Tile &tile_;
  Emit &emit_;
  ReduceOp op_;
  const View &input_;
  const Part &needed_;
  Value neutral_, count_;
};

}  // namespace

static LogicalResult emitReduce(Tile &tile, Operation *op, const Part &part, const View &out) {
  auto reduce = cast<ReduceOp>(op);
  Part needed = tile.partOf(op->getOpOperand(0), part);
  FailureOr<View> input = tile.need(op->getOperand(0), needed);
  if (failed(input)) return failure();
  Reduce code(tile, reduce, *input, needed);
  bool isInner = reduce.getDims().back() + 1 == static_cast<int64_t>(part.size());
  tile.rows(part, [&](ArrayRef<Value> outer) {
    Value target = tile.address(out, outer);
    isInner ? code.reduceRows(outer, target) : code.reduceColumns(outer, part.back(), target);
  });
  return success();
}

/// The elements before `by` lanes further down; what comes from before the first is -0, which
/// changes nothing that it is added to.
static Value shiftLanes(Emit &emit, Value x, int64_t by) {
  SmallVector<int64_t> order;
  for (int64_t lane = 0; lane < kLanes; ++lane) order.push_back(lane < by ? kLanes : lane - by);
  return emit.create<vector::ShuffleOp>(x, emit.splat(x.getType(), -0.0), order);
}

static LogicalResult emitCumsum(Tile &tile, Operation *op, const Part &part, const View &out) {
  Emit &emit = tile.emit;
  FailureOr<View> input = tile.need(op->getOpOperand(0), part);
  if (failed(input)) return failure();
  VectorType floats = emit.vec(emit.f32());
  Value size = tile.sizeOf(op->getOperand(0), static_cast<int64_t>(part.size()) - 1);
  tile.rows(part, [&](ArrayRef<Value> outer) {
    Value source = tile.address(*input, outer), target = tile.address(out, outer);
    auto addVector = [&](Value index, Value count, Value before) -> Value {
      Value offset = emit.mul(index, kFloatBytes);
      Value sum = emit.loadLanes(floats, emit.at(source, offset), count);
      for (int64_t by = 1; by < kLanes; by *= 2)
        sum = emit.create<arith::AddFOp>(sum, shiftLanes(emit, sum, by));
      sum = emit.create<arith::AddFOp>(sum, emit.broadcast(before));
      emit.storeLanes(sum, emit.at(target, offset), count);
      return emit.create<vector::ExtractOp>(sum, ArrayRef<int64_t>{kLanes - 1});
    };
    Value whole = emit.mul(emit.div(size, kLanes), kLanes);
    SmallVector<Value> last =
        emit.loop(emit.i64(0), whole, kLanes, emit.f32(-0.0), [&](Value index, ValueRange before) {
          return SmallVector<Value>{addVector(index, {}, before[0])};
        });
    emit.when(emit.less(whole, size), [&] { addVector(whole, emit.sub(size, whole), last[0]); });
  });
  return success();
}

static LogicalResult emitCountEqual(Tile &tile, Operation *op, const Part &, const View &out) {
  Emit &emit = tile.emit;
  Part whole = tile.wholeOf(op->getOperand(0));
  FailureOr<View> lhs = tile.need(op->getOperand(0), whole);
  FailureOr<View> rhs = tile.need(op->getOperand(1), whole);
  if (failed(lhs) || failed(rhs)) return failure();
  VectorType type = emit.vec(lhs->element), longs = emit.vec(emit.i64());
  int64_t bytes = lhs->element.getIntOrFloatBitWidth() / 8;
  // In memory, as rows are loops of their own.
  Value counts = emit.frame(kLanes * 8);
  emit.store(emit.splatInt(longs, 0), counts);
  Span row = tile.rowOf(whole);
  tile.rows(whole, [&](ArrayRef<Value> outer) {
    Value left = tile.address(*lhs, outer), right = tile.address(*rhs, outer);
    emit.vectors(row.size, [&](Value index, Value count) {
      Value offset = emit.mul(index, bytes);
      // Lanes beyond the row are not equal.
      Value a = emit.loadLanes(type, emit.at(left, offset), count, emit.splatInt(type, 0));
      Value b = emit.loadLanes(type, emit.at(right, offset), count, emit.splatInt(type, 1));
      Value isEqual = emit.create<arith::CmpIOp>(arith::CmpIPredicate::eq, a, b);
      Value sum = emit.create<arith::AddIOp>(emit.load(longs, counts),
                                             emit.create<arith::ExtUIOp>(longs, isEqual));
      emit.store(sum, counts);
    });
  });
  Value all = emit.load(longs, counts);
  emit.store(emit.create<vector::ReductionOp>(vector::CombiningKind::ADD, all), out.base);
  return success();
}

void addReductionEmitters(EmitterTable &table) {
  table["emel.count_equal"] = emitCountEqual;
  table["emel.cumsum"] = {emitCumsum, {kFloat32Only}};
  table["emel.reduce"] = {emitReduce, {kFloat32Only}};
}

}  // namespace emel::cpu
