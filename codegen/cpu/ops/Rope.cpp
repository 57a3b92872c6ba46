// Rotations by position.

#include "codegen/cpu/emit/VectorMath.h"
#include "codegen/cpu/ops/Ops.h"
#include "dialects/emel/Positions.h"
#include "llvm/Support/xxhash.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace emel::cpu {

namespace {

/// Rotates the rows of one token.
class Rotation {
 public:
  Rotation(Tile &tile, RopeOp op, Value factors)
      : emit_(tile.emit), op_(op), factors_(factors), pairs_(pairsOf(op)) {
    RopeAngles angles = ropeAngles(op);
    magnitude_ = angles.magnitude;
    padded_ = llvm::alignTo(pairs_, kLanes);
    for (int64_t component = 0; component < (op.getSections() ? 4 : 1); ++component)
      tables_.push_back(addTable(angles, component));
    cosines_ = emit_.frame(padded_ * kFloatBytes);
    sines_ = emit_.frame(padded_ * kFloatBytes);
  }

  /// Finds the sines and cosines for a token's positions, one for each table.
  void turn(ArrayRef<Value> positions) {
    VectorType doubles = emit_.vec(emit_.getF64Type());
    SmallVector<Value> numbers;
    for (Value position : positions)
      numbers.push_back(
          emit_.broadcast(emit_.create<arith::SIToFPOp>(emit_.getF64Type(), position)));
    emit_.vectors(emit_.i64(pairs_), [&](Value index, Value count) {
      Value offset = emit_.mul(index, kFloatBytes), factor, angle;
      if (factors_) {
        Value own = emit_.loadLanes(emit_.vec(emit_.f32()), emit_.at(factors_, offset), count);
        factor = emit_.create<arith::ExtFOp>(doubles, own);
      }
      for (auto [table, number] : llvm::zip(tables_, numbers)) {
        Value own = emit_.load(doubles, emit_.at(table, emit_.mul(index, 8)));
        if (factor) own = emit_.create<arith::DivFOp>(own, factor);
        own = emit_.create<arith::MulFOp>(own, number);
        angle = angle ? Value(emit_.create<arith::AddFOp>(angle, own)) : own;
      }
      auto [sine, cosine] = emitSinCos(emit_, angle);
      Value magnitude = emit_.splat(sine.getType(), magnitude_);
      emit_.store(emit_.create<arith::MulFOp>(sine, magnitude), emit_.at(sines_, offset));
      emit_.store(emit_.create<arith::MulFOp>(cosine, magnitude), emit_.at(cosines_, offset));
    });
  }

  void rotate(Value source, Value target, int64_t size) {
    bool isNormal = op_.getMode() == RopeMode::Normal;
    emit_.vectors(emit_.i64(pairs_), [&](Value index, Value count) {
      isNormal ? rotateNeighbours(source, target, index, count)
               : rotateHalves(source, target, index, count);
    });
    int64_t rest = size - 2 * pairs_;
    Value begin = emit_.i64(2 * pairs_ * kFloatBytes);
    emit_.vectors(emit_.i64(rest), [&](Value index, Value count) {
      Value offset = emit_.add(begin, emit_.mul(index, kFloatBytes));
      Value x = emit_.loadLanes(emit_.vec(emit_.f32()), emit_.at(source, offset), count);
      emit_.storeLanes(x, emit_.at(target, offset), count);
    });
  }

 private:
  /// The angles of the pairs that turn by one of the positions, 0 for the others, so that the sum
  /// over all positions is exact.
  Value addTable(const RopeAngles &angles, int64_t component) {
    SmallVector<double> data(padded_);
    for (int64_t pair = 0; pair < pairs_; ++pair)
      if (angles.components[pair] == component) data[pair] = angles.perPosition[pair];
    auto bytes = llvm::ArrayRef(reinterpret_cast<const uint8_t *>(data.data()), 8 * data.size());
    std::string name = "angles_" + llvm::utohexstr(llvm::xxh3_64bits(bytes));
    auto type = RankedTensorType::get({padded_}, emit_.getF64Type());
    return emit_.table(name, DenseElementsAttr::get(type, ArrayRef<double>(data)));
  }

