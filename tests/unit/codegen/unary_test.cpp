// Every function of one number, over all of them, on every CPU that this machine is or emulates,
// against the interpreter.

#include "dialects/emel/Emel.h"
#include "tests/kernels/op_case.h"
#include "tests/support/build_kind.h"
#include "tests/support/matchers.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>

namespace emel::testing {
namespace {

// How far a result may be from the interpreter's, which is rounded once.
struct Bound {
  UnaryKind kind;
  double ulps = 0;      // units in the last place of the result
  double absolute = 0;  // beside them
};
void PrintTo(const Bound& bound, std::ostream* out) {
  *out << stringifyUnaryKind(bound.kind).str();
}

constexpr Bound kBounds[] = {
    {UnaryKind::Abs, 0},
    {UnaryKind::Sgn, 0},
    {UnaryKind::Neg, 0},
    {UnaryKind::Step, 0},
    {UnaryKind::Relu, 0},
    {UnaryKind::Floor, 0},
    {UnaryKind::Ceil, 0},
    {UnaryKind::Trunc, 0},
    {UnaryKind::Round, 0},
    {UnaryKind::Sqr, 0},
    {UnaryKind::Sqrt, 0},
    {UnaryKind::HardSigmoid, 1},
    {UnaryKind::HardSwish, 2},
    {UnaryKind::Exp, 2},
    {UnaryKind::Log, 3},
    {UnaryKind::Tanh, 3},
    {UnaryKind::Expm1, 4},
    {UnaryKind::Elu, 4},
    {UnaryKind::Softplus, 4},
    // Where e^-x is no float, the result is 0.
    {UnaryKind::Sigmoid, 3, 0x1p-127},
    {UnaryKind::Silu, 3, 0x1p-120},
    // An angle is rounded before e^x makes its last place many of the result's, which is small
    // then.
    {UnaryKind::GeluQuick, 3, 0x1p-26},
    {UnaryKind::Gelu, 3, 0x1p-25},
    // 1 + erf has no more places than 1, as for the formula in float32.
    {UnaryKind::GeluErf, 4, 0x1p-21},
    {UnaryKind::Sin, 2},
    {UnaryKind::Cos, 2},
};

constexpr int64_t kRows = 120, kColumns = 1000;
constexpr float kInfinity = std::numeric_limits<float>::infinity();

// Of every 2^16 patterns of bits one; numbers where functions bend; and what is near the borders of
// their formulas and of floats.
std::vector<float> Samples() {
  std::vector<float> samples;
  std::mt19937 random(1);
  for (float border :
       {0.0f,   0x1p-149f,   0x1p-126f, 0x1p-24f, 0x1p-12f,  0.34657359f, 0.5f,      0.70710678f,
        1.0f,   1.41421356f, 1.5f,      2.0f,     2.5f,      3.0f,        10.0f,     20.0f,
        43.5f,  64.0f,       87.33654f, 88.0f,    88.72284f, 89.0f,       103.2789f, 103.97208f,
        104.0f, 0x1p22f,     0x1p23f,   0x1p24f,  0x1p31f,   0x1p64f,     0x1p100f,  kInfinity}) {
    uint32_t bits = std::bit_cast<uint32_t>(border);
    for (uint32_t sign : {0u, 0x80000000u})
      for (uint32_t near = bits < 3 ? 0 : bits - 3; near <= bits + 3; ++near)
        samples.push_back(std::bit_cast<float>(sign | near));
  }
  for (uint32_t upper = 0; upper < 1 << 16; ++upper)
    samples.push_back(std::bit_cast<float>(upper << 16 | static_cast<uint32_t>(random() & 0xffff)));
  std::uniform_real_distribution<float> near(-4, 4), far(-110, 110);
  while (samples.size() < kRows * kColumns)
    samples.push_back(samples.size() % 2 ? near(random) : far(random));
  return samples;
}

double UlpOf(float x) {
  return std::ldexp(1, std::max(std::abs(x) > 0 ? std::ilogb(x) : -126, -126) - 23);
}

class Functions : public ::testing::Test {
 protected:
  void SetUp() override {
    if (kSanitized) GTEST_SKIP() << "the compiler takes minutes with sanitizers";
  }

