#include "runtime/sample/exp_log.h"
#include "runtime/sample/random.h"
#include "runtime/sample/rows.h"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

namespace emel::sample {
namespace {

double Units(double found, long double exact) {
  const long double unit = std::nextafter(static_cast<double>(exact), INFINITY) - exact;
  return static_cast<double>(std::abs(found - exact) /
                             std::max<long double>(unit, std::abs(exact) * 0x1p-53L));
}

TEST(Exp, IsNearTheExponential) {
  std::mt19937 random(1);
  std::uniform_real_distribution<double> numbers(-700, 700), near(-1, 1);
  for (int i = 0; i < 200000; ++i) {
    const double x = i % 2 == 0 ? numbers(random) : near(random);
    EXPECT_LT(Units(Exp(x), std::exp(static_cast<long double>(x))), 2) << x;
  }
  EXPECT_EQ(Exp(0), 1);
  EXPECT_EQ(Exp(-700.5), 0);
  EXPECT_EQ(Exp(-std::numeric_limits<double>::infinity()), 0);
}

TEST(Log, IsNearTheLogarithm) {
  std::mt19937 random(2);
  std::uniform_real_distribution<double> powers(-1000, 1000), near(0.5, 2);
  for (int i = 0; i < 200000; ++i) {
    const double x = i % 2 == 0 ? std::exp2(powers(random)) : near(random);
    const long double exact = std::log(static_cast<long double>(x));
    EXPECT_LT(static_cast<double>(std::abs(Log(x) - exact)),
              0x1p-52 * std::max(1.0, std::abs(Log(x))))
        << x;
  }
  EXPECT_EQ(Log(1), 0);
  EXPECT_EQ(Power(0, 2), 0);
  EXPECT_EQ(Power(0, 0), 1);
  EXPECT_NEAR(Power(3, 0.5), std::sqrt(3.0), 1e-15);
}

// The same on every machine: these are the bits of an x86-64.
TEST(Arithmetic, KeepsItsBits) {
  uint64_t bits = 0;
  for (double x = -30; x < 30; x += 0.37) {
    bits = bits * 31 + std::bit_cast<uint64_t>(Exp(x));
    bits = bits * 31 + std::bit_cast<uint64_t>(Log(x + 31));
  }
  std::vector<double> numbers(1003), p(1003);
  for (size_t i = 0; i < numbers.size(); ++i) numbers[i] = Uniform(5, i, Stream::kChoice) * -40;
  bits = bits * 31 + std::bit_cast<uint64_t>(Exponentials(numbers.data(), 1003, 0.25, p.data()));
  bits = bits * 31 + std::bit_cast<uint64_t>(Deviation(numbers.data(), 1003, 0));
  bits = bits * 31 + std::bit_cast<uint64_t>(WeightedSum(p.data(), numbers.data(), 1003, 3));
  EXPECT_EQ(bits, 2400287713165624943u);
}

// The answers that the authors of Philox publish beside it.
TEST(Philox, GivesItsKnownAnswers) {
  using Words = std::array<uint32_t, 4>;
  EXPECT_EQ(Philox({0, 0, 0, 0}, {0, 0}), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  const uint32_t all = 0xffffffff;
  EXPECT_EQ(Philox({all, all, all, all}, {all, all}),
            (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(Philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Uniform, IsMadeOfTheFirstTwoWords) {
  EXPECT_EQ(Uniform(0, 0, Stream::kChoice), (0x6627e8d5e169c58d >> 11) * 0x1p-53);
  EXPECT_NE(Uniform(0, 0, Stream::kXtc), Uniform(0, 0, Stream::kChoice));
  EXPECT_NE(Uniform(0, uint64_t{1} << 32, Stream::kChoice), Uniform(0, 1, Stream::kChoice));
  EXPECT_NE(Uniform(uint64_t{1} << 32, 0, Stream::kChoice), Uniform(1, 0, Stream::kChoice));
}

TEST(Rows, GoThroughRowsOfAnyLength) {
  const float none = -std::numeric_limits<float>::infinity();
  for (size_t count : {1, 15, 16, 17, 63, 64, 65, 1000}) {
    std::vector<float> row(count);
    std::iota(row.begin(), row.end(), 1.0f);
    EXPECT_EQ(Max(row.data(), count), count);
    const double n = static_cast<double>(count);
    const double deviation = std::sqrt((n * n - 1) / 12);
    EXPECT_NEAR(Deviation(row.data(), count, 0), deviation, 1e-11 * n);
    row.push_back(none);
    EXPECT_NEAR(Deviation(row.data(), count + 1, n), deviation, 1e-11 * n);
    row.pop_back();
    std::vector<float> copy(count);
    EXPECT_TRUE(CopyNumbers(row.data(), count, copy.data()));
    EXPECT_EQ(copy, row);
    row[count - 1] = std::numeric_limits<float>::quiet_NaN();
    EXPECT_FALSE(CopyNumbers(row.data(), count, copy.data()));
  }
}

}  // namespace
}  // namespace emel::sample
