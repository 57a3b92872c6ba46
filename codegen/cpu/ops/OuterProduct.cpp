// Sums of outer products.

#include "codegen/cpu/ops/Ops.h"
#include "codegen/cpu/products/SemiringCode.h"
#include "dialects/emel/Emel.h"

using namespace mlir;

namespace emel::cpu {

/// The leading indices of the right operand for those of the result: each of its own serves as many
/// consecutive ones.
static SmallVector<Value> rightIndices(Tile &tile, OutProdOp op, ArrayRef<Value> leading) {
  Emit &emit = tile.emit;
  int64_t rank = cast<RankedTensorType>(op.getLhs().getType()).getRank();
  int64_t own = cast<RankedTensorType>(op.getRhs().getType()).getRank();
  SmallVector<Value> indices;
  for (int64_t dim = rank - own; dim < rank - 2; ++dim) {
    Value wide = tile.sizeOf(op.getLhs(), dim), narrow = tile.sizeOf(op.getRhs(), dim - rank + own);
    Value shared = emit.createOrFold<arith::DivUIOp>(wide, narrow);
    indices.push_back(emit.createOrFold<arith::DivUIOp>(leading[dim], shared));
  }
  return indices;
}

namespace {

/// Two matrices, by their addresses and the bytes from row to row.
struct Factors {
  Value left, right;
  int64_t leftStride, rightStride;
  Value depth;
};

}  // namespace

/// `count` rows of the result from row `row` on, the columns of a span: a chain over the depth for
/// each element.
static void multiply(Emit &emit, SemiringCode &semiring, const Factors &factors, Value row,
                     int64_t count, const Span &columns, function_ref<Value(Value)> outAt) {
  VectorType floats = emit.vec(emit.f32());
  emit.vectors(columns.size, [&](Value index, Value lanes) {
    Value offset = emit.mul(emit.add(columns.begin, index), kFloatBytes);
    SmallVector<Value> start(count, semiring.zero());
    auto sums = emit.loop(emit.i64(0), factors.depth, 1, start, [&](Value k, ValueRange sums) {
      Value right = emit.at(factors.right, emit.mul(k, factors.rightStride));
      Value b = emit.loadLanes(floats, emit.at(right, offset), lanes);
      Value left = emit.at(factors.left, emit.mul(k, factors.leftStride));
      SmallVector<Value> next;
      for (int64_t i = 0; i < count; ++i) {
        Value at = emit.at(left, emit.mul(emit.add(row, i), kFloatBytes));
        Value a = emit.broadcast(emit.load(emit.f32(), at));
        next.push_back(semiring.addProduct(sums[i], a, b));
      }
      return next;
    });
    for (int64_t i = 0; i < count; ++i)
      emit.storeLanes(sums[i], emit.at(outAt(emit.add(row, i)), offset), lanes);
  });
}

static LogicalResult emitOutProd(Tile &tile, Operation *op, const Part &part, const View &out) {
  auto product = cast<OutProdOp>(op);
  Emit &emit = tile.emit;
  FailureOr<View> lhs = tile.need(op->getOpOperand(0), part);
  FailureOr<View> rhs = tile.need(op->getOpOperand(1), part);
  if (failed(lhs) || failed(rhs)) return failure();
  SemiringCode semiring(emit, product.getSemiring());
  size_t rank = part.size();
  const Span &rows = part[rank - 2];
  auto depthStride = [](const View &view) { return view.strides[view.strides.size() - 2]; };
  // The rows of a part without its rows are matrices.
  Part matrices(part.begin(), part.end() - 1);
  tile.rows(matrices, [&](ArrayRef<Value> leading) {
    Factors factors{tile.address(*lhs, leading),
                    tile.address(*rhs, rightIndices(tile, product, leading)), depthStride(*lhs),
                    depthStride(*rhs),
                    tile.sizeOf(product.getLhs(), static_cast<int64_t>(rank) - 2)};
    auto outAt = [&](Value row) {
      SmallVector<Value> indices(leading);
      indices.push_back(row);
      return tile.address(out, indices);
    };
    Value first = rows.begin, end = emit.add(rows.begin, rows.size);
    int64_t together = std::min<int64_t>(4, semiring.mostSums());
    Value whole = emit.add(first, emit.mul(emit.div(emit.sub(end, first), together), together));
    emit.loop(first, whole, together, [&](Value row) {
      multiply(emit, semiring, factors, row, together, part.back(), outAt);
    });
    emit.loop(whole, end, 1,
              [&](Value row) { multiply(emit, semiring, factors, row, 1, part.back(), outAt); });
  });
  return success();
}

void addOuterProductEmitters(EmitterTable &table) {
  table["emel.out_prod"] = {emitOutProd, {kFloat32Only}};
}

}  // namespace emel::cpu
