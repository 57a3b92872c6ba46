// Code for ops that move, make and update data, on tensors of odd shapes and all types, cut into
// odd tiles, on every CPU that this machine is or emulates: the interpreter's bytes.

#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/StringExtras.h"
#include "runtime/gguf/quantize.h"
#include "tests/kernels/entry_case.h"
#include "tests/support/build_kind.h"
#include "tests/support/matchers.h"

#include <absl/strings/str_split.h>
#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <regex>

namespace emel::testing::movement {
namespace {

using Bytes = std::vector<uint8_t>;

struct Movement {
  const char* name;
  // The ops, the weights' types and that of the result; E stands for an element type.
  const char* body;
  std::vector<std::string> weights;
  std::string result;
  std::vector<std::string> elements;
  int64_t tokens = 1;
};

const std::vector<std::string> kFloats = {"f32", "f16", "bf16", "f64"};
const std::vector<std::string> kAll = {"f32", "f16", "bf16", "f64", "i8", "i16", "i32", "i64"};
const std::vector<std::string> kF32 = {"f32"};

const Movement kMovements[] = {
    {"concat_outer",
     "%y = emel.concat %w0, %w1 dim 0 : (W0, W1) -> R",
     {"5x7xE", "3x7xE"},
     "8x7xE",
     kAll},
    {"concat_inner",
     "%y = emel.concat %w0, %w1, %w2 dim 1 : (W0, W1, W2) -> R",
     {"5x7xE", "5x3xE", "5x20xE"},
     "5x30xE",
     kAll},
    {"concat_between",
     "%y = emel.concat %w0, %w1 dim 1 : (W0, W1) -> R",
     {"2x3x17xE", "2x4x17xE"},
     "2x7x17xE",
     kAll},
    {"pad_zeros",
     "%y = emel.pad zeros %w0 low [1, 2] high [0, 3] : (W0) -> R",
     {"5x7xE"},
     "6x12xE",
     kAll},
    {"pad_zeros_of_three",
     "%y = emel.pad zeros %w0 low [1, 0, 2] high [1, 2, 0] : (W0) -> R",
     {"2x3x17xE"},
     "4x5x19xE",
     kAll},
    {"pad_circular",
     "%y = emel.pad circular %w0 low [2, 9] high [1, 3] : (W0) -> R",
     {"5x7xE"},
     "8x19xE",
     kAll},
    {"pad_reflect",
     "%y = emel.pad reflect %w0 low [4, 6] high [2, 5] : (W0) -> R",
     {"5x7xE"},
     "11x18xE",
     kAll},
    {"pad_reflect_row",
     "%y = emel.pad reflect %w0 low [0, 3] high [0, 20] : (W0) -> R",
     {"3x37xE"},
     "3x60xE",
     kAll},
    {"permute_matrix", "%y = emel.permute %w0 [1, 0] : (W0) -> R", {"37x21xE"}, "21x37xE", kAll},
    {"permute_rows", "%y = emel.permute %w0 [1, 0, 2] : (W0) -> R", {"3x5x7xE"}, "5x3x7xE", kAll},
    {"permute_round",
     "%y = emel.permute %w0 [2, 0, 1] : (W0) -> R",
     {"5x19x17xE"},
     "17x5x19xE",
     kAll},
    {"permute_each",
     "%y = emel.permute %w0 [0, 2, 1] : (W0) -> R",
     {"2x18x33xE"},
     "2x33x18xE",
     kAll},
    {"permute_four",
     "%y = emel.permute %w0 [3, 1, 0, 2] : (W0) -> R",
     {"2x3x4x5xE"},
     "5x3x2x4xE",
     kAll},
    {"repeat", "%y = emel.repeat %w0 [2, 3] : (W0) -> R", {"5x7xE"}, "10x21xE", kAll},
    {"repeat_rows", "%y = emel.repeat %w0 [3, 1] : (W0) -> R", {"4x18xE"}, "12x18xE", kAll},
    {"repeat_numbers", "%y = emel.repeat %w0 [1, 37] : (W0) -> R", {"5x1xE"}, "5x37xE", kAll},
    {"repeat_three", "%y = emel.repeat %w0 [2, 2, 2] : (W0) -> R", {"2x3x5xE"}, "4x6x10xE", kAll},
    {"roll", "%y = emel.roll %w0 by [2, -3] : W0", {"5x7xE"}, "5x7xE", kAll},
    {"roll_far", "%y = emel.roll %w0 by [-13, 41] : W0", {"5x37xE"}, "5x37xE", kAll},
    {"roll_row", "%y = emel.roll %w0 by [20] : W0", {"37xE"}, "37xE", kAll},
    {"set",
     "%y = emel.set %w0, %w1 at [1, 2] : (W0, W1) -> R",
     {"5x23xE", "3x18xE"},
     "5x23xE",
     kAll},
    {"set_over",
     "%a = emel.roll %w0 by [0, 1, 0] : W0\n%y = emel.set %a, %w1 at [1, 0, 2] : (R, W1) -> R",
     {"3x4x9xE", "1x3x5xE"},
     "3x4x9xE",
     kAll},
    {"set_rows",
     "%y = emel.set_rows %w0, %w1 at %w2 : (W0, W1, W2) -> R",
     {"9x21xE", "5x21xE", "5xi32"},
     "9x21xE",
     kFloats},
    {"set_rows_over",
     "%a = emel.roll %w0 by [0, 1, 0] : W0\n"
     "%y = emel.set_rows %a, %w1 at %w2 : (R, W1, W2) -> R",
     {"2x9x7xE", "2x6x7xE", "2x6xi64"},
     "2x9x7xE",
     kFloats},
    {"set_rows_of_f32",
     "%y = emel.set_rows %w0, %w1 at %w2 : (W0, W1, W2) -> R",
     {"9x21xE", "5x21xf32", "5xi32"},
     "9x21xE",
     kFloats},
    {"set_rows_of_f16",
     "%y = emel.set_rows %w0, %w1 at %w2 : (W0, W1, W2) -> R",
     {"9x21xE", "5x21xf16", "5xi32"},
     "9x21xE",
     kFloats},
    {"set_rows_of_f64",
     "%y = emel.set_rows %w0, %w1 at %w2 : (W0, W1, W2) -> R",
     {"9x21xE", "5x21xf64", "5xi32"},
     "9x21xE",
     {"f32", "f64"}},
    {"accumulate",
     "%y = emel.accumulate %w0, %w1 at [1, 2] : (W0, W1) -> R",
     {"5x23xE", "3x18xE"},
     "5x23xE",
     kFloats},
    {"accumulate_over",
     "%a = emel.roll %w0 by [3] : W0\n%y = emel.accumulate %a, %w1 at [4] : (R, W1) -> R",
     {"37xE", "33xE"},
     "37xE",
     kFloats},
    {"diag", "%y = emel.diag %w0 : (W0) -> R", {"3x21xE"}, "3x21x21xE", kFloats},
    {"diag_of_row", "%y = emel.diag %w0 : (W0) -> R", {"5xE"}, "5x5xE", kFloats},
    {"diag_mask_inf", "%y = emel.diag_mask inf %w0 past 3 : W0", {"2x9x21xE"}, "2x9x21xE", kFloats},
    {"diag_mask_zero", "%y = emel.diag_mask zero %w0 past 0 : W0", {"21x9xE"}, "21x9xE", kFloats},
    {"diag_mask_nothing",
     "%y = emel.diag_mask inf %w0 past 9223372036854775807 : W0",
     {"3x5xE"},
     "3x5xE",
     kFloats},
    {"tri_upper_diag", "%y = emel.tri upper_diag %w0 : W0", {"2x9x21xE"}, "2x9x21xE", kFloats},
    {"tri_upper", "%y = emel.tri upper %w0 : W0", {"21x9xE"}, "21x9xE", kFloats},
    {"tri_lower_diag", "%y = emel.tri lower_diag %w0 : W0", {"21x21xE"}, "21x21xE", kFloats},
    {"tri_lower", "%y = emel.tri lower %w0 : W0", {"3x21xE"}, "3x21xE", kFloats},
    {"fill", "%y = emel.fill %w0 with 0.1 : W0", {"3x21xE"}, "3x21xE", kFloats},
    {"arange",
     "%a = emel.arange from 0.1 step 0.3 : tensor<37xE>\n"
     "%y = emel.concat %a, %w0 dim 0 : (tensor<37xE>, W0) -> R",
     {"3xE"},
     "40xE",
     kFloats},
    // In one kernel: parts of parts, computed where they go.
    {"chain",
     R"(%y = emel.fuse "chain" -> R {
       %a = emel.concat %w0, %w1 dim 1 : (W0, W1) -> tensor<5x30xE>
       %b = emel.roll %a by [1, 4] : tensor<5x30xE>
       %c = emel.set %b, %w2 at [1, 3] : (tensor<5x30xE>, W2) -> tensor<5x30xE>
       %d = emel.pad zeros %c low [1, 0] high [2, 3] : (tensor<5x30xE>) -> tensor<8x33xE>
       %e = emel.permute %d [1, 0] : (tensor<8x33xE>) -> tensor<33x8xE>
       %f = emel.repeat %e [1, 2] : (tensor<33x8xE>) -> R
       emel.yield %f : R
     })",
     {"5x7xE", "5x23xE", "2x8xE"},
     "33x16xE",
     kAll},
    // What is overwritten is used before and after, and by what overwrites it.
    {"overwritten",
     R"(%y = emel.fuse "overwritten" -> R {
       %a = emel.roll %w0 by [1, 4] : W0
       %b = emel.slice %a dim 1 from 3 size 9 : (W0) -> tensor<5x9xE>
       %c = emel.roll %b by [2, 1] : tensor<5x9xE>
       %d = emel.set %a, %c at [0, 8] : (W0, tensor<5x9xE>) -> W0
       %e = emel.roll %a by [1, 0] : W0
       %f = emel.set %a, %e at [0, 0] : (W0, W0) -> W0
       %g = emel.concat %a, %d, %f, %a dim 0 : (W0, W0, W0, W0) -> R
       emel.yield %g : R
     })",
     {"5x19xE"},
     "20x19xE",
     kAll},
    {"padded_concat",
     R"(%y = emel.fuse "padded_concat" -> R {
       %a = emel.pad zeros %w0 low [0, 2] high [0, 1] : (W0) -> tensor<3x10xE>
       %b = emel.roll %w1 by [1, 0] : W1
       %c = emel.concat %a, %b dim 0 : (tensor<3x10xE>, W1) -> tensor<5x10xE>
       %d = emel.set %c, %w2 at [2, 4] : (tensor<5x10xE>, W2) -> tensor<5x10xE>
       %e = emel.concat %d, %c dim 1 : (tensor<5x10xE>, tensor<5x10xE>) -> R
       emel.yield %e : R
     })",
     {"3x7xE", "2x10xE", "2x3xE"},
     "5x20xE",
     kAll},
    // Rows of tokens.
    {"tokens",
     R"(%x = emel.get_rows %w0, %tokens : (W0, tensor<?xi32>) -> tensor<?x21xf32>
     %y = emel.fuse "tokens" -> R {
       %a = emel.roll %x by [2, 3] : tensor<?x21xf32>
       %b = emel.pad circular %a low [0, 4] high [0, 1] : (tensor<?x21xf32>) -> tensor<?x26xf32>
       %c = emel.concat %b, %x dim 1 : (tensor<?x26xf32>, tensor<?x21xf32>) -> tensor<?x47xf32>
       %d = emel.set %c, %w1 at [1, 20] : (tensor<?x47xf32>, W1) -> tensor<?x47xf32>
       %e = emel.accumulate %d, %w1 at [2, 0] : (tensor<?x47xf32>, W1) -> tensor<?x47xf32>
       %f = emel.tri lower_diag %e : tensor<?x47xf32>
       %g = emel.repeat %f [1, 2] : (tensor<?x47xf32>) -> R
       emel.yield %g : R
     })",
     {"7x21xf32", "5x17xf32"},
     "?x94xf32",
     kF32,
     7},
    {"tokens_by_tokens",
     R"(%x = emel.get_rows %w0, %tokens : (W0, tensor<?xi32>) -> tensor<?x21xf32>
     %y = emel.fuse "tokens_by_tokens" -> R {
       %a = emel.permute %x [1, 0] : (tensor<?x21xf32>) -> tensor<21x?xf32>
       %b = emel.roll %a by [1, -30] : tensor<21x?xf32>
       %c = emel.diag %b : (tensor<21x?xf32>) -> tensor<21x?x?xf32>
       %d = emel.diag_mask zero %c past 1 : tensor<21x?x?xf32>
       %e = emel.permute %d [2, 0, 1] : (tensor<21x?x?xf32>) -> tensor<?x21x?xf32>
       %f = emel.slice %e dim 1 from 2 size 18 : (tensor<?x21x?xf32>) -> tensor<?x18x?xf32>
       %g = emel.permute %f [0, 2, 1] : (tensor<?x18x?xf32>) -> tensor<?x?x18xf32>
       %h = emel.reduce sum %g [1] : (tensor<?x?x18xf32>) -> tensor<?x1x18xf32>
       %i = emel.reshape %h : tensor<?x1x18xf32> to R
       emel.yield %i : R
     })",
     {"19x21xf32"},
     "?x18xf32",
     kF32,
     19},
    {"one_token",
     R"(%x = emel.get_rows %w0, %tokens : (W0, tensor<?xi32>) -> tensor<?x21xf32>
     %y = emel.fuse "one_token" -> R {
       %a = emel.roll %x by [2, 3] : tensor<?x21xf32>
       %b = emel.set %a, %x at [0, 0] : (tensor<?x21xf32>, tensor<?x21xf32>) -> tensor<?x21xf32>
       %c = emel.concat %a, %b dim 1 : (tensor<?x21xf32>, tensor<?x21xf32>) -> R
       emel.yield %c : R
     })",
     {"1x21xf32"},
     "?x42xf32",
     kF32},
    // Formats of blocks.
    {"blocks_inner",
     R"(%y = emel.fuse "blocks_inner" -> R {
       %a = emel.concat %w0, %w1 dim 1 : (W0, W1) -> tensor<7x96xE>
       %b = emel.get_rows %a, %tokens : (tensor<7x96xE>, tensor<?xi32>) -> R
       emel.yield %b : R
     })",
     {"7x64xE", "7x32xE"},
     "?x96xf32",
     {"!emel.q8_0", "!emel.q4_0"},
     7},
    {"blocks_outer",
     R"(%y = emel.fuse "blocks_outer" -> R {
       %a = emel.concat %w0, %w1 dim 0 : (W0, W1) -> tensor<7x64xE>
       %b = emel.get_rows %a, %tokens : (tensor<7x64xE>, tensor<?xi32>) -> R
       emel.yield %b : R
     })",
     {"3x64xE", "4x64xE"},
     "?x64xf32",
     {"!emel.q8_0", "!emel.q4_0"},
     7},
};

