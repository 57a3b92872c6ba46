// Experts: products with the matrices of a stack that are chosen for each row, and their biases.

#include "codegen/cpu/ops/Contraction.h"
#include "codegen/cpu/ops/Ops.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

namespace emel::cpu {

static Value loadIndex(Emit &emit, Value base, Value index) {
  return emit.toI64(emit.load(emit.i32(), emit.at(base, emit.mul(index, sizeof(int32_t)))));
}

/// Counts the pairs of each expert, and sorts them by it: those of one expert stay in their order.
static LogicalResult emitGroupExperts(Tile &tile, Operation *op, const Part &, const View &out) {
  auto group = cast<GroupExpertsOp>(op);
  Emit &emit = tile.emit;
  FailureOr<View> ids = tile.need(group.getIds(), tile.wholeOf(group.getIds()));
  if (failed(ids)) return failure();
  Value pairs = emit.mul(tile.sizeOf(group.getIds(), 0), tile.sizeOf(group.getIds(), 1));
  int64_t experts = group.getExperts();
  bool isOrder = out.strides.size() == 2;
  // Where each expert's pairs begin; in the end, of the order, where they end.
  Value starts =
      isOrder ? emit.frame(llvm::alignTo((experts + 1) * sizeof(int32_t), 64)) : out.base;
  auto slotOf = [&](Value index) { return emit.at(starts, emit.mul(index, sizeof(int32_t))); };
  auto bump = [&](Value index) {
    Value count = emit.load(emit.i32(), slotOf(index));
    emit.store(emit.create<arith::AddIOp>(count, emit.i32(1)), slotOf(index));
    return count;
  };
  emit.loop(emit.i64(0), emit.i64(experts + 1), 1,
            [&](Value expert) { emit.store(emit.i32(0), slotOf(expert)); });
  emit.loop(emit.i64(0), pairs, 1,
            [&](Value pair) { bump(emit.add(loadIndex(emit, ids->base, pair), 1)); });
  emit.loop(emit.i64(1), emit.i64(experts + 1), 1, [&](Value expert) {
    Value before = emit.load(emit.i32(), slotOf(emit.sub(expert, emit.i64(1))));
    Value own = emit.load(emit.i32(), slotOf(expert));
    emit.store(emit.create<arith::AddIOp>(own, before), slotOf(expert));
  });
  if (!isOrder) return success();
  emit.loop(emit.i64(0), pairs, 1, [&](Value pair) {
    Value place = emit.toI64(bump(loadIndex(emit, ids->base, pair)));
    Value number = emit.create<arith::TruncIOp>(emit.i32(), pair);
    emit.store(number, emit.at(out.base, emit.mul(place, sizeof(int32_t))));
  });
  return success();
}

using AddressOfPair = function_ref<Value(ArrayRef<Value>)>;

/// Walks the experts that were chosen, each with its pairs by their place in the order.
static LogicalResult emitGrouped(Tile &tile, MatmulIdOp op, const Part &part,
                                 const MatrixProduct &product, AddressOfPair inputAt,
                                 AddressOfPair outAt) {
  Emit &emit = tile.emit;
  SmallVector<Value> groups;
  for (Value group : op.getGroups()) {
    FailureOr<View> view = tile.need(group, tile.wholeOf(group));
    if (failed(view)) return failure();
    groups.push_back(view->base);
  }
  int64_t used = cast<RankedTensorType>(op.getIds().getType()).getDimSize(1);
  int64_t experts = cast<RankedTensorType>(op.getWeight().getType()).getDimSize(0);
  auto pairAt = [&](Value place) -> SmallVector<Value, 2> {
    Value pair = loadIndex(emit, groups[0], place);
    return {emit.div(pair, used), emit.rem(pair, used)};
  };
  LogicalResult result = success();
  emit.loop(emit.i64(0), emit.i64(experts), 1, [&](Value expert) {
    Value first = loadIndex(emit, groups[1], expert);
    Value end = loadIndex(emit, groups[1], emit.add(expert, 1));
    Span pairs{first, emit.sub(end, first), part[0].most * used, 1};
    emit.when(emit.less(first, end), [&] {
      result = product(expert, part[2],
                       {pairs, [&](Value place) { return inputAt(pairAt(place)); },
                        [&](Value place) { return outAt(pairAt(place)); }});
    });
  });
  return result;
}

static LogicalResult emitMatmulId(Tile &tile, Operation *op, const Part &part, const View &out) {
  auto matmul = cast<MatmulIdOp>(op);
  Emit &emit = tile.emit;
  FailureOr<View> input = tile.need(op->getOpOperand(0), part);
  FailureOr<View> weight = tile.need(op->getOpOperand(1), part);
  FailureOr<View> ids = tile.need(op->getOpOperand(2), part);
  if (failed(input) || failed(weight) || failed(ids)) return failure();
  bool isPerExpert = cast<RankedTensorType>(matmul.getInput().getType()).getRank() == 3;
  auto inputAt = [&](ArrayRef<Value> pair) {
    return tile.address(*input, pair.take_front(isPerExpert ? 2 : 1));
  };
  auto outAt = [&](ArrayRef<Value> pair) { return tile.address(out, pair); };
  MatrixProduct product =
      createProduct(tile, op, *weight, Semiring::PlusTimes, !matmul.isGrouped());
  if (matmul.isGrouped()) return emitGrouped(tile, matmul, part, product, inputAt, outAt);
  LogicalResult result = success();
  tile.rows(part, [&](ArrayRef<Value> pair) {
    Value id = emit.toI64(emit.load(emit.i32(), tile.address(*ids, pair)));
    result = product(id, part[2],
                     {{emit.i64(0), emit.i64(1), 1},
                      [&](Value) { return inputAt(pair); },
                      [&](Value) { return outAt(pair); }});
  });
  return result;
}

static LogicalResult emitAddId(Tile &tile, Operation *op, const Part &part, const View &out) {
  Emit &emit = tile.emit;
  FailureOr<View> input = tile.need(op->getOpOperand(0), part);
  FailureOr<View> bias = tile.need(op->getOpOperand(1), part);
  FailureOr<View> ids = tile.need(op->getOpOperand(2), part);
  if (failed(input) || failed(bias) || failed(ids)) return failure();
  VectorType floats = emit.vec(emit.f32());
  Value begin = emit.mul(part.back().begin, kFloatBytes);
  tile.rows(part, [&](ArrayRef<Value> pair) {
    Value id = emit.toI64(emit.load(emit.i32(), tile.address(*ids, pair)));
    Value row = emit.at(tile.address(*input, pair), begin);
    Value own = emit.at(tile.address(*bias, id), begin);
    Value target = emit.at(tile.address(out, pair), begin);
    emit.vectors(part.back().size, [&](Value index, Value count) {
      auto load = [&](Value from) {
        return emit.loadLanes(floats, emit.at(from, emit.mul(index, kFloatBytes)), count);
      };
      Value sum = emit.create<arith::AddFOp>(load(row), load(own));
      emit.storeLanes(sum, emit.at(target, emit.mul(index, kFloatBytes)), count);
    });
  });
  return success();
}

void addExpertEmitters(EmitterTable &table) {
  table["emel.add_id"] = {emitAddId, {kFloat32Only}};
  table["emel.matmul_id"] = {emitMatmulId, {kKnownProducts}};
  table["emel.group_experts"] = emitGroupExperts;
}

}  // namespace emel::cpu
