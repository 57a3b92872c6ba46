// Ops that put the elements of rows in order.

#include <cmath>
#include <limits>

#include "codegen/cpu/emit/VectorMath.h"
#include "codegen/cpu/ops/Ops.h"
#include "dialects/emel/Emel.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace emel::cpu {

/// The k largest elements, one after the other: each is the largest of those that come after the
/// one before, larger values first, and of equal ones lower indices.
static LogicalResult emitTopK(Tile &tile, Operation *op, const Part &part, const View &out) {
  Emit &emit = tile.emit;
  FailureOr<View> input = tile.need(op->getOpOperand(0), part);
  if (failed(input)) return failure();
  Value input0 = op->getOperand(0);
  Value size = tile.sizeOf(input0, cast<RankedTensorType>(input0.getType()).getRank() - 1);
  auto compare = [&](arith::CmpFPredicate predicate, Value a, Value b) -> Value {
    return emit.create<arith::CmpFOp>(predicate, a, b);
  };
  auto both = [&](Value a, Value b) -> Value { return emit.create<arith::AndIOp>(a, b); };
  auto either = [&](Value a, Value b) -> Value { return emit.create<arith::OrIOp>(a, b); };
  tile.rows(part, [&](ArrayRef<Value> outer) {
    Value source = tile.address(*input, outer), target = tile.address(out, outer);
    Value lowest = emit.f32(-INFINITY);
    auto valueAt = [&](Value index) -> Value {
      Value x = emit.load(emit.f32(), emit.at(source, emit.mul(index, kFloatBytes)));
      Value isNan = compare(arith::CmpFPredicate::UNO, x, x);
      return emit.create<arith::SelectOp>(isNan, lowest, x);
    };
    SmallVector<Value> start{emit.f32(INFINITY), emit.i64(-1)};
    emit.loop(emit.i64(0), part.back().size, 1, start, [&](Value choice, ValueRange last) {
      SmallVector<Value> none{lowest, emit.i64(-1)};
      auto best = emit.loop(emit.i64(0), size, 1, none, [&](Value index, ValueRange best) {
        Value x = valueAt(index);
        Value isLater =
            either(compare(arith::CmpFPredicate::OLT, x, last[0]),
                   both(compare(arith::CmpFPredicate::OEQ, x, last[0]), emit.less(last[1], index)));
        Value isFirst = emit.less(best[1], emit.i64(0));
        Value isBetter =
            both(isLater, either(isFirst, compare(arith::CmpFPredicate::OGT, x, best[0])));
        return SmallVector<Value>{emit.create<arith::SelectOp>(isBetter, x, best[0]),
                                  emit.create<arith::SelectOp>(isBetter, index, best[1])};
      });
      Value id = emit.create<arith::TruncIOp>(emit.i32(), best[1]);
      emit.store(id, emit.at(target, emit.mul(choice, sizeof(int32_t))));
      return best;
    });
  });
  return success();
}

/// The index of the largest of `size` floats, of equal ones the first, as i32.
static Value emitArgmaxOf(Emit &emit, Value source, Value size) {
  VectorType floats = emit.vec(emit.f32()), ints = emit.vec(emit.i32());
  Value least = emit.splatInt(ints, INT32_MIN), nan = emit.splat(floats, NAN);
  auto step = [&](Value index, Value count, ValueRange best) {
    Value x = emit.loadLanes(floats, emit.at(source, emit.mul(index, kFloatBytes)), count, nan);
    Value order = emitOrder(emit, emit.bitcast(ints, x));
    Value first = emit.broadcast(emit.create<arith::TruncIOp>(emit.i32(), index));
    Value own = emit.create<arith::AddIOp>(emit.iota(), first);
    Value isBetter = emit.create<arith::CmpIOp>(arith::CmpIPredicate::sgt, order, best[0]);
    return SmallVector<Value>{emit.create<arith::SelectOp>(isBetter, order, best[0]),
                              emit.create<arith::SelectOp>(isBetter, own, best[1])};
  };
  Value whole = emit.mul(emit.div(size, kLanes), kLanes);
  SmallVector<Value> best{least, emit.splatInt(ints, 0)};
  best = emit.loop(emit.i64(0), whole, kLanes, best,
                   [&](Value index, ValueRange best) { return step(index, {}, best); });
  auto known = Emit::constant(size);
  if (!known || *known % kLanes != 0) best = step(whole, emit.sub(size, whole), best);
  Value most = emit.create<vector::ReductionOp>(vector::CombiningKind::MAXSI, best[0]);
  Value isMost =
      emit.create<arith::CmpIOp>(arith::CmpIPredicate::eq, best[0], emit.broadcast(most));
  Value places = emit.create<arith::SelectOp>(isMost, best[1], emit.splatInt(ints, INT32_MAX));
  return emit.create<vector::ReductionOp>(vector::CombiningKind::MINSI, places);
}

