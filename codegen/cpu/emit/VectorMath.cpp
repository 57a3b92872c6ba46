#include "codegen/cpu/emit/VectorMath.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

#include <cmath>
#include <numbers>

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;

namespace emel::cpu {

Value emitPolynomial(Emit &emit, Value x, ArrayRef<double> coefficients) {
  Value sum = emit.splat(x.getType(), coefficients.back());
  for (double coefficient : llvm::reverse(coefficients.drop_back()))
    sum = emit.fma(sum, x, emit.splat(x.getType(), coefficient));
  return sum;
}

static Value compare(Emit &emit, arith::CmpFPredicate predicate, Value x, double bound) {
  return emit.create<arith::CmpFOp>(predicate, x, emit.splat(x.getType(), bound));
}

static VectorType intsOf(Emit &emit, Value x) {
  return emit.vec(emit.i32(), cast<VectorType>(x.getType()).getNumElements());
}

// e^x = 2^k e^r with k = round(x / ln 2) and |r| <= ln 2 / 2; 2^k is applied in two factors, so
// that results below the normal numbers are right too.
Value emitExp(Emit &emit, Value x) {
  Type type = x.getType();
  VectorType ints = intsOf(emit, x);
  Value low = emit.splat(type, -104), high = emit.splat(type, 89);
  Value clamped = emit.create<arith::MaximumFOp>(emit.create<arith::MinimumFOp>(x, high), low);
  Value k = emit.create<math::RoundEvenOp>(
      emit.create<arith::MulFOp>(clamped, emit.splat(type, std::numbers::log2e)));
  Value r = emit.fma(k, emit.splat(type, -0.693145751953125), clamped);
  r = emit.fma(k, emit.splat(type, -1.428606765330187e-06), r);
  Value sum =
      emitPolynomial(emit, r, {1.0, 1.0, 0.5, 1.0 / 6, 1.0 / 24, 1.0 / 120, 1.0 / 720, 1.0 / 5040});
  Value exponent = emit.create<arith::FPToSIOp>(ints, k);
  Value half = emit.create<arith::ShRSIOp>(exponent, emit.splatInt(ints, 1));
  auto power = [&](Value exponent) {
    Value biased = emit.create<arith::AddIOp>(exponent, emit.splatInt(ints, 127));
    return emit.bitcast(type, emit.create<arith::ShLIOp>(biased, emit.splatInt(ints, 23)));
  };
  Value result = emit.create<arith::MulFOp>(sum, power(half));
  result = emit.create<arith::MulFOp>(result, power(emit.create<arith::SubIOp>(exponent, half)));
  Value isSmall = compare(emit, arith::CmpFPredicate::OLT, x, -104);
  return emit.select(isSmall, emit.splat(type, 0), result);
}

// log x = k ln 2 + log m with m in [sqrt(1/2), sqrt(2)); log m by its series in
// s = (m - 1) / (m + 1).
Value emitLog(Emit &emit, Value x) {
  Type type = x.getType();
  VectorType ints = intsOf(emit, x);
  Value isTiny = compare(emit, arith::CmpFPredicate::OLT, x, 0x1p-126);
  Value scaled = emit.select(isTiny, emit.create<arith::MulFOp>(x, emit.splat(type, 0x1p24)), x);
  Value bits = emit.bitcast(ints, scaled);
  Value shifted = emit.create<arith::SubIOp>(bits, emit.splatInt(ints, 0x3f3504f3));
  Value k = emit.create<arith::ShRSIOp>(shifted, emit.splatInt(ints, 23));
  Value m = emit.bitcast(type, emit.create<arith::SubIOp>(
                                   bits, emit.create<arith::ShLIOp>(k, emit.splatInt(ints, 23))));
  Value one = emit.splat(type, 1);
  Value s = emit.create<arith::DivFOp>(emit.create<arith::SubFOp>(m, one),
                                       emit.create<arith::AddFOp>(m, one));
  Value square = emit.create<arith::MulFOp>(s, s);
  Value series = emitPolynomial(emit, square, {2.0, 2.0 / 3, 2.0 / 5, 2.0 / 7, 2.0 / 9});
  Value exponent = emit.create<arith::SIToFPOp>(type, k);
  exponent =
      emit.select(isTiny, emit.create<arith::SubFOp>(exponent, emit.splat(type, 24)), exponent);
  Value result = emit.fma(exponent, emit.splat(type, std::numbers::ln2),
                          emit.create<arith::MulFOp>(s, series));
  double infinity = INFINITY;
  result = emit.select(compare(emit, arith::CmpFPredicate::OEQ, x, infinity), x, result);
  result = emit.select(compare(emit, arith::CmpFPredicate::OEQ, x, 0), emit.splat(type, -infinity),
                       result);
  return emit.select(compare(emit, arith::CmpFPredicate::OGE, x, 0), result, emit.splat(type, NAN));
}

// log(1 + x) = 2 atanh s with s = x / (x + 2), which is at most 1/3.
Value emitLog1p(Emit &emit, Value x) {
  Value two = emit.splat(x.getType(), 2);
  Value s = emit.create<arith::DivFOp>(x, emit.create<arith::AddFOp>(x, two));
  Value series =
      emitPolynomial(emit, emit.create<arith::MulFOp>(s, s),
                     {2.0, 2.0 / 3, 2.0 / 5, 2.0 / 7, 2.0 / 9, 2.0 / 11, 2.0 / 13, 2.0 / 15});
  return emit.create<arith::MulFOp>(s, series);
}

// (e^2|x| - 1) / (e^2|x| + 1) with the sign of x; below 1/2 a continued fraction, which keeps small
// numbers precise.
Value emitTanh(Emit &emit, Value x) {
  Type type = x.getType();
  Value magnitude = emit.create<math::AbsFOp>(x);
  Value power = emitExp(emit, emit.create<arith::MulFOp>(
                                  emit.create<arith::MinimumFOp>(magnitude, emit.splat(type, 20)),
                                  emit.splat(type, 2)));
  Value one = emit.splat(type, 1);
  Value large = emit.create<arith::SubFOp>(
      one, emit.create<arith::DivFOp>(emit.splat(type, 2), emit.create<arith::AddFOp>(power, one)));
  large = emit.create<math::CopySignOp>(large, x);
  Value square = emit.create<arith::MulFOp>(x, x);
  // x (945 + 105 x^2 + x^4) / (945 + 420 x^2 + 15 x^4)
  Value upper = emitPolynomial(emit, square, {945, 105, 1});
  Value lower = emitPolynomial(emit, square, {945, 420, 15});
  Value small = emit.create<arith::DivFOp>(emit.create<arith::MulFOp>(x, upper), lower);
  return emit.select(compare(emit, arith::CmpFPredicate::OLT, magnitude, 0.5), small, large);
}

// Abramowitz and Stegun 7.1.26 is accurate to 1.5e-7; near 0 its absolute error would show, so that
// the series takes over.
Value emitErf(Emit &emit, Value x) {
  Type type = x.getType();
  Value magnitude = emit.create<math::AbsFOp>(x), one = emit.splat(type, 1);
  Value t = emit.create<arith::DivFOp>(one, emit.fma(emit.splat(type, 0.3275911), magnitude, one));
  Value sum = emit.create<arith::MulFOp>(
      t,
      emitPolynomial(emit, t, {0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429}));
  Value square = emit.create<arith::MulFOp>(x, x);
  Value fall = emitExp(emit, emit.create<arith::NegFOp>(square));
  Value large = emit.create<math::CopySignOp>(
      emit.create<arith::SubFOp>(one, emit.create<arith::MulFOp>(sum, fall)), x);
  double scale = std::numbers::inv_sqrtpi * 2;
  Value small = emit.create<arith::MulFOp>(
      x, emitPolynomial(emit, square,
                        {scale, -scale / 3, scale / 10, -scale / 42, scale / 216, -scale / 1320}));
  return emit.select(compare(emit, arith::CmpFPredicate::OLT, magnitude, 0.5), small, large);
}

Value emitSigmoid(Emit &emit, Value x) {
  Value one = emit.splat(x.getType(), 1);
  Value power = emitExp(emit, emit.create<arith::NegFOp>(x));
  return emit.create<arith::DivFOp>(one, emit.create<arith::AddFOp>(one, power));
}

Value emitToBfloat16(Emit &emit, Value x) {
  Type ints = emit.vec(emit.i32());
  Value bits = emit.bitcast(ints, x), half = emit.splatInt(ints, 16);
  Value odd =
      emit.create<arith::AndIOp>(emit.create<arith::ShRUIOp>(bits, half), emit.splatInt(ints, 1));
  Value up = emit.create<arith::AddIOp>(odd, emit.splatInt(ints, 0x7fff));
  Value rounded = emit.create<arith::AddIOp>(bits, up);
  Value isNan = emit.create<arith::CmpFOp>(arith::CmpFPredicate::UNO, x, x);
  rounded = emit.create<arith::SelectOp>(isNan, emit.splatInt(ints, 0x7fc00000), rounded);
  return emit.create<arith::TruncIOp>(emit.vec(emit.getI16Type()),
                                      emit.create<arith::ShRUIOp>(rounded, half));
}

Value emitOrder(Emit &emit, Value bits) {
  Type type = bits.getType();
  auto compare = [&](arith::CmpIPredicate predicate, Value a, int64_t b) -> Value {
    return emit.create<arith::CmpIOp>(predicate, a, emit.splatInt(type, b));
  };
  Value most = emit.splatInt(type, INT32_MAX);
  Value magnitude = emit.create<arith::AndIOp>(bits, most);
  Value sign = emit.create<arith::ShRSIOp>(bits, emit.splatInt(type, 31));
  Value order = emit.create<arith::XOrIOp>(bits, emit.create<arith::AndIOp>(sign, most));
  order = emit.create<arith::SelectOp>(compare(arith::CmpIPredicate::eq, magnitude, 0),
                                       emit.splatInt(type, 0), order);
  return emit.create<arith::SelectOp>(compare(arith::CmpIPredicate::sgt, magnitude, 0x7f800000),
                                      emit.splatInt(type, INT32_MIN + 1), order);
}

}  // namespace emel::cpu
