// Sines and cosines: "Functions" of docs/numerics.md.

#include <bit>
#include <cmath>
#include <numbers>

#include "dialects/interpreter/Orders.h"
#include "llvm/ADT/APInt.h"

namespace emel::orders {

/// Of an angle that is some quarter turns and a rest.
static SinCos turn(int64_t quarters, double rest) {
  auto r = static_cast<float>(rest);
  float square = r * r;
  float sine = r * polynomial(square, {1.0, -1.0 / 6, 1.0 / 120, -1.0 / 5040, 1.0 / 362880});
  float cosine = polynomial(square, {1.0, -0.5, 1.0 / 24, -1.0 / 720, 1.0 / 40320, -1.0 / 3628800});
  if (quarters & 1) std::swap(sine, cosine);
  return {quarters & 2 ? -sine : sine, (quarters + 1) & 2 ? -cosine : cosine};
}

SinCos sinCos(double angle) {
  double k = std::nearbyint(angle * (2 / std::numbers::pi));
  if (!std::isfinite(k)) return {NAN, NAN};
  double rest = std::fma(k, -0x1.921fb54442d18p+0, angle);
  return turn(static_cast<int64_t>(k), std::fma(k, -0x1.1a62633145c07p-54, rest));
}

//===----------------------------------------------------------------------===//
// Floats of any size
//===----------------------------------------------------------------------===//

/// Bits behind the point of a number, of which large angles need 198.
static constexpr unsigned kFraction = 320, kWidth = 2 * kFraction;

/// The angle whose tangent is 1/n.
static llvm::APInt arctangentOfInverse(uint64_t n) {
  llvm::APInt power = llvm::APInt::getOneBitSet(kWidth, kFraction).udiv(n), sum = power;
  bool isAdded = false;
  for (uint64_t k = 3; !power.isZero(); k += 2, isAdded = !isAdded) {
    power = power.udiv(n * n);
    isAdded ? sum += power.udiv(k) : sum -= power.udiv(k);
  }
  return sum;
}

/// By Machin's formula for pi / 4.
static const llvm::APInt &twoByPi() {
  static const llvm::APInt number = [] {
    llvm::APInt quarter = arctangentOfInverse(5) * 4 - arctangentOfInverse(239);
    return llvm::APInt::getOneBitSet(kWidth, 2 * kFraction - 1).udiv(quarter);
  }();
  return number;
}

/// Of a magnitude.
static SinCos sinCosOf(float x) {
  if (x < 0x1p28f) return sinCos(x);
  if (!std::isfinite(x)) return {NAN, NAN};
  auto bits = std::bit_cast<uint32_t>(x);
  uint64_t mantissa = (bits & 0x7fffff) | 0x800000;
  unsigned exponent = (bits >> 23) - 150;
  // 2 bits before the point of 2^exponent (2 / pi) and 62 behind it, then 32 more.
  unsigned point = kFraction - exponent;
  uint64_t high = mantissa * twoByPi().extractBitsAsZExtValue(64, point - 62);
  uint64_t low = mantissa * twoByPi().extractBitsAsZExtValue(32, point - 94);
  uint64_t turns = high + (low >> 32);
  uint64_t quarters = (turns + (uint64_t{1} << 61)) >> 62;
  auto rest = static_cast<double>(static_cast<int64_t>(turns - (quarters << 62)));
  return turn(static_cast<int64_t>(quarters), rest * (std::numbers::pi / 2 * 0x1p-62));
}

float sin(float x) { return sinCosOf(std::fabs(x)).sine * std::copysign(1.0f, x); }
float cos(float x) { return sinCosOf(std::fabs(x)).cosine; }

}  // namespace emel::orders
