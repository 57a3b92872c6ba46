// The best elements of rows: of parts of each, then of all parts.

#include "codegen/cpu/emit/VectorMath.h"
#include "codegen/cpu/ops/Ops.h"
#include "dialects/emel/Emel.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace emel::cpu {

/// Bytes of a candidate, and of what a part's elements may take while it is looked through.
static constexpr int64_t kCandidateBytes = 8, kMostElements = 8192, kMostRows = 32;

namespace {

/// The best candidates so far, best first, in memory that begins with none.
class BestList {
 public:
  BestList(Emit &emit, Value list, int64_t k) : emit_(emit), list_(list), k_(k) {}

  void clear() {
    emit_.loop(emit_.i64(0), emit_.i64(k_), 1, [&](Value i) { emit_.store(emit_.i64(-1), at(i)); });
  }

  /// What an element's order has to be above to be among them: columns come in ascending order.
  Value bar() {
    Value last = worst();
    Value isNone = emit_.equal(last, emit_.i64(-1));
    return emit_.create<arith::SelectOp>(isNone, emit_.i32(INT32_MIN), orderOf(last));
  }

  /// Puts a candidate where it belongs, unless all are better.
  void insert(Value candidate) {
    Value key = keyOf(candidate);
    emit_.when(emit_.less(keyOf(worst()), key), [&] {
      Value place = find(key);
      emit_.loop(emit_.i64(0), emit_.sub(emit_.i64(k_ - 1), place), 1, [&](Value i) {
        Value to = emit_.sub(emit_.i64(k_ - 1), i);
        emit_.store(emit_.load(emit_.i64(), at(emit_.sub(to, emit_.i64(1)))), at(to));
      });
      emit_.store(candidate, at(place));
    });
  }

 private:
  Value at(Value index) { return emit_.at(list_, emit_.mul(index, kCandidateBytes)); }
  Value worst() { return emit_.load(emit_.i64(), at(emit_.i64(k_ - 1))); }

  Value orderOf(Value candidate) {
    Value bits = emit_.create<arith::ShRUIOp>(candidate, emit_.i64(32));
    return emitOrder(emit_, emit_.create<arith::TruncIOp>(emit_.i32(), bits));
  }

  /// Larger for what is better; of equal elements that of the lower column, and less than any for
  /// none.
  Value keyOf(Value candidate) {
    Value order = emit_.create<arith::ExtSIOp>(emit_.i64(), orderOf(candidate));
    Value high = emit_.create<arith::ShLIOp>(order, emit_.i64(32));
    Value column = emit_.create<arith::AndIOp>(candidate, emit_.i64(UINT32_MAX));
    return emit_.add(high, emit_.sub(emit_.i64(UINT32_MAX), column));
  }

  /// The first place whose candidate is worse; the last one is.
  Value find(Value key) {
    SmallVector<Value> range{emit_.i64(0), emit_.i64(k_ - 1)};
    return emit_.loop(emit_.i64(0), emit_.i64(llvm::Log2_64_Ceil(k_)), 1, range,
                      [&](Value, ValueRange range) {
                        Value middle = emit_.div(emit_.add(range[0], range[1]), 2);
                        Value isOpen = emit_.less(range[0], range[1]);
                        Value isAbove = emit_.less(key, keyOf(emit_.load(emit_.i64(), at(middle))));
                        Value raise = emit_.create<arith::AndIOp>(isOpen, isAbove);
                        return SmallVector<Value>{
                            emit_.create<arith::SelectOp>(raise, emit_.add(middle, 1), range[0]),
                            emit_.create<arith::SelectOp>(isAbove, range[1], middle)};
                      })[0];
  }

  Emit &emit_;
  Value list_;
  int64_t k_;
};

/// Looks through elements that lie in memory, a vector at a time.
class Scan {
 public:
  Scan(Emit &emit, int64_t k)
      : emit_(emit), k_(k), bits_(emit.frame(64)), orders_(emit.frame(64)), bar_(emit.frame(64)) {}

  /// `count` elements, the first of which is that of `column`.
  void run(Value list, Value source, Value column, Value count) {
    BestList best(emit_, list, k_);
    emit_.store(best.bar(), bar_);
    VectorType ints = emit_.vec(emit_.i32());
    emit_.vectors(count, [&](Value index, Value lanes) {
      Value bits = emit_.loadLanes(ints, emit_.at(source, emit_.mul(index, kFloatBytes)), lanes);
      Value order = emitOrder(emit_, bits);
      if (lanes) {
        Value most = emit_.broadcast(emit_.create<arith::TruncIOp>(emit_.i32(), lanes));
        Value isElement =
            emit_.create<arith::CmpIOp>(arith::CmpIPredicate::slt, emit_.iota(), most);
        order = emit_.create<arith::SelectOp>(isElement, order, emit_.splatInt(ints, INT32_MIN));
      }
      Value bar = emit_.load(emit_.i32(), bar_);
      Value isAbove =
          emit_.create<arith::CmpIOp>(arith::CmpIPredicate::sgt, order, emit_.broadcast(bar));
      emit_.when(emit_.create<vector::ReductionOp>(vector::CombiningKind::OR, isAbove), [&] {
        emit_.store(bits, bits_);
        emit_.store(order, orders_);
        insertLanes(best, emit_.add(column, index));
      });
    });
  }

