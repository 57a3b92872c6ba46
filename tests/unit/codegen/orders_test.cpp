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

// Whole rows of heads, and of heads and tokens, to one number.
std::string ReducedRows(const std::string& kind, const std::string& dims, const std::string& type) {
  return OnHeads("%r = emel.reduce " + kind + " %h [" + dims + "] : (HEADS) -> " + type +
                 "\n%g = emel.sub %h, %r : (HEADS, " + type + ") -> HEADS");
}

// A table as 3 heads of 20 tokens, by 4 positions of each, some negative, from the other table.
std::string TurnedBySections(const std::string& mode, int dims, const std::string& sections) {
  return R"(%r = emel.slice %t1 dim 0 from 3 size 20 : (tensor<40x54xf32>) -> tensor<20x54xf32>
    %s = emel.slice %r dim 1 from 2 size 4 : (tensor<20x54xf32>) -> tensor<20x4xf32>
    %m = emel.scale %s by 77.0 plus 0.0 : tensor<20x4xf32>
    %i = emel.cast %m : tensor<20x4xf32> to tensor<20x4xi32>
    %p = emel.permute %i [1, 0] : (tensor<20x4xi32>) -> tensor<4x20xi32>
    %h = emel.reshape %t0 : tensor<40x54xf32> to tensor<20x3x36xf32>
    %g = emel.rope )" +
         mode + " %h at %p {base = 1.0e+02 : f32, dims = " + std::to_string(dims) +
         R"( : i64, ext = 0.5 : f32, orig = 64 : i64, sections = array<i64: )" + sections +
         R"(>} : tensor<20x3x36xf32>, tensor<4x20xi32>
    %f = emel.reshape %g : tensor<20x3x36xf32> to tensor<40x54xf32>
    %y = emel.get_rows %f, %out_rows : (tensor<40x54xf32>, tensor<?xi32>) -> ROWS)";
}

// Numbers of which about half are -inf.
constexpr char kMask[] = R"(
    %above = emel.unary relu %visible : MASK
    %mask = emel.unary log %above : MASK
    )";

std::string MaskedSoftmax(const std::string& attributes) {
  return R"(%visible = arith.constant dense<[[0.5, -1.0, 0.25, 3.0, -2.0, 1.0, 7.0, -1.0, 0.1, 0.2,
        -0.3, 0.4, 0.5, -0.6, 0.7, 0.8, 0.9, 1.0]]> : MASK)" +
         std::string(kMask) + R"(%h = emel.reshape %x0 : ROWS to tensor<?x3x1x18xf32>
    %sinks = arith.constant dense<[0.5, -1.0, 3.0]> : tensor<3xf32>
    %g = emel.softmax %h mask %mask sinks %sinks {scale = 0.25 : f32)" +
         attributes + R"(}
        : (tensor<?x3x1x18xf32>, MASK, tensor<3xf32>) -> tensor<?x3x1x18xf32>
    %y = emel.reshape %g : tensor<?x3x1x18xf32> to ROWS)";
}

// 3 heads of tokens over 38 cells of one head of the other table, each of which some see.
std::string Flash(const std::string& options, const std::string& types) {
  return R"(%cells = emel.slice %t1 dim 0 from 2 size 38 : (tensor<40x54xf32>) -> tensor<38x54xf32>
    %some = emel.slice %cells dim 1 from 1 size 18 : (tensor<38x54xf32>) -> tensor<38x18xf32>
    %k = emel.reshape %some : tensor<38x18xf32> to tensor<38x1x18xf32>
    %v = emel.reshape %cells : tensor<38x54xf32> to tensor<38x1x54xf32>
    %visible = emel.slice %x1 dim 1 from 9 size 38 : (ROWS) -> MASK)" +
         std::string(kMask) + R"(%sinks = arith.constant dense<[0.5, -1.0, 3.0]> : tensor<3xf32>
    %q = emel.reshape %x0 : ROWS to HEADS
    %a = emel.flash_attention %q, %k, %v )" +
         options + R"( : (HEADS, tensor<38x1x18xf32>, tensor<38x1x54xf32>)" + types +
         R"() -> tensor<?x3x54xf32>
    %s = emel.reduce sum %a [1] : (tensor<?x3x54xf32>) -> tensor<?x1x54xf32>
    %y = emel.reshape %s : tensor<?x1x54xf32> to ROWS)";
}

// The sum over all tokens of products of columns.
std::string OuterProduct(const std::string& semiring) {
  return "%p = emel.out_prod %x0, %x1 semiring " + semiring +
         R"( : (ROWS, ROWS) -> tensor<54x54xf32>
    %y = emel.get_rows %p, %out_rows : (tensor<54x54xf32>, tensor<?xi32>) -> ROWS)";
}

// Through integers, which are large, to a type of floats.
std::string FromIntegers(const std::string& integers, const std::string& floats) {
  return "%s = emel.scale %x0 by 1.2345e+09 plus 0.0 : ROWS\n%i = emel.cast %s : ROWS to "
         "tensor<?x54x" +
         integers + ">\n%f = emel.cast %i : tensor<?x54x" + integers + "> to tensor<?x54x" +
         floats + ">\n" +
         (floats == "f32" ? "%y = emel.scale %f by 0.5 plus 0.0 : ROWS"
                          : "%y = emel.cast %f : tensor<?x54x" + floats + "> to ROWS");
}