std::string WithElement(const std::string& text, const std::string& element) {
  return std::regex_replace(text, std::regex("xE\\b"), "x" + element);
}

template <typename Number>
void Append(Bytes& bytes, Number number) {
  const auto* from = reinterpret_cast<const uint8_t*>(&number);
  bytes.insert(bytes.end(), from, from + sizeof(number));
}

void AppendFloat(Bytes& bytes, double number, const llvm::fltSemantics& semantics) {
  llvm::APFloat value(number);
  bool is_inexact;
  value.convert(semantics, llvm::APFloat::rmNearestTiesToEven, &is_inexact);
  uint64_t bits = value.bitcastToAPInt().getZExtValue();
  for (unsigned i = 0; i < llvm::APFloat::getSizeInBits(semantics); i += 8)
    bytes.push_back(static_cast<uint8_t>(bits >> i));
}

// Numbers of a type such as "3x5xf32"; ids of rows are below 5, negative ones aside.
Bytes Numbers(const std::string& type, std::mt19937& random) {
  std::vector<std::string> parts = absl::StrSplit(type, 'x');
  std::string element = parts.back();
  int64_t count = 1;
  for (size_t i = 0; i + 1 < parts.size(); ++i) count *= std::stoll(parts[i]);
  Bytes bytes;
  std::vector<float> floats;
  for (int64_t i = 0; i < count; ++i) {
    auto bits = static_cast<uint32_t>(random());
    double number = (static_cast<double>(bits % 60001) - 30000) / 16;
    if (bits % 13 == 0) number = i % 2 ? -0.0 : std::numeric_limits<double>::infinity();
    if (bits % 17 == 0) number = 0x1p-147;
    if (element == "f32") AppendFloat(bytes, number, llvm::APFloat::IEEEsingle());
    if (element == "f16") AppendFloat(bytes, number, llvm::APFloat::IEEEhalf());
    if (element == "bf16") AppendFloat(bytes, number, llvm::APFloat::BFloat());
    if (element == "f64") AppendFloat(bytes, number, llvm::APFloat::IEEEdouble());
    if (element == "i8") Append(bytes, static_cast<int8_t>(bits));
    if (element == "i16") Append(bytes, static_cast<int16_t>(bits));
    if (element == "i32") Append(bytes, static_cast<int32_t>(bits % 5));
    if (element == "i64") Append(bytes, static_cast<int64_t>(bits % 5));
    floats.push_back(static_cast<float>(bits % 255) - 127);
  }
  bool is_q8 = element == "!emel.q8_0";
  if (is_q8 || element == "!emel.q4_0") {
    bytes.resize(count / 32 * (is_q8 ? 34 : 18));
    EXPECT_THAT(gguf::Quantize(is_q8 ? gguf::TensorType::kQ8_0 : gguf::TensorType::kQ4_0, floats,
                               absl::MakeSpan(bytes)),
                IsOk());
  }
  return bytes;
}

