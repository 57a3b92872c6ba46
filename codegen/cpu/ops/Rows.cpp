// Ops that compute a row from a row: gathers, norms, softmax, rounding to 8 bits.

#include <cmath>
#include <limits>

#include "codegen/cpu/emit/VectorMath.h"
#include "codegen/cpu/ops/Ops.h"
#include "codegen/cpu/ops/Slopes.h"
#include "codegen/cpu/products/Decode.h"
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
    return combine(from, emit.splat(emit.vec(emit.f32()), neutral), step);
  }
  /// The same on top of what others were combined to.
  Value combine(Value from, Value start, llvm::function_ref<Value(Value sum, Value x)> step) const {
    Value whole = emit.mul(emit.div(size, kLanes), kLanes);
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

namespace {

/// What a softmax adds to its rows: views of the mask and of the sinks, where it has them.
struct SoftmaxExtras {
  std::optional<View> mask, sinks;
};

}  // namespace

static FailureOr<SoftmaxExtras> needExtras(Tile &tile, SoftmaxOp op, const Part &part) {
  SoftmaxExtras extras;
  for (OpOperand &operand : op->getOpOperands().drop_front()) {
    FailureOr<View> view = tile.need(operand, part);
    if (failed(view)) return failure();
    (operand.get() == op.getMask() ? extras.mask : extras.sinks) = *view;
  }
  return extras;
}

/// e^(z - max z) / sum e^(z - max z) of a row that has z; the sink is one more z.
static void normalize(const Row &row, Value sink) {
  Emit &emit = row.emit;
  auto select = [&](Value condition, Value yes, Value no) -> Value {
    return emit.create<arith::SelectOp>(condition, yes, no);
  };
  auto is = [&](Value x, double number) -> Value {
    return emit.create<arith::CmpFOp>(arith::CmpFPredicate::OEQ, x, emit.f32(number));
  };
  Value high = emit.maxLanes(row.combine(row.target, -INFINITY, [&](Value high, Value x) -> Value {
    return emit.create<arith::MaximumFOp>(high, x);
  }));
  if (sink) high = emit.create<arith::MaximumFOp>(high, sink);
  // Of nothing but -inf every e^z is 0, and so is the result.
  high = select(is(high, -INFINITY), emit.f32(0), high);
  Value largest = emit.broadcast(high);
  row.map(row.target, [&](Value x, Value, Value) { return emitExp(emit, row.sub(x, largest)); });
  Value sum = emit.sumLanes(row.combine(row.target, 0, [&](Value sum, Value x) -> Value {
    return emit.create<arith::AddFOp>(sum, x);
  }));
  if (sink) {
    Value own = emitExp(emit, emit.broadcast(row.sub(sink, high)));
    sum =
        emit.create<arith::AddFOp>(sum, emit.create<vector::ExtractOp>(own, ArrayRef<int64_t>{0}));
  }
  Value total = emit.broadcast(select(is(sum, 0), emit.f32(1), sum));
  row.map(row.target,
          [&](Value x, Value, Value) -> Value { return emit.create<arith::DivFOp>(x, total); });
}

static bool hasSlopesOfUnknownHeads(Operation *op, const Target &) {
  auto softmax = cast<SoftmaxOp>(op);
  auto type = cast<RankedTensorType>(softmax.getType());
  return softmax.getMask() && softmax.getMaxBias().convertToFloat() > 0 &&
         type.isDynamicDim(type.getRank() - 3);
}

static LogicalResult emitSoftmax(Tile &tile, Operation *op, const Part &part, const View &out) {
  auto softmax = cast<SoftmaxOp>(op);
  Emit &emit = tile.emit;
  auto type = cast<RankedTensorType>(softmax.getType());
  int64_t rank = type.getRank();
  double bias = softmax.getMaxBias().convertToDouble();
  bool hasSlopes = softmax.getMask() && bias > 0;
  FailureOr<View> input = tile.need(op->getOpOperand(0), part);
  FailureOr<SoftmaxExtras> extras = needExtras(tile, softmax, part);
  if (failed(input) || failed(extras)) return failure();
  Value scale = emit.splat(emit.vec(emit.f32()), softmax.getScale().convertToFloat());
  tile.rows(part, [&](ArrayRef<Value> outer) {
    Row row{emit, tile.address(*input, outer), tile.address(out, outer), part.back().size};
    Value mask, slope, sink;
    if (extras->mask) mask = tile.address(*extras->mask, outer.back());
    if (hasSlopes)
      slope = emit.broadcast(emitSlope(emit, bias, type.getDimSize(rank - 3), outer[rank - 3]));
    if (extras->sinks) sink = emit.load(emit.f32(), tile.address(*extras->sinks, outer[rank - 3]));
    row.map(row.source, [&](Value x, Value index, Value count) -> Value {
      Value z = row.mul(x, scale);
      if (!mask) return z;
      Value own = row.load(mask, index, count);
      return slope ? emit.fma(slope, own, z) : Value(emit.create<arith::AddFOp>(z, own));
    });
    normalize(row, sink);
  });
  return success();
}

//===----------------------------------------------------------------------===//
// Groups of channels
//===----------------------------------------------------------------------===//

/// Combines all rows of some channels, each as `Row::combine` does, in ascending order. The sums
/// are kept in memory from row to row.
static Value combineChannels(Tile &tile, const View &input, const Part &group,
                             llvm::function_ref<Value(Value sum, Value x)> step) {
  Emit &emit = tile.emit;
  VectorType floats = emit.vec(emit.f32());
  Value sums = emit.frame(kLanes * kFloatBytes);
  emit.store(emit.splat(floats, 0), sums);
  tile.rows(group, [&](ArrayRef<Value> outer) {
    Row row{emit, tile.address(input, outer), {}, group.back().size};
    emit.store(row.combine(row.source, emit.load(floats, sums), step), sums);
  });
  return emit.sumLanes(emit.load(floats, sums));
}

/// Normalises the channels `own` of a group, which may be some of it.
static void normalizeGroup(Tile &tile, const View &input, const View &out, const Part &group,
                           const Part &own, float eps) {
  Emit &emit = tile.emit;
  Value count = emit.i64(1);
  for (const Span &span : ArrayRef(group).take_back(3)) count = emit.mul(count, span.size);
  count = emit.create<arith::SIToFPOp>(emit.f32(), count);
  auto average = [&](llvm::function_ref<Value(Value sum, Value x)> step) -> Value {
    return emit.create<arith::DivFOp>(combineChannels(tile, input, group, step), count);
  };
  Value mean = emit.broadcast(
      average([&](Value sum, Value x) -> Value { return emit.create<arith::AddFOp>(sum, x); }));
  Value variance = average([&](Value sum, Value x) {
    Value distance = emit.create<arith::SubFOp>(x, mean);
    return emit.fma(distance, distance, sum);
  });
  Value factor = inverseRoot(emit, variance, eps);
  Value begin = emit.mul(own.back().begin, kFloatBytes);
  tile.rows(own, [&](ArrayRef<Value> outer) {
    Row row{emit, emit.at(tile.address(input, outer), begin),
            emit.at(tile.address(out, outer), begin), own.back().size};
    row.map(row.source, [&](Value x, Value, Value) { return row.mul(row.sub(x, mean), factor); });
  });
}

static bool hasUnknownChannels(Operation *op, const Target &) {
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  return type.isDynamicDim(type.getRank() - 3);
}

static LogicalResult emitGroupNorm(Tile &tile, Operation *op, const Part &part, const View &out) {
  auto norm = cast<GroupNormOp>(op);
  Emit &emit = tile.emit;
  size_t dim = part.size() - 3;
  auto type = cast<RankedTensorType>(norm.getType());
  int64_t size = type.getDimSize(dim) / static_cast<int64_t>(norm.getGroups());
  if (size == 0) return success();
  FailureOr<View> input = tile.need(op->getOpOperand(0), part);
  if (failed(input)) return failure();
  Part whole = tile.wholeOf(op->getOperand(0));
  // One image at a time: its leading indices, then its groups.
  Part group = part, own = part;
  auto nest = [&](auto &nest, size_t at) -> void {
    Value end = emit.add(part[at].begin, part[at].size);
    if (at < dim)
      return emit.loop(part[at].begin, end, 1, [&](Value index) {
        group[at] = own[at] = {index, emit.i64(1), 1};
        nest(nest, at + 1);
      });
    for (size_t inner = dim + 1; inner < part.size(); ++inner) group[inner] = whole[inner];
    Value first = emit.div(part[dim].begin, size), last = emit.ceilDiv(end, size);
    emit.loop(first, last, 1, [&](Value number) {
      Value from = emit.mul(number, size), to = emit.add(from, size);
      Value begin = emit.max(from, part[dim].begin), stop = emit.min(to, end);
      group[dim] = {from, emit.i64(size), size, size};
      own[dim] = {begin, emit.sub(stop, begin), size};
      normalizeGroup(tile, *input, out, group, own, norm.getEps().convertToFloat());
    });
  };
  nest(nest, 0);
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
  table["emel.rms_norm"] = {emitRmsNorm, {kFloat32Only}};
  table["emel.layer_norm"] = {emitLayerNorm, {kFloat32Only}};
  table["emel.l2_norm"] = {emitL2Norm, {kFloat32Only}};
  table["emel.group_norm"] = {
      emitGroupNorm, {kFloat32Only, {"the number of channels is not known", hasUnknownChannels}}};
  table["emel.softmax"] = {
      emitSoftmax,
      {kFloat32Only, {"slopes for a number of heads that is not known", hasSlopesOfUnknownHeads}}};
  table["emel.quantize"] = {emitQuantize, {kFloat32Only}};
}

}  // namespace emel::cpu
