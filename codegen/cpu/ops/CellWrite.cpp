// Writing keys and values into the pages of a KV cache.

#include "codegen/cpu/ops/Ops.h"
#include "codegen/cpu/ops/Pages.h"

using namespace mlir;

namespace emel::cpu {

namespace {

/// Writes rows of keys and values into cells.
class CellWriter {
 public:
  CellWriter(Emit &emit, Pages &pages) : emit_(emit), pages_(pages) {
    if (pages.isScaled())
      levels_ = emit.frame(std::max(pages.keyDim(), pages.valueDim()) * kFloatBytes);
  }

  /// `cell` is the head of a page, `index` the position there.
  void writeKey(Value cell, Value index, Value row) {
    Value source = prepare(row, pages_.keyDim(), [&](Value dim) {
      return emit_.at(pages_.keyScales(cell, dim), emit_.mul(index, Pages::kScaleBytes));
    });
    Value column = emit_.mul(index, pages_.bytes());
    emit_.loop(emit_.i64(0), emit_.i64(pages_.keyDim()), 1, [&](Value dim) {
      Value x = emit_.load(emit_.f32(), emit_.at(source, emit_.mul(dim, kFloatBytes)));
      emit_.store(pages_.toCell(x), emit_.at(pages_.keys(cell, dim), column));
    });
  }

  void writeValue(Value cell, Value index, Value row) {
    Value target = pages_.values(cell, index);
    Value source = prepare(row, pages_.valueDim(),
                           [&](Value dim) { return pages_.valueScale(cell, index, dim); });
    emit_.vectors(emit_.i64(pages_.valueDim()), [&](Value dim, Value count) {
      Value x = emit_.loadLanes(emit_.vec(emit_.f32()),
                                emit_.at(source, emit_.mul(dim, kFloatBytes)), count);
      emit_.storeLanes(pages_.toCell(x), emit_.at(target, emit_.mul(dim, pages_.bytes())), count);
    });
  }

 private:
  /// What goes to the cells for a row: with scales the levels, where each scale has been written.
  Value prepare(Value row, int64_t size, function_ref<Value(Value)> scaleAt) {
    if (!pages_.isScaled()) return row;
    emit_.loop(emit_.i64(0), emit_.i64(size), Pages::kGroup, [&](Value dim) {
      Value offset = emit_.mul(dim, kFloatBytes);
      pages_.round(emit_.at(row, offset), emit_.at(levels_, offset), scaleAt(dim));
    });
    return levels_;
  }

  Emit &emit_;
  Pages &pages_;
  Value levels_;
};

}  // namespace

static LogicalResult emitKvWrite(Tile &tile, Operation *op, const Part &part, const View &) {
  auto write = cast<KvWriteOp>(op);
  Emit &emit = tile.emit;
  FailureOr<View> state = tile.need(write.getState(), part);
  FailureOr<View> positions = tile.need(write.getPositions(), tile.wholeOf(write.getPositions()));
  FailureOr<View> slots = tile.need(write.getSlots(), tile.wholeOf(write.getSlots()));
  if (failed(state) || failed(positions) || failed(slots)) return failure();
  Pages pages(tile, *state, write.getType());
  CellWriter writer(emit, pages);
  Value tokens = tile.sizeOf(write.getKey(), 0);
  // Some tokens at a time, so that keys and values stay small.
  constexpr int64_t kRows = 256;
  int64_t most = std::min(kRows, tile.mostOf(write.getKey(), 0));
  LogicalResult result = success();
  auto writeRows = [&](Value first) {
    Value size = most == 1 ? emit.i64(1) : emit.min(emit.sub(tokens, first), emit.i64(most));
    Part keyPart = tile.partOf(op->getOpOperand(1), part);
    Part valuePart = tile.partOf(op->getOpOperand(2), part);
    keyPart[0] = valuePart[0] = {first, size, most, most};
    FailureOr<View> keys = tile.need(write.getKey(), keyPart);
    FailureOr<View> values = tile.need(write.getValue(), valuePart);
    if (failed(keys) || failed(values)) return void(result = failure());
    emit.loop(first, emit.add(first, size), 1, [&](Value token) {
      Value position = emit.toI64(emit.load(emit.i32(), tile.address(*positions, token)));
      Value slot = emit.toI64(emit.load(emit.i32(), tile.address(*slots, token)));
      Value index = emit.rem(position, EMEL_PAGE_POSITIONS);
      emit.loop(part[0].begin, emit.add(part[0].begin, part[0].size), 1, [&](Value head) {
        Value cell = pages.head(slot, emit.div(position, EMEL_PAGE_POSITIONS), head);
        writer.writeKey(cell, index, tile.address(*keys, {token, head}));
        writer.writeValue(cell, index, tile.address(*values, {token, head}));
      });
    });
    tile.forget();
  };
  if (most == 1) {
    writeRows(emit.i64(0));
    return result;
  }
  emit.loop(emit.i64(0), tokens, most, writeRows);
  return result;
}

void addCellWriteEmitters(EmitterTable &table) {
  table["emel.kv_write"] = {emitKvWrite, {kFloat32Only, kKnownCells}};
}

}  // namespace emel::cpu
