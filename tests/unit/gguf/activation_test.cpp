#include "runtime/gguf/activation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace emel::gguf {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kSmallestNormal = std::numeric_limits<float>::min();

ActivationGroup Round(std::vector<float> numbers) {
  numbers.resize(kActivationGroup);
  return RoundGroup(numbers.data());
}

TEST(Activation, ScalesTheLargestMagnitudeTo127) {
  ActivationGroup group = Round({-254, 127, 1, 0});
  EXPECT_EQ(group.scale, 2);
  EXPECT_EQ(group.values[0], -127);
  EXPECT_EQ(group.values[1], 64);  // 63.5, and 64 is even
  EXPECT_EQ(group.values[2], 0);   // 0.5, and 0 is even
  EXPECT_EQ(group.values[3], 0);
}

TEST(Activation, RoundsHalvesToEven) {
  ActivationGroup group = Round({127, 0.5f, 1.5f, 2.5f, -0.5f, -1.5f, -2.5f, 0.49f});
  EXPECT_EQ(std::vector<int8_t>(group.values, group.values + 8),
            (std::vector<int8_t>{127, 0, 2, 2, 0, -2, -2, 0}));
}

TEST(Activation, SumsItsIntegers) {
  EXPECT_EQ(Round(std::vector<float>(kActivationGroup, -1)).sum, -16 * 127);
  EXPECT_EQ(Round({127, -3, 5}).sum, 129);
}

void ExpectNothing(const ActivationGroup& group) {
  EXPECT_EQ(group.scale, 0);
  for (int8_t value : group.values) EXPECT_EQ(value, 0);
  EXPECT_EQ(group.sum, 0);
}

TEST(Activation, DropsWhatHasNoNormalScale) {
  ExpectNothing(Round({0, -0.0f}));
  ExpectNothing(Round({kSmallestNormal, -kSmallestNormal}));
  ExpectNothing(Round({126 * kSmallestNormal}));
  EXPECT_EQ(Round({127 * kSmallestNormal}).values[0], 127);
}

TEST(Activation, KeepsTheLargestNumbers) {
  float largest = std::numeric_limits<float>::max();
  ActivationGroup group = Round({largest, -largest, largest / 2});
  EXPECT_EQ(group.values[0], 127);
  EXPECT_EQ(group.values[1], -127);
}

TEST(Activation, MarksWhatIsNoNumber) {
  for (float x : {kInfinity, -kInfinity, std::numeric_limits<float>::quiet_NaN()}) {
    ActivationGroup group = Round({1, x, 2});
    EXPECT_TRUE(std::isnan(group.scale));
    for (int8_t value : group.values) EXPECT_EQ(value, 0);
  }
}

// 127 is reached and never passed, however the division and its inverse round.
TEST(Activation, NeverPasses127) {
  for (float x = 1; x < 2; x += 0x1p-18f) {
    ActivationGroup group = Round({x, -x});
    ASSERT_EQ(group.values[0], 127) << x;
    ASSERT_EQ(group.values[1], -127) << x;
  }
}

TEST(Activation, KeepsAGroupInItsRow) {
  std::vector<float> numbers(96);
  for (size_t i = 0; i < numbers.size(); ++i) numbers[i] = std::sin(static_cast<float>(i));
  std::vector<uint8_t> row(ActivationRowBytes(96));
  EXPECT_EQ(row.size(), 96u + 6 * 4 + 6 * 2);
  RoundRow(numbers, row.data());
  for (int i = 0; i < 6; ++i) {
    ActivationGroup expected = RoundGroup(numbers.data() + i * kActivationGroup);
    ActivationGroup group = LoadGroup(row.data(), 96, i);
    EXPECT_EQ(group.scale, expected.scale);
    EXPECT_EQ(group.sum, expected.sum);
    EXPECT_TRUE(std::equal(group.values, group.values + kActivationGroup, expected.values));
  }
}

// A group of weights times the two of activations that it meets.
template <typename Number>
Number Multiply(const IntegerGroup& weight, bool has_minima,
                const std::vector<ActivationGroup>& activations) {
  return DotProduct<Number>({&weight, 1}, has_minima, activations);
}

TEST(Activation, MultipliesHalvesByTheirScales) {
  IntegerGroup weight{0.5f, 0.25f, {3, -5}, {7, 9}, {}};
  weight.values[0] = 10, weight.values[16] = 20;
  std::vector<ActivationGroup> activations{{2, 11, {11}}, {4, 13, {13}}};
  float products = 3 * 10 * 11 * 1.0f - 5 * 20 * 13 * 2.0f;
  EXPECT_EQ(Multiply<float>(weight, false, activations), products);
  EXPECT_EQ(Multiply<float>(weight, true, activations), products - 7 * 11 * 0.5f - 9 * 13 * 1.0f);
}

TEST(Activation, IsExactAtTheLargestSums) {
  IntegerGroup weight{1, 1, {-128, -128}, {63, 63}, {}};
  std::fill_n(weight.values, kIntegerGroup, static_cast<int8_t>(-32));
  ActivationGroup activation{1, 16 * 127, {}};
  std::fill_n(activation.values, kActivationGroup, static_cast<int8_t>(127));
  std::vector<ActivationGroup> both(2, activation);
  EXPECT_EQ(Multiply<float>(weight, false, both), 32 * 128 * 32 * 127);
  EXPECT_EQ(Multiply<double>(weight, true, both), 32 * 128 * 32 * 127 - 63 * 32 * 127);
}

// Products of 2^-25 disappear beside 1, unless they are added up first.
TEST(Activation, AddsGroupsInOrderWithOneRoundingEach) {
  // A weight of two halves with one element of 1 each, times activations of these scales.
  auto sum = [](float first, float second, float third, auto zero) {
    IntegerGroup weight{1, 0, {1, 1}, {0, 0}, {}};
    weight.values[0] = weight.values[16] = 1;
    std::vector<IntegerGroup> weights(2, weight);
    std::vector<ActivationGroup> x{{first, 1, {1}}, {second, 1, {1}}, {third, 1, {1}}, {}};
    return DotProduct<decltype(zero)>(weights, false, x);
  };
  EXPECT_EQ(sum(1, 0x1p-25f, 0x1p-25f, 0.0f), 1);
  EXPECT_EQ(sum(0x1p-25f, 0x1.8p-25f, 1, 0.0f), 1 + 0x1p-23f);
  EXPECT_EQ(sum(1, 0x1p-25f, 0x1p-25f, 0.0), 1 + 0x1p-24);
}

// A product that no float holds takes part in the sum unrounded.
TEST(Activation, FusesProductAndSum) {
  IntegerGroup weight{1, 0, {1, 1}, {0, 0}, {}};
  weight.values[0] = -3, weight.values[16] = 3;
  std::vector<ActivationGroup> x{{1, 1, {1}}, {1 + 0x1p-23f, 1, {1}}};
  EXPECT_EQ(Multiply<float>(weight, false, x), 3 * 0x1p-23f);
}

}  // namespace
}  // namespace emel::gguf