// A table as another type, changed by a part of the other, of which rows are chosen.
std::string Updated(const std::string& type) {
  std::string whole = "tensor<40x54x" + type + ">", part = "tensor<5x17x" + type + ">";
  return "%w = emel.cast %t0 : tensor<40x54xf32> to " + whole + R"(
    %s = emel.slice %t1 dim 0 from 2 size 5 : (tensor<40x54xf32>) -> tensor<5x54xf32>
    %c = emel.slice %s dim 1 from 2 size 17 : (tensor<5x54xf32>) -> tensor<5x17xf32>
    %p = emel.cast %c : tensor<5x17xf32> to )" +
         part + "\n%a = emel.accumulate %w, %p at [1, 3] : (" + whole + ", " + part + ") -> " +
         whole + R"(
    %ids = arith.constant dense<[4, 31, 4, 0, 9]> : tensor<5xi32>
    %r = emel.set_rows %a, %s at %ids : ()" +
         whole + ", tensor<5x54xf32>, tensor<5xi32>) -> " + whole +
         "\n%f = emel.cast %r : " + whole + R"( to tensor<40x54xf32>
    %y = emel.get_rows %f, %out_rows : (tensor<40x54xf32>, tensor<?xi32>) -> ROWS)";
}

std::vector<Order> SomeOrders() {
  return {
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
      {"sum_of_rows", ReducedRows("sum", "2", "tensor<?x3x1xf32>")},
      {"mean_of_rows", ReducedRows("mean", "1, 2", "tensor<?x1x1xf32>")},
      {"max_of_rows", ReducedRows("max", "2", "tensor<?x3x1xf32>")},
      {"min_of_rows", ReducedRows("min", "0, 2", "tensor<1x3x1xf32>")},
      {"sum_over_heads", ReducedRows("sum", "0, 2", "tensor<1x3x1xf32>")},
      {"cumsum", "%y = emel.cumsum %x0 : ROWS"},
      {"group_norm", R"(%h = emel.reshape %x0 : ROWS to tensor<?x6x3x3xf32>
        %g = emel.group_norm %h groups 3 eps 1.0e-05 : tensor<?x6x3x3xf32>
        %y = emel.reshape %g : tensor<?x6x3x3xf32> to ROWS)"},
      {"group_norm_of_long_rows", R"(%h = emel.reshape %x0 : ROWS to tensor<?x2x1x27xf32>
        %g = emel.group_norm %h groups 1 eps 1.0e-05 : tensor<?x2x1x27xf32>
        %y = emel.reshape %g : tensor<?x2x1x27xf32> to ROWS)"},
      {"softmax_mask", MaskedSoftmax("")},
      {"softmax_slopes", MaskedSoftmax(", max_bias = 8.0 : f32")},
      {"softmax_of_nothing", R"(%i = emel.fill %x0 with 0xFF800000 : ROWS
        %y = emel.softmax %i : (ROWS) -> ROWS)"},
      {"flash_attention", Flash("{scale = 0.25 : f32}", "")},
      {"flash_attention_mask",
       Flash("mask %mask {scale = 0.25 : f32, softcap = 3.0 : f32}", ", MASK")},
      {"flash_attention_slopes",
       Flash("mask %mask sinks %sinks {scale = 0.25 : f32, max_bias = 4.0 : f32}",
             ", MASK, tensor<3xf32>")},
      {"mrope", TurnedBySections("mrope", 34, "2, 1, 2, 1")},
      {"imrope", TurnedBySections("imrope", 36, "3, 2, 1, 1")},
      {"vision", TurnedBySections("vision", 18, "2, 1, 0, 0")},
      {"sin_of_large",
       "%s = emel.scale %x0 by 1.2345e+20 plus 0.0 : ROWS\n%y = emel.unary sin %s : ROWS"},
      {"cos_of_large",
       "%s = emel.scale %x0 by 6.78e+09 plus 0.0 : ROWS\n%y = emel.unary cos %s : ROWS"},
      {"add_id", OnHeads(R"(%ids = emel.top_k %a1 k 3 : (ROWS) -> tensor<?x3xi32>
        %bias = emel.reshape %t1 : tensor<40x54xf32> to tensor<120x18xf32>
        %g = emel.add_id %h, %bias, %ids
            : (HEADS, tensor<120x18xf32>, tensor<?x3xi32>) -> HEADS)")},
  };
}

std::vector<Order> Orders() {
  std::vector<Order> orders = SomeOrders();
  for (const char* semiring : {"plus_times", "max_plus", "min_plus", "or_and", "log_sum_exp"})
    orders.push_back({std::string("out_prod_") + semiring, OuterProduct(semiring)});
  for (const char* type : {"f64", "f32", "f16", "bf16"}) {
    orders.push_back({std::string("updated_") + type, Updated(type)});
    for (const char* integers : {"i64", "i32"})
      orders.push_back({std::string(integers) + "_as_" + type, FromIntegers(integers, type)});
  }
  for (unsigned kind = 0; kind <= getMaxEnumValForUnaryKind(); ++kind) {
    auto name = symbolizeUnaryKind(kind);
    if (!name) continue;
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
  bool isFlash = GetParam().name.starts_with("flash");
  body = std::regex_replace(body, std::regex("MASK"),
                            isFlash ? "tensor<?x38xf32>" : "tensor<1x18xf32>");
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
