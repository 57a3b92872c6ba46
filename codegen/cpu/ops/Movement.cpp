// Ops that move elements along dimensions.

#include "codegen/cpu/emit/Copy.h"
#include "codegen/cpu/ops/Ops.h"
#include "dialects/emel/Emel.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace emel::cpu {

//===----------------------------------------------------------------------===//
// Parts beside each other
//===----------------------------------------------------------------------===//

static LogicalResult emitConcat(Tile &tile, Operation *op, const Part &part, const View &out) {
  Emit &emit = tile.emit;
  auto dim = static_cast<int64_t>(cast<ConcatOp>(op).getDim());
  Value begin = emit.i64(0);
  for (Value input : op->getOperands()) {
    Value end = emit.add(begin, tile.sizeOf(input, dim));
    Part own(part);
    own[dim] = lower(emit, limit(emit, part[dim], begin, end), begin);
    own[dim].most = std::min(own[dim].most, tile.mostOf(input, dim));
    if (failed(place(tile, input, own, startAt(emit, out, dim, begin)))) return failure();
    begin = end;
  }
  return success();
}

static LogicalResult emitPadWithZeros(Tile &tile, PadOp pad, const Part &part, const View &out) {
  Emit &emit = tile.emit;
  Part inside(part);
  View target = out;
  APInt zero(out.element.getIntOrFloatBitWidth(), 0);
  for (size_t dim = 0; dim < part.size(); ++dim) {
    Value low = emit.i64(pad.getLow()[dim]);
    Value end = emit.add(low, tile.sizeOf(pad.getInput(), dim));
    Part around(inside);
    around[dim] = limit(emit, part[dim], emit.i64(0), low);
    fillPart(tile, out, around, zero);
    around[dim] = limit(emit, part[dim], end, emit.add(end, pad.getHigh()[dim]));
    fillPart(tile, out, around, zero);
    inside[dim] = limit(emit, part[dim], low, end);
  }
  for (size_t dim = 0; dim < part.size(); ++dim) {
    Value low = emit.i64(pad.getLow()[dim]);
    inside[dim] = lower(emit, inside[dim], low);
    inside[dim].most = std::min(inside[dim].most, tile.mostOf(pad.getInput(), dim));
    target = startAt(emit, target, dim, low);
  }
  return place(tile, pad.getInput(), inside, target);
}

//===----------------------------------------------------------------------===//
// Dimensions that go round
//===----------------------------------------------------------------------===//

namespace {

/// Index i of a result's dimension is index (i + shift) mod size of the operand's, or i.
struct Wrap {
  Value shift, size;
  bool isSame;

  Value indexOf(Emit &emit, Value index) const {
    if (isSame) return index;
    return emit.createOrFold<arith::RemUIOp>(emit.add(index, shift), size);
  }
};

}  // namespace

/// What makes index `back` of a result index 0 of the operand.
static Wrap wrapFrom(Tile &tile, Value operand, int64_t dim, int64_t back, bool isSame) {
  Emit &emit = tile.emit;
  // Of an empty dimension nothing is read, but remainders are taken.
  Value size = emit.max(tile.sizeOf(operand, dim), emit.i64(1));
  Value ahead = emit.sub(size, emit.createOrFold<arith::RemSIOp>(emit.i64(back), size));
  return {emit.createOrFold<arith::RemUIOp>(ahead, size), size, isSame};
}

/// Copies the indices of `span`, of a row that goes round.
static void copyWrapped(Emit &emit, Type element, const Wrap &wrap, Value source, Value target,
                        const Span &span) {
  auto at = [&](Value row, Value index) { return emit.at(row, bytesOf(emit, element, index)); };
  if (wrap.isSame)
    return copyRow(emit, element, at(source, span.begin), at(target, span.begin), span.size);
  auto size = Emit::constant(wrap.size), shift = Emit::constant(wrap.shift);
  if (size == 1) {
    Value number = emit.broadcast(emit.load(bitsOf(emit, element), source));
    return emit.vectors(span.size, [&](Value index, Value left) {
      emit.storeLanes(number, at(target, emit.add(span.begin, index)), left);
    });
  }
  auto count = Emit::constant(span.size);
  if (size && shift == 0 && count && Emit::constant(span.begin) == 0 && *count % *size == 0)
    return emit.loop(emit.i64(0), span.size, *size, [&](Value index) {
      copyRow(emit, element, source, at(target, index), wrap.size);
    });
  Value first = emit.add(span.begin, wrap.shift), last = emit.add(first, span.size);
  auto divide = [&](Value a) { return emit.createOrFold<arith::DivUIOp>(a, wrap.size); };
  Value end = divide(emit.add(last, emit.sub(wrap.size, emit.i64(1))));
  emit.loop(divide(first), end, 1, [&](Value round) {
    Value begin = emit.mul(round, wrap.size);
    Value from = emit.max(begin, first), to = emit.min(emit.add(begin, wrap.size), last);
    copyRow(emit, element, at(source, emit.sub(from, begin)),
            at(target, emit.sub(from, wrap.shift)), emit.sub(to, from));
  });
}