static LogicalResult emitArgmax(Tile &tile, Operation *op, const Part &part, const View &out) {
  Emit &emit = tile.emit;
  FailureOr<View> input = tile.need(op->getOpOperand(0), part);
  if (failed(input)) return failure();
  Value rows = op->getOperand(0);
  int64_t last = cast<RankedTensorType>(rows.getType()).getRank() - 1;
  Value size = tile.sizeOf(rows, last);
  if (last == 0) {
    emit.store(emitArgmaxOf(emit, input->base, size), out.base);
    return success();
  }
  tile.rows(part, [&](ArrayRef<Value> outer) {
    const Span &span = part.back();
    emit.loop(emit.i64(0), span.size, 1, [&](Value index) {
      Value at = emit.add(span.begin, index);
      SmallVector<Value> indices(outer);
      indices.push_back(at);
      Value found = emitArgmaxOf(emit, tile.address(*input, indices), size);
      emit.store(found, emit.at(tile.address(out, outer), emit.mul(at, int64_t{sizeof(int32_t)})));
    });
  });
  return success();
}

//===----------------------------------------------------------------------===//
// Sorting
//===----------------------------------------------------------------------===//

namespace {

/// Sorts rows by their keys, 8 bits after the other from the lowest on, each time keeping the order
/// of equal ones. A key and its index are one number of 64 bits, the key below.
class Sorter {
 public:
  Sorter(Emit &emit, SortOrder order, int64_t most) : emit_(emit), order_(order) {
    int64_t bytes = llvm::alignTo(std::max<int64_t>(most, 1), kLanes) * 8;
    items_[0] = emit.frame(bytes);
    items_[1] = emit.frame(bytes);
    places_ = emit.frame(kDigits * kPasses * 8);
  }

  /// Writes the indices `first` to `first + count` of the order of `size` floats.
  void sort(Value source, Value size, Value target, Value first, Value count) {
    fillItems(source, size);
    countDigits(size);
    for (int64_t pass = 0; pass < kPasses; ++pass) moveItems(pass, size);
    emit_.loop(first, emit_.add(first, count), 1, [&](Value place) {
      Value item = emit_.load(emit_.i64(), itemAt(0, place), 8);
      Value index = emit_.create<arith::TruncIOp>(
          emit_.i32(), emit_.create<arith::ShRUIOp>(item, emit_.i64(32)));
      emit_.store(index, emit_.at(target, emit_.mul(place, int64_t{sizeof(int32_t)})));
    });
  }

 private:
  static constexpr int64_t kDigits = 256, kPasses = 4;

  Value itemAt(int64_t side, Value place) { return emit_.at(items_[side], emit_.mul(place, 8)); }
  Value placeOf(int64_t pass, Value item) {
    Value digit = emit_.create<arith::AndIOp>(
        emit_.create<arith::ShRUIOp>(item, emit_.i64(8 * pass)), emit_.i64(kDigits - 1));
    return emit_.at(places_, emit_.mul(emit_.add(digit, pass * kDigits), 8));
  }

  /// Keys whose order as unsigned numbers is that of the result; NaNs are above all.
  Value keysOf(Value x) {
    Type ints = emit_.vec(emit_.i32());
    Value keys = emit_.create<arith::XOrIOp>(emitOrder(emit_, emit_.bitcast(ints, x)),
                                             emit_.splatInt(ints, INT32_MIN));
    if (order_ == SortOrder::Desc)
      keys = emit_.create<arith::XOrIOp>(keys, emit_.splatInt(ints, -1));
    Value isNan = emit_.create<arith::CmpFOp>(arith::CmpFPredicate::UNO, x, x);
    return emit_.create<arith::SelectOp>(isNan, emit_.splatInt(ints, -1), keys);
  }

