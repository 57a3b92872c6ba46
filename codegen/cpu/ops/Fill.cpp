// Ops whose elements follow from their place.

#include "codegen/cpu/emit/Copy.h"
#include "codegen/cpu/ops/Ops.h"
#include "dialects/emel/Emel.h"

using namespace mlir;

namespace emel::cpu {

/// The bits that a number has as an element.
static APInt bitsIn(Type element, APFloat number) {
  bool isInexact;
  number.convert(cast<FloatType>(element).getFloatSemantics(), APFloat::rmNearestTiesToEven,
                 &isInexact);
  return number.bitcastToAPInt();
}

DenseElementsAttr arangeNumbers(ArangeOp op) {
  Type element = op.getType().getElementType();
  double start = op.getStart().convertToDouble(), step = op.getStep().convertToDouble();
  SmallVector<APFloat> numbers;
  for (int64_t i = 0; i < op.getType().getNumElements(); ++i) {
    // As a product and a sum of their own, whatever the compiler would fuse.
    APFloat number(static_cast<double>(i));
    number.multiply(APFloat(step), APFloat::rmNearestTiesToEven);
    number.add(APFloat(start), APFloat::rmNearestTiesToEven);
    numbers.emplace_back(cast<FloatType>(element).getFloatSemantics(), bitsIn(element, number));
  }
  return DenseElementsAttr::get(op.getType(), numbers);
}

static LogicalResult emitFill(Tile &tile, Operation *op, const Part &part, const View &out) {
  fillPart(tile, out, part, bitsIn(out.element, cast<FillOp>(op).getValue()));
  return success();
}

static LogicalResult emitDiag(Tile &tile, Operation *op, const Part &part, const View &out) {
  Emit &emit = tile.emit;
  size_t row = part.size() - 2;
  const Span &columns = part.back();
  Span both = limit(emit, part[row], columns.begin, emit.add(columns.begin, columns.size));
  Part needed(part);
  needed.pop_back();
  needed.back() = both;
  FailureOr<View> input = tile.need(op->getOperand(0), needed);
  if (failed(input)) return failure();
  fillPart(tile, out, part, APInt(out.element.getIntOrFloatBitWidth(), 0));
  Type bits = bitsOf(emit, out.element);
  tile.rows(needed, [&](ArrayRef<Value> outer) {
    Value source = tile.address(*input, outer);
    emit.loop(both.begin, emit.add(both.begin, both.size), 1, [&](Value index) {
      Value offset = bytesOf(emit, out.element, index);
      SmallVector<Value> indices(outer);
      indices.push_back(index);
      emit.store(emit.load(bits, emit.at(source, offset)),
                 emit.at(tile.address(out, indices), offset));
    });
  });
  return success();
}

/// Keeps of row i the elements from `keep(i).first` up to `keep(i).second`; the others become
/// `hidden`.
static LogicalResult emitKept(Tile &tile, Operation *op, const Part &part, const View &out,
                              const APInt &hidden,
                              function_ref<std::pair<Value, Value>(Value)> keep) {
  Emit &emit = tile.emit;
  FailureOr<View> input = tile.need(op->getOpOperand(0), part);
  if (failed(input)) return failure();
  const Span &columns = part.back();
  Value end = emit.add(columns.begin, columns.size);
  auto at = [&](Value row, Value index) { return emit.at(row, bytesOf(emit, out.element, index)); };
  tile.rows(part, [&](ArrayRef<Value> outer) {
    Value source = tile.address(*input, outer), target = tile.address(out, outer);
    auto [from, to] = keep(outer.back());
    from = emit.max(emit.min(from, end), columns.begin);
    to = emit.max(emit.min(to, end), from);
    fillRow(emit, out.element, hidden, at(target, columns.begin), emit.sub(from, columns.begin));
    copyRow(emit, out.element, at(source, from), at(target, from), emit.sub(to, from));
    fillRow(emit, out.element, hidden, at(target, to), emit.sub(end, to));
  });
  return success();
}

static LogicalResult emitDiagMask(Tile &tile, Operation *op, const Part &part, const View &out) {
  Emit &emit = tile.emit;
  auto mask = cast<DiagMaskOp>(op);
  bool isInf = mask.getKind() == DiagMaskKind::Inf;
  APFloat hidden = isInf ? APFloat::getInf(APFloat::IEEEdouble(), /*Negative=*/true) : APFloat(0.0);
  // Beyond all rows it does not matter how far.
  auto past = std::min<int64_t>(mask.getPast(), int64_t{1} << 62);
  return emitKept(tile, op, part, out, bitsIn(out.element, hidden),
                  [&](Value row) { return std::pair(emit.i64(0), emit.add(row, past + 1)); });
}

static LogicalResult emitTri(Tile &tile, Operation *op, const Part &part, const View &out) {
  Emit &emit = tile.emit;
  Value size = tile.sizeOf(op->getOperand(0), static_cast<int64_t>(part.size()) - 1);
  APInt zero(out.element.getIntOrFloatBitWidth(), 0);
  return emitKept(tile, op, part, out, zero, [&](Value row) -> std::pair<Value, Value> {
    switch (cast<TriOp>(op).getKind()) {
      case TriKind::UpperDiag: return {row, size};
      case TriKind::Upper: return {emit.add(row, 1), size};
      case TriKind::LowerDiag: return {emit.i64(0), emit.add(row, 1)};
      case TriKind::Lower: return {emit.i64(0), row};
    }
    llvm_unreachable("every kind returns");
  });
}

void addFillEmitters(EmitterTable &table) {
  table["emel.fill"] = emitFill;
  table["emel.diag"] = emitDiag;
  table["emel.diag_mask"] = emitDiagMask;
  table["emel.tri"] = emitTri;
}

}  // namespace emel::cpu