static LogicalResult emitWrapped(Tile &tile, Operation *op, const Part &part, const View &out,
                                 function_ref<Wrap(int64_t)> wrapOf) {
  Emit &emit = tile.emit;
  FailureOr<View> input = tile.need(op->getOpOperand(0), part);
  if (failed(input)) return failure();
  SmallVector<Wrap> wraps;
  for (size_t dim = 0; dim < part.size(); ++dim) wraps.push_back(wrapOf(dim));
  if (part.empty())
    copyPart(tile, *input, out, part);
  else
    tile.rows(part, [&](ArrayRef<Value> outer) {
      SmallVector<Value> from;
      for (auto [index, wrap] : llvm::zip(outer, wraps)) from.push_back(wrap.indexOf(emit, index));
      copyWrapped(emit, out.element, wraps.back(), tile.address(*input, from),
                  tile.address(out, outer), part.back());
    });
  return success();
}

static LogicalResult emitRepeat(Tile &tile, Operation *op, const Part &part, const View &out) {
  auto repeat = cast<RepeatOp>(op);
  return emitWrapped(tile, op, part, out, [&](int64_t dim) {
    return wrapFrom(tile, repeat.getInput(), dim, 0, repeat.getCounts()[dim] == 1);
  });
}

static LogicalResult emitRoll(Tile &tile, Operation *op, const Part &part, const View &out) {
  auto roll = cast<RollOp>(op);
  return emitWrapped(tile, op, part, out, [&](int64_t dim) {
    int64_t shift = roll.getShifts()[dim];
    return wrapFrom(tile, roll.getInput(), dim, shift, shift == 0);
  });
}

//===----------------------------------------------------------------------===//
// Borders that mirror
//===----------------------------------------------------------------------===//

static LogicalResult emitPadByMirrors(Tile &tile, PadOp pad, const Part &part, const View &out) {
  Emit &emit = tile.emit;
  FailureOr<View> input = tile.need(pad->getOpOperand(0), part);
  if (failed(input)) return failure();
  auto isSame = [&](int64_t dim) { return pad.getLow()[dim] == 0 && pad.getHigh()[dim] == 0; };
  auto indexOf = [&](int64_t dim, Value index) {
    if (isSame(dim)) return index;
    Value from = emit.sub(index, emit.i64(pad.getLow()[dim]));
    Value distance = emit.max(from, emit.sub(emit.i64(0), from));
    int64_t size = tile.mostOf(pad.getInput(), dim);
    return emit.min(distance, emit.sub(emit.i64(2 * (size - 1)), distance));
  };
  auto last = static_cast<int64_t>(part.size()) - 1;
  auto at = [&](Value row, Value index) { return emit.at(row, bytesOf(emit, out.element, index)); };
  Value low = emit.i64(pad.getLow()[last]);
  Value end = emit.add(low, tile.sizeOf(pad.getInput(), last));
  Type bits = bitsOf(emit, out.element);
  tile.rows(part, [&](ArrayRef<Value> outer) {
    SmallVector<Value> from;
    for (auto [dim, index] : llvm::enumerate(outer)) from.push_back(indexOf(dim, index));
    Value source = tile.address(*input, from), target = tile.address(out, outer);
    auto mirror = [&](const Span &span) {
      emit.loop(span.begin, emit.add(span.begin, span.size), 1, [&](Value index) {
        emit.store(emit.load(bits, at(source, indexOf(last, index))), at(target, index));
      });
    };
    Span inside = limit(emit, part[last], low, end);
    mirror(limit(emit, part[last], emit.i64(0), low));
    copyRow(emit, out.element, at(source, emit.sub(inside.begin, low)), at(target, inside.begin),
            inside.size);
    mirror(limit(emit, part[last], end, emit.add(end, pad.getHigh()[last])));
  });
  return success();
}

static LogicalResult emitPad(Tile &tile, Operation *op, const Part &part, const View &out) {
  auto pad = cast<PadOp>(op);
  if (part.empty()) return place(tile, pad.getInput(), part, out);
  switch (pad.getKind()) {
    case PadKind::Zeros: return emitPadWithZeros(tile, pad, part, out);
    case PadKind::Reflect: return emitPadByMirrors(tile, pad, part, out);
    case PadKind::Circular: break;
  }
  return emitWrapped(tile, op, part, out, [&](int64_t dim) {
    int64_t low = pad.getLow()[dim];
    return wrapFrom(tile, pad.getInput(), dim, low, low == 0 && pad.getHigh()[dim] == 0);
  });
}

