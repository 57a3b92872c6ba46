// Ops that compute a row from a row: gathers, norms, softmax, reductions, rounding to 8 bits.

#include <cmath>
#include <limits>

#include "codegen/cpu/Decode.h"
#include "codegen/cpu/Ops.h"
#include "codegen/cpu/VectorMath.h"
#include "dialects/emel/Emel.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "runtime/gguf/activation.h"

using namespace mlir;

namespace emel::cpu {

//===----------------------------------------------------------------------===//
// Gathers
//===----------------------------------------------------------------------===//

static LogicalResult emitGetRows(Tile &tile, Operation *op, const Part &part, const View &out) {
  Emit &emit = tile.emit;
  FailureOr<View> table = tile.need(op->getOpOperand(0), part);
  FailureOr<View> ids = tile.need(op->getOpOperand(1), part);
  if (failed(table) || failed(ids)) return failure();
  auto type = cast<RankedTensorType>(op->getOperand(0).getType());
  bool isFloat = type.getElementType().isF32() && !type.getEncoding();
  LogicalResult result = success();
  const Span &columns = part.back();
  tile.rows(part, [&](ArrayRef<Value> outer) {
    Value id = emit.toI64(emit.load(emit.i32(), tile.address(*ids, outer)));
    Value begin = emit.mul(columns.begin, kFloatBytes);
    Value target = emit.at(tile.address(out, outer), begin);
    SmallVector<Value> indices(outer);
    indices.back() = id;
    if (isFloat) {
      Value source = emit.at(tile.address(*table, indices), begin);
      emit.vectors(columns.size, [&](Value index, Value count) {
        Value offset = emit.mul(index, kFloatBytes);
        Value row = emit.loadLanes(emit.vec(emit.f32()), emit.at(source, offset), count);
        emit.storeLanes(row, emit.at(target, offset), count);
      });
      return;
    }
    Value row = emit.i64(0);
    for (auto [dim, index] : llvm::enumerate(indices))
      row = emit.add(emit.mul(row, type.getDimSize(dim)), index);
    if (failed(emitDecodeRow(emit, tile.target, type, table->base, row, columns, target)))
      result = failure();
  });
  return result;
}

//===----------------------------------------------------------------------===//
// Norms and softmax
//===----------------------------------------------------------------------===//

namespace {

/// A row of floats: combining its elements, and mapping them to another row.
struct Row {
  Emit &emit;
  Value source, target;
  Value size;

