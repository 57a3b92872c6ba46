#ifndef EMEL_RUNTIME_SAMPLE_EXP_LOG_H_
#define EMEL_RUNTIME_SAMPLE_EXP_LOG_H_

#include <bit>
#include <cstdint>

// Exponential and logarithm of doubles by additions, multiplications and divisions in one order, so
// that all machines give the same bits where nothing is contracted (-ffp-contract=off); a C
// library's differ. Without branches, so that loops over them are vectorised.
namespace emel::sample {

inline constexpr double kLog2 = 0x1.62e42fefa39efp-1;
inline constexpr double kLog2High = 0x1.62e42fee00000p-1;  // 21 bits of zero at the end
inline constexpr double kLog2Low = 0x1.a39ef35793c76p-33;

// e^x for x <= 700; 0 below -700. Within 2 units in the last place:
//   n = round(x / log 2),  r = x - n log 2,  e^x = 2^n (1 + r + r^2/2! + … + r^13/13!)
inline double Exp(double x) {
  constexpr double kShift = 0x1.8p52;  // what is added to it is rounded to a whole number
  const double clamped = x > -700.0 ? x : -700.0;
  const double shifted = clamped * 0x1.71547652b82fep0 + kShift;
  const double n = shifted - kShift;
  const double r = (clamped - n * kLog2High) - n * kLog2Low;
  double sum = 1.0 / 6227020800.0;
  sum = sum * r + 1.0 / 479001600.0;
  sum = sum * r + 1.0 / 39916800.0;
  sum = sum * r + 1.0 / 3628800.0;
  sum = sum * r + 1.0 / 362880.0;
  sum = sum * r + 1.0 / 40320.0;
  sum = sum * r + 1.0 / 5040.0;
  sum = sum * r + 1.0 / 720.0;
  sum = sum * r + 1.0 / 120.0;
  sum = sum * r + 1.0 / 24.0;
  sum = sum * r + 1.0 / 6.0;
  sum = sum * r + 0.5;
  sum = sum * r + 1.0;
  sum = sum * r + 1.0;
  const uint64_t power = std::bit_cast<uint64_t>(shifted) << 52;
  const double value = std::bit_cast<double>(std::bit_cast<uint64_t>(sum) + power);
  return x >= -700.0 ? value : 0.0;
}

// log x for a normal x > 0. Within 2 units in the last place, but near 1, where its error is 2^-53
// of 1:
//   x = 2^n m with sqrt(1/2) <= m < sqrt(2),  s = (m - 1) / (m + 1),  log m = 2 (s + s^3/3 + … +
//   s^21/21)
inline double Log(double x) {
  constexpr uint64_t kRoot = 0x3fe6a09e667f3bcd;  // the bits of sqrt(1/2)
  const uint64_t bits = std::bit_cast<uint64_t>(x);
  const int64_t n = static_cast<int64_t>(bits - kRoot) >> 52;
  const double m = std::bit_cast<double>(bits - (static_cast<uint64_t>(n) << 52));
  const double s = (m - 1.0) / (m + 1.0);
  const double square = s * s;
  double sum = 1.0 / 21.0;
  for (int term = 19; term >= 3; term -= 2) sum = sum * square + 1.0 / term;
  const double series = 2.0 * s + 2.0 * s * square * sum;
  const double count = static_cast<double>(n);
  return count * kLog2High + (series + count * kLog2Low);
}

// x^y for x >= 0, where the result is a normal double or 0.
inline double Power(double x, double y) {
  if (y == 0) return 1;
  return x > 0 ? Exp(y * Log(x)) : 0.0;
}

}  // namespace emel::sample

#endif  // EMEL_RUNTIME_SAMPLE_EXP_LOG_H_