  // Says how far off the worst result is, where one is further off than `bound(i, expected)`.
  static void ExpectClose(const std::vector<float>& samples, const std::vector<float>& found,
                          const std::vector<float>& expected,
                          llvm::function_ref<double(size_t, float)> bound) {
    size_t worst = 0, count = 0;
    double most = 0;
    for (size_t i = 0; i < expected.size(); ++i) {
      if ((std::isnan(found[i]) && std::isnan(expected[i])) || found[i] == expected[i]) continue;
      double error = std::abs(static_cast<double>(found[i]) - expected[i]);
      if (std::isfinite(expected[i]) && error <= bound(i, expected[i])) continue;
      ++count;
      double relative = std::isfinite(error) ? error / UlpOf(expected[i]) : kInfinity;
      if (relative <= most) continue;
      most = relative, worst = i;
    }
    EXPECT_EQ(count, 0u) << "f(" << samples[worst] << ") = " << found[worst] << " for "
                         << expected[worst] << ", " << most << " ulps";
  }

  static void ExpectSame(const std::vector<float>& samples, const std::vector<float>& found,
                         const std::vector<float>& expected) {
    for (size_t i = 0; i < expected.size(); ++i) {
      if (std::isnan(found[i]) && std::isnan(expected[i])) continue;
      ASSERT_EQ(std::bit_cast<uint32_t>(found[i]), std::bit_cast<uint32_t>(expected[i]))
          << "f(" << samples[i] << ") = " << found[i] << ", on another CPU " << expected[i];
    }
  }