  void fillItems(Value source, Value size) {
    Type longs = emit_.vec(emit_.i64()), ints = emit_.vec(emit_.i32());
    emit_.vectors(size, [&](Value index, Value count) {
      Value x = emit_.loadLanes(emit_.vec(emit_.f32()),
                                emit_.at(source, emit_.mul(index, kFloatBytes)), count);
      Value first = emit_.broadcast(emit_.create<arith::TruncIOp>(emit_.i32(), index));
      Value indices = emit_.create<arith::AddIOp>(ints, emit_.iota(), first);
      Value high = emit_.create<arith::ShLIOp>(emit_.create<arith::ExtUIOp>(longs, indices),
                                               emit_.splatInt(longs, 32));
      Value low = emit_.create<arith::ExtUIOp>(longs, keysOf(x));
      emit_.store(emit_.create<arith::OrIOp>(high, low), itemAt(0, index));
    });
  }

  /// For each pass and digit the place of its first item.
  void countDigits(Value size) {
    emit_.loop(emit_.i64(0), emit_.i64(kDigits * kPasses), kLanes, [&](Value index) {
      emit_.store(emit_.splatInt(emit_.vec(emit_.i64()), 0),
                  emit_.at(places_, emit_.mul(index, 8)));
    });
    emit_.loop(emit_.i64(0), size, 1, [&](Value index) {
      Value item = emit_.load(emit_.i64(), itemAt(0, index), 8);
      for (int64_t pass = 0; pass < kPasses; ++pass) bump(placeOf(pass, item));
    });
    SmallVector<Value> none(kPasses, emit_.i64(0));
    emit_.loop(emit_.i64(0), emit_.i64(kDigits), 1, none, [&](Value digit, ValueRange before) {
      SmallVector<Value> next;
      for (int64_t pass = 0; pass < kPasses; ++pass) {
        Value at = emit_.at(places_, emit_.mul(emit_.add(digit, pass * kDigits), 8));
        next.push_back(emit_.add(before[pass], emit_.load(emit_.i64(), at, 8)));
        emit_.store(before[pass], at, 8);
      }
      return next;
    });
  }

  void moveItems(int64_t pass, Value size) {
    emit_.loop(emit_.i64(0), size, 1, [&](Value index) {
      Value item = emit_.load(emit_.i64(), itemAt(pass % 2, index), 8);
      Value place = bump(placeOf(pass, item));
      emit_.store(item, itemAt(1 - pass % 2, place), 8);
    });
  }

  /// Adds 1 to a number, and gives what it was.
  Value bump(Value at) {
    Value number = emit_.load(emit_.i64(), at, 8);
    emit_.store(emit_.add(number, 1), at, 8);
    return number;
  }

  Emit &emit_;
  SortOrder order_;
  Value items_[2], places_;
};

}  // namespace

static LogicalResult emitArgsort(Tile &tile, Operation *op, const Part &part, const View &out) {
  Value rows = op->getOperand(0);
  int64_t last = static_cast<int64_t>(part.size()) - 1;
  FailureOr<View> input = tile.need(op->getOpOperand(0), part);
  if (failed(input)) return failure();
  Sorter sorter(tile.emit, cast<ArgsortOp>(op).getOrder(), tile.mostOf(rows, last));
  Value size = tile.sizeOf(rows, last);
  tile.rows(part, [&](ArrayRef<Value> outer) {
    sorter.sort(tile.address(*input, outer), size, tile.address(out, outer), part.back().begin,
                part.back().size);
  });
  return success();
}

void addRankingEmitters(EmitterTable &table) {
  table["emel.argmax"] = {emitArgmax, {kFloat32Only}};
  table["emel.argsort"] = {emitArgsort, {kFloat32Only}};
  table["emel.top_k"] = {emitTopK, {kFloat32Only}};
}

}  // namespace emel::cpu