std::string Tensor(const std::string& type) { return "tensor<" + type + ">"; }

// Some of all dimensions, and for one type all of the result and some of each dimension as well:
// for the others that would be the same code.
std::vector<TileSizes> TilesOf(const std::string& result, const std::string& element) {
  // Whole blocks of each row.
  if (element[0] == '!') return {{}, {{0, 3}}, {{0, 2}, {1, 32}}};
  std::vector<TileSizes> tiles(1);
  auto rank = static_cast<int64_t>(llvm::StringRef(result).count('x'));
  for (int64_t dim = 0; dim < rank; ++dim) tiles[0].push_back({dim, 2 + 3 * dim});
  if (element != "f32") return tiles;
  tiles.push_back({});
  for (int64_t dim = 0; dim < rank; ++dim) tiles.push_back({{dim, 3 + dim}});
  return tiles;
}

struct Case {
  const Movement* movement;
  std::string element;
};
void PrintTo(const Case& test, std::ostream* out) {
  *out << test.movement->name << ", " << test.element;
}

std::vector<Case> AllCases() {
  std::vector<Case> cases;
  for (const Movement& movement : kMovements)
    for (const std::string& element : movement.elements) cases.push_back({&movement, element});
  return cases;
}

class EveryMovement : public ::testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    if (kSanitized) GTEST_SKIP() << "the compiler takes minutes with sanitizers";
  }
};