//===----------------------------------------------------------------------===//
// Reordered dimensions
//===----------------------------------------------------------------------===//

namespace {

/// Element (i, j) is at `source` + i elements + j `sourceStride`, and goes to `target` +
/// i `targetStride` + j elements.
struct Transpose {
  Emit &emit;
  Type bits;
  int64_t bytes, sourceStride, targetStride;

  Value source(Value base, Value i, Value j) const {
    return emit.at(base, emit.add(emit.mul(i, bytes), emit.mul(j, sourceStride)));
  }
  Value target(Value base, Value i, Value j) const {
    return emit.at(base, emit.add(emit.mul(i, targetStride), emit.mul(j, bytes)));
  }

  /// 16 rows become 16 columns: four times the upper half is woven into the lower one.
  void block(Value from, Value to) const {
    VectorType type = emit.vec(bits);
    SmallVector<Value> rows, next;
    for (int64_t j = 0; j < kLanes; ++j)
      rows.push_back(emit.load(type, emit.at(from, j * sourceStride)));
    SmallVector<int64_t> low, high;
    for (int64_t lane = 0; lane < kLanes / 2; ++lane) {
      low.append({lane, lane + kLanes});
      high.append({lane + kLanes / 2, lane + kLanes / 2 + kLanes});
    }
    for (int64_t stage = 1; stage < kLanes; stage *= 2, rows = std::move(next), next.clear())
      for (int64_t row = 0; row < kLanes / 2; ++row)
        for (ArrayRef<int64_t> order : {ArrayRef(low), ArrayRef(high)})
          next.push_back(emit.create<vector::ShuffleOp>(rows[row], rows[row + kLanes / 2], order));
    for (int64_t i = 0; i < kLanes; ++i) emit.store(rows[i], emit.at(to, i * targetStride));
  }
  /// Every element by itself.
  void each(Value from, Value to, const Span &is, const Span &js) const {
    emit.loop(is.begin, emit.add(is.begin, is.size), 1, [&](Value i) {
      emit.loop(js.begin, emit.add(js.begin, js.size), 1, [&](Value j) {
        emit.store(emit.load(bits, source(from, i, j)), target(to, i, j));
      });
    });
  }
  void run(Value from, Value to, const Span &is, const Span &js) const {
    auto split = [&](const Span &span) {
      Value whole = emit.mul(emit.div(span.size, kLanes), kLanes);
      return std::pair(Span{span.begin, whole, span.most},
                       Span{emit.add(span.begin, whole), emit.sub(span.size, whole), kLanes - 1});
    };
    auto [is16, isLeft] = split(is);
    auto [js16, jsLeft] = split(js);
    emit.loop(is16.begin, emit.add(is16.begin, is16.size), kLanes, [&](Value i) {
      emit.loop(js16.begin, emit.add(js16.begin, js16.size), kLanes,
                [&](Value j) { block(source(from, i, j), target(to, i, j)); });
    });
    each(from, to, is16, jsLeft);
    each(from, to, isLeft, js);
  }
};

}  // namespace

static LogicalResult emitPermute(Tile &tile, Operation *op, const Part &part, const View &out) {
  Emit &emit = tile.emit;
  ArrayRef<int64_t> order = cast<PermuteOp>(op).getOrder();
  FailureOr<View> input = tile.need(op->getOpOperand(0), part);
  if (failed(input)) return failure();
  View reordered = *input;
  for (auto [stride, dim] : llvm::zip(reordered.strides, order)) stride = input->strides[dim];
  auto last = static_cast<int64_t>(part.size()) - 1;
  if (last < 0 || order[last] == last) return copyPart(tile, reordered, out, part), success();
  // The dimension of the result along which the input's rows lie.
  int64_t along = llvm::find(order, last) - order.begin();
  Transpose transpose{emit, bitsOf(emit, out.element), out.strides[last], reordered.strides[last],
                      out.strides[along]};
  Part others(part);
  others[along] = {emit.i64(0), emit.i64(1), 1};
  tile.rows(others, [&](ArrayRef<Value> outer) {
    transpose.run(tile.address(reordered, outer), tile.address(out, outer), part[along],
                  part[last]);
  });
  return success();
}

//===----------------------------------------------------------------------===//
// Cells
//===----------------------------------------------------------------------===//

static constexpr Limit kCellsStay{
    "how many cells there are is known only when it runs, expected an emel.attention, which reads "
    "them where they are",
    [](Operation *, const Target &) { return true; }};

void addMovementEmitters(EmitterTable &table) {
  table["emel.concat"] = emitConcat;
  table["emel.kv_read"] = {nullptr, {kCellsStay}};
  table["emel.pad"] = emitPad;
  table["emel.permute"] = emitPermute;
  table["emel.repeat"] = emitRepeat;
  table["emel.roll"] = emitRoll;
}

}  // namespace emel::cpu
