// Rotations, and attention over the pages of a KV cache.

#include <cmath>
#include <cstddef>

#include "codegen/cpu/Ops.h"
#include "codegen/cpu/VectorMath.h"
#include "dialects/emel/Emel.h"
#include "llvm/Support/xxhash.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "runtime/include/emel/step.h"

using namespace mlir;

namespace emel::cpu {

static constexpr int64_t kFloatBytes = 4;

//===----------------------------------------------------------------------===//
// Rope
//===----------------------------------------------------------------------===//

namespace {

/// The angles of a rotation per position, known when compiling but for factors that are a weight:
/// angle = position (scaled / factor + unscaled / factor).
struct Angles {
  SmallVector<double> perPosition;
  double magnitude;
};

}  // namespace

static Angles findAngles(RopeOp op) {
  double dims = op.getDims(), base = op.getBase().convertToDouble();
  double scale = op.getScale().convertToDouble(), ext = op.getExt().convertToDouble();
  Angles angles{{}, op.getAttn().convertToDouble()};
  double low = 0, high = 0;
  if (ext != 0) {
    auto turn = [&](double turns) {
      return dims * std::log(op.getOrig() / (turns * 2 * M_PI)) / (2 * std::log(base));
    };
    low = std::max(0.0, std::floor(turn(op.getBetaFast().convertToDouble())));
    high = std::min(dims - 1, std::ceil(turn(op.getBetaSlow().convertToDouble())));
    angles.magnitude *= 1 + 0.1 * std::log(1 / scale);
  }
  for (int64_t pair = 0; pair < op.getDims() / 2; ++pair) {
    double angle = std::pow(base, -2.0 * pair / dims), mix = 0;
    if (ext != 0)
      mix = ext * (1 - std::clamp((pair - low) / std::max(0.001, high - low), 0.0, 1.0));
    angles.perPosition.push_back(angle * (scale * (1 - mix) + mix));
  }
  return angles;
}

namespace {

/// Rotates the rows of one token.
class Rotation {
 public:
  Rotation(Tile &tile, RopeOp op, Value factors)
      : emit_(tile.emit), op_(op), factors_(factors), pairs_(op.getDims() / 2) {
    Angles angles = findAngles(op);
    magnitude_ = angles.magnitude;
    padded_ = llvm::alignTo(pairs_, kLanes);
    angles.perPosition.resize(padded_);
    ArrayRef<double> data = angles.perPosition;
    auto bytes = llvm::ArrayRef(reinterpret_cast<const uint8_t *>(data.data()), 8 * data.size());
    std::string name = "angles_" + llvm::utohexstr(llvm::xxh3_64bits(bytes));
    auto type = RankedTensorType::get({padded_}, emit_.getF64Type());
    table_ = emit_.table(name, DenseElementsAttr::get(type, data));
    cosines_ = emit_.frame(padded_ * kFloatBytes);
    sines_ = emit_.frame(padded_ * kFloatBytes);
  }

