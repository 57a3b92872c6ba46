// The laws of the semirings that contractions are made of.

#include "dialects/emel/Semirings.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace emel {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

class EverySemiring : public ::testing::TestWithParam<SemiringInfo> {
 protected:
  double Add(double a, double b) const { return GetParam().add(a, b); }
  double Multiply(double a, double b) const { return GetParam().multiply(a, b); }

  // Numbers whose sums and products are exact, but for the logarithms of one.
  std::vector<double> Numbers() const {
    switch (GetParam().semiring) {
      case Semiring::OrAnd:
        return {0, 1};
      case Semiring::PlusTimes:
        return {-3, 0, 0.5, 1, 7};
      default:
        return {-3, 0, 0.5, 1, 7, GetParam().zero};
    }
  }

  static void ExpectEqual(double a, double b) {
    if (a != b) EXPECT_NEAR(a, b, 1e-13);
  }

  template <typename Body>
  void ForTriples(Body body) const {
    for (double a : Numbers())
      for (double b : Numbers())
        for (double c : Numbers()) body(a, b, c);
  }
};

TEST_P(EverySemiring, HasSumsInAnyOrder) {
  ForTriples([&](double a, double b, double c) {
    ExpectEqual(Add(a, Add(b, c)), Add(Add(a, b), c));
    EXPECT_EQ(Add(a, b), Add(b, a));
  });
}

TEST_P(EverySemiring, HasProductsThatAssociate) {
  ForTriples([&](double a, double b, double c) {
    ExpectEqual(Multiply(a, Multiply(b, c)), Multiply(Multiply(a, b), c));
  });
}

TEST_P(EverySemiring, DistributesProductsOverSums) {
  ForTriples([&](double a, double b, double c) {
    ExpectEqual(Multiply(a, Add(b, c)), Add(Multiply(a, b), Multiply(a, c)));
    ExpectEqual(Multiply(Add(b, c), a), Add(Multiply(b, a), Multiply(c, a)));
  });
}

TEST_P(EverySemiring, HasAZeroAndAOne) {
  for (double a : Numbers()) {
    EXPECT_EQ(Add(a, GetParam().zero), a);
    EXPECT_EQ(Add(GetParam().zero, a), a);
    EXPECT_EQ(Multiply(a, GetParam().one), a);
    EXPECT_EQ(Multiply(GetParam().one, a), a);
    EXPECT_EQ(Multiply(a, GetParam().zero), GetParam().zero);
    EXPECT_EQ(Multiply(GetParam().zero, a), GetParam().zero);
  }
}

// Where a sum is the product, zero stays it even with what is no number; other NaNs reach the sum.
TEST_P(EverySemiring, CarriesNansUnlessTheyMeetZero) {
  if (GetParam().semiring == Semiring::OrAnd) {
    EXPECT_EQ(Multiply(kNan, 1), 1);  // not 0
    EXPECT_EQ(Add(kNan, 0), 1);
    return;
  }
  for (double a : {-1.0, 3.0}) {
    EXPECT_TRUE(std::isnan(Add(a, kNan)) && std::isnan(Add(kNan, a)));
    EXPECT_TRUE(std::isnan(Multiply(a, kNan)) && std::isnan(Multiply(kNan, a)));
  }
  if (GetParam().semiring == Semiring::PlusTimes) return;
  for (double a : {kNan, kInfinity, -kInfinity}) {
    EXPECT_EQ(Multiply(a, GetParam().zero), GetParam().zero);
    EXPECT_EQ(Multiply(GetParam().zero, a), GetParam().zero);
  }
}

INSTANTIATE_TEST_SUITE_P(Semirings, EverySemiring, ::testing::ValuesIn(knownSemirings().vec()),
                         [](const auto& info) {
                           return stringifySemiring(info.param.semiring).str();
                         });

TEST(LogSumExp, NeitherOverflowsNorVanishes) {
  const SemiringInfo& info = infoOf(Semiring::LogSumExp);
  EXPECT_DOUBLE_EQ(info.add(1000, 1000), 1000 + std::log(2));
  EXPECT_DOUBLE_EQ(info.add(-1000, -1000), -1000 + std::log(2));
  EXPECT_EQ(info.add(kInfinity, kInfinity), kInfinity);
  EXPECT_EQ(info.add(-kInfinity, -kInfinity), -kInfinity);
}

}  // namespace
}  // namespace emel