  // The same bits on every CPU, close to the interpreter's result.
  static void ExpectInterpreted(const OpSpec& spec,
                                llvm::function_ref<double(size_t, float)> bound) {
    auto test = OpCase::Create(spec);
    ASSERT_THAT(test, IsOk());
    auto expected = (*test)->Interpret();
    ASSERT_THAT(expected, IsOk());
    std::vector<float> first;
    for (const TestForm& form : KnownForms()) {
      if (!RunnerOf(form).ok()) continue;
      SCOPED_TRACE(form.name());
      auto found = (*test)->Run(form);
      ASSERT_THAT(found, IsOk());
      if (first.empty()) {
        ExpectClose(spec.tables[0], *found, *expected, bound);
        first = *found;
      }
      ASSERT_NO_FATAL_FAILURE(ExpectSame(spec.tables[0], *found, first));
    }
  }
};

class EveryUnary : public Functions, public ::testing::WithParamInterface<Bound> {};

TEST_P(EveryUnary, IsCloseToTheInterpreter) {
  std::string name = stringifyUnaryKind(GetParam().kind).str();
  ExpectInterpreted({"%y = emel.unary " + name + " %x0 : ROWS", kRows, kColumns, {Samples()}},
                    [&](size_t, float expected) {
                      return GetParam().ulps * UlpOf(expected) + GetParam().absolute;
                    });
}

INSTANTIATE_TEST_SUITE_P(Kinds, EveryUnary, ::testing::ValuesIn(kBounds), [](const auto& info) {
  return stringifyUnaryKind(info.param.kind).str();
});

// Functions with parameters, and of two numbers.
struct Formula {
  const char* name;
  const char* body;
  double ulps = 0, absolute = 0;
};
void PrintTo(const Formula& formula, std::ostream* out) { *out << formula.name; }

constexpr Formula kFormulas[] = {
    {"clamp", "%y = emel.clamp %x0 from -1.000000e+00 to 2.500000e+00 : ROWS"},
    {"leaky_relu", "%y = emel.leaky_relu %x0 slope 1.000000e-01 : ROWS", 1},
    // e^x - 1 - x loses what -1 and x have in common.
    {"xielu",
     "%y = emel.xielu %x0 {alpha_n = 1.0 : f32, alpha_p = 8.0e-01 : f32, beta = 5.0e-01 : f32, "
     "eps = -9.99999997E-7 : f32} : ROWS",
     8, 0x1p-22},
    {"fill", "%y = emel.fill %x0 with 1.500000e+00 : ROWS"},
    // As for gelu_quick, times up to 8.
    {"swiglu_oai", "%y = emel.swiglu_oai %x0, %x1 alpha 1.702000e+00 limit 7.000000e+00 : ROWS", 6,
     0x1p-22},
};

class EveryFormula : public Functions, public ::testing::WithParamInterface<Formula> {};

TEST_P(EveryFormula, IsCloseToTheInterpreter) {
  std::vector<float> numbers = Samples(), others(numbers.rbegin(), numbers.rend());
  std::vector<std::vector<float>> tables{numbers};
  if (std::string_view(GetParam().body).find("%x1") != std::string_view::npos)
    tables.push_back(others);
  ExpectInterpreted({GetParam().body, kRows, kColumns, tables}, [&](size_t, float expected) {
    return GetParam().ulps * UlpOf(expected) + GetParam().absolute;
  });
}

INSTANTIATE_TEST_SUITE_P(Formulas, EveryFormula, ::testing::ValuesIn(kFormulas),
                         [](const auto& info) { return std::string(info.param.name); });

// Odd rows, one of them of length 0.
TEST_F(Functions, RowsAreDividedByTheirLength) {
  std::mt19937 random(7);
  std::normal_distribution<float> normal;
  std::vector<float> numbers(kRows * 37);
  for (float& number : numbers) number = normal(random);
  std::fill_n(numbers.begin(), 37, 0.0f);
  ExpectInterpreted({"%y = emel.l2_norm %x0 eps 9.99999974E-6 : ROWS", kRows, 37, {numbers}},
                    [](size_t, float expected) { return 4 * UlpOf(expected); });
}

// A row's choice picks a row of another table, which tells it. Equal numbers, zeros of both signs,
// infinities and NaNs are among them.
TEST_F(Functions, TheLargestOfARowIsTheFirstOfEqualOnes) {
  constexpr int64_t kWide = 37;
  std::mt19937 random(11);
  std::vector<float> numbers(kRows * kWide), names(kRows * kWide);
  constexpr float kFew[] = {-0.0f, 0.0f, 1.0f, 2.0f, -3.0f, kInfinity, -kInfinity, NAN};
  for (int64_t i = 0; i < kRows * kWide; ++i) {
    int64_t row = i / kWide, most = row % 8 == 0 ? 2 : row % 8 == 1 ? 5 : 8;
    numbers[i] = row == 5   ? NAN
                 : row == 6 ? (i % kWide == 20 ? -kInfinity : NAN)
                            : kFew[random() % most];
    names[i] = static_cast<float>(row);
  }
  ExpectInterpreted({"%i = emel.argmax %x0 : (ROWS) -> tensor<?xi32>\n%y = emel.get_rows %t1, %i : "
                     "(tensor<120x37xf32>, tensor<?xi32>) -> ROWS",
                     kRows,
                     kWide,
                     {numbers, names}},
                    [](size_t, float) { return 0; });
}

TEST(EveryUnaryKind, IsTested) {
  for (uint32_t i = 0; i <= getMaxEnumValForUnaryKind(); ++i) {
    auto kind = symbolizeUnaryKind(i);
    ASSERT_TRUE(kind);
    EXPECT_TRUE(llvm::any_of(kBounds, [&](const Bound& bound) { return bound.kind == *kind; }))
        << stringifyUnaryKind(*kind).str();
  }
}

class EveryGlu : public Functions, public ::testing::WithParamInterface<GluKind> {};

TEST_P(EveryGlu, IsCloseToTheInterpreter) {
  std::vector<float> gates = Samples(), ups;
  std::mt19937 random(2);
  std::normal_distribution<float> normal(0, 2);
  constexpr float kSpecials[] = {0, -0.0f, kInfinity, -kInfinity,
                                 std::numeric_limits<float>::quiet_NaN()};
  for (float gate : gates) {
    // An activation so small that it may vanish times an infinity may be anything.
    bool may_vanish = !(std::abs(gate) > 1e-30f && std::abs(gate) < 4);
    ups.push_back(ups.size() % 16 || may_vanish ? normal(random) : kSpecials[random() % 5]);
  }
  const Bound& bound = *llvm::find_if(
      kBounds, [&](const Bound& bound) { return bound.kind == getActivation(GetParam()); });
  ExpectInterpreted({"%y = emel.glu " + stringifyGluKind(GetParam()).str() + " %x0, %x1 : ROWS",
                     kRows,
                     kColumns,
                     {gates, ups}},
                    [&](size_t i, float expected) {
                      // A product's last place may be half as large, and it is rounded again.
                      return (2 * bound.ulps + 1) * UlpOf(expected) +
                             bound.absolute * std::abs(ups[i]);
                    });
}

std::vector<GluKind> GluKinds() {
  std::vector<GluKind> kinds;
  for (uint32_t i = 0; i <= getMaxEnumValForGluKind(); ++i) kinds.push_back(*symbolizeGluKind(i));
  return kinds;
}

INSTANTIATE_TEST_SUITE_P(Kinds, EveryGlu, ::testing::ValuesIn(GluKinds()),
                         [](const auto& info) { return stringifyGluKind(info.param).str(); });

}  // namespace
}  // namespace emel::testing