  /// Finds the sines and cosines for a position.
  void turn(Value position) {
    VectorType doubles = emit_.vec(emit_.getF64Type());
    Value factor = emit_.broadcast(emit_.create<arith::SIToFPOp>(emit_.getF64Type(), position));
    emit_.vectors(emit_.i64(pairs_), [&](Value index, Value count) {
      Value offset = emit_.mul(index, kFloatBytes);
      Value angle = emit_.load(doubles, emit_.at(table_, emit_.mul(index, 8)));
      if (factors_) {
        Value own = emit_.loadLanes(emit_.vec(emit_.f32()), emit_.at(factors_, offset), count);
        angle = emit_.create<arith::DivFOp>(angle, emit_.create<arith::ExtFOp>(doubles, own));
      }
      auto [sine, cosine] = emitSinCos(emit_, emit_.create<arith::MulFOp>(angle, factor));
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
  Value factors_, table_, cosines_, sines_;
  int64_t pairs_, padded_;
  double magnitude_;
};

}  // namespace

static LogicalResult emitRope(Tile &tile, Operation *op, const Part &part, const View &out) {
  auto rope = cast<RopeOp>(op);
  Emit &emit = tile.emit;
  if (rope.getSections()) return op->emitOpError("has no code for positions of 4 numbers");
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
    rotation.turn(emit.load(emit.i32(), tile.address(*positions, token)));
    emit.loop(part[1].begin, emit.add(part[1].begin, part[1].size), 1, [&](Value head) {
      rotation.rotate(tile.address(*input, {token, head}), tile.address(out, {token, head}),
                      rope.getType().getShape().back());
    });
  });
  return success();
}

//===----------------------------------------------------------------------===//
// Pages
//===----------------------------------------------------------------------===//

namespace {

/// A layer's cells in the pages, as runtime/artifact/plan.h says: of each head its keys,
/// transposed,
/// `[key][32]`, then its values, `[32][value]`. Cells of q8_0 are bytes, with scales behind the
/// keys and behind the values.
class Pages {
 public:
  /// Elements under a scale, and its bytes.
  static constexpr int64_t kGroup = 32, kScaleBytes = 2;

  Pages(Tile &tile, const View &state, KvType type)
      : emit_(tile.emit),
        base_(state.base),
        isScaled_(isa<BlockType>(type.getElementType())),
        element_(isScaled_ ? tile.emit.i8() : type.getElementType()),
        keyDim_(type.getKeyDim()),
        valueDim_(type.getValueDim()),
        bytes_(element_.getIntOrFloatBitWidth() / 8),
        headBytes_(type.getHeadBytes() * EMEL_PAGE_POSITIONS),
        pageBytes_(tile.pageBytes) {
    table_ = emit_.load(emit_.ptr(), emit_.at(tile.step, offsetof(emel_step_t, page_table)), 8);
    stride_ =
        emit_.load(emit_.i64(), emit_.at(tile.step, offsetof(emel_step_t, page_table_stride)), 8);
  }

