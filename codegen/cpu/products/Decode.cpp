#include "codegen/cpu/products/Decode.h"

#include "codegen/cpu/products/DecodeBlocks.h"
#include "dialects/emel/Layouts.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

namespace emel::cpu {

using gguf::TensorType;

/// The element type of a scalar format in memory; null for others.
static Type scalarType(Emit &emit, TensorType type) {
  switch (type) {
    case TensorType::kF32: return emit.f32();
    case TensorType::kF64: return emit.getF64Type();
    case TensorType::kF16:
    case TensorType::kBF16:
    case TensorType::kI16: return emit.getI16Type();
    case TensorType::kI8: return emit.i8();
    case TensorType::kI32: return emit.i32();
    case TensorType::kI64: return emit.i64();
    default: return {};
  }
}

/// What is in memory as float32, a number or a vector.
static Value toFloat(Emit &emit, TensorType type, Value value) {
  if (type == TensorType::kF32) return value;
  if (type == TensorType::kF16) return emitHalf(emit, value);
  if (type == TensorType::kBF16) return emitBfloat16(emit, value);
  Type to = emit.f32();
  if (auto vector = dyn_cast<VectorType>(value.getType())) to = vector.clone(to);
  if (type == TensorType::kF64) return emit.create<arith::TruncFOp>(to, value);
  return emit.create<arith::SIToFPOp>(to, value);
}

/// Floats of r16: a line has 4 bytes of each row.
static void emitScalarLane(Emit &emit, TensorType type, Value panel, Value lane,
                           const Span &columns, Value out) {
  Type element = scalarType(emit, type);
  int64_t perLine = 4 / gguf::GetInfo(type).block_bytes;
  Value dword = emit.at(panel, emit.mul(lane, 4));
  emit.loop(emit.i64(0), columns.size, 1, [&](Value index) {
    Value column = emit.add(columns.begin, index);
    Value offset = emit.add(emit.mul(emit.div(column, perLine), layout::kR16Line),
                            emit.mul(emit.rem(column, perLine), 4 / perLine));
    Value value = emit.load(element, emit.at(dword, offset));
    emit.store(toFloat(emit, type, value), emit.at(out, emit.mul(index, 4)));
  });
}

static void emitScalarRow(Emit &emit, TensorType type, Value row, const Span &columns, Value out) {
  Type element = scalarType(emit, type);
  int64_t bytes = gguf::GetInfo(type).block_bytes;
  Value first = emit.at(row, emit.mul(columns.begin, bytes));
  emit.vectors(columns.size, [&](Value index, Value count) {
    Value values = emit.loadLanes(emit.vec(element), emit.at(first, emit.mul(index, bytes)), count);
    emit.storeLanes(toFloat(emit, type, values), emit.at(out, emit.mul(index, 4)), count);
  });
}

/// Where a row lies: its beginning; of r16 that of its panel, and its lane in that.
static std::pair<Value, Value> rowPlace(Emit &emit, layout::Format format, layout::Shape shape,
                                        Value base, Value row) {
  if (format.layout == layout::Layout::kRowMajor) {
    const gguf::TensorTypeInfo &info = gguf::GetInfo(format.type);
    int64_t bytes = shape.columns / info.block_elements * info.block_bytes;
    return {emit.at(base, emit.mul(row, bytes)), {}};
  }
  if (shape.matrices > 1) {
    int64_t bytes = *layout::PackedBytes(format, {1, shape.rows, shape.columns});
    base = emit.at(base, emit.mul(emit.div(row, shape.rows), bytes));
    row = emit.rem(row, shape.rows);
  }
  Value panel = emit.div(row, layout::kR16Rows);
  int64_t panelBytes = layout::R16Bytes(*layout::FindR16(format.type), shape.columns);
  return {emit.at(base, emit.mul(panel, panelBytes)), emit.rem(row, layout::kR16Rows)};
}

LogicalResult emitDecodeRow(Emit &emit, const Target &target, RankedTensorType table, Value base,
                            Value row, const Span &columns, Value out) {
  std::optional<layout::Format> format = getFormat(table);
  if (!format || !layout::Exists(*format))
    return mlir::emitError(emit.getLoc(), "expected a table of weights, found ") << table;
  layout::Shape shape = getMatrices(table);
  if (shape.rows == 0 || shape.columns == 0) return success();
  auto [place, lane] = rowPlace(emit, *format, shape, base, row);
  if (scalarType(emit, format->type)) {
    lane ? emitScalarLane(emit, format->type, place, lane, columns, out)
         : emitScalarRow(emit, format->type, place, columns, out);
    return success();
  }
  const gguf::TensorTypeInfo &info = gguf::GetInfo(format->type);
  Value first = emit.div(columns.begin, info.block_elements);
  auto eachBlock = [&](llvm::function_ref<void(Value, Value)> body) {
    emit.loop(emit.i64(0), emit.div(columns.size, info.block_elements), 1, [&](Value index) {
      body(emit.add(first, index), emit.at(out, emit.mul(index, 4 * info.block_elements)));
    });
  };
  if (const PlaneFormat *planes = findPlaneFormat(format->type)) {
    PlaneDecoder decoder(emit, target, *planes, place, lane);
    eachBlock([&](Value block, Value values) { decoder.emitBlock(block, values); });
    return success();
  }
  BlockEmitter emitBlock = findBlockEmitter(format->type);
  if (!emitBlock)
    return mlir::emitError(emit.getLoc(), "expected a type with a decoder, found ") << table;
  eachBlock([&](Value block, Value values) {
    emitBlock(emit, emit.at(place, emit.mul(block, info.block_bytes)), values);
  });
  return success();
}

}  // namespace emel::cpu
