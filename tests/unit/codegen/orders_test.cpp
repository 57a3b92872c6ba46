// Code computes what docs/numerics.md writes down under "Orders that decide bits", to the bit: here
// it is again, in plain C++, from the page alone.

#include "tests/kernels/op_case.h"
#include "tests/support/build_kind.h"
#include "tests/support/matchers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <numbers>
#include <random>

namespace emel::testing::orders {
namespace {

using Row = std::vector<float>;

constexpr int64_t kRows = 40, kColumns = 52;  // three whole vectors, and a part of one

float AddInPairs(std::vector<float> sums) {
  for (size_t half = sums.size() / 2; half > 0; half /= 2)
    for (size_t i = 0; i < half; ++i) sums[i] += sums[i + half];
  return sums[0];
}

float Sum(const Row& row, const std::function<float(float x, float sum)>& add) {
  std::vector<float> sums(16);
  for (size_t i = 0; i < row.size(); ++i) sums[i % 16] = add(row[i], sums[i % 16]);
  return AddInPairs(sums);
}

float Squares(const Row& row) {
  return Sum(row, [](float x, float sum) { return std::fma(x, x, sum); });
}

float Polynomial(float x, std::vector<double> coefficients) {
  float sum = static_cast<float>(coefficients.back());
  for (size_t i = coefficients.size() - 1; i-- > 0;)
    sum = std::fma(sum, x, static_cast<float>(coefficients[i]));
  return sum;
}

float Exp(float x) {
  float limited = std::max(std::min(x, 89.0f), -104.0f);
  float k = std::nearbyint(limited * std::numbers::log2e_v<float>);
  float r = std::fma(k, -0.693145751953125f, limited);
  r = std::fma(k, -1.428606765330187e-06f, r);
  float p = Polynomial(r, {1, 1, 1.0 / 2, 1.0 / 6, 1.0 / 24, 1.0 / 120, 1.0 / 720, 1.0 / 5040});
  int exponent = static_cast<int>(k), half = exponent >> 1;
  float y = p * std::ldexp(1.0f, half) * std::ldexp(1.0f, exponent - half);
  return x < -104 ? 0 : y;
}

float Sigmoid(float x) { return 1 / (1 + Exp(-x)); }

float Tanh(float x) {
  float square = x * x;
  if (std::abs(x) < 0.5f)
    return x * Polynomial(square, {945, 105, 1}) / Polynomial(square, {945, 420, 15});
  float large = 1 - 2 / (Exp(2 * std::min(std::abs(x), 20.0f)) + 1);
  return std::copysign(large, x);
}

Row RmsNorm(Row row) {
  float factor = 1 / std::sqrt(Squares(row) / static_cast<float>(row.size()) + 1e-5f);
  for (float& x : row) x *= factor;
  return row;
}

Row LayerNorm(Row row) {
  float size = static_cast<float>(row.size());
  float mean = Sum(row, [](float x, float sum) { return sum + x; }) / size;
  for (float& x : row) x -= mean;
  float factor = 1 / std::sqrt(Squares(row) / size + 1e-5f);
  for (float& x : row) x *= factor;
  return row;
}

Row L2Norm(Row row) {
  float length = std::max(std::sqrt(Squares(row)), 1e-5f);
  for (float& x : row) x /= length;
  return row;
}

Row Softmax(Row row) {
  for (float& x : row) x *= 0.25f;
  float most = *std::max_element(row.begin(), row.end());
  for (float& x : row) x = Exp(x - most);
  float total = Sum(row, [](float x, float sum) { return sum + x; });
  for (float& x : row) x /= total;
  return row;
}

// 13 heads of rows of 4.
constexpr float kMask[] = {0, -1, -INFINITY, 0.5f};
constexpr float kSink = 1.5f;

Row SoftmaxOfFour(Row row) {
  for (size_t begin = 0; begin + 4 <= row.size(); begin += 4) {
    Row own(row.begin() + begin, row.begin() + begin + 4);
    double head = static_cast<double>(begin) / 4;
    float slope = static_cast<float>(std::exp2(-4 * (head < 8 ? head + 1 : head - 7.5) / 8));
    for (int i = 0; i < 4; ++i) own[i] = std::fma(slope, kMask[i], own[i] * 0.25f);
    float most = std::max(kSink, *std::max_element(own.begin(), own.end()));
    for (float& x : own) x = Exp(x - most);
    float total = Sum(own, [](float x, float sum) { return sum + x; }) + Exp(kSink - most);
    for (int i = 0; i < 4; ++i) row[begin + i] = own[i] / total;
  }
  return row;
}

Row CumSum(Row row) {
  float before = -0.0f;
  for (size_t begin = 0; begin < row.size(); begin += 16) {
    size_t size = std::min<size_t>(16, row.size() - begin);
    for (size_t by = 1; by < 16; by *= 2)
      for (size_t i = size; i-- > by;) row[begin + i] += row[begin + i - by];
    for (size_t i = 0; i < size; ++i) row[begin + i] += before;
    before = row[begin + size - 1];
  }
  return row;
}

Row Mean(Row row) {
  float mean =
      Sum(row, [](float x, float sum) { return sum + x; }) / static_cast<float>(row.size());
  for (float& x : row) x -= mean;
  return row;
}

// Groups of one channel of 4 rows of 13: each row begins with the first of the sums again.
Row GroupNorm(Row row) {
  auto sum = [&](const std::function<float(float x, float sum)>& add) {
    std::vector<float> sums(16);
    for (size_t i = 0; i < 52; ++i) sums[i % 13] = add(row[i], sums[i % 13]);
    return AddInPairs(sums);
  };
  float mean = sum([](float x, float sum) { return sum + x; }) / 52;
  float squares = sum([&](float x, float sum) { return std::fma(x - mean, x - mean, sum); });
  float factor = 1 / std::sqrt(squares / 52 + 1e-5f);
  for (size_t i = 0; i < 52; ++i) row[i] = (row[i] - mean) * factor;
  return row;
}

template <float (*kFunction)(float)>
Row Map(Row row) {
  for (float& x : row) x = kFunction(x);
  return row;
}

float Log(float x) {
  bool is_tiny = x < 0x1p-126f;
  uint32_t bits = std::bit_cast<uint32_t>(is_tiny ? x * 0x1p24f : x);
  int32_t k = static_cast<int32_t>(bits - 0x3f3504f3) >> 23;
  float m = std::bit_cast<float>(bits - (static_cast<uint32_t>(k) << 23));
  float s = (m - 1) / (m + 1);
  float series = Polynomial(s * s, {2, 2.0 / 3, 2.0 / 5, 2.0 / 7, 2.0 / 9});
  float exponent = static_cast<float>(k) - (is_tiny ? 24 : 0);
  float y = std::fma(exponent, std::numbers::ln2_v<float>, s * series);
  return x == 0 ? -INFINITY : x > 0 ? y : NAN;
}

float LogOfMagnitude(float x) { return Log(std::abs(x)); }

float Log1p(float x) {
  float s = x / (x + 2);
  return s *
         Polynomial(s * s, {2, 2.0 / 3, 2.0 / 5, 2.0 / 7, 2.0 / 9, 2.0 / 11, 2.0 / 13, 2.0 / 15});
}

float Softplus(float x) { return std::max(x, 0.0f) + Log1p(Exp(-std::abs(x))); }

float Erf(float x) {
  float magnitude = std::abs(x), square = x * x;
  if (magnitude < 0.5f) {
    double c = 2 / std::sqrt(std::numbers::pi);
    return x * Polynomial(square, {c, -c / 3, c / 10, -c / 42, c / 216, -c / 1320});
  }
  float t = 1 / std::fma(0.3275911f, magnitude, 1.0f);
  float sum =
      t * Polynomial(t, {0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429});
  return std::copysign(1 - sum * Exp(-square), x);
}

float GeluErf(float x) {
  return (x * 0.5f) * (Erf(x * static_cast<float>(1 / std::numbers::sqrt2)) + 1);
}

float Silu(float x) { return x * Sigmoid(x); }
float Gelu(float x) {
  float inner = std::fma(0.044715f, x * x * x, x);
  return x * Sigmoid(static_cast<float>(2 * std::sqrt(2 / std::numbers::pi)) * inner);
}
float Expm1(float x) {
  float power = Exp(x);
  return std::abs(x) < 1 ? Tanh(x * 0.5f) * (power + 1) : power - 1;
}
float Xielu(float x) {
  float straight = 0.5f * x;
  if (x > 0) return std::fma(0.8f * x, x, straight);
  return std::fma(1.5f, Expm1(std::min(x, -1e-6f)) - x, straight);
}

// Of a magnitude below 2^28: sine and cosine.
std::pair<float, float> SinCos(double angle) {
  double k = std::nearbyint(angle * (2 / std::numbers::pi));
  double rest = std::fma(k, -0x1.921fb54442d18p+0, angle);
  rest = std::fma(k, -0x1.1a62633145c07p-54, rest);
  float r = static_cast<float>(rest), square = r * r;
  float sine = r * Polynomial(square, {1, -1.0 / 6, 1.0 / 120, -1.0 / 5040, 1.0 / 362880});
  float cosine = Polynomial(square, {1, -0.5, 1.0 / 24, -1.0 / 720, 1.0 / 40320, -1.0 / 3628800});
  switch (static_cast<int64_t>(k) % 4) {
    case 0:
      return {sine, cosine};
    case 1:
      return {cosine, -sine};
    case 2:
      return {-sine, -cosine};
    default:
      return {-cosine, sine};
  }
}
float Sin(float x) { return SinCos(std::abs(x)).first * std::copysign(1.0f, x); }
float Cos(float x) { return SinCos(std::abs(x)).second; }

struct Order {
  const char* name;
  const char* body;
  Row (*compute)(Row);
};
void PrintTo(const Order& order, std::ostream* out) { *out << order.name; }

constexpr Order kOrders[] = {
    {"rms_norm", "%y = emel.rms_norm %x0 eps 1.000000e-05 : ROWS", RmsNorm},
    {"layer_norm", "%y = emel.layer_norm %x0 eps 1.000000e-05 : ROWS", LayerNorm},
    {"l2_norm", "%y = emel.l2_norm %x0 eps 1.000000e-05 : ROWS", L2Norm},
    {"softmax", "%y = emel.softmax %x0 {scale = 2.5e-01 : f32} : (ROWS) -> ROWS", Softmax},
    {"exp", "%y = emel.unary exp %x0 : ROWS", Map<Exp>},
    {"tanh", "%y = emel.unary tanh %x0 : ROWS", Map<Tanh>},
    {"sigmoid", "%y = emel.unary sigmoid %x0 : ROWS", Map<Sigmoid>},
    {"silu", "%y = emel.unary silu %x0 : ROWS", Map<Silu>},
    {"gelu", "%y = emel.unary gelu %x0 : ROWS", Map<Gelu>},
    {"log", "%a = emel.unary abs %x0 : ROWS\n%y = emel.unary log %a : ROWS", Map<LogOfMagnitude>},
    {"softplus", "%y = emel.unary softplus %x0 : ROWS", Map<Softplus>},
    {"gelu_erf", "%y = emel.unary gelu_erf %x0 : ROWS", Map<GeluErf>},
    {"expm1", "%y = emel.unary expm1 %x0 : ROWS", Map<Expm1>},
    {"xielu",
     "%y = emel.xielu %x0 {alpha_n = 1.5 : f32, alpha_p = 8.0e-01 : f32, beta = 5.0e-01 : f32, "
     "eps = -1.0e-06 : f32} : ROWS",
     Map<Xielu>},
    {"sin", "%y = emel.unary sin %x0 : ROWS", Map<Sin>},
    {"cos", "%y = emel.unary cos %x0 : ROWS", Map<Cos>},
    {"cumsum", "%y = emel.cumsum %x0 : ROWS", CumSum},
    {"mean",
     "%r = emel.reduce mean %x0 [1] : (ROWS) -> tensor<?x1xf32>\n"
     "%y = emel.sub %x0, %r : (ROWS, tensor<?x1xf32>) -> ROWS",
     Mean},
    {"group_norm",
     "%a = emel.reshape %x0 : ROWS to tensor<?x1x4x13xf32>\n"
     "%b = emel.group_norm %a groups 1 eps 1.000000e-05 : tensor<?x1x4x13xf32>\n"
     "%y = emel.reshape %b : tensor<?x1x4x13xf32> to ROWS",
     GroupNorm},
    {"softmax_with_mask",
     "%a = emel.reshape %x0 : ROWS to tensor<?x13x1x4xf32>\n"
     "%m = arith.constant dense<[[0.0, -1.0, 0xFF800000, 0.5]]> : tensor<1x4xf32>\n"
     "%s = arith.constant dense<1.5> : tensor<13xf32>\n"
     "%b = emel.softmax %a mask %m sinks %s {max_bias = 4.0 : f32, scale = 0.25 : f32} : "
     "(tensor<?x13x1x4xf32>, tensor<1x4xf32>, tensor<13xf32>) -> tensor<?x13x1x4xf32>\n"
     "%y = emel.reshape %b : tensor<?x13x1x4xf32> to ROWS",
     SoftmaxOfFour},
};

class EveryOrder : public ::testing::TestWithParam<Order> {
 protected:
  void SetUp() override {
    if (kSanitized) GTEST_SKIP() << "the compiler takes minutes with sanitizers";
  }
};

TEST_P(EveryOrder, DecidesTheBits) {
  std::mt19937 random(3);
  std::normal_distribution<float> normal(0.1f, 4);
  std::vector<float> numbers(kRows * kColumns);
  for (float& number : numbers) number = normal(random);
  std::fill_n(numbers.begin(), kColumns, 0.0f);
  auto test = OpCase::Create({GetParam().body, kRows, kColumns, {numbers}});
  ASSERT_THAT(test, IsOk());
  for (const TestForm& form : KnownForms()) {
    if (!RunnerOf(form).ok()) continue;
    SCOPED_TRACE(form.name());
    auto found = (*test)->Run(form);
    ASSERT_THAT(found, IsOk());
    for (int64_t r = 0; r < kRows; ++r) {
      Row row(numbers.begin() + r * kColumns, numbers.begin() + (r + 1) * kColumns);
      Row expected = GetParam().compute(row);
      for (int64_t i = 0; i < kColumns; ++i)
        ASSERT_EQ(std::bit_cast<uint32_t>((*found)[r * kColumns + i]),
                  std::bit_cast<uint32_t>(expected[i]))
            << "row " << r << ", element " << i << ": " << (*found)[r * kColumns + i] << " for "
            << expected[i] << ", input " << row[i];
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Orders, EveryOrder, ::testing::ValuesIn(kOrders),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace emel::testing::orders
