// Formats whose indices select points of a grid, 8 or 4 elements at once, and the one of ternary
// digits.

#include "codegen/cpu/products/DecodeBlocks.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace emel::cpu {

using gguf::TensorType;

namespace {

struct Grid {
  StringLiteral name;
  int64_t width;  // coordinates of a point, 2 bits of its code each if 8, 3 bits if 4
  ArrayRef<int8_t> levels;
  ArrayRef<uint16_t> codes;
};

#define EMEL_IQ_LEVELS(...) {__VA_ARGS__}
#define EMEL_IQ_GRID(name, points, width, levels, ...)    \
  constexpr int8_t name##Levels[] = levels;               \
  constexpr uint16_t name##Codes[points] = {__VA_ARGS__}; \
  constexpr Grid name = {#name, width, name##Levels, name##Codes};
#include "runtime/gguf/iq_grids.inc"
#undef EMEL_IQ_LEVELS

/// Emits what a format needs. Numbers on the way are of 64 bits.
class GridBlock {
 public:
  GridBlock(Emit &emit, Value block, Value out) : emit_(emit), block_(block), out_(out) {}

  Value byte(Value at) { return number(emit_.i8(), at); }
  Value word(Value at) { return number(emit_.getI16Type(), at); }
  Value dword(Value at) { return number(emit_.i32(), at); }
  Value half(int64_t at) {
    return emitHalf(emit_, emit_.load(emit_.getI16Type(), emit_.at(block_, at)));
  }
  Value i(int64_t number) { return emit_.i64(number); }
  Value shr(Value number, Value by) { return emit_.createOrFold<arith::ShRUIOp>(number, by); }
  Value shr(Value number, int64_t by) { return shr(number, i(by)); }
  Value shl(Value number, int64_t by) { return emit_.createOrFold<arith::ShLIOp>(number, i(by)); }
  Value low(Value number, int64_t mask) {
    return emit_.createOrFold<arith::AndIOp>(number, i(mask));
  }
  Value join(Value a, Value b) { return emit_.createOrFold<arith::OrIOp>(a, b); }
  /// `bits` bits of number `index` of those that `from` has.
  Value part(Value from, Value index, int64_t bits) {
    return low(shr(from, emit_.mul(index, bits)), (1 << bits) - 1);
  }
  /// d times the number as a float.
  Value scaled(Value d, Value number) { return mul(d, toFloat(number)); }
  /// d (1/2 + number) factor.
  Value scaled(Value d, Value number, float factor) {
    Value sum = emit_.create<arith::AddFOp>(emit_.f32(0.5), toFloat(number));
    return mul(mul(d, sum), emit_.f32(factor));
  }
  Value odd(Value number) { return emit_.add(emit_.mul(number, 2), 1); }
  /// 7 signs and the one that makes the number of minus signs even.
  Value completeSigns(Value signs) {
    Value count = emit_.create<LLVM::CtPopOp>(emit_.i64(), signs);
    return join(signs, shl(low(count, 1), 7));
  }

  /// 8 elements of one point.
  Value point(const Grid &grid, Value index) {
    return toFloats(emit_.load(emit_.vec(emit_.i8(), 8), pointAddress(grid, index)));
  }
  /// 8 elements of two points.
  Value points(const Grid &grid, Value first, Value second) {
    Value a = emit_.load(emit_.vec(emit_.i8(), 4), pointAddress(grid, first));
    Value b = emit_.load(emit_.vec(emit_.i8(), 4), pointAddress(grid, second));
    return toFloats(
        emit_.create<vector::ShuffleOp>(a, b, ArrayRef<int64_t>{0, 1, 2, 3, 4, 5, 6, 7}));
  }

  /// Calls `body(i)` for each 8 elements of the block.
  void eachEight(function_ref<void(Value)> body) { emit_.loop(i(0), i(32), 1, body); }
  /// scale * point with the signs of a byte.
  void store(Value eight, Value scale, Value point, Value signs) {
    VectorType ints = emit_.vec(emit_.i32(), 8);
    Value byte = emit_.create<arith::TruncIOp>(emit_.i32(), signs);
    Value own = emit_.create<arith::ShLIOp>(
        emit_.broadcast(byte, 8), laneConstants(emit_, 8, [](int64_t i) { return 31 - i; }));
    own = emit_.create<arith::AndIOp>(own, emit_.splatInt(ints, INT32_MIN));
    Value value = emit_.bitcast(ints, mul(emit_.broadcast(scale, 8), point));
    Value negated = emit_.create<arith::XOrIOp>(value, own);
    emit_.store(emit_.bitcast(point.getType(), negated), emit_.at(out_, emit_.mul(eight, 32)));
  }
  /// scale * (point + 1/8), or - 1/8 if `isNegative` is not 0.
  void storeShifted(Value eight, Value scale, Value point, Value isNegative) {
    Value condition = emit_.create<arith::CmpIOp>(arith::CmpIPredicate::ne, isNegative, i(0));
    Value shift = emit_.create<arith::SelectOp>(condition, emit_.f32(-0.125), emit_.f32(0.125));
    Value sum = emit_.create<arith::AddFOp>(point, emit_.broadcast(shift, 8));
    emit_.store(mul(emit_.broadcast(scale, 8), sum), emit_.at(out_, emit_.mul(eight, 32)));
  }

 private:
  Value number(Type type, Value at) { return emit_.toI64(emit_.load(type, emit_.at(block_, at))); }
  Value mul(Value a, Value b) { return emit_.create<arith::MulFOp>(a, b); }
  Value toFloat(Value number) { return emit_.create<arith::SIToFPOp>(emit_.f32(), number); }
  Value toFloats(Value bytes) {
    Value ints = emit_.create<arith::ExtSIOp>(emit_.vec(emit_.i32(), 8), bytes);
    return emit_.create<arith::SIToFPOp>(emit_.vec(emit_.f32(), 8), ints);
  }
  /// Grids lie beside the code as bytes.
  Value pointAddress(const Grid &grid, Value index) {
    int bits = grid.width == 8 ? 2 : 3;
    SmallVector<int8_t> bytes;
    for (uint16_t code : grid.codes)
      for (int64_t j = 0; j < grid.width; ++j)
        bytes.push_back(grid.levels[code >> bits * j & ((1 << bits) - 1)]);
    auto type = RankedTensorType::get({static_cast<int64_t>(bytes.size())}, emit_.i8());
    Value table = emit_.table(grid.name, DenseElementsAttr::get(type, ArrayRef<int8_t>(bytes)));
    return emit_.at(table, emit_.mul(index, grid.width));
  }

  Emit &emit_;
  Value block_, out_;
};

}  // namespace

// Each format as the drawing above its decoder in runtime/gguf/decode_iq.cpp has it; `l` counts the
// 8 elements of a group.

static void emitIq2Xxs(Emit &emit, Value block, Value out) {
  GridBlock b(emit, block, out);
  Value d = b.half(0);
  b.eachEight([&](Value i) {
    Value group = emit.div(i, 4), l = emit.rem(i, 4), first = emit.add(emit.mul(group, 8), 2);
    Value packed = b.dword(emit.add(first, 4));
    Value scale = b.scaled(d, b.shr(packed, 28), 0.25f);
    Value signs = b.completeSigns(b.part(packed, l, 7));
    b.store(i, scale, b.point(kIq2Xxs, b.byte(emit.add(first, l))), signs);
  });
}

/// Scales of 4 bits, two to a byte, one for 16 elements.
static Value quarterScale(Emit &emit, GridBlock &b, Value d, int64_t at, Value eight) {
  Value pair = b.byte(emit.add(emit.div(eight, 4), at));
  return b.scaled(d, b.part(pair, emit.rem(emit.div(eight, 2), 2), 4), 0.25f);
}

static void emitIq2Xs(Emit &emit, Value block, Value out) {
  GridBlock b(emit, block, out);
  Value d = b.half(0);
  b.eachEight([&](Value i) {
    Value q = b.word(emit.add(emit.mul(i, 2), 2));
    b.store(i, quarterScale(emit, b, d, 66, i), b.point(kIq2Xs, b.low(q, 511)),
            b.completeSigns(b.shr(q, 9)));
  });
}

static void emitIq2S(Emit &emit, Value block, Value out) {
  GridBlock b(emit, block, out);
  Value d = b.half(0);
  b.eachEight([&](Value i) {
    Value high = b.part(b.byte(emit.add(emit.div(i, 4), 66)), emit.rem(i, 4), 2);
    Value index = b.join(b.byte(emit.add(i, 2)), b.shl(high, 8));
    b.store(i, quarterScale(emit, b, d, 74, i), b.point(kIq2S, index), b.byte(emit.add(i, 34)));
  });
}

static void emitIq3Xxs(Emit &emit, Value block, Value out) {
  GridBlock b(emit, block, out);
  Value d = b.half(0);
  b.eachEight([&](Value i) {
    Value packed = b.dword(emit.add(emit.mul(emit.div(i, 4), 4), 66));
    Value first = emit.add(emit.mul(i, 2), 2);
    Value point = b.points(kIq3Xxs, b.byte(first), b.byte(emit.add(first, 1)));
    b.store(i, b.scaled(d, b.shr(packed, 28), 0.5f), point,
            b.completeSigns(b.part(packed, emit.rem(i, 4), 7)));
  });
}

static void emitIq3S(Emit &emit, Value block, Value out) {
  GridBlock b(emit, block, out);
  Value d = b.half(0);
  b.eachEight([&](Value i) {
    Value group = emit.div(i, 4), first = emit.add(emit.mul(i, 2), 2);
    Value high = b.part(b.byte(emit.add(group, 66)), emit.rem(i, 4), 2);
    Value index0 = b.join(b.byte(first), b.shl(b.low(high, 1), 8));
    Value index1 = b.join(b.byte(emit.add(first, 1)), b.shl(b.shr(high, 1), 8));
    Value scale = b.part(b.byte(emit.add(emit.div(group, 2), 106)), emit.rem(group, 2), 4);
    b.store(i, b.scaled(d, b.odd(scale)), b.points(kIq3S, index0, index1), b.byte(emit.add(i, 74)));
  });
}

static void emitIq1S(Emit &emit, Value block, Value out) {
  GridBlock b(emit, block, out);
  Value d = b.half(0);
  b.eachEight([&](Value i) {
    Value high = b.word(emit.add(emit.mul(emit.div(i, 4), 2), 34));
    Value index = b.join(b.byte(emit.add(i, 2)), b.shl(b.part(high, emit.rem(i, 4), 3), 8));
    Value scale = b.scaled(d, b.odd(b.low(b.shr(high, 12), 7)));
    b.storeShifted(i, scale, b.point(kIq1, index), b.shr(high, 15));
  });
}

static void emitIq1M(Emit &emit, Value block, Value out) {
  GridBlock b(emit, block, out);
  // d is in the top nibbles of four numbers, lowest first.
  Value bits = emit.i64(0);
  for (int64_t n = 0; n < 4; ++n)
    bits = b.join(bits, b.shl(b.shr(b.word(emit.i64(48 + 2 * n)), 12), 4 * n));
  Value d = emitHalf(emit, emit.create<arith::TruncIOp>(emit.getI16Type(), bits));
  b.eachEight([&](Value i) {
    Value high = b.part(b.byte(emit.add(emit.div(i, 2), 32)), emit.rem(i, 2), 4);
    Value index = b.join(b.byte(i), b.shl(b.low(high, 7), 8)), half = emit.div(i, 2);
    Value packed = b.word(emit.add(emit.mul(emit.div(half, 4), 2), 48));
    Value scale = b.scaled(d, b.odd(b.part(packed, emit.rem(half, 4), 3)));
    b.storeShifted(i, scale, b.point(kIq1, index), b.low(high, 8));
  });
}

/// Writes a digit of each of 16 bytes, times d: a byte is a base-3 fraction of 256, and multiplying
/// by a power of 3 carries the digits before this one out.
static void storeTrits(Emit &emit, Value bytes, Value powers, Value d, Value out) {
  VectorType ints = emit.vec(emit.i32()), floats = emit.vec(emit.f32());
  Value rest = emit.create<arith::MulIOp>(emit.create<arith::ExtUIOp>(ints, bytes), powers);
  rest = emit.create<arith::AndIOp>(rest, emit.splatInt(ints, 255));
  Value digit =
      emit.create<arith::ShRUIOp>(emit.mul(rest, emit.splatInt(ints, 3)), emit.splatInt(ints, 8));
  Value number = emit.create<arith::SIToFPOp>(floats, emit.sub(digit, emit.splatInt(ints, 1)));
  emit.store(emit.create<arith::MulFOp>(number, emit.broadcast(d)), out);
}

static void emitTq1_0(Emit &emit, Value block, Value out) {
  Value d = emitHalf(emit, emit.load(emit.getI16Type(), emit.at(block, 52)));
  VectorType sixteen = emit.vec(emit.i8());
  struct Run {
    int64_t byte, element, count;
  };
  for (Run run : {Run{0, 0, 32}, Run{32, 160, 16}}) {
    emit.loop(emit.i64(0), emit.i64(5), 1, {emit.i32(1)}, [&](Value n, ValueRange power) {
      Value first = emit.at(out, emit.add(emit.mul(n, 4 * run.count), 4 * run.element));
      for (int64_t j = 0; j < run.count; j += kLanes)
        storeTrits(emit, emit.load(sixteen, emit.at(block, run.byte + j)), emit.broadcast(power[0]),
                   d, emit.at(first, 4 * j));
      return SmallVector<Value>{emit.mul(power[0], emit.i32(3))};
    });
  }
  static constexpr int64_t kPowers[] = {1, 3, 9, 27};
  Value last = emit.load(emit.vec(emit.i8(), 4), emit.at(block, 48));
  storeTrits(emit, pickLanes(emit, last, kLanes, [](int64_t i) { return i % 4; }),
             laneConstants(emit, kLanes, [](int64_t i) { return kPowers[i / 4]; }), d,
             emit.at(out, 4 * 240));
}

BlockEmitter findBlockEmitter(TensorType type) {
  switch (type) {
    case TensorType::kIQ2_XXS: return emitIq2Xxs;
    case TensorType::kIQ2_XS: return emitIq2Xs;
    case TensorType::kIQ2_S: return emitIq2S;
    case TensorType::kIQ3_XXS: return emitIq3Xxs;
    case TensorType::kIQ3_S: return emitIq3S;
    case TensorType::kIQ1_S: return emitIq1S;
    case TensorType::kIQ1_M: return emitIq1M;
    case TensorType::kTQ1_0: return emitTq1_0;
    default: return nullptr;
  }
}

}  // namespace emel::cpu
