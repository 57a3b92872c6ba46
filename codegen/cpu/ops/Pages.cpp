#include "codegen/cpu/ops/Pages.h"

#include <cstddef>

#include "codegen/cpu/emit/VectorMath.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace emel::cpu {

Pages::Pages(Tile &tile, const View &state, KvType type)
    : emit_(tile.emit),
      base_(state.base),
      isScaled_(isa<BlockType>(type.getElementType())),
      element_(isScaled_ ? tile.emit.i8() : type.getElementType()),
      keyDim_(type.getKeyDim()),
      valueDim_(type.getValueDim()),
      bytes_(element_.getIntOrFloatBitWidth() / 8),
      headBytes_(type.getHeadBytes() * EMEL_PAGE_POSITIONS),
      pages_(state.pages) {
  table_ = emit_.load(emit_.ptr(), emit_.at(tile.step, offsetof(emel_step_t, page_table)), 8);
  stride_ =
      emit_.load(emit_.i64(), emit_.at(tile.step, offsetof(emel_step_t, page_table_stride)), 8);
}

Value Pages::head(Value slot, Value page, Value head) {
  Value index = emit_.add(emit_.mul(page, pages_.classes), pages_.pageClass);
  Value entry = emit_.add(emit_.mul(slot, stride_), index);
  Value number =
      emit_.toI64(emit_.load(emit_.i32(), emit_.at(table_, emit_.mul(entry, sizeof(uint32_t))), 4));
  return emit_.at(base_,
                  emit_.add(emit_.mul(number, pages_.pageBytes), emit_.mul(head, headBytes_)));
}

Value Pages::keys(Value head, Value dim) {
  return emit_.at(head, emit_.mul(dim, EMEL_PAGE_POSITIONS * bytes_));
}

Value Pages::values(Value head, Value index) {
  int64_t keys = keyDim_ * EMEL_PAGE_POSITIONS * bytes_ + scaleBytes(keyDim_) * EMEL_PAGE_POSITIONS;
  return emit_.at(head, emit_.add(emit_.mul(index, valueDim_ * bytes_), keys));
}

Value Pages::keyScales(Value head, Value dim) {
  Value offset = emit_.mul(emit_.div(dim, kGroup), EMEL_PAGE_POSITIONS * kScaleBytes);
  return emit_.at(head, emit_.add(offset, keyDim_ * EMEL_PAGE_POSITIONS));
}

Value Pages::valueScale(Value head, Value index, Value dim) {
  Value offset = emit_.add(emit_.mul(index, scaleBytes(valueDim_)),
                           emit_.mul(emit_.div(dim, kGroup), kScaleBytes));
  return emit_.at(values(head, emit_.i64(0)), emit_.add(offset, valueDim_ * EMEL_PAGE_POSITIONS));
}

Value Pages::load(Value pointer, Value count) {
  Value x = emit_.loadLanes(emit_.vec(element_), pointer, count);
  if (element_.isF32()) return x;
  if (isScaled_) return emit_.create<arith::SIToFPOp>(emit_.vec(emit_.f32()), x);
  return emit_.create<arith::ExtFOp>(emit_.vec(emit_.f32()), x);
}

Value Pages::toCell(Value x) {
  if (element_.isF32()) return x;
  Type type = isa<VectorType>(x.getType()) ? Type(emit_.vec(element_)) : element_;
  if (isScaled_) return emit_.create<arith::FPToSIOp>(type, x);
  // CPUs without an instruction for it would call a function of a library.
  if (element_.isBF16()) return toBfloat16(x);
  return emit_.create<arith::TruncFOp>(type, x);
}

void Pages::round(Value floats, Value levels, Value scale) {
  VectorType type = emit_.vec(emit_.f32());
  SmallVector<Value, 2> x;
  for (int64_t half : {0, 1}) x.push_back(emit_.load(type, emit_.at(floats, half * 64)));
  Value most = emit_.maxLanes(emit_.create<arith::MaximumFOp>(emit_.create<math::AbsFOp>(x[0]),
                                                              emit_.create<math::AbsFOp>(x[1])));
  Value half = emit_.create<arith::TruncFOp>(emit_.getF16Type(),
                                             emit_.create<arith::DivFOp>(most, emit_.f32(127)));
  emit_.store(half, scale);
  Value own = emit_.create<arith::ExtFOp>(emit_.f32(), half);
  Value isZero = emit_.create<arith::CmpFOp>(arith::CmpFPredicate::OEQ, own, emit_.f32(0));
  Value inverse = emit_.broadcast(emit_.create<arith::SelectOp>(
      isZero, emit_.f32(0), emit_.create<arith::DivFOp>(emit_.f32(1), own)));
  for (int64_t half : {0, 1}) {
    Value level = emit_.create<math::RoundEvenOp>(emit_.create<arith::MulFOp>(x[half], inverse));
    level = emit_.create<arith::MinNumFOp>(level, emit_.splat(type, 127));
    level = emit_.create<arith::MaxNumFOp>(level, emit_.splat(type, -127));
    emit_.store(level, emit_.at(levels, half * 64));
  }
}

Value Pages::toBfloat16(Value x) {
  bool isVector = isa<VectorType>(x.getType());
  Value lanes =
      emit_.bitcast(emit_.vec(element_), emitToBfloat16(emit_, isVector ? x : emit_.broadcast(x)));
  if (isVector) return lanes;
  return emit_.create<vector::ExtractOp>(lanes, ArrayRef<int64_t>{0});
}

static bool hasOtherCells(Operation *op, const Target &) {
  return llvm::any_of(op->getOperandTypes(), [](Type type) {
    auto state = dyn_cast<KvType>(type);
    auto block = state ? dyn_cast<BlockType>(state.getElementType()) : BlockType();
    return block && block.getFormat() != gguf::TensorType::kQ8_0;
  });
}

const Limit kKnownCells{"expected cells of f16, bf16, f32 or q8_0", hasOtherCells};

}  // namespace emel::cpu
