// Sines and cosines.

#include <array>
#include <numbers>

#include "codegen/cpu/emit/VectorMath.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

namespace emel::cpu {

namespace {

/// An angle is `quarters` quarter turns (of which the last two bits count) and `rest`, a double of
/// at most pi/4.
struct Turns {
  Value quarters, rest;
};

}  // namespace

/// By two parts of pi/2; for angles of up to 2^30.
static Turns splitSmall(Emit &emit, Value angle) {
  auto type = cast<VectorType>(angle.getType());
  Value k = emit.create<math::RoundEvenOp>(
      emit.create<arith::MulFOp>(angle, emit.splat(type, 2 / std::numbers::pi)));
  Value rest = emit.fma(k, emit.splat(type, -0x1.921fb54442d18p+0), angle);
  rest = emit.fma(k, emit.splat(type, -0x1.1a62633145c07p-54), rest);
  VectorType ints = emit.vec(emit.i32(), type.getNumElements());
  return {emit.create<arith::FPToSIOp>(ints, k), rest};
}

/// The series of the rest; the quarters say which of them is which.
static std::pair<Value, Value> evaluate(Emit &emit, const Turns &turns) {
  auto ints = cast<VectorType>(turns.quarters.getType());
  VectorType floats = emit.vec(emit.f32(), ints.getNumElements());
  Value r = emit.create<arith::TruncFOp>(floats, turns.rest);
  Value square = emit.create<arith::MulFOp>(r, r);
  Value sine = emit.create<arith::MulFOp>(
      r, emitPolynomial(emit, square, {1.0, -1.0 / 6, 1.0 / 120, -1.0 / 5040, 1.0 / 362880}));
  Value cosine =
      emitPolynomial(emit, square, {1.0, -0.5, 1.0 / 24, -1.0 / 720, 1.0 / 40320, -1.0 / 3628800});
  auto isSet = [&](Value number, int64_t bit) -> Value {
    return emit.create<arith::CmpIOp>(arith::CmpIPredicate::ne,
                                      emit.create<arith::AndIOp>(number, emit.splatInt(ints, bit)),
                                      emit.splatInt(ints, 0));
  };
  auto select = [&](Value condition, Value yes, Value no) -> Value {
    return emit.create<arith::SelectOp>(condition, yes, no);
  };
  auto negateIf = [&](Value condition, Value x) {
    return select(condition, emit.create<arith::NegFOp>(x), x);
  };
  Value isOdd = isSet(turns.quarters, 1);
  Value next = emit.create<arith::AddIOp>(turns.quarters, emit.splatInt(ints, 1));
  return {negateIf(isSet(turns.quarters, 2), select(isOdd, cosine, sine)),
          negateIf(isSet(next, 2), select(isOdd, sine, cosine))};
}

std::pair<Value, Value> emitSinCos(Emit &emit, Value angle) {
  return evaluate(emit, splitSmall(emit, angle));
}

//===----------------------------------------------------------------------===//
// Floats of any size
//===----------------------------------------------------------------------===//

/// The exponents e of floats m 2^e with a whole m of 24 bits, from 2^28 on.
static constexpr int64_t kLeastExponent = 5, kMostExponent = 104;

/// The bits of 2/pi behind the point, in words of 32.
static constexpr std::array<uint32_t, 8> kTwoByPi = {
    0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0, 0xdb629599, 0x3c439041, 0xfe5163ab, 0xdebbc561};

/// `count` bits of 2/pi from bit `first` behind the point on, which is number 1.
static uint64_t bitsOfTwoByPi(int64_t first, int64_t count) {
  uint64_t bits = 0;
  for (int64_t i = first - 1; i < first - 1 + count; ++i)
    bits = bits << 1 | (kTwoByPi[i / 32] >> (31 - i % 32) & 1);
  return bits;
}

/// For each exponent e the quarter turns of 2^e, without whole turns: 2 bits before the point and
/// 62 behind it, then 32 more.
static Value quartersOfPowers(Emit &emit) {
  SmallVector<int64_t> words;
  for (int64_t e = kLeastExponent; e <= kMostExponent; ++e) {
    words.push_back(static_cast<int64_t>(bitsOfTwoByPi(e - 1, 64)));
    words.push_back(static_cast<int64_t>(bitsOfTwoByPi(e + 63, 32)));
  }
  auto type = RankedTensorType::get({static_cast<int64_t>(words.size())}, emit.i64());
  return emit.table("quarters_of_powers", DenseElementsAttr::get(type, ArrayRef<int64_t>(words)));
}

/// The quarters, in the low bits, and the rest of one float of at least 2^28, given by its bits.
static std::pair<Value, Value> splitLarge(Emit &emit, Value bits) {
  auto number = [&](int64_t n) { return emit.i64(n); };
  auto shiftRight = [&](Value x, int64_t by) -> Value {
    return emit.create<arith::ShRUIOp>(x, number(by));
  };
  Value biased = shiftRight(bits, 23);
  Value mantissa = emit.create<arith::OrIOp>(emit.create<arith::AndIOp>(bits, number(0x7fffff)),
                                             number(0x800000));
  Value isFinite = emit.less(biased, number(255));
  Value exponent = emit.min(emit.sub(biased, number(150)), number(kMostExponent));
  Value row =
      emit.at(quartersOfPowers(emit), emit.mul(emit.sub(exponent, number(kLeastExponent)), 16));
  Value high = emit.mul(mantissa, emit.load(emit.i64(), row, 8));
  Value low = emit.mul(mantissa, emit.load(emit.i64(), emit.at(row, 8), 8));
  Value phase = emit.add(high, shiftRight(low, 32));
  Value quarters = shiftRight(emit.add(phase, number(int64_t{1} << 61)), 62);
  Value left = emit.sub(phase, emit.create<arith::ShLIOp>(quarters, number(62)));
  Type f64 = emit.getF64Type();
  Value rest = emit.create<arith::MulFOp>(emit.create<arith::SIToFPOp>(f64, left),
                                          emit.splat(f64, std::numbers::pi / 2 * 0x1p-62));
  rest = emit.create<arith::SelectOp>(isFinite, rest, emit.splat(f64, NAN));
  return {emit.create<arith::TruncIOp>(emit.i32(), quarters), rest};
}

/// Of magnitudes: large ones, which are rare, one by one, by all the bits of 2/pi that they need.
static Turns split(Emit &emit, Value x) {
  VectorType ints = emit.vec(emit.i32()), doubles = emit.vec(emit.getF64Type());
  Value isSmall =
      emit.create<arith::CmpFOp>(arith::CmpFPredicate::OLT, x, emit.splat(x.getType(), 0x1p28));
  Value small = emit.create<arith::SelectOp>(isSmall, x, emit.splat(x.getType(), 0));
  Turns turns = splitSmall(emit, emit.create<arith::ExtFOp>(doubles, small));
  Value floats = emit.frame(kLanes * 4), quarters = emit.frame(kLanes * 4),
        rests = emit.frame(kLanes * 8);
  emit.store(turns.quarters, quarters);
  emit.store(turns.rest, rests);
  Value areSmall = emit.create<vector::ReductionOp>(vector::CombiningKind::AND, isSmall);
  Value isLargeThere = emit.create<arith::XOrIOp>(areSmall, emit.splatInt(emit.getI1Type(), 1));
  emit.when(isLargeThere, [&] {
    emit.store(x, floats);
    emit.loop(emit.i64(0), emit.i64(kLanes), 1, [&](Value lane) {
      Value bits = emit.load(emit.i32(), emit.at(floats, emit.mul(lane, 4)));
      // As integers magnitudes are in order, and NaNs above them all.
      Value isLarge =
          emit.create<arith::CmpIOp>(arith::CmpIPredicate::sge, bits, emit.i32(0x4d800000));
      emit.when(isLarge, [&] {
        auto [quarter, rest] = splitLarge(emit, emit.toI64(bits));
        emit.store(quarter, emit.at(quarters, emit.mul(lane, 4)));
        emit.store(rest, emit.at(rests, emit.mul(lane, 8)));
      });
    });
  });
  return {emit.load(ints, quarters), emit.load(doubles, rests)};
}

Value emitSin(Emit &emit, Value x) {
  Value sine = evaluate(emit, split(emit, emit.create<math::AbsFOp>(x))).first;
  return emit.create<arith::MulFOp>(sine,
                                    emit.create<math::CopySignOp>(emit.splat(x.getType(), 1), x));
}

Value emitCos(Emit &emit, Value x) {
  return evaluate(emit, split(emit, emit.create<math::AbsFOp>(x))).second;
}

}  // namespace emel::cpu