 private:
  void insertLanes(BestList &best, Value column) {
    emit_.loop(emit_.i64(0), emit_.i64(kLanes), 1, [&](Value lane) {
      Value offset = emit_.mul(lane, kFloatBytes);
      Value order = emit_.load(emit_.i32(), emit_.at(orders_, offset));
      Value bar = emit_.load(emit_.i32(), bar_);
      emit_.when(emit_.create<arith::CmpIOp>(arith::CmpIPredicate::sgt, order, bar), [&] {
        Value bits = emit_.toI64(emit_.load(emit_.i32(), emit_.at(bits_, offset)));
        Value high = emit_.create<arith::ShLIOp>(bits, emit_.i64(32));
        best.insert(emit_.create<arith::OrIOp>(high, emit_.add(column, lane)));
        emit_.store(best.bar(), bar_);
      });
    });
  }

  Emit &emit_;
  int64_t k_;
  Value bits_, orders_, bar_;
};

}  // namespace

/// A block of rows by some columns at a time, so that the elements of a part need not be there at
/// once.
static LogicalResult emitTopKParts(Tile &tile, Operation *op, const Part &part, const View &out) {
  auto topK = cast<TopKPartsOp>(op);
  Emit &emit = tile.emit;
  int64_t k = topK.getK(), width = topK.getWidth(), columns = tile.mostOf(topK.getInput(), 1);
  int64_t mostRows = std::min(kMostRows, part[0].most);
  int64_t mostColumns = std::min(width, kMostElements / mostRows);
  Scan scan(emit, k);
  LogicalResult result = success();
  auto scanBlock = [&](Value number, const Span &rows, const Span &span) {
    tile.forget();
    FailureOr<View> input = tile.need(topK.getInput(), {rows, span});
    tile.forget();
    if (failed(input)) return void(result = failure());
    emit.loop(rows.begin, emit.add(rows.begin, rows.size), 1, [&](Value row) {
      scan.run(tile.address(out, {row, number}), tile.address(*input, {row, span.begin}),
               span.begin, span.size);
    });
  };
  Value lastRow = emit.add(part[0].begin, part[0].size);
  emit.loop(part[1].begin, emit.add(part[1].begin, part[1].size), 1, [&](Value number) {
    Value begin = emit.mul(number, width), size = emit.i64(width);
    if (columns % width != 0) size = emit.min(size, emit.sub(emit.i64(columns), begin));
    emit.loop(part[0].begin, lastRow, mostRows, [&](Value row) {
      Value count =
          mostRows == 1 ? emit.i64(1) : emit.min(emit.i64(mostRows), emit.sub(lastRow, row));
      Span rows{row, count, mostRows};
      emit.loop(row, emit.add(row, count), 1,
                [&](Value own) { BestList(emit, tile.address(out, {own, number}), k).clear(); });
      emit.loop(emit.i64(0), size, mostColumns, [&](Value first) {
        Value some = emit.i64(mostColumns);
        if (auto known = Emit::constant(size); !known || *known % mostColumns != 0)
          some = emit.min(some, emit.sub(size, first));
        scanBlock(number, rows,
                  {emit.add(begin, first), some, mostColumns, std::gcd(width, mostColumns)});
      });
    });
  });
  return result;
}

static LogicalResult emitMergeTopK(Tile &tile, Operation *op, const Part &part, const View &out) {
  Emit &emit = tile.emit;
  FailureOr<View> input = tile.need(op->getOpOperand(0), part);
  if (failed(input)) return failure();
  ArrayRef<int64_t> shape = cast<RankedTensorType>(op->getOperand(0).getType()).getShape();
  emit.loop(part[0].begin, emit.add(part[0].begin, part[0].size), 1, [&](Value row) {
    BestList best(emit, tile.address(out, row), shape[2]);
    best.clear();
    Value source = tile.address(*input, row);
    emit.loop(emit.i64(0), emit.i64(shape[1] * shape[2]), 1, [&](Value i) {
      best.insert(emit.load(emit.i64(), emit.at(source, emit.mul(i, kCandidateBytes))));
    });
  });
  return success();
}

void addTopKEmitters(EmitterTable &table) {
  table["emel.top_k_parts"] = {emitTopKParts, {kFloat32Only}};
  table["emel.merge_top_k"] = emitMergeTopK;
}

}  // namespace emel::cpu
