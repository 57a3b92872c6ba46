// Code computes what docs/numerics.md writes down under "Orders that decide bits", which the
// interpreter does when asked: ops on rows, to the bit, on every CPU. Products and attention have
// tests of their own, and so have whole models.

#include "dialects/emel/Emel.h"
#include "tests/kernels/op_case.h"
#include "tests/support/build_kind.h"
#include "tests/support/matchers.h"
#include "tests/support/same_bits.h"

#include <gtest/gtest.h>

#include <random>
#include <regex>

namespace emel::testing::orders {
namespace {

constexpr int64_t kRows = 40, kColumns = 54;  // three whole vectors, and a part of one

struct Order {
  std::string name, body;
};
void PrintTo(const Order& order, std::ostream* out) { *out << order.name; }

// An op on rows as 3 heads, of all tokens; %positions has theirs.
std::string OnHeads(const std::string& op) {
  return "%h = emel.reshape %a0 : ROWS to HEADS\n" + op +
         "\n%f = emel.reshape %g : HEADS to ROWS\n"
         "%y = emel.get_rows %f, %out_rows : (ROWS, tensor<?xi32>) -> ROWS";
}

std::string Reduced(const std::string& kind) {
  return OnHeads("%r = emel.reduce " + kind +
                 " %h [1] : (HEADS) -> tensor<?x1x18xf32>\n"
                 "%g = emel.sub %h, %r : (HEADS, tensor<?x1x18xf32>) -> HEADS");
}

std::string Turned(const std::string& mode, const std::string& attributes) {
  return OnHeads("%g = emel.rope " + mode + " %h at %positions {" + attributes +
                 "} : HEADS, tensor<?xi32>");
}

std::vector<Order> Orders() {
  std::vector<Order> orders = {
      {"rms_norm", "%y = emel.rms_norm %x0 eps 1.000000e-05 : ROWS"},
      {"layer_norm", "%y = emel.layer_norm %x0 eps 1.000000e-05 : ROWS"},
      {"l2_norm", "%y = emel.l2_norm %x0 eps 1.000000e-05 : ROWS"},
      {"softmax", "%y = emel.softmax %x0 {scale = 2.5e-01 : f32} : (ROWS) -> ROWS"},
      {"scale", "%y = emel.scale %x0 by 0.3 plus 0.7 : ROWS"},
      {"clamp", "%y = emel.clamp %x0 from -1.1 to 0.0 : ROWS"},
      {"leaky_relu", "%y = emel.leaky_relu %x0 slope 0.1 : ROWS"},
      {"add", "%y = emel.add %x0, %x1 : (ROWS, ROWS) -> ROWS"},
      {"sub", "%y = emel.sub %x0, %x1 : (ROWS, ROWS) -> ROWS"},
      {"mul", "%y = emel.mul %x0, %x1 : (ROWS, ROWS) -> ROWS"},
      {"div", "%y = emel.div %x0, %x1 : (ROWS, ROWS) -> ROWS"},
      {"glu", "%y = emel.glu swiglu %x0, %x1 : ROWS"},
      {"swiglu_oai", "%y = emel.swiglu_oai %x0, %x1 alpha 1.702 limit 7.0 : ROWS"},
      {"xielu",
       "%y = emel.xielu %x0 {alpha_n = 1.5 : f32, alpha_p = 8.0e-01 : f32, beta = 5.0e-01 : f32, "
       "eps = -1.0e-06 : f32} : ROWS"},
      {"sum", Reduced("sum")},
      {"mean", Reduced("mean")},
      {"max", Reduced("max")},
      {"min", Reduced("min")},
      {"rope_normal", Turned("normal", "base = 1.0e+04 : f32, dims = 16 : i64")},
      {"rope_neox", Turned("neox", "base = 5.0e+05 : f32, dims = 18 : i64, scale = 2.5e-01 : f32")},
      {"rope_yarn",
       Turned("neox",
              "base = 1.0e+04 : f32, dims = 16 : i64, scale = 2.5e-01 : f32, ext = 1.0 : f32, "
              "attn = 1.1 : f32, orig = 64 : i64")},
  };
  for (unsigned kind = 0; kind <= getMaxEnumValForUnaryKind(); ++kind) {
    auto name = symbolizeUnaryKind(kind);
    if (!name || *name == UnaryKind::Sin || *name == UnaryKind::Cos) continue;  // no code
    std::string text = stringifyUnaryKind(*name).str();
    orders.push_back({text, "%y = emel.unary " + text + " %x0 : ROWS"});
  }
  return orders;
}

class EveryOrder : public ::testing::TestWithParam<Order> {
 protected:
  void SetUp() override {
    if (kSanitized) GTEST_SKIP() << "the compiler takes minutes with sanitizers";
  }
};

TEST_P(EveryOrder, DecidesTheBits) {
  std::mt19937 random(3);
  std::normal_distribution<float> normal(0.1f, 4);
  std::vector<std::vector<float>> tables(2, std::vector<float>(kRows * kColumns));
  for (std::vector<float>& table : tables)
    for (float& number : table) number = normal(random);
  // A row of zeros, one of small numbers, and one that has every kind of special one.
  std::fill_n(tables[0].begin(), kColumns, 0.0f);
  for (int64_t i = 0; i < kColumns; ++i) tables[0][kColumns + i] *= 0x1p-130f;
  constexpr float kSpecial[] = {-0.0f, INFINITY, -INFINITY, NAN, 200, -200, 0x1p-149f, 3e38f};
  std::copy(std::begin(kSpecial), std::end(kSpecial), tables[0].begin() + 2 * kColumns);
  std::string body = std::regex_replace(GetParam().body, std::regex("HEADS"), "tensor<?x3x18xf32>");
  auto test = OpCase::Create({body, kRows, kColumns, tables});
  ASSERT_THAT(test, IsOk());
  auto expected = (*test)->Interpret(StepModule::kOrdered);
  ASSERT_THAT(expected, IsOk());
  for (const TestForm& form : KnownForms()) {
    if (!RunnerOf(form).ok()) continue;
    SCOPED_TRACE(form.name());
    auto found = (*test)->Run(form);
    ASSERT_THAT(found, IsOk());
    ASSERT_NO_FATAL_FAILURE(ExpectSameBits(*found, *expected, kColumns));
  }
}

INSTANTIATE_TEST_SUITE_P(Orders, EveryOrder, ::testing::ValuesIn(Orders()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace emel::testing::orders
