#include "codegen/cpu/products/SemiringCode.h"

#include <limits>

#include "codegen/cpu/emit/VectorMath.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;

namespace emel::cpu {

using Predicate = arith::CmpFPredicate;

Value SemiringCode::is(Predicate predicate, Value a, Value b) {
  return emit_.create<arith::CmpFOp>(predicate, a, b);
}

Value SemiringCode::select(Value condition, Value yes, Value no) {
  return emit_.create<arith::SelectOp>(condition, yes, no);
}

/// One of the two; a NaN where one of them is: b, if it is none of the comparison's.
Value SemiringCode::pick(Order order, Value a, Value b) {
  Predicate predicate = order == Order::Larger ? Predicate::OGT : Predicate::OLT;
  return select(is(Predicate::UNO, a, a), a, select(is(predicate, a, b), a, b));
}

// high + log(1 + e^(low - high)). What is too little to count is 0, so that zero adds nothing and
// no slow numbers that are not normal come about; so is the difference, a NaN, of two like
// infinities.
Value SemiringCode::logAddExp(Value a, Value b) {
  Value high = pick(Order::Larger, a, b), low = pick(Order::Smaller, a, b);
  Value least = emit_.splat(high.getType(), -40);
  Value difference = emit_.create<arith::SubFOp>(low, high);
  Value counts = is(Predicate::OGT, difference, least);
  Value ratio = select(counts, emitExp(emit_, select(counts, difference, least)),
                       emit_.splat(high.getType(), 0));
  Value sum = emit_.create<arith::AddFOp>(high, emitLog1p(emit_, ratio));
  Value infinity = emit_.splat(high.getType(), std::numeric_limits<double>::infinity());
  return select(is(Predicate::OEQ, emit_.create<math::AbsFOp>(high), infinity), high, sum);
}

Value SemiringCode::add(Value a, Value b) {
  switch (semiring_) {
    case Semiring::PlusTimes: return emit_.create<arith::AddFOp>(a, b);
    case Semiring::MaxPlus: return pick(Order::Larger, a, b);
    case Semiring::MinPlus: return pick(Order::Smaller, a, b);
    case Semiring::OrAnd: return select(is(Predicate::OGT, a, b), a, b);  // sums are 0 or 1
    case Semiring::LogSumExp: return logAddExp(a, b);
  }
  llvm_unreachable("every semiring returns");
}

Value SemiringCode::multiply(Value a, Value b) {
  if (semiring_ == Semiring::PlusTimes) return emit_.create<arith::MulFOp>(a, b);
  Value none = zero();
  if (semiring_ == Semiring::OrAnd) {
    Value both =
        emit_.create<arith::AndIOp>(is(Predicate::UNE, a, none), is(Predicate::UNE, b, none));
    return select(both, emit_.splat(a.getType(), 1), none);
  }
  Value isNone =
      emit_.create<arith::OrIOp>(is(Predicate::OEQ, a, none), is(Predicate::OEQ, b, none));
  return select(isNone, none, emit_.create<arith::AddFOp>(a, b));
}

Value SemiringCode::addProduct(Value sum, Value a, Value b) {
  return semiring_ == Semiring::PlusTimes ? emit_.fma(a, b, sum) : add(sum, multiply(a, b));
}

Value SemiringCode::addLanes(Value vector) {
  return emit_.foldLanes(vector, [&](Value a, Value b) { return add(a, b); });
}

}  // namespace emel::cpu