TEST_P(EveryMovement, GivesTheInterpretersBytes) {
  const Movement& movement = *GetParam().movement;
  std::mt19937 random(1);
  EntrySpec spec{WithElement(movement.body, GetParam().element), {}, "", movement.tokens};
  for (const std::string& weight : movement.weights) {
    std::string type = WithElement(weight, GetParam().element);
    spec.weights.push_back({Tensor(type), Numbers(type, random)});
  }
  spec.result = Tensor(WithElement(movement.result, GetParam().element));
  for (const TileSizes& tile : TilesOf(movement.result, GetParam().element)) {
    SCOPED_TRACE(::testing::Message() << "tiles of " << ::testing::PrintToString(tile));
    auto test = EntryCase::Create(spec, tile);
    ASSERT_THAT(test, IsOk());
    auto expected = (*test)->Interpret();
    ASSERT_THAT(expected, IsOk());
    auto planned = (*test)->InterpretPlan();
    ASSERT_THAT(planned, IsOk());
    EXPECT_EQ(*planned, *expected);
    for (const TestForm& form : KnownForms()) {
      if (!RunnerOf(form).ok()) continue;
      SCOPED_TRACE(form.name());
      auto found = (*test)->Run(form, expected->size());
      ASSERT_THAT(found, IsOk());
      for (size_t i = 0; i < expected->size(); ++i)
        ASSERT_EQ((*found)[i], (*expected)[i]) << "byte " << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Movements, EveryMovement, ::testing::ValuesIn(AllCases()),
                         [](const auto& info) {
                           std::string name = info.param.movement->name;
                           for (char c : "_" + info.param.element)
                             if (llvm::isAlnum(c) || c == '_') name += c;
                           return name;
                         });

}  // namespace
}  // namespace emel::testing::movement
