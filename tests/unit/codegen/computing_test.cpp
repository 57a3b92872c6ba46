// Ops that compute, in shapes of all ranks and with odd tails, on every CPU that this machine is or
// emulates, against the interpreter.

#include "tests/kernels/op_case.h"
#include "tests/support/build_kind.h"
#include "tests/support/matchers.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <random>

namespace emel::testing::computing {
namespace {

// `%y` of rows of 24 numbers. Where `tolerance` is 0, to the bit on numbers that are small
// quarters, whose sums and products are exact; else so close to the interpreter's, relative to what
// is larger of 1 and the result, and the same bits on all CPUs.
struct Computation {
  const char* name;
  const char* body;
  double tolerance = 0;
};
void PrintTo(const Computation& computation, std::ostream* out) { *out << computation.name; }

constexpr int64_t kRows = 19, kColumns = 24;

constexpr Computation kComputations[] = {
    {"argsort_asc", R"(%i = emel.argsort asc %x0 : (ROWS) -> tensor<?x24xi32>
      %y = emel.cast %i : tensor<?x24xi32> to ROWS)"},
    {"argsort_desc", R"(%a = emel.reshape %x0 : ROWS to tensor<?x3x8xf32>
      %i = emel.argsort desc %a : (tensor<?x3x8xf32>) -> tensor<?x3x8xi32>
      %b = emel.cast %i : tensor<?x3x8xi32> to tensor<?x3x8xf32>
      %y = emel.reshape %b : tensor<?x3x8xf32> to ROWS)"},
    {"cumsum", "%y = emel.cumsum %x0 : ROWS"},
    {"cumsum_short", R"(%a = emel.reshape %x0 : ROWS to tensor<?x8x3xf32>
      %b = emel.cumsum %a : tensor<?x8x3xf32>
      %y = emel.reshape %b : tensor<?x8x3xf32> to ROWS)"},
    {"count_equal", R"(%a = emel.cast %x0 : ROWS to tensor<?x24xi32>
      %b = emel.cast %x1 : ROWS to tensor<?x24xi32>
      %n = emel.count_equal %a, %b : (tensor<?x24xi32>, tensor<?x24xi32>) -> tensor<i64>
      %f = emel.cast %n : tensor<i64> to tensor<f32>
      %y = emel.add %x0, %f : (ROWS, tensor<f32>) -> ROWS)"},
    {"count_equal_i64", R"(%a = emel.cast %x0 : ROWS to tensor<?x24xi64>
      %b = emel.cast %x1 : ROWS to tensor<?x24xi64>
      %n = emel.count_equal %a, %b : (tensor<?x24xi64>, tensor<?x24xi64>) -> tensor<i64>
      %f = emel.cast %n : tensor<i64> to tensor<f32>
      %y = emel.add %x0, %f : (ROWS, tensor<f32>) -> ROWS)"},
    {"reduce_sum", R"(%r = emel.reduce sum %x0 [1] : (ROWS) -> tensor<?x1xf32>
      %y = emel.add %x1, %r : (ROWS, tensor<?x1xf32>) -> ROWS)"},
    {"reduce_max", R"(%a = emel.reshape %x0 : ROWS to tensor<?x4x6xf32>
      %r = emel.reduce max %a [1, 2] : (tensor<?x4x6xf32>) -> tensor<?x1x1xf32>
      %b = emel.reshape %r : tensor<?x1x1xf32> to tensor<?x1xf32>
      %y = emel.add %x1, %b : (ROWS, tensor<?x1xf32>) -> ROWS)"},
    {"reduce_min", R"(%r = emel.reduce min %x0 [0, 1] : (ROWS) -> tensor<1x1xf32>
      %y = emel.add %x1, %r : (ROWS, tensor<1x1xf32>) -> ROWS)"},
    {"reduce_mean", R"(%a = emel.reshape %x0 : ROWS to tensor<?x6x4xf32>
      %r = emel.reduce mean %a [2] : (tensor<?x6x4xf32>) -> tensor<?x6x1xf32>
      %b = emel.sub %a, %r : (tensor<?x6x4xf32>, tensor<?x6x1xf32>) -> tensor<?x6x4xf32>
      %y = emel.reshape %b : tensor<?x6x4xf32> to ROWS)"},
    {"add_id", R"(%ids = emel.top_k %x1 k 3 : (ROWS) -> tensor<?x3xi32>
      %a = emel.reshape %x0 : ROWS to tensor<?x3x8xf32>
      %bias = emel.reshape %t1 : tensor<19x24xf32> to tensor<57x8xf32>
      %b = emel.add_id %a, %bias, %ids
          : (tensor<?x3x8xf32>, tensor<57x8xf32>, tensor<?x3xi32>) -> tensor<?x3x8xf32>
      %y = emel.reshape %b : tensor<?x3x8xf32> to ROWS)"},
    {"out_prod", R"(%p = emel.out_prod %x0, %x1 : (ROWS, ROWS) -> tensor<24x24xf32>
      %y = emel.matmul %x0, %p : (ROWS, tensor<24x24xf32>) -> ROWS)"},
    {"out_prod_broadcast", R"(%a = emel.reshape %x0 : ROWS to tensor<?x8x3xf32>
      %c = arith.constant dense<0.5> : tensor<8x8xf32>
      %b = emel.out_prod %a, %c : (tensor<?x8x3xf32>, tensor<8x8xf32>) -> tensor<?x3x8xf32>
      %y = emel.reshape %b : tensor<?x3x8xf32> to ROWS)"},
    {"out_prod_max_plus",
     R"(%p = emel.out_prod %x0, %x1 semiring max_plus : (ROWS, ROWS) -> tensor<24x24xf32>
      %y = emel.matmul %x0, %p semiring max_plus : (ROWS, tensor<24x24xf32>) -> ROWS)"},
    {"matmul_ranks", R"(%a = emel.reshape %x0 : ROWS to tensor<?x3x8xf32>
      %w = arith.constant dense<0.5> : tensor<8x8xf32>
      %b = emel.matmul %a, %w : (tensor<?x3x8xf32>, tensor<8x8xf32>) -> tensor<?x3x8xf32>
      %y = emel.reshape %b : tensor<?x3x8xf32> to ROWS)"},
    // Two heads of the input to one of the weight, which is computed beside the product.
    {"matmul_heads", R"(%a = emel.reshape %x0 : ROWS to tensor<?x4x1x6xf32>
      %s = emel.slice %t1 dim 0 from 2 size 3 : (tensor<19x24xf32>) -> tensor<3x24xf32>
      %r = emel.reshape %s : tensor<3x24xf32> to tensor<2x6x6xf32>
      %w = emel.unary abs %r : tensor<2x6x6xf32>
      %b = emel.matmul %a, %w : (tensor<?x4x1x6xf32>, tensor<2x6x6xf32>) -> tensor<?x4x1x6xf32>
      %y = emel.reshape %b : tensor<?x4x1x6xf32> to ROWS)"},
    {"matmul_row", R"(%a = arith.constant dense<0.25> : tensor<24xf32>
      %w = arith.constant dense<0.5> : tensor<24x24xf32>
      %b = emel.matmul %a, %w : (tensor<24xf32>, tensor<24x24xf32>) -> tensor<24xf32>
      %y = emel.add %x0, %b : (ROWS, tensor<24xf32>) -> ROWS)"},
    {"out_prod_heads", R"(%a = emel.reshape %x0 : ROWS to tensor<?x4x2x3xf32>
      %s = emel.slice %t1 dim 0 from 2 size 1 : (tensor<19x24xf32>) -> tensor<1x24xf32>
      %c = emel.reshape %s : tensor<1x24xf32> to tensor<2x2x6xf32>
      %d = emel.slice %c dim 2 from 3 size 2 : (tensor<2x2x6xf32>) -> tensor<2x2x2xf32>
      %b = emel.out_prod %a, %d : (tensor<?x4x2x3xf32>, tensor<2x2x2xf32>) -> tensor<?x4x3x2xf32>
      %y = emel.reshape %b : tensor<?x4x3x2xf32> to ROWS)"},
    // Some columns of what is computed row by row.
    {"slice_of_sums", R"(%s = emel.cumsum %x0 : ROWS
      %c = emel.slice %s dim 1 from 21 size 1 : (ROWS) -> tensor<?x1xf32>
      %y = emel.add %x1, %c : (ROWS, tensor<?x1xf32>) -> ROWS)"},
    {"slice_of_norm", R"(%w = arith.constant dense<2.0> : tensor<24xf32>
      %s = emel.rms_norm %x0 weight %w eps 9.99999974E-6 : ROWS, tensor<24xf32>
      %c = emel.slice %s dim 1 from 5 size 1 : (ROWS) -> tensor<?x1xf32>
      %y = emel.add %x1, %c : (ROWS, tensor<?x1xf32>) -> ROWS)",
     0x1p-20},
    {"slice_of_softmax", R"(%s = emel.softmax %x0 : (ROWS) -> ROWS
      %c = emel.slice %s dim 1 from 5 size 1 : (ROWS) -> tensor<?x1xf32>
      %y = emel.add %x1, %c : (ROWS, tensor<?x1xf32>) -> ROWS)",
     0x1p-20},
    {"slice_of_order", R"(%i = emel.argsort asc %x0 : (ROWS) -> tensor<?x24xi32>
      %s = emel.slice %i dim 1 from 20 size 1 : (tensor<?x24xi32>) -> tensor<?x1xi32>
      %c = emel.cast %s : tensor<?x1xi32> to tensor<?x1xf32>
      %y = emel.add %x1, %c : (ROWS, tensor<?x1xf32>) -> ROWS)"},
    // Numbers that do not lie next to each other as rows.
    {"column_as_row", R"(%a = emel.reshape %x0 : ROWS to tensor<?x4x6xf32>
      %s = emel.slice %a dim 2 from 3 size 1 : (tensor<?x4x6xf32>) -> tensor<?x4x1xf32>
      %r = emel.reshape %s : tensor<?x4x1xf32> to tensor<?x4xf32>
      %u = emel.cumsum %r : tensor<?x4xf32>
      %p = emel.pad zeros %u low [0, 20] high [0, 0] : (tensor<?x4xf32>) -> ROWS
      %y = emel.add %x1, %p : (ROWS, ROWS) -> ROWS)"},
    {"row_as_column", R"(%i = emel.top_k %x0 k 2 : (ROWS) -> tensor<?x2xi32>
      %r = emel.reshape %i : tensor<?x2xi32> to tensor<?x2x1xi32>
      %p = emel.pad zeros %r low [0, 3, 1] high [0, 3, 1] : (tensor<?x2x1xi32>) -> tensor<?x8x3xi32>
      %c = emel.cast %p : tensor<?x8x3xi32> to tensor<?x8x3xf32>
      %y = emel.reshape %c : tensor<?x8x3xf32> to ROWS)"},
    {"cast_small", R"(%a = emel.cast %x0 : ROWS to tensor<?x24xi8>
      %b = emel.cast %a : tensor<?x24xi8> to tensor<?x24xi16>
      %c = emel.cast %b : tensor<?x24xi16> to tensor<?x24xf16>
      %y = emel.cast %c : tensor<?x24xf16> to ROWS)"},
    {"group_norm", R"(%a = emel.reshape %x0 : ROWS to tensor<?x6x2x2xf32>
      %b = emel.group_norm %a groups 3 eps 9.99999974E-6 : tensor<?x6x2x2xf32>
      %y = emel.reshape %b : tensor<?x6x2x2xf32> to ROWS)",
     0x1p-20},
    {"group_norm_one", R"(%a = emel.reshape %x0 : ROWS to tensor<?x1x3x8xf32>
      %b = emel.group_norm %a groups 1 eps 9.99999974E-6 : tensor<?x1x3x8xf32>
      %y = emel.reshape %b : tensor<?x1x3x8xf32> to ROWS)",
     0x1p-20},
    {"softmax_mask", R"(%a = emel.reshape %x0 : ROWS to tensor<?x3x1x8xf32>
      %sinks = arith.constant dense<[0.5, -1.0, 3.0]> : tensor<3xf32>
      %mask = arith.constant dense<[[0.0, -1.0, 0xFF800000, 0.0, -2.0, -3.0, 0.0, 1.0]]> : tensor<1x8xf32>
      %b = emel.softmax %a mask %mask sinks %sinks {max_bias = 8.0 : f32, scale = 0.25 : f32}
          : (tensor<?x3x1x8xf32>, tensor<1x8xf32>, tensor<3xf32>) -> tensor<?x3x1x8xf32>
      %y = emel.reshape %b : tensor<?x3x1x8xf32> to ROWS)",
     0x1p-20},
    {"softmax_hidden", R"(%a = emel.reshape %x0 : ROWS to tensor<?x3x8xf32>
      %mask = arith.constant dense<0xFF800000> : tensor<3x8xf32>
      %b = emel.softmax %a mask %mask : (tensor<?x3x8xf32>, tensor<3x8xf32>) -> tensor<?x3x8xf32>
      %y = emel.reshape %b : tensor<?x3x8xf32> to ROWS)"},
    {"flash_attention", R"(%q = emel.reshape %x0 : ROWS to tensor<?x4x6xf32>
      %k = emel.reshape %x1 : ROWS to tensor<?x4x6xf32>
      %b = emel.flash_attention %q, %k, %q {scale = 0.25 : f32}
          : (tensor<?x4x6xf32>, tensor<?x4x6xf32>, tensor<?x4x6xf32>) -> tensor<?x4x6xf32>
      %y = emel.reshape %b : tensor<?x4x6xf32> to ROWS)",
     0x1p-18},
    // Groups of heads, a mask with -inf in it, sinks and slopes; values of more columns than keys.
    {"flash_attention_masked", R"(%q = emel.reshape %x0 : ROWS to tensor<?x4x6xf32>
      %k = emel.reshape %t1 : tensor<19x24xf32> to tensor<38x2x6xf32>
      %s = emel.matmul %x0, %t1 : (ROWS, tensor<19x24xf32>) -> tensor<?x19xf32>
      %r = emel.unary relu %s : tensor<?x19xf32>
      %l = emel.unary log %r : tensor<?x19xf32>
      %sinks = arith.constant dense<[0.5, -1.0, 3.0, 0.0]> : tensor<4xf32>
      %k2 = emel.slice %k dim 0 from 3 size 19 : (tensor<38x2x6xf32>) -> tensor<19x2x6xf32>
      %b = emel.flash_attention %q, %k2, %k2 mask %l sinks %sinks
          {scale = 0.25 : f32, softcap = 5.0 : f32, max_bias = 4.0 : f32}
          : (tensor<?x4x6xf32>, tensor<19x2x6xf32>, tensor<19x2x6xf32>, tensor<?x19xf32>,
             tensor<4xf32>) -> tensor<?x4x6xf32>
      %y = emel.reshape %b : tensor<?x4x6xf32> to ROWS)",
     0x1p-18},
    {"mrope", R"(%s = emel.slice %t1 dim 0 from 2 size 3 : (tensor<19x24xf32>) -> tensor<3x24xf32>
      %a = emel.reshape %s : tensor<3x24xf32> to tensor<3x2x12xf32>
      %p = arith.constant dense<[[3, 50, 7], [0, 2, 9], [1000, 4, 1], [8, 5, 77]]> : tensor<4x3xi32>
      %f = arith.constant dense<1.5> : tensor<5xf32>
      %b = emel.rope mrope %a at %p factors %f {base = 1.0e+02 : f32, dims = 10 : i64,
          ext = 0.5 : f32, orig = 64 : i64, sections = array<i64: 2, 1, 2, 1>}
          : tensor<3x2x12xf32>, tensor<4x3xi32>, tensor<5xf32>
      %c = emel.reshape %b : tensor<3x2x12xf32> to tensor<3x24xf32>
      %d = emel.reduce sum %c [0] : (tensor<3x24xf32>) -> tensor<1x24xf32>
      %y = emel.add %x0, %d : (ROWS, tensor<1x24xf32>) -> ROWS)",
     0x1p-18},
    {"imrope", R"(%s = emel.slice %t1 dim 0 from 2 size 3 : (tensor<19x24xf32>) -> tensor<3x24xf32>
      %a = emel.reshape %s : tensor<3x24xf32> to tensor<3x2x12xf32>
      %p = arith.constant dense<[[3, 50, 7], [0, 2, 9], [1000, 4, 1], [8, 5, 77]]> : tensor<4x3xi32>
      %f = arith.constant dense<1.5> : tensor<6xf32>
      %b = emel.rope imrope %a at %p factors %f {base = 1.0e+02 : f32, dims = 12 : i64,
          ext = 0.5 : f32, orig = 64 : i64, sections = array<i64: 3, 2, 1, 1>}
          : tensor<3x2x12xf32>, tensor<4x3xi32>, tensor<6xf32>
      %c = emel.reshape %b : tensor<3x2x12xf32> to tensor<3x24xf32>
      %d = emel.reduce sum %c [0] : (tensor<3x24xf32>) -> tensor<1x24xf32>
      %y = emel.add %x0, %d : (ROWS, tensor<1x24xf32>) -> ROWS)",
     0x1p-18},
    {"vision", R"(%s = emel.slice %t1 dim 0 from 2 size 3 : (tensor<19x24xf32>) -> tensor<3x24xf32>
      %a = emel.reshape %s : tensor<3x24xf32> to tensor<3x2x12xf32>
      %p = arith.constant dense<[[3, 50, 7], [0, 2, 9], [1000, 4, 1], [8, 5, 77]]> : tensor<4x3xi32>
      %f = arith.constant dense<1.5> : tensor<6xf32>
      %b = emel.rope vision %a at %p factors %f {base = 1.0e+02 : f32, dims = 6 : i64,
          ext = 0.5 : f32, orig = 64 : i64, sections = array<i64: 2, 1, 0, 0>}
          : tensor<3x2x12xf32>, tensor<4x3xi32>, tensor<6xf32>
      %c = emel.reshape %b : tensor<3x2x12xf32> to tensor<3x24xf32>
      %d = emel.reduce sum %c [0] : (tensor<3x24xf32>) -> tensor<1x24xf32>
      %y = emel.add %x0, %d : (ROWS, tensor<1x24xf32>) -> ROWS)",
     0x1p-18},
};

class EveryComputation : public ::testing::TestWithParam<Computation> {
 protected:
  void SetUp() override {
    if (kSanitized) GTEST_SKIP() << "the compiler takes minutes with sanitizers";
  }
};

TEST_P(EveryComputation, IsTheInterpreters) {
  std::mt19937 random(5);
  OpSpec spec{GetParam().body, kRows, kColumns, {{}, {}}};
  for (std::vector<float>& table : spec.tables)
    for (int64_t i = 0; i < kRows * kColumns; ++i)
      table.push_back((static_cast<float>(random() % 15) - 7) / 4);
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
    if (first.empty()) first = *found;
    for (size_t i = 0; i < expected->size(); ++i) {
      double right = (*expected)[i], error = std::abs((*found)[i] - right);
      ASSERT_LE(error, GetParam().tolerance * std::max(1.0, std::abs(right)))
          << "element " << i << ": " << (*found)[i] << " for " << right;
      ASSERT_EQ(std::bit_cast<uint32_t>((*found)[i]), std::bit_cast<uint32_t>(first[i]))
          << "element " << i << ": " << (*found)[i] << ", on another CPU " << first[i];
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Ops, EveryComputation, ::testing::ValuesIn(kComputations),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace emel::testing::computing
