#include <bit>
#include <cmath>
#include <numbers>

#include "dialects/interpreter/Orders.h"

namespace emel::orders {

float maximum(float a, float b) {
  if (std::isnan(a) || std::isnan(b)) return NAN;
  if (a == b) return std::signbit(a) ? b : a;
  return a > b ? a : b;
}

float minimum(float a, float b) { return -maximum(-a, -b); }

float polynomial(float x, llvm::ArrayRef<double> coefficients) {
  float sum = static_cast<float>(coefficients.back());
  for (double coefficient : llvm::reverse(coefficients.drop_back()))
    sum = std::fma(sum, x, static_cast<float>(coefficient));
  return sum;
}

static float powerOfTwo(int exponent) {
  return std::bit_cast<float>(static_cast<uint32_t>(exponent + 127) << 23);
}

float exp(float x) {
  if (std::isnan(x)) return x;
  if (x < -104) return 0;
  float limited = std::min(x, 89.0f);
  float k = std::nearbyint(limited * std::numbers::log2e_v<float>);
  float r = std::fma(k, -0.693145751953125f, limited);
  r = std::fma(k, -1.428606765330187e-06f, r);
  float p = polynomial(r, {1, 1, 1.0 / 2, 1.0 / 6, 1.0 / 24, 1.0 / 120, 1.0 / 720, 1.0 / 5040});
  int exponent = static_cast<int>(k), half = exponent >> 1;
  return p * powerOfTwo(half) * powerOfTwo(exponent - half);
}

float log(float x) {
  if (x == 0) return -INFINITY;
  if (!(x > 0)) return NAN;
  if (x == INFINITY) return x;
  bool isTiny = x < 0x1p-126f;
  auto bits = std::bit_cast<uint32_t>(isTiny ? x * 0x1p24f : x);
  int32_t k = static_cast<int32_t>(bits - 0x3f3504f3) >> 23;
  auto m = std::bit_cast<float>(bits - (static_cast<uint32_t>(k) << 23));
  float s = (m - 1) / (m + 1);
  float series = polynomial(s * s, {2, 2.0 / 3, 2.0 / 5, 2.0 / 7, 2.0 / 9});
  float exponent = static_cast<float>(k) - (isTiny ? 24.0f : 0.0f);
  return std::fma(exponent, std::numbers::ln2_v<float>, s * series);
}

float log1p(float x) {
  float s = x / (x + 2);
  return s *
         polynomial(s * s, {2, 2.0 / 3, 2.0 / 5, 2.0 / 7, 2.0 / 9, 2.0 / 11, 2.0 / 13, 2.0 / 15});
}

float tanh(float x) {
  float square = x * x;
  if (std::fabs(x) < 0.5f)
    return x * polynomial(square, {945, 105, 1}) / polynomial(square, {945, 420, 15});
  return std::copysign(1 - 2 / (exp(2 * minimum(std::fabs(x), 20)) + 1), x);
}

float erf(float x) {
  float magnitude = std::fabs(x), square = x * x;
  if (magnitude < 0.5f) {
    double c = 2 * std::numbers::inv_sqrtpi;
    return x * polynomial(square, {c, -c / 3, c / 10, -c / 42, c / 216, -c / 1320});
  }
  float t = 1 / std::fma(0.3275911f, magnitude, 1.0f);
  float sum =
      t * polynomial(t, {0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429});
  return std::copysign(1 - sum * exp(-square), x);
}

float sigmoid(float x) { return 1 / (1 + exp(-x)); }

float expm1(float x) {
  float power = exp(x);
  return std::fabs(x) < 1 ? tanh(x * 0.5f) * (power + 1) : power - 1;
}

static float hardSigmoid(float x) { return minimum(maximum((x + 3) / 6, 0), 1); }

static float gelu(float x) {
  float inner = std::fma(0.044715f, x * x * x, x);
  return x * sigmoid(static_cast<float>(2 * std::sqrt(2 / std::numbers::pi)) * inner);
}

static float geluErf(float x) {
  return (x * 0.5f) * (erf(x * static_cast<float>(1 / std::numbers::sqrt2)) + 1);
}

float clamp(float x, float low, float high) { return minimum(maximum(x, low), high); }

float xielu(float x, float alphaN, float alphaP, float beta, float eps) {
  float straight = beta * x;
  if (x > 0) return std::fma(alphaP * x, x, straight);
  return std::fma(alphaN, expm1(minimum(x, eps)) - x, straight);
}

float swigluOai(float x, float y, float alpha, float limit) {
  float gate = minimum(x, limit);
  return gate * sigmoid(alpha * gate) * (clamp(y, -limit, limit) + 1);
}

float unary(UnaryKind kind, float x) {
  switch (kind) {
    case UnaryKind::Abs: return std::fabs(x);
    case UnaryKind::Sgn: return x > 0 ? 1.0f : x < 0 ? -1.0f : 0.0f;
    case UnaryKind::Neg: return -x;
    case UnaryKind::Step: return x > 0 ? 1.0f : 0.0f;
    case UnaryKind::Tanh: return tanh(x);
    case UnaryKind::Elu: return x > 0 ? x : expm1(x);
    case UnaryKind::Relu: return maximum(x, 0);
    case UnaryKind::Sigmoid: return sigmoid(x);
    case UnaryKind::Gelu: return gelu(x);
    case UnaryKind::GeluQuick: return x * sigmoid(x * 1.702f);
    case UnaryKind::GeluErf: return geluErf(x);
    case UnaryKind::Silu: return x * sigmoid(x);
    case UnaryKind::HardSwish: return x * hardSigmoid(x);
    case UnaryKind::HardSigmoid: return hardSigmoid(x);
    case UnaryKind::Exp: return exp(x);
    case UnaryKind::Expm1: return expm1(x);
    case UnaryKind::Softplus: return maximum(x, 0) + log1p(exp(-std::fabs(x)));
    case UnaryKind::Floor: return std::floor(x);
    case UnaryKind::Ceil: return std::ceil(x);
    case UnaryKind::Round: return std::round(x);
    case UnaryKind::Trunc: return std::trunc(x);
    case UnaryKind::Sqr: return x * x;
    case UnaryKind::Sqrt: return std::sqrt(x);
    case UnaryKind::Log: return log(x);
    case UnaryKind::Sin: return sin(x);
    case UnaryKind::Cos: return cos(x);
  }
  llvm_unreachable("every kind returns");
}

}  // namespace emel::orders