  /// Where head `head` of page number `page` of the sequence in `slot` begins.
  Value head(Value slot, Value page, Value head) {
    Value entry = emit_.add(emit_.mul(slot, stride_), page);
    Value number = emit_.toI64(
        emit_.load(emit_.i32(), emit_.at(table_, emit_.mul(entry, sizeof(uint32_t))), 4));
    return emit_.at(base_, emit_.add(emit_.mul(number, pageBytes_), emit_.mul(head, headBytes_)));
  }
  Value keys(Value head, Value dim) {
    return emit_.at(head, emit_.mul(dim, EMEL_PAGE_POSITIONS * bytes_));
  }
  Value values(Value head, Value index) {
    int64_t keys =
        keyDim_ * EMEL_PAGE_POSITIONS * bytes_ + scaleBytes(keyDim_) * EMEL_PAGE_POSITIONS;
    return emit_.at(head, emit_.add(emit_.mul(index, valueDim_ * bytes_), keys));
  }
  /// The scales of 32 elements of keys, for 32 positions, or of a cell's values, from element `dim`
  /// on.
  Value keyScales(Value head, Value dim) {
    Value offset = emit_.mul(emit_.div(dim, kGroup), EMEL_PAGE_POSITIONS * kScaleBytes);
    return emit_.at(head, emit_.add(offset, keyDim_ * EMEL_PAGE_POSITIONS));
  }
  Value valueScale(Value head, Value index, Value dim) {
    Value offset = emit_.add(emit_.mul(index, scaleBytes(valueDim_)),
                             emit_.mul(emit_.div(dim, kGroup), kScaleBytes));
    return emit_.at(values(head, emit_.i64(0)), emit_.add(offset, valueDim_ * EMEL_PAGE_POSITIONS));
  }
  /// Floats of cells, without their scale, and back.
  Value load(Value pointer, Value count) {
    Value x = emit_.loadLanes(emit_.vec(element_), pointer, count);
    if (element_.isF32()) return x;
    if (isScaled_) return emit_.create<arith::SIToFPOp>(emit_.vec(emit_.f32()), x);
    return emit_.create<arith::ExtFOp>(emit_.vec(emit_.f32()), x);
  }
  Value toCell(Value x) {
    if (element_.isF32()) return x;
    Type type = isa<VectorType>(x.getType()) ? Type(emit_.vec(element_)) : element_;
    if (isScaled_) return emit_.create<arith::FPToSIOp>(type, x);
    return emit_.create<arith::TruncFOp>(type, x);
  }
  /// Makes 32 floats integers of 8 bits, still as floats, and writes their scale: as in
  /// runtime/gguf/quantize.h.
  void round(Value floats, Value levels, Value scale) {
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
  bool isScaled() const { return isScaled_; }
  int64_t bytes() const { return bytes_; }
  int64_t keyDim() const { return keyDim_; }
  int64_t valueDim() const { return valueDim_; }

 private:
  Emit &emit_;
  int64_t scaleBytes(int64_t dim) const { return isScaled_ ? dim / kGroup * kScaleBytes : 0; }

  Value base_, table_, stride_;
  bool isScaled_;
  Type element_;
  int64_t keyDim_, valueDim_, bytes_, headBytes_, pageBytes_;
};

}  // namespace

/// Whether there is code for a state's cells.
static LogicalResult checkCells(Operation *op, KvType type) {
  auto block = dyn_cast<BlockType>(type.getElementType());
  if (!block || block.getFormat() == gguf::TensorType::kQ8_0) return success();
  return op->emitOpError("has no code for cells of ") << block;
}

static LogicalResult emitKvWrite(Tile &tile, Operation *op, const Part &part, const View &) {
  auto write = cast<KvWriteOp>(op);
  Emit &emit = tile.emit;
  if (failed(checkCells(op, write.getType()))) return failure();
  FailureOr<View> state = tile.need(write.getState(), part);
  FailureOr<View> positions = tile.need(write.getPositions(), tile.wholeOf(write.getPositions()));
  FailureOr<View> slots = tile.need(write.getSlots(), tile.wholeOf(write.getSlots()));
  if (failed(state) || failed(positions) || failed(slots)) return failure();
  Pages pages(tile, *state, write.getType());
  Value tokens = tile.sizeOf(write.getKey(), 0);
  // Some tokens at a time, so that keys and values stay small.
  constexpr int64_t kRows = 256;
  int64_t most = std::min(kRows, tile.mostOf(write.getKey(), 0));
  Value levels;
  if (pages.isScaled())
    levels = emit.frame(std::max(pages.keyDim(), pages.valueDim()) * kFloatBytes);
  // What goes to the cells for a row: with scales the levels, where each scale has been written.
  auto prepare = [&](Value row, int64_t size, function_ref<Value(Value)> scaleAt) {
    if (!pages.isScaled()) return row;
    emit.loop(emit.i64(0), emit.i64(size), Pages::kGroup, [&](Value dim) {
      Value offset = emit.mul(dim, kFloatBytes);
      pages.round(emit.at(row, offset), emit.at(levels, offset), scaleAt(dim));
    });
    return levels;
  };
  LogicalResult result = success();
  auto writeRows = [&](Value first) {
    Value size = most == 1 ? emit.i64(1) : emit.min(emit.sub(tokens, first), emit.i64(most));
    Part keyPart = tile.partOf(op->getOpOperand(1), part);
    Part valuePart = tile.partOf(op->getOpOperand(2), part);
    keyPart[0] = valuePart[0] = {first, size, most};
    FailureOr<View> keys = tile.need(write.getKey(), keyPart);
    FailureOr<View> values = tile.need(write.getValue(), valuePart);
    if (failed(keys) || failed(values)) {
      result = failure();
      return;
    }
    emit.loop(first, emit.add(first, size), 1, [&](Value token) {
      Value position = emit.toI64(emit.load(emit.i32(), tile.address(*positions, token)));
      Value slot = emit.toI64(emit.load(emit.i32(), tile.address(*slots, token)));
      Value index = emit.rem(position, EMEL_PAGE_POSITIONS);
      emit.loop(part[0].begin, emit.add(part[0].begin, part[0].size), 1, [&](Value head) {
        Value cell = pages.head(slot, emit.div(position, EMEL_PAGE_POSITIONS), head);
        Value source = prepare(tile.address(*keys, {token, head}), pages.keyDim(), [&](Value dim) {
          return emit.at(pages.keyScales(cell, dim), emit.mul(index, Pages::kScaleBytes));
        });
        Value column = emit.mul(index, pages.bytes());
        emit.loop(emit.i64(0), emit.i64(pages.keyDim()), 1, [&](Value dim) {
          Value x = emit.load(emit.f32(), emit.at(source, emit.mul(dim, kFloatBytes)));
          emit.store(pages.toCell(x), emit.at(pages.keys(cell, dim), column));
        });
        Value target = pages.values(cell, index);
        Value row = prepare(tile.address(*values, {token, head}), pages.valueDim(),
                            [&](Value dim) { return pages.valueScale(cell, index, dim); });
        emit.vectors(emit.i64(pages.valueDim()), [&](Value dim, Value count) {
          Value x =
              emit.loadLanes(emit.vec(emit.f32()), emit.at(row, emit.mul(dim, kFloatBytes)), count);
          emit.storeLanes(pages.toCell(x), emit.at(target, emit.mul(dim, pages.bytes())), count);
        });
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

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

namespace {

/// Attention of one head of one token: pages in ascending order, each combined with those before by
/// the running maximum, so that bits depend on the sequence's own cells alone.
class Attend {
 public:
  Attend(Tile &tile, AttentionOp op, Pages &pages, Value sinks)
      : emit_(tile.emit), op_(op), pages_(pages), sinks_(sinks) {
    padded_ = llvm::alignTo(pages.valueDim(), kLanes);
    sums_ = emit_.frame(padded_ * kFloatBytes);
    weights_ = emit_.frame(EMEL_PAGE_POSITIONS * kFloatBytes);
  }

  void run(Value query, Value position, Value slot, Value head, Value kvHead, Value out) {
    VectorType floats = emit_.vec(emit_.f32());
    emit_.loop(emit_.i64(0), emit_.i64(padded_), kLanes, [&](Value dim) {
      emit_.store(emit_.splat(floats, 0), emit_.at(sums_, emit_.mul(dim, kFloatBytes)));
    });
    Value end = emit_.add(position, 1), begin = emit_.i64(0);
    if (int64_t window = op_.getWindow())
      begin = emit_.max(emit_.sub(end, emit_.i64(window)), emit_.i64(0));
    Value firstPage = emit_.div(begin, EMEL_PAGE_POSITIONS);
    Value lastPage = emit_.div(position, EMEL_PAGE_POSITIONS);
    SmallVector<Value> start{emit_.f32(-INFINITY), emit_.splat(floats, 0)};
    if (sinks_) {
      start[0] = emit_.load(emit_.f32(), emit_.at(sinks_, emit_.mul(head, kFloatBytes)));
      SmallVector<float> one(kLanes, 0);
      one[0] = 1;
      start[1] =
          emit_.create<arith::ConstantOp>(DenseElementsAttr::get(floats, ArrayRef<float>(one)));
    }
    SmallVector<Value> state =
        emit_.loop(firstPage, emit_.add(lastPage, 1), 1, start, [&](Value page, ValueRange state) {
          return addPage(query, position, begin, slot, page, head, kvHead, state);
        });
    Value total = emit_.broadcast(emit_.sumLanes(state[1]));
    emit_.vectors(emit_.i64(pages_.valueDim()), [&](Value dim, Value count) {
      Value offset = emit_.mul(dim, kFloatBytes);
      Value sum = emit_.load(floats, emit_.at(sums_, offset));
      emit_.storeLanes(emit_.create<arith::DivFOp>(sum, total), emit_.at(out, offset), count);
    });
  }

 private:
  SmallVector<Value> addPage(Value query, Value position, Value begin, Value slot, Value page,
                             Value head, Value kvHead, ValueRange state) {
    Value cells = pages_.head(slot, page, kvHead);
    Value first = emit_.mul(page, EMEL_PAGE_POSITIONS);
    SmallVector<Value, 2> scores = score(query, cells);
    Value highest;
    for (auto [half, score] : llvm::enumerate(scores)) {
      score = finish(score, emit_.add(first, kLanes * half), position, begin, head);
      highest = highest ? Value(emit_.create<arith::MaximumFOp>(highest, score)) : score;
    }
    Value high = emit_.create<arith::MaximumFOp>(state[0], emit_.maxLanes(highest));
    Value highs = emit_.broadcast(high);
    auto weigh = [&](Value x) { return emitExp(emit_, emit_.create<arith::SubFOp>(x, highs)); };
    Value fall = weigh(emit_.broadcast(state[0]));
    Value sum = emit_.create<arith::MulFOp>(state[1], fall);
    for (auto [half, score] : llvm::enumerate(scores)) {
      Value weight = weigh(score);
      sum = emit_.create<arith::AddFOp>(sum, weight);
      emit_.store(weight, emit_.at(weights_, kLanes * kFloatBytes * half));
    }
    Value from = emit_.max(emit_.sub(begin, first), emit_.i64(0));
    Value to = emit_.min(emit_.sub(emit_.add(position, 1), first), emit_.i64(EMEL_PAGE_POSITIONS));
    addValues(cells, from, to, fall);
    return {high, sum};
  }

  static constexpr int64_t kHalves = EMEL_PAGE_POSITIONS / kLanes;

  /// The products of the query with a page's keys.
  SmallVector<Value, 2> score(Value query, Value cells) {
    if (!pages_.isScaled()) return score(query, cells, emit_.i64(0), pages_.keyDim());
    VectorType floats = emit_.vec(emit_.f32()), scaleType = emit_.vec(emit_.getF16Type());
    SmallVector<Value> start(kHalves, emit_.splat(floats, 0));
    SmallVector<Value> sums = emit_.loop(
        emit_.i64(0), emit_.i64(pages_.keyDim()), Pages::kGroup, start,
        [&](Value dim, ValueRange sums) {
          SmallVector<Value> next;
          Value scales = pages_.keyScales(cells, dim);
          for (auto [half, own] : llvm::enumerate(score(query, cells, dim, Pages::kGroup))) {
            Value scale =
                emit_.load(scaleType, emit_.at(scales, half * kLanes * Pages::kScaleBytes));
            next.push_back(emit_.fma(own, emit_.create<arith::ExtFOp>(floats, scale), sums[half]));
          }
          return next;
        });
    return {sums.begin(), sums.end()};
  }

  /// The same for the dimensions from `first` on, without scales: two chains of each half, even and
  /// odd ones.
  SmallVector<Value, 2> score(Value query, Value cells, Value first, int64_t size) {
    VectorType floats = emit_.vec(emit_.f32());
    SmallVector<Value> start(2 * kHalves, emit_.splat(floats, 0));
    auto addDim = [&](Value dim, Value sum, int64_t half) {
      Value x = emit_.load(emit_.f32(), emit_.at(query, emit_.mul(dim, kFloatBytes)));
      Value keys = pages_.keys(cells, dim);
      Value key = pages_.load(emit_.at(keys, half * kLanes * pages_.bytes()), {});
      return emit_.fma(emit_.broadcast(x), key, sum);
    };
    int64_t even = size / 2 * 2;
    SmallVector<Value> sums =
        emit_.loop(first, emit_.add(first, even), 2, start, [&](Value dim, ValueRange sums) {
          SmallVector<Value> next;
          for (int64_t i = 0; i < 2 * kHalves; ++i)
            next.push_back(addDim(emit_.add(dim, i / kHalves), sums[i], i % kHalves));
          return next;
        });
    SmallVector<Value, 2> scores;
    for (int64_t half = 0; half < kHalves; ++half) {
      if (even < size) sums[half] = addDim(emit_.add(first, even), sums[half], half);
      scores.push_back(emit_.create<arith::AddFOp>(sums[half], sums[half + kHalves]));
    }
    return scores;
  }

  /// Scale, softcap, bias, and -inf where the token does not see.
  Value finish(Value score, Value first, Value position, Value begin, Value head) {
    VectorType floats = emit_.vec(emit_.f32());
    auto mul = [&](Value a, double b) -> Value {
      return emit_.create<arith::MulFOp>(a, emit_.splat(floats, b));
    };
    score = mul(score, op_.getScale().convertToFloat());
    if (float cap = op_.getSoftcap().convertToFloat(); cap > 0)
      score = mul(emitTanh(emit_, mul(score, 1 / double(cap))), cap);
    auto spread = [&](Value number) {
      return emit_.broadcast(emit_.create<arith::TruncIOp>(emit_.i32(), number));
    };
    Value cell = emit_.create<arith::AddIOp>(emit_.iota(), spread(first));
    if (op_.getMaxBias().convertToFloat() > 0) {
      Value distance = emit_.create<arith::SIToFPOp>(
          floats, emit_.create<arith::SubIOp>(cell, spread(position)));
      score = emit_.fma(emit_.broadcast(slopeOf(head)), distance, score);
    }
    Value isSeen = emit_.create<arith::CmpIOp>(arith::CmpIPredicate::sle, cell, spread(position));
    if (op_.getWindow())
      isSeen = emit_.create<arith::AndIOp>(
          isSeen, emit_.create<arith::CmpIOp>(arith::CmpIPredicate::sge, cell, spread(begin)));
    return emit_.create<arith::SelectOp>(isSeen, score, emit_.splat(floats, -INFINITY));
  }

  /// ALiBi's slopes, one for each head.
  Value slopeOf(Value head) {
    int64_t heads = cast<RankedTensorType>(op_.getQuery().getType()).getDimSize(1);
    double bias = op_.getMaxBias().convertToDouble();
    int64_t power = int64_t(1) << llvm::Log2_64(heads);
    SmallVector<float> slopes;
    for (int64_t h = 0; h < heads; ++h)
      slopes.push_back(h < power ? std::exp2(-bias * (h + 1) / power)
                                 : std::exp2(-bias * (h - power + 0.5) / power));
    auto bytes =
        llvm::ArrayRef(reinterpret_cast<const uint8_t *>(slopes.data()), 4 * slopes.size());
    Value table = emit_.table("slopes_" + llvm::utohexstr(llvm::xxh3_64bits(bytes)),
                              DenseElementsAttr::get(RankedTensorType::get({heads}, emit_.f32()),
                                                     ArrayRef<float>(slopes)));
    return emit_.load(emit_.f32(), emit_.at(table, emit_.mul(head, kFloatBytes)));
  }

  /// sums = sums fall + the weighted values of the cells that are seen; the others may hold
  /// anything.
  void addValues(Value cells, Value from, Value to, Value fall) {
    VectorType floats = emit_.vec(emit_.f32());
    constexpr int64_t kChains = 4;
    int64_t chunks = padded_ / kLanes;
    for (int64_t chunk = 0; chunk < chunks; chunk += kChains) {
      SmallVector<Value> start;
      int64_t own = std::min(kChains, chunks - chunk);
      auto sumAt = [&](int64_t i) { return emit_.at(sums_, (chunk + i) * kLanes * kFloatBytes); };
      for (int64_t i = 0; i < own; ++i)
        start.push_back(emit_.create<arith::MulFOp>(emit_.load(floats, sumAt(i)), fall));
      SmallVector<Value> sums = emit_.loop(from, to, 1, start, [&](Value cell, ValueRange sums) {
        Value weight = emit_.load(emit_.f32(), emit_.at(weights_, emit_.mul(cell, kFloatBytes)));
        auto scaled = [&](int64_t column) -> Value {
          if (!pages_.isScaled()) return weight;
          Value scale =
              emit_.load(emit_.getF16Type(), pages_.valueScale(cells, cell, emit_.i64(column)));
          return emit_.create<arith::MulFOp>(weight,
                                             emit_.create<arith::ExtFOp>(emit_.f32(), scale));
        };
        Value row = pages_.values(cells, cell);
        SmallVector<Value> next;
        for (int64_t i = 0; i < own; ++i) {
          int64_t column = (chunk + i) * kLanes, left = pages_.valueDim() - column;
          Value count = left < kLanes ? emit_.i64(left) : Value();
          Value x = pages_.load(emit_.at(row, column * pages_.bytes()), count);
          next.push_back(emit_.fma(emit_.broadcast(scaled(column)), x, sums[i]));
        }
        return next;
      });
      for (int64_t i = 0; i < own; ++i) emit_.store(sums[i], sumAt(i));
    }
  }

  Emit &emit_;
  AttentionOp op_;
  Pages &pages_;
  Value sinks_, sums_, weights_;
  int64_t padded_;
};

}  // namespace

static LogicalResult emitAttention(Tile &tile, Operation *op, const Part &part, const View &out) {
  auto attention = cast<AttentionOp>(op);
  Emit &emit = tile.emit;
  auto type = cast<KvType>(attention.getState().getType());
  if (failed(checkCells(op, type))) return failure();
  if (attention.getBidirectional()) return op->emitOpError("has no code for later positions");
  FailureOr<View> query = tile.need(op->getOpOperand(0), part);
  FailureOr<View> state = tile.need(op->getOpOperand(1), part);
  FailureOr<View> positions = tile.need(op->getOpOperand(2), part);
  FailureOr<View> slots = tile.need(op->getOpOperand(3), part);
  if (failed(query) || failed(state) || failed(positions) || failed(slots)) return failure();
  Value sinks;
  if (attention.getSinks()) {
    FailureOr<View> view = tile.need(attention.getSinks(), tile.wholeOf(attention.getSinks()));
    if (failed(view)) return failure();
    sinks = view->base;
  }
  int64_t heads = cast<RankedTensorType>(attention.getQuery().getType()).getDimSize(1);
  Pages pages(tile, *state, type);
  Attend attend(tile, attention, pages, sinks);
  emit.loop(part[0].begin, emit.add(part[0].begin, part[0].size), 1, [&](Value token) {
    Value position = emit.toI64(emit.load(emit.i32(), tile.address(*positions, token)));
    Value slot = emit.toI64(emit.load(emit.i32(), tile.address(*slots, token)));
    emit.loop(part[1].begin, emit.add(part[1].begin, part[1].size), 1, [&](Value head) {
      Value kvHead = emit.div(head, heads / type.getHeads());
      attend.run(tile.address(*query, {token, head}), position, slot, head, kvHead,
                 tile.address(out, {token, head}));
    });
  });
  return success();
}

void addAttentionEmitters(EmitterTable &table) {
  table["emel.rope"] = emitRope;
  table["emel.kv_write"] = emitKvWrite;
  table["emel.attention"] = emitAttention;
}

}  // namespace emel::cpu