  Value at(Value pointer, Value index) const {
    return emit.at(pointer, emit.mul(index, kFloatBytes));
  }
  Value load(Value pointer, Value index, Value count) const {
    return emit.loadLanes(emit.vec(emit.f32()), at(pointer, index), count);
  }
  /// Combines the row's vectors, those of the last one that are beyond the row being `neutral`.
  Value combine(Value from, double neutral,
                llvm::function_ref<Value(Value sum, Value x)> step) const {
    VectorType type = emit.vec(emit.f32());
    Value whole = emit.mul(emit.div(size, kLanes), kLanes), start = emit.splat(type, neutral);
    Value sum = emit.loop(emit.i64(0), whole, kLanes, start, [&](Value index, ValueRange sums) {
      return SmallVector<Value>{step(sums[0], load(from, index, {}))};
    })[0];
    auto left = Emit::constant(size);
    if (left && *left % kLanes == 0) return sum;
    Value count = emit.sub(size, whole);
    Value lane =
        emit.create<arith::CmpIOp>(arith::CmpIPredicate::slt, emit.iota(),
                                   emit.broadcast(emit.create<arith::TruncIOp>(emit.i32(), count)));
    Value next = step(sum, load(from, whole, count));
    return emit.create<arith::SelectOp>(lane, next, sum);
  }
  void map(Value from, llvm::function_ref<Value(Value x, Value index, Value count)> formula) const {
    emit.vectors(size, [&](Value index, Value count) {
      Value y = formula(load(from, index, count), index, count);
      emit.storeLanes(y, at(target, index), count);
    });
  }
  Value mean(Value sum) const {
    Value total = emit.sumLanes(sum);
    Value number = emit.create<arith::SIToFPOp>(emit.f32(), size);
    return emit.create<arith::DivFOp>(total, number);
  }
  Value mul(Value a, Value b) const { return emit.create<arith::MulFOp>(a, b); }
  Value sub(Value a, Value b) const { return emit.create<arith::SubFOp>(a, b); }
};

}  // namespace

/// Calls `body` for each row of a part, of an op whose first operand has rows like the result's.
static LogicalResult forRows(Tile &tile, Operation *op, const Part &part, const View &out,
                             llvm::function_ref<void(const Row &row)> body) {
  if (failed(checkFloat32(op, tile.target))) return failure();
  FailureOr<View> input = tile.need(op->getOpOperand(0), part);
  if (failed(input)) return failure();
  tile.rows(part, [&](ArrayRef<Value> outer) {
    body({tile.emit, tile.address(*input, outer), tile.address(out, outer), part.back().size});
  });
  return success();
}

/// 1 / sqrt(mean + eps) in every lane.
static Value inverseRoot(Emit &emit, Value mean, float eps) {
  Value sum = emit.create<arith::AddFOp>(mean, emit.f32(eps));
  Value root = emit.create<math::SqrtOp>(sum);
  return emit.broadcast(emit.create<arith::DivFOp>(emit.f32(1), root));
}

static LogicalResult emitRmsNorm(Tile &tile, Operation *op, const Part &part, const View &out) {
  auto norm = cast<RmsNormOp>(op);
  Emit &emit = tile.emit;
  Value weight;
  if (norm.getWeight()) {
    FailureOr<View> view = tile.need(norm.getWeight(), tile.wholeOf(norm.getWeight()));
    if (failed(view)) return failure();
    weight = view->base;
  }
  return forRows(tile, op, part, out, [&](const Row &row) {
    Value squares =
        row.combine(row.source, 0, [&](Value sum, Value x) { return emit.fma(x, x, sum); });
    Value factor = inverseRoot(emit, row.mean(squares), norm.getEps().convertToFloat());
    row.map(row.source, [&](Value x, Value index, Value count) {
      Value y = row.mul(x, factor);
      return weight ? row.mul(y, row.load(weight, index, count)) : y;
    });
  });
}

static LogicalResult emitLayerNorm(Tile &tile, Operation *op, const Part &part, const View &out) {
  auto norm = cast<LayerNormOp>(op);
  Emit &emit = tile.emit;
  Value weight, bias;
  for (auto [value, base] :
       {std::pair(norm.getWeight(), &weight), std::pair(norm.getBias(), &bias)}) {
    if (!value) continue;
    FailureOr<View> view = tile.need(value, tile.wholeOf(value));
    if (failed(view)) return failure();
    *base = view->base;
  }
  return forRows(tile, op, part, out, [&](const Row &row) {
    Value sum = row.combine(row.source, 0, [&](Value sum, Value x) -> Value {
      return emit.create<arith::AddFOp>(sum, x);
    });
    Value mean = emit.broadcast(row.mean(sum));
    Value squares = row.combine(row.source, 0, [&](Value sum, Value x) {
      Value distance = row.sub(x, mean);
      return emit.fma(distance, distance, sum);
    });
    Value factor = inverseRoot(emit, row.mean(squares), norm.getEps().convertToFloat());
    row.map(row.source, [&](Value x, Value index, Value count) -> Value {
      Value y = row.mul(row.sub(x, mean), factor);
      if (weight) y = row.mul(y, row.load(weight, index, count));
      return bias ? emit.create<arith::AddFOp>(y, row.load(bias, index, count)) : y;
    });
  });
}

static LogicalResult emitL2Norm(Tile &tile, Operation *op, const Part &part, const View &out) {
  Emit &emit = tile.emit;
  float eps = cast<L2NormOp>(op).getEps().convertToFloat();
  return forRows(tile, op, part, out, [&](const Row &row) {
    Value squares =
        row.combine(row.source, 0, [&](Value sum, Value x) { return emit.fma(x, x, sum); });
    Value length = emit.create<math::SqrtOp>(emit.sumLanes(squares));
    Value least = emit.create<arith::MaximumFOp>(length, emit.f32(eps));
    Value divisor = emit.broadcast(least);
    row.map(row.source,
            [&](Value x, Value, Value) -> Value { return emit.create<arith::DivFOp>(x, divisor); });
  });
}

static LogicalResult emitSoftmax(Tile &tile, Operation *op, const Part &part, const View &out) {
  auto softmax = cast<SoftmaxOp>(op);
  if (softmax.getMask() || softmax.getSinks())
    return emitNoCode(op, tile.target, "it has a mask or sinks");
  Emit &emit = tile.emit;
  float scale = softmax.getScale().convertToFloat();
  return forRows(tile, op, part, out, [&](const Row &row) {
    VectorType type = emit.vec(emit.f32());
    row.map(row.source, [&](Value x, Value, Value) { return row.mul(x, emit.splat(type, scale)); });
    Value high = row.combine(row.target, -INFINITY, [&](Value high, Value x) -> Value {
      return emit.create<arith::MaximumFOp>(high, x);
    });
    Value largest = emit.broadcast(emit.maxLanes(high));
    row.map(row.target, [&](Value x, Value, Value) { return emitExp(emit, row.sub(x, largest)); });
    Value sum = row.combine(row.target, 0, [&](Value sum, Value x) -> Value {
      return emit.create<arith::AddFOp>(sum, x);
    });
    Value total = emit.broadcast(emit.sumLanes(sum));
    row.map(row.target,
            [&](Value x, Value, Value) -> Value { return emit.create<arith::DivFOp>(x, total); });
  });
}

//===----------------------------------------------------------------------===//
// Choosing and combining
//===----------------------------------------------------------------------===//

/// The k largest elements, one after the other: each is the largest of those that come after the
/// one before, larger values first, and of equal ones lower indices.
static LogicalResult emitTopK(Tile &tile, Operation *op, const Part &part, const View &out) {
  if (failed(checkFloat32(op, tile.target))) return failure();
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
  if (failed(checkFloat32(op, tile.target))) return failure();
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

static LogicalResult emitReduce(Tile &tile, Operation *op, const Part &part, const View &out) {
  if (failed(checkFloat32(op, tile.target))) return failure();
  auto reduce = cast<ReduceOp>(op);
  Emit &emit = tile.emit;
  int64_t last = static_cast<int64_t>(part.size()) - 1;
  if (llvm::is_contained(reduce.getDims(), last))
    return emitNoCode(op, tile.target, "it reduces the innermost dimension");
  Part needed = tile.partOf(op->getOpOperand(0), part);
  FailureOr<View> input = tile.need(op->getOperand(0), needed);
  if (failed(input)) return failure();
  ReduceKind kind = reduce.getKind();
  bool isSum = kind == ReduceKind::Sum || kind == ReduceKind::Mean;
  double neutral = isSum ? 0 : kind == ReduceKind::Max ? -INFINITY : INFINITY;
  auto step = [&](Value sum, Value x) -> Value {
    if (isSum) return emit.create<arith::AddFOp>(sum, x);
    if (kind == ReduceKind::Max) return emit.create<arith::MaximumFOp>(sum, x);
    return emit.create<arith::MinimumFOp>(sum, x);
  };
  Value count = emit.i64(1);
  for (int64_t dim : reduce.getDims()) count = emit.mul(count, needed[dim].size);
  tile.rows(part, [&](ArrayRef<Value> outer) {
    Value begin = emit.mul(part.back().begin, kFloatBytes);
    Value target = emit.at(tile.address(out, outer), begin);
    emit.vectors(part.back().size, [&](Value index, Value lanes) {
      Value offset = emit.add(begin, emit.mul(index, kFloatBytes));
      SmallVector<Value> indices(outer);
      auto nest = [&](auto &nest, size_t at, Value sum) -> Value {
        if (at == reduce.getDims().size()) {
          Value source = emit.at(tile.address(*input, indices), offset);
          return step(sum, emit.loadLanes(emit.vec(emit.f32()), source, lanes));
        }
        int64_t dim = reduce.getDims()[at];
        return emit.loop(emit.i64(0), needed[dim].size, 1, sum, [&](Value i, ValueRange sums) {
          indices[dim] = i;
          return SmallVector<Value>{nest(nest, at + 1, sums[0])};
        })[0];
      };
      Value sum = nest(nest, 0, emit.splat(emit.vec(emit.f32()), neutral));
      if (kind == ReduceKind::Mean) {
        Value number = emit.create<arith::SIToFPOp>(emit.f32(), count);
        sum = emit.create<arith::DivFOp>(sum, emit.broadcast(number));
      }
      emit.storeLanes(sum, emit.at(target, emit.mul(index, kFloatBytes)), lanes);
    });
  });
  return success();
}

//===----------------------------------------------------------------------===//
// Rounding to 8 bits
//===----------------------------------------------------------------------===//

/// The scheme of runtime/gguf/activation.h for one group.
static void emitRoundGroup(Emit &emit, Value source, Value row, int64_t elements, Value column) {
  VectorType floats = emit.vec(emit.f32()), ints = emit.vec(emit.i32());
  Value x = emit.load(floats, source);
  Value a = emit.maxLanes(emit.create<math::AbsFOp>(x));
  Value d = emit.create<arith::DivFOp>(a, emit.f32(127));
  auto compare = [&](arith::CmpFPredicate predicate, Value left, double right) -> Value {
    return emit.create<arith::CmpFOp>(predicate, left, emit.f32(right));
  };
  Value isFinite = compare(arith::CmpFPredicate::OLT, a, INFINITY);
  Value isNormal = compare(arith::CmpFPredicate::OGE, d, std::numeric_limits<float>::min());
  Value isRounded = emit.create<arith::AndIOp>(isFinite, isNormal);
  Value factor = emit.broadcast(emit.create<arith::DivFOp>(emit.f32(1), d));
  Value scale = emit.create<arith::SelectOp>(
      isRounded, d, emit.create<arith::SelectOp>(isFinite, emit.f32(0), emit.f32(NAN)));
  Value scaled = emit.create<arith::SelectOp>(isRounded, emit.create<arith::MulFOp>(x, factor),
                                              emit.splat(floats, 0));
  Value q = emit.create<arith::FPToSIOp>(ints, emit.create<math::RoundEvenOp>(scaled));
  Value sum = emit.create<vector::ReductionOp>(vector::CombiningKind::ADD, q);
  emit.store(emit.create<arith::TruncIOp>(emit.vec(emit.i8()), q), emit.at(row, column));
  Value scaleAt = emit.add(emit.div(column, 4), gguf::ActivationScalesAt(elements));
  emit.store(scale, emit.at(row, scaleAt));
  Value sumAt = emit.add(emit.div(column, 8), gguf::ActivationSumsAt(elements));
  emit.store(emit.create<arith::TruncIOp>(emit.getI16Type(), sum), emit.at(row, sumAt));
}

static LogicalResult emitQuantize(Tile &tile, Operation *op, const Part &part, const View &out) {
  if (failed(checkFloat32(op, tile.target))) return failure();
  Emit &emit = tile.emit;
  FailureOr<View> input = tile.need(op->getOpOperand(0), part);
  if (failed(input)) return failure();
  int64_t elements = cast<RankedTensorType>(op->getResult(0).getType()).getShape().back();
  const Span &columns = part.back();
  tile.rows(part, [&](ArrayRef<Value> outer) {
    Value source = tile.address(*input, outer), row = tile.address(out, outer);
    emit.loop(emit.i64(0), columns.size, gguf::kActivationGroup, [&](Value index) {
      Value column = emit.add(columns.begin, index);
      emitRoundGroup(emit, emit.at(source, emit.mul(column, kFloatBytes)), row, elements, column);
    });
  });
  return success();
}

void addRowEmitters(EmitterTable &table) {
  table["emel.get_rows"] = emitGetRows;
  table["emel.rms_norm"] = emitRmsNorm;
  table["emel.layer_norm"] = emitLayerNorm;
  table["emel.l2_norm"] = emitL2Norm;
  table["emel.softmax"] = emitSoftmax;
  table["emel.argmax"] = emitArgmax;
  table["emel.top_k"] = emitTopK;
  table["emel.reduce"] = emitReduce;
  table["emel.quantize"] = emitQuantize;
}

}  // namespace emel::cpu
