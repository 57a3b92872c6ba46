#include "codegen/cpu/emit/Copy.h"

#include "dialects/emel/Emel.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;

namespace emel::cpu {

Value bytesOf(Emit &emit, Type element, Value count) {
  if (auto block = dyn_cast<BlockType>(element))
    return emit.mul(emit.div(count, block.getInfo().block_elements), block.getInfo().block_bytes);
  return emit.mul(count, element.getIntOrFloatBitWidth() / 8);
}

Type bitsOf(Emit &emit, Type element) {
  return emit.getIntegerType(element.getIntOrFloatBitWidth());
}

static void copyLanes(Emit &emit, int64_t bytes, Value source, Value target, Value count) {
  VectorType type = emit.vec(emit.getIntegerType(bytes * 8));
  emit.vectors(count, [&](Value index, Value left) {
    Value offset = emit.mul(index, bytes);
    emit.storeLanes(emit.loadLanes(type, emit.at(source, offset), left), emit.at(target, offset),
                    left);
  });
}

void copyRow(Emit &emit, Type element, Value source, Value target, Value count) {
  bool isBlock = isa<BlockType>(element);
  if (!isBlock && Emit::constant(count) == 1)
    return emit.store(emit.load(bitsOf(emit, element), source), target);
  int64_t lane = isBlock ? 1 : element.getIntOrFloatBitWidth() / 8;
  if (isBlock) count = bytesOf(emit, element, count);
  // Lanes of 32 bits where the row is whole ones: part of a vector of smaller lanes costs a branch
  // for each on some CPUs.
  auto known = Emit::constant(count);
  if (lane > 4)
    count = emit.mul(count, lane / 4);
  else if (known && *known * lane % 4 == 0)
    count = emit.i64(*known * lane / 4);
  else if (lane < 4)
    return copyLanes(emit, lane, source, target, count);
  copyLanes(emit, 4, source, target, count);
}

void fillRow(Emit &emit, Type element, const APInt &bits, Value target, Value count) {
  Value lanes = emit.splatInt(emit.vec(bitsOf(emit, element)), bits.getSExtValue());
  emit.vectors(count, [&](Value index, Value left) {
    emit.storeLanes(lanes, emit.at(target, bytesOf(emit, element, index)), left);
  });
}

static bool isEmpty(const Part &part) {
  return llvm::any_of(part, [](const Span &span) { return Emit::constant(span.size) == 0; });
}

/// Makes rows that follow each other in all views one long row.
static void joinRows(Emit &emit, MutableArrayRef<View> views, Part &part) {
  Type element = views[0].element;
  if (isa<BlockType>(element)) return;
  while (part.size() > 1) {
    Span row = part.pop_back_val();
    auto size = Emit::constant(row.size);
    auto follows = [&](const View &view) {
      return size && *size > 0 &&
             view.strides[part.size() - 1] == *size * element.getIntOrFloatBitWidth() / 8;
    };
    if (Emit::constant(row.begin) != 0 || !llvm::all_of(views, follows)) {
      part.push_back(row);
      return;
    }
    part.back() = {emit.mul(part.back().begin, *size), emit.mul(part.back().size, *size),
                   part.back().most * *size, part.back().unit * *size};
    for (View &view : views) view.strides.pop_back();
  }
}

void copyPart(Tile &tile, const View &from, const View &to, const Part &part) {
  if (isEmpty(part)) return;
  Emit &emit = tile.emit;
  View views[] = {from, to};
  Part rest(part);
  joinRows(emit, views, rest);
  Span row = tile.rowOf(rest);
  Value begin = bytesOf(emit, from.element, row.begin);
  tile.rows(rest, [&](ArrayRef<Value> outer) {
    copyRow(emit, from.element, emit.at(tile.address(views[0], outer), begin),
            emit.at(tile.address(views[1], outer), begin), row.size);
  });
}

void fillPart(Tile &tile, const View &to, const Part &part, const APInt &bits) {
  if (isEmpty(part)) return;
  Emit &emit = tile.emit;
  View view = to;
  Part rest(part);
  joinRows(emit, view, rest);
  Span row = tile.rowOf(rest);
  Value begin = bytesOf(emit, to.element, row.begin);
  tile.rows(rest, [&](ArrayRef<Value> outer) {
    fillRow(emit, to.element, bits, emit.at(tile.address(view, outer), begin), row.size);
  });
}

Span limit(Emit &emit, const Span &span, Value begin, Value end) {
  Value first = emit.min(emit.max(span.begin, begin), end);
  Value last = emit.min(emit.add(span.begin, span.size), end);
  Value size = emit.max(emit.sub(last, first), emit.i64(0));
  int64_t most = Emit::constant(size).value_or(span.most);
  return {first, size, most, std::gcd(span.unit, Emit::constant(begin).value_or(1))};
}

Span lower(Emit &emit, const Span &span, Value offset) {
  return {emit.sub(span.begin, offset), span.size, span.most,
          std::gcd(span.unit, Emit::constant(offset).value_or(1))};
}

View startAt(Emit &emit, View view, int64_t dim, Value offset) {
  bool isRow = dim + 1 == static_cast<int64_t>(view.strides.size());
  view.base = emit.at(
      view.base, isRow ? bytesOf(emit, view.element, offset) : emit.mul(offset, view.strides[dim]));
  return view;
}

LogicalResult place(Tile &tile, Value value, const Part &part, const View &to) {
  FailureOr<View> found = tile.need(value, part, &to);
  if (failed(found)) return failure();
  if (found->base != to.base) copyPart(tile, *found, to, part);
  return success();
}

LogicalResult placeUnder(Tile &tile, Value value, const Part &part, const View &to) {
  FailureOr<View> found = tile.need(value, part, &to);
  if (failed(found)) return failure();
  tile.forget();
  if (found->base == to.base) return success();
  Emit &emit = tile.emit;
  Value isElsewhere = emit.create<LLVM::ICmpOp>(LLVM::ICmpPredicate::ne, found->base, to.base);
  emit.when(isElsewhere, [&] { copyPart(tile, *found, to, part); });
  return success();
}

}  // namespace emel::cpu
