// Ops that change a part of a tensor. Where the plan has the result in the place of the whole, the
// rest of it is not touched.

#include "codegen/cpu/emit/Copy.h"
#include "codegen/cpu/emit/VectorMath.h"
#include "codegen/cpu/ops/Ops.h"
#include "codegen/cpu/products/DecodeBlocks.h"
#include "dialects/emel/Emel.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

namespace emel::cpu {

//===----------------------------------------------------------------------===//
// Numbers of other types
//===----------------------------------------------------------------------===//

/// Elements as what they are computed in: f64, or f32 for all that are smaller.
static Value loadWide(Emit &emit, Type element, Value pointer, Value left) {
  // LLVM has no bf16 on CPUs that have none.
  if (element.isBF16())
    return emitBfloat16(emit, emit.loadLanes(emit.vec(emit.getI16Type()), pointer, left));
  Value x = emit.loadLanes(emit.vec(element), pointer, left);
  return element.isF16() ? emit.create<arith::ExtFOp>(emit.vec(emit.f32()), x) : x;
}

static void storeAs(Emit &emit, Value x, Type element, Value pointer, Value left) {
  unsigned from = getElementTypeOrSelf(x).getIntOrFloatBitWidth(),
           to = element.getIntOrFloatBitWidth();
  if (element.isBF16())
    x = emitToBfloat16(emit, x);
  else if (from < to)
    x = emit.create<arith::ExtFOp>(emit.vec(element), x);
  else if (from > to)
    x = emit.create<arith::TruncFOp>(emit.vec(element), x);
  emit.storeLanes(x, pointer, left);
}

//===----------------------------------------------------------------------===//
// Parts
//===----------------------------------------------------------------------===//

/// Where the part of an op meets a part of the result: what it has there, as a part of itself, and
/// the result from its own index 0 on.
struct Meeting {
  Part part;
  View out;
};

static Meeting meet(Tile &tile, Value value, ArrayRef<int64_t> offsets, const Part &part,
                    const View &out) {
  Emit &emit = tile.emit;
  Meeting meeting{part, out};
  for (auto [dim, offset] : llvm::enumerate(offsets)) {
    Value begin = emit.i64(offset), end = emit.add(begin, tile.sizeOf(value, dim));
    Span &own = meeting.part[dim];
    own = lower(emit, limit(emit, own, begin, end), begin);
    own.most = std::min(own.most, tile.mostOf(value, dim));
    meeting.out = startAt(emit, meeting.out, dim, begin);
  }
  return meeting;
}

static LogicalResult emitSet(Tile &tile, Operation *op, const Part &part, const View &out) {
  auto set = cast<SetOp>(op);
  Meeting meeting = meet(tile, set.getPart(), set.getOffsets(), part, out);
  // Before the whole is where it is written over: it may be made of that.
  FailureOr<View> own = tile.need(set.getPart(), meeting.part);
  if (failed(own) || failed(placeUnder(tile, set.getWhole(), part, out))) return failure();
  copyPart(tile, *own, meeting.out, meeting.part);
  return success();
}

static LogicalResult emitAccumulate(Tile &tile, Operation *op, const Part &part, const View &out) {
  auto accumulate = cast<AccumulateOp>(op);
  Emit &emit = tile.emit;
  Meeting meeting = meet(tile, accumulate.getPart(), accumulate.getOffsets(), part, out);
  FailureOr<View> own = tile.need(accumulate.getPart(), meeting.part);
  if (failed(own) || failed(placeUnder(tile, accumulate.getWhole(), part, out))) return failure();
  Type element = out.element;
  Span row = tile.rowOf(meeting.part);
  tile.rows(meeting.part, [&](ArrayRef<Value> outer) {
    Value begin = bytesOf(emit, element, row.begin);
    Value source = emit.at(tile.address(*own, outer), begin);
    Value target = emit.at(tile.address(meeting.out, outer), begin);
    emit.vectors(row.size, [&](Value index, Value left) {
      Value offset = bytesOf(emit, element, index);
      Value at = emit.at(target, offset);
      Value sum =
          emit.create<arith::AddFOp>(loadWide(emit, element, at, left),
                                     loadWide(emit, element, emit.at(source, offset), left));
      storeAs(emit, sum, element, at, left);
    });
  });
  return success();
}

//===----------------------------------------------------------------------===//
// Rows
//===----------------------------------------------------------------------===//

/// Copies `count` elements as those of another type.
static void convertRow(Emit &emit, const View &from, Value source, const View &to, Value target,
                       Value count) {
  if (from.element == to.element) return copyRow(emit, to.element, source, target, count);
  emit.vectors(count, [&](Value index, Value left) {
    Value x =
        loadWide(emit, from.element, emit.at(source, bytesOf(emit, from.element, index)), left);
    storeAs(emit, x, to.element, emit.at(target, bytesOf(emit, to.element, index)), left);
  });
}

static bool roundsTwice(Operation *op, const Target &) {
  return getElementTypeOrSelf(op->getOperand(1).getType()).isF64() &&
         getElementTypeOrSelf(op->getOperand(0).getType()).getIntOrFloatBitWidth() == 16;
}
static constexpr Limit kRoundsOnce{"expected rows of f32, f16 or bf16, or a table of f32 or f64",
                                   roundsTwice};

static LogicalResult emitSetRows(Tile &tile, Operation *op, const Part &part, const View &out) {
  Emit &emit = tile.emit;
  FailureOr<View> rows = tile.need(op->getOpOperand(1), part);
  FailureOr<View> ids = tile.need(op->getOpOperand(2), part);
  if (failed(rows) || failed(ids)) return failure();
  if (failed(placeUnder(tile, op->getOperand(0), part, out))) return failure();
  Span columns = part.back(), places = part[part.size() - 2];
  Part matrices(part);
  matrices.pop_back();
  Value count = tile.sizeOf(op->getOperand(2), static_cast<int64_t>(part.size()) - 2);
  int64_t idBytes = ids->element.getIntOrFloatBitWidth() / 8;
  tile.rows(matrices, [&](ArrayRef<Value> outer) {
    emit.loop(emit.i64(0), count, 1, [&](Value index) {
      Value at = emit.at(tile.address(*ids, outer), emit.mul(index, idBytes));
      Value id = emit.createOrFold<arith::ExtSIOp>(emit.i64(), emit.load(ids->element, at));
      // An id outside of this part is another one's, or nobody's.
      Value isHere = emit.create<arith::CmpIOp>(arith::CmpIPredicate::ult,
                                                emit.sub(id, places.begin), places.size);
      emit.when(isHere, [&] {
        SmallVector<Value> from(outer), to(outer);
        from.push_back(index);
        to.push_back(id);
        convertRow(emit, *rows,
                   emit.at(tile.address(*rows, from), bytesOf(emit, rows->element, columns.begin)),
                   out, emit.at(tile.address(out, to), bytesOf(emit, out.element, columns.begin)),
                   columns.size);
      });
    });
  });
  return success();
}

void addUpdateEmitters(EmitterTable &table) {
  table["emel.set"] = emitSet;
  table["emel.set_rows"] = {emitSetRows, {kRoundsOnce}};
  table["emel.accumulate"] = emitAccumulate;
}

}  // namespace emel::cpu
