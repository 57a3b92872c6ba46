// Conversions between types.

#include "codegen/cpu/emit/VectorMath.h"
#include "codegen/cpu/ops/Ops.h"
#include "codegen/cpu/products/Decode.h"
#include "dialects/emel/Emel.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

namespace emel::cpu {

/// Doubles as floats of which, where they are not exact, the last bit is 1: rounded to half as many
/// bits or fewer, they give what the doubles would.
static Value toOddFloat(Emit &emit, Value x) {
  Type floats = emit.vec(emit.f32()), ints = emit.vec(emit.i32());
  Value near = emit.create<arith::TruncFOp>(floats, x);
  Value back = emit.create<arith::ExtFOp>(x.getType(), near);
  auto is = [&](arith::CmpFPredicate predicate, Value a, Value b) -> Value {
    return emit.create<arith::CmpFOp>(predicate, a, b);
  };
  Value bits = emit.bitcast(ints, near), one = emit.splatInt(ints, 1);
  Value isEven = emit.create<arith::CmpIOp>(
      arith::CmpIPredicate::eq, emit.create<arith::AndIOp>(bits, one), emit.splatInt(ints, 0));
  Value isMoved = emit.create<arith::AndIOp>(isEven, is(arith::CmpFPredicate::ONE, back, x));
  // Bits of a magnitude count up away from 0.
  Value isAbove = is(arith::CmpFPredicate::OGT, x, back);
  Value isNegative =
      emit.create<arith::CmpIOp>(arith::CmpIPredicate::slt, bits, emit.splatInt(ints, 0));
  Value isAway = emit.create<arith::XOrIOp>(isAbove, isNegative);
  Value step = emit.create<arith::SelectOp>(isAway, one, emit.splatInt(ints, -1));
  Value moved = emit.create<arith::AddIOp>(bits, step);
  return emit.bitcast(floats, emit.create<arith::SelectOp>(isMoved, moved, bits));
}

/// Floats or doubles as a type of floats; bf16 as its bits, since without an instruction for them
/// vectors of it would call a function of a library.
static Value toFloats(Emit &emit, Value x, FloatType type) {
  Type element = getElementTypeOrSelf(x.getType());
  if (element == type) return x;
  if (type.isF64()) return emit.create<arith::ExtFOp>(emit.vec(type), x);
  if (type.isF32()) return emit.create<arith::TruncFOp>(emit.vec(type), x);
  if (element.isF64()) x = toOddFloat(emit, x);
  return type.isBF16() ? emitToBfloat16(emit, x)
                       : Value(emit.create<arith::TruncFOp>(emit.vec(type), x));
}

/// Numbers of any type as another: a float first becomes f32, or stays f64; an integer that becomes
/// a float is an f64 on the way.
static Value convert(Emit &emit, Value x, Type type) {
  Type element = getElementTypeOrSelf(x.getType());
  if (element == type) return x;
  Type result = emit.vec(type);
  if (isa<IntegerType>(element) && isa<IntegerType>(type)) {
    if (type.getIntOrFloatBitWidth() < element.getIntOrFloatBitWidth())
      return emit.create<arith::TruncIOp>(result, x);
    return emit.create<arith::ExtSIOp>(result, x);
  }
  if (isa<IntegerType>(element))
    return toFloats(emit, emit.create<arith::SIToFPOp>(emit.vec(emit.getF64Type()), x),
                    cast<FloatType>(type));
  if (element.getIntOrFloatBitWidth() == 16)
    x = emit.create<arith::ExtFOp>(emit.vec(emit.f32()), x);
  if (isa<IntegerType>(type)) return emit.intrinsic(result, "llvm.fptosi.sat", x);
  return toFloats(emit, x, cast<FloatType>(type));
}

/// Converts a row that lies at `source` to one at `target`.
static void convertRow(Emit &emit, Value source, Type from, Value target, Type to, Value size) {
  int64_t fromBytes = from.getIntOrFloatBitWidth() / 8, toBytes = to.getIntOrFloatBitWidth() / 8;
  emit.vectors(size, [&](Value index, Value count) {
    Value x = emit.loadLanes(emit.vec(from), emit.at(source, emit.mul(index, fromBytes)), count);
    emit.storeLanes(convert(emit, x, to), emit.at(target, emit.mul(index, toBytes)), count);
  });
}

/// A weight of blocks: its rows are decoded to f32.
static LogicalResult emitDecoded(Tile &tile, Operation *op, const Part &part, const View &out) {
  Emit &emit = tile.emit;
  FailureOr<View> table = tile.need(op->getOpOperand(0), part);
  if (failed(table)) return failure();
  auto type = cast<RankedTensorType>(op->getOperand(0).getType());
  Span columns = tile.rowOf(tile.partOf(op->getOpOperand(0), part)), own = tile.rowOf(part);
  Value floats = emit.frame(columns.most * kFloatBytes);
  Value before = emit.sub(own.begin, columns.begin);
  int64_t bytes = out.element.getIntOrFloatBitWidth() / 8;
  LogicalResult result = success();
  tile.rows(part, [&](ArrayRef<Value> outer) {
    Value row = emit.i64(0);
    for (auto [dim, index] : llvm::enumerate(outer))
      row = emit.add(emit.mul(row, type.getDimSize(dim)), index);
    if (failed(emitDecodeRow(emit, tile.target, type, table->base, row, columns, floats)))
      result = failure();
    convertRow(emit, emit.at(floats, emit.mul(before, kFloatBytes)), emit.f32(),
               emit.at(tile.address(out, outer), emit.mul(own.begin, bytes)), out.element,
               own.size);
  });
  return result;
}

static LogicalResult emitCast(Tile &tile, Operation *op, const Part &part, const View &out) {
  Emit &emit = tile.emit;
  Type from = getElementTypeOrSelf(op->getOperand(0).getType());
  if (isa<BlockType>(from)) return emitDecoded(tile, op, part, out);
  FailureOr<View> input = tile.need(op->getOpOperand(0), part);
  if (failed(input)) return failure();
  Span row = tile.rowOf(part);
  auto at = [&](const View &view, ArrayRef<Value> outer) {
    int64_t bytes = view.element.getIntOrFloatBitWidth() / 8;
    return emit.at(tile.address(view, outer), emit.mul(row.begin, bytes));
  };
  tile.rows(part, [&](ArrayRef<Value> outer) {
    convertRow(emit, at(*input, outer), from, at(out, outer), out.element, row.size);
  });
  return success();
}

void addCastEmitters(EmitterTable &table) { table["emel.cast"] = emitCast; }

}  // namespace emel::cpu
