// Angles and slopes, which are the doubles and floats next to what they stand for, and thus the
// same on every machine.

#include "dialects/emel/Positions.h"

#include "dialects/RegisterDialects.h"
#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

namespace emel::positions {
namespace {

RopeAngles AnglesOf(const std::string& attributes) {
  mlir::MLIRContext context(knownDialects(), mlir::MLIRContext::Threading::DISABLED);
  auto module = mlir::parseSourceString<mlir::ModuleOp>(
      "func.func @f(%x: tensor<?x1x128xf32>, %p: tensor<?xi32>) -> tensor<?x1x128xf32> {\n"
      "%y = emel.rope neox %x at %p {" +
          attributes +
          "} : tensor<?x1x128xf32>, tensor<?xi32>\n"
          "return %y : tensor<?x1x128xf32>\n}",
      &context);
  RopeAngles angles;
  if (module) module->walk([&](RopeOp op) { angles = ropeAngles(op); });
  return angles;
}

double Power(double base, long double exponent) {
  return static_cast<double>(std::pow(static_cast<long double>(base), exponent));
}

// What long doubles make of it errs by some 2^-11 of a unit in the last place of a double.
void ExpectNextTo(double found, double expected) {
  EXPECT_LE(std::abs(found - expected), std::abs(expected) * 0x1p-52) << found << expected;
}

TEST(RopeAnglesTest, AreTheNextDoubles) {
  for (double base : {10000.0, 500000.0, 1000000.0, 1.0, 3.0}) {
    RopeAngles angles =
        AnglesOf("base = " + std::to_string(base) + " : f32, dims = 128 : i64, attn = 1.25 : f32");
    ASSERT_EQ(angles.perPosition.size(), 64u);
    EXPECT_EQ(angles.magnitude, 1.25);
    int others = 0;
    for (int pair = 0; pair < 64; ++pair) {
      double expected = Power(base, -2.0L * pair / 128);
      ExpectNextTo(angles.perPosition[pair], expected);
      others += angles.perPosition[pair] != expected;
    }
    EXPECT_EQ(angles.perPosition[0], 1);
    if (sizeof(long double) > sizeof(double)) {
      EXPECT_LE(others, 1) << base;
    }
  }
}

TEST(RopeAnglesTest, KeepThoseThatTurnOften) {
  RopeAngles angles = AnglesOf(
      "base = 1.0e+04 : f32, dims = 128 : i64, scale = 2.5e-01 : f32, ext = 1.0 : f32, "
      "orig = 4096 : i64");
  ASSERT_EQ(angles.perPosition.size(), 64u);
  EXPECT_NEAR(angles.magnitude, 1 + 0.1 * std::log(4.0), 1e-15);
  // turn(32) = 20.9 and turn(1) = 45.03: of the pairs below 20 the angle stays, from 46 on it is
  // scaled.
  for (int pair : {0, 19, 20, 33, 46, 63}) {
    double mix = 1 - std::min(1.0, std::max(0.0, (pair - 20) / 26.0));
    double expected = Power(10000, -2.0L * pair / 128) * (0.25 * (1 - mix) + mix);
    EXPECT_NEAR(angles.perPosition[pair] / expected, 1, 1e-15) << pair;
  }
}

TEST(AlibiSlopeTest, IsTheNextFloat) {
  EXPECT_EQ(alibiSlope(8, 0, 8), 0.5f);
  EXPECT_EQ(alibiSlope(8, 7, 8), 0x1p-8f);
  // Of 6 heads the first 4 halve by 4, the others lie between.
  EXPECT_EQ(alibiSlope(8, 3, 6), 0x1p-8f);
  EXPECT_EQ(alibiSlope(8, 4, 6), 0.5f);
  EXPECT_EQ(alibiSlope(1, 0, 3), static_cast<float>(std::sqrt(0.5)));
}

}  // namespace
}  // namespace emel::positions
