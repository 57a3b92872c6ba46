// Code for tensors of odd shapes, on every CPU that this machine is or emulates, against the
// interpreter.

#include "dialects/plan/UnknownSizes.h"
#include "tests/kernels/op_case.h"
#include "tests/support/build_kind.h"
#include "tests/support/matchers.h"

#include <gtest/gtest.h>

namespace emel::testing {
namespace {

// What a body computes is what the interpreter says, to the bit.
void ExpectInterpreted(const OpSpec& spec) {
  auto test = OpCase::Create(spec);
  ASSERT_THAT(test, IsOk());
  auto expected = (*test)->Interpret();
  ASSERT_THAT(expected, IsOk());
  for (const TestForm& form : KnownForms()) {
    if (!RunnerOf(form).ok()) continue;
    SCOPED_TRACE(form.name());
    auto found = (*test)->Run(form);
    ASSERT_THAT(found, IsOk());
    EXPECT_TRUE(*found == *expected);
  }
}

// The same with three rows of different numbers.
void ExpectInterpreted(const std::string& body) {
  OpSpec spec{body, 3, 21, {{}}};
  for (int i = 0; i < spec.tokens * spec.columns; ++i)
    spec.tables[0].push_back(static_cast<float>(i) / 4);
  ExpectInterpreted(spec);
}

class Shapes : public ::testing::Test {
 protected:
  void SetUp() override {
    if (kSanitized) GTEST_SKIP() << "the compiler takes minutes with sanitizers";
  }
};

TEST_F(Shapes, BroadcastsNumbers) {
  ExpectInterpreted(R"(
    %c = arith.constant dense<2.5> : tensor<f32>
    %y = emel.add %x0, %c : (ROWS, tensor<f32>) -> ROWS)");
}

TEST_F(Shapes, BroadcastsOneColumn) {
  ExpectInterpreted(R"(
    %c = arith.constant dense<2.5> : tensor<1xf32>
    %y = emel.add %x0, %c : (ROWS, tensor<1xf32>) -> ROWS)");
}

TEST_F(Shapes, ComputesNumbers) {
  ExpectInterpreted(R"(
    %a = arith.constant dense<2.5> : tensor<f32>
    %b = arith.constant dense<4.0> : tensor<f32>
    %c = emel.mul %a, %b : (tensor<f32>, tensor<f32>) -> tensor<f32>
    %d = emel.unary neg %c : tensor<f32>
    %y = emel.add %x0, %d : (ROWS, tensor<f32>) -> ROWS)");
}

TEST_F(Shapes, ReshapesToNumbers) {
  ExpectInterpreted(R"(
    %a = arith.constant dense<2.5> : tensor<1xf32>
    %b = emel.unary neg %a : tensor<1xf32>
    %c = emel.reshape %b : tensor<1xf32> to tensor<f32>
    %d = emel.unary neg %c : tensor<f32>
    %y = emel.sub %x0, %d : (ROWS, tensor<f32>) -> ROWS)");
}

// Sizes that stand for those of a step where it is not known yet.
TEST_F(Shapes, TellsColumnsFromTokens) {
  for (int64_t columns : {plan::kTokensSize, plan::kRowsSize}) {
    std::vector<float> twos(2 * columns, 2.0f);
    ExpectInterpreted({"%y = emel.rms_norm %x0 eps 0.0 : ROWS", 2, columns, {twos}});
  }
}

}  // namespace
}  // namespace emel::testing