  std::pair<Value, Value> turned(Value first, Value second, Value index) {
    VectorType type = emit_.vec(emit_.f32());
    Value offset = emit_.mul(index, kFloatBytes);
    Value cosine = emit_.load(type, emit_.at(cosines_, offset));
    Value sine = emit_.load(type, emit_.at(sines_, offset));
    auto mul = [&](Value a, Value b) -> Value { return emit_.create<arith::MulFOp>(a, b); };
    return {emit_.create<arith::SubFOp>(mul(first, cosine), mul(second, sine)),
            emit_.create<arith::AddFOp>(mul(first, sine), mul(second, cosine))};
  }

  void rotateHalves(Value source, Value target, Value index, Value count) {
    VectorType type = emit_.vec(emit_.f32());
    Value low = emit_.mul(index, kFloatBytes), high = emit_.add(low, pairs_ * kFloatBytes);
    auto [first, second] = turned(emit_.loadLanes(type, emit_.at(source, low), count),
                                  emit_.loadLanes(type, emit_.at(source, high), count), index);
    emit_.storeLanes(first, emit_.at(target, low), count);
    emit_.storeLanes(second, emit_.at(target, high), count);
  }

  void rotateNeighbours(Value source, Value target, Value index, Value count) {
    VectorType both = emit_.vec(emit_.f32(), 2 * kLanes);
    Value offset = emit_.mul(index, 2 * kFloatBytes);
    Value elements = count ? emit_.mul(count, 2) : Value();
    Value x = emit_.loadLanes(both, emit_.at(source, offset), elements);
    SmallVector<int64_t> even, odd, merged;
    for (int64_t i = 0; i < kLanes; ++i) {
      even.push_back(2 * i), odd.push_back(2 * i + 1);
      merged.push_back(i), merged.push_back(i + kLanes);
    }
    auto [first, second] = turned(emit_.create<vector::ShuffleOp>(x, x, even),
                                  emit_.create<vector::ShuffleOp>(x, x, odd), index);
    emit_.storeLanes(emit_.create<vector::ShuffleOp>(first, second, merged),
                     emit_.at(target, offset), elements);
  }

  Emit &emit_;
  RopeOp op_;
  Value factors_, cosines_, sines_;
  SmallVector<Value> tables_;
  int64_t pairs_, padded_;
  double magnitude_;
};

}  // namespace

static LogicalResult emitRope(Tile &tile, Operation *op, const Part &part, const View &out) {
  auto rope = cast<RopeOp>(op);
  Emit &emit = tile.emit;
  FailureOr<View> input = tile.need(op->getOpOperand(0), part);
  FailureOr<View> positions = tile.need(op->getOpOperand(1), part);
  if (failed(input) || failed(positions)) return failure();
  Value factors;
  if (rope.getFactors()) {
    FailureOr<View> view = tile.need(rope.getFactors(), tile.wholeOf(rope.getFactors()));
    if (failed(view)) return failure();
    factors = view->base;
  }
  Rotation rotation(tile, rope, factors);
  emit.loop(part[0].begin, emit.add(part[0].begin, part[0].size), 1, [&](Value token) {
    SmallVector<Value> numbers;
    if (!rope.getSections()) numbers.push_back(tile.address(*positions, token));
    for (int64_t component = 0; rope.getSections() && component < 4; ++component)
      numbers.push_back(tile.address(*positions, {emit.i64(component), token}));
    for (Value &number : numbers) number = emit.load(emit.i32(), number);
    rotation.turn(numbers);
    emit.loop(part[1].begin, emit.add(part[1].begin, part[1].size), 1, [&](Value head) {
      rotation.rotate(tile.address(*input, {token, head}), tile.address(out, {token, head}),
                      rope.getType().getShape().back());
    });
  });
  return success();
}

void addRopeEmitters(EmitterTable &table) { table["emel.rope"] = {emitRope, {kFloat32Only}}; }

}  // namespace emel::cpu
