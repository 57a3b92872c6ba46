#include "dialects/emel/Semirings.h"

#include <cassert>
#include <cmath>
#include <limits>

namespace emel {

static constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// The larger of two numbers; a NaN where one of them is.
static double maximum(double a, double b) { return std::isnan(a) || a > b ? a : b; }
static double minimum(double a, double b) { return std::isnan(a) || a < b ? a : b; }

static double logAddExp(double a, double b) {
  double high = maximum(a, b), low = minimum(a, b);
  return std::isfinite(high) ? high + std::log1p(std::exp(low - high)) : high;
}

/// A sum that is `zero` where one of its operands is: the product where sums have no inverses.
template <bool isNegative>
static double shift(double a, double b) {
  constexpr double kZero = isNegative ? -kInfinity : kInfinity;
  return a == kZero || b == kZero ? kZero : a + b;
}

static constexpr SemiringInfo kSemirings[] = {
    {Semiring::PlusTimes, 0, 1, [](double a, double b) { return a + b; },
     [](double a, double b) { return a * b; }},
    {Semiring::MaxPlus, -kInfinity, 0, maximum, shift<true>},
    {Semiring::MinPlus, kInfinity, 0, minimum, shift<false>},
    {Semiring::OrAnd, 0, 1, [](double a, double b) -> double { return a != 0 || b != 0; },
     [](double a, double b) -> double { return a != 0 && b != 0; }},
    {Semiring::LogSumExp, -kInfinity, 0, logAddExp, shift<true>},
};

llvm::ArrayRef<SemiringInfo> knownSemirings() { return kSemirings; }

const SemiringInfo &infoOf(Semiring semiring) {
  const SemiringInfo *info =
      llvm::find_if(kSemirings, [&](auto &own) { return own.semiring == semiring; });
  assert(info != std::end(kSemirings));
  return *info;
}

}  // namespace emel
