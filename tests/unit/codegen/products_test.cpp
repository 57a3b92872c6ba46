// Every kernel, on every CPU that this machine is or emulates, against the interpreter: near what
// it computes in double precision, and the bits of what it computes in the prescribed order.

#include "codegen/cpu/products/Products.h"

#include "tests/kernels/kernel_case.h"
#include "tests/kernels/run_kernel.h"
#include "tests/support/build_kind.h"
#include "tests/support/depth.h"
#include "tests/support/matchers.h"
#include "tests/support/same_bits.h"

#include <gtest/gtest.h>

#include <cmath>

namespace emel::testing {
namespace {

// Tiles are for several tokens; 16 fill one, and 32 are multiplied at once.
absl::Span<const int64_t> TokenCountsOf(const cpu::Product& product) {
  static constexpr int64_t kCounts[] = {1, 2, 3, 5, 8, 17}, kTiled[] = {2, 16, 33, 41};
  return product.input == cpu::Input::Bfloat16 ? absl::Span<const int64_t>(kTiled) : kCounts;
}

// How far a result may be from the interpreter's.
double BoundOf(const KernelSpec& spec, float expected, double magnitude) {
  double count = static_cast<double>(spec.columns + 1);
  switch (spec.kernel.semiring) {
    // Prescribed to the bit for rounded inputs. With bf16 the weight is rounded too, by up to 2^-9,
    // and subnormal numbers count for nothing, of which 2^-117 is the largest product. Else a sum
    // of K products in any order errs by at most (K + 1) 2^-24 of the sum of their magnitudes,
    // beside what vanishes below the smallest numbers.
    case Semiring::PlusTimes:
      if (spec.kernel.product.input == cpu::Input::Rounded) return 0;
      if (!std::isfinite(magnitude)) return 0;
      if (spec.kernel.product.input == cpu::Input::Bfloat16)
        return magnitude * (0x1p-8 + count * 0x1p-24) + count * 0x1p-117;
      return count * (std::ldexp(magnitude, -24) + 0x1p-149);
    // Each step errs by at most 2^-22 of 1 + the result's magnitude.
    case Semiring::LogSumExp:
      return std::isfinite(expected) ? count * 0x1p-22 * (1 + std::abs(expected)) : 0;
    // One of numbers that are rounded once; its sign, where it is 0, follows from the order.
    default:
      return 0;
  }
}

class EveryProduct : public ::testing::TestWithParam<KernelRow> {
 protected:
  void SetUp() override {
    if (kSanitized) GTEST_SKIP() << "the compiler takes minutes with sanitizers";
  }

  static void ExpectClose(const KernelSpec& spec, const std::vector<float>& found,
                          const std::vector<float>& expected,
                          const std::vector<double>& magnitudes) {
    bool has_signed_zeros = spec.kernel.product.input == cpu::Input::Rounded;
    for (size_t i = 0; i < found.size(); ++i) {
      bool is_same =
          HasSameBits(found[i], expected[i]) || (!has_signed_zeros && found[i] == expected[i]);
      double bound = BoundOf(spec, expected[i], magnitudes[i]);
      ASSERT_TRUE(is_same || std::abs(double(found[i]) - expected[i]) <= bound)
          << "element " << i << ": " << found[i] << " for " << expected[i] << " of "
          << found.size();
    }
  }

  // A row's bits do not depend on how many are beside it.
  static void ExpectSameRows(const KernelResults& results) {
    const std::vector<float>& all = results.back();
    for (const std::vector<float>& some : results)
      for (size_t i = 0; i < some.size(); ++i)
        ASSERT_TRUE(HasSameBits(some[i], all[i]))
            << "element " << i << " of " << some.size() << ": " << some[i] << " for " << all[i];
  }

  // A share of the forms, which the format shifts: over all formats each share has each form. Those
  // of a share that lie side by side have most of their code in common.
  static std::vector<TestForm> FormsOf(size_t share, size_t shares) {
    std::vector<TestForm> forms;
    size_t first = share + static_cast<size_t>(GetParam().product.weight.type);
    for (auto [i, form] : llvm::enumerate(KnownForms()))
      if ((first + i / 2) % shares == 0) forms.push_back(form);
    return forms;
  }

  // Of each target the form that runs here: its own, where that does.
  static std::vector<TestForm> FormsOfThisMachine() {
    std::vector<TestForm> forms;
    for (const cpu::Target& target : cpu::knownTargets())
      forms.push_back(RunnerOf(target).ok() ? TestForm(target) : PortableFormOf(target));
    return forms;
  }

  void ExpectInterpreted(KernelSpec spec, const std::vector<TestForm>& forms) {
    absl::Span<const int64_t> token_counts = TokenCountsOf(spec.kernel.product);
    spec.tokens = token_counts.back();
    // Its weights can be subnormal, which tiles take for 0: by an infinity that is a NaN.
    if (spec.kernel.product.input == cpu::Input::Bfloat16 &&
        spec.kernel.product.weight.type == gguf::TensorType::kMXFP4)
      spec.has_specials = false;
    SCOPED_TRACE(std::to_string(spec.rows) + " rows of " + std::to_string(spec.columns) + ", " +
                 std::to_string(spec.experts) + " experts");
    auto kernel = KernelCase::Create(spec);
    ASSERT_THAT(kernel, IsOk());
    auto expected = (*kernel)->Interpret(), ordered = (*kernel)->Interpret(StepModule::kOrdered);
    ASSERT_THAT(expected, IsOk());
    ASSERT_THAT(ordered, IsOk());
    std::vector<double> magnitudes = (*kernel)->Magnitudes();
    std::vector<StepTokens> steps;
    for (int64_t count : token_counts) steps.push_back(FirstTokens(count));
    for (const TestForm& form : forms) {
      if (!spec.kernel.product.isFor(form.target)) continue;
      SCOPED_TRACE(form.name());
      auto compiled = (*kernel)->Compile(form);
      ASSERT_THAT(compiled, IsOk());
      if (!RunnerOf(form).ok()) continue;
      auto results = RunOn(form, *compiled, steps);
      ASSERT_THAT(results, IsOk());
      for (const std::vector<float>& found : *results) {
        SCOPED_TRACE(std::to_string(found.size() / compiled->width) + " tokens");
        ASSERT_NO_FATAL_FAILURE(ExpectClose(spec, found, *expected, magnitudes));
      }
      ASSERT_NO_FATAL_FAILURE(ExpectSameRows(*results));
      ASSERT_NO_FATAL_FAILURE(ExpectSameBits(results->back(), *ordered, compiled->width));
    }
  }

  int64_t block_ = gguf::GetInfo(GetParam().product.weight.type).block_elements;
};

// No number of rows is one of whole panels, and rows end within a unit where blocks allow it.
TEST_P(EveryProduct, HasTheInterpretersResults) {
  if (IsLeftToChecks(2)) GTEST_SKIP() << kLeftToChecks;
  int64_t columns = block_ == 1 ? 171 : block_ <= 32 ? 288 : block_ <= 128 ? 384 : 768;
  ExpectInterpreted({.kernel = GetParam(), .rows = 53, .columns = columns, .has_specials = true},
                    KnownForms());
}

TEST_P(EveryProduct, HasThemForOtherShapes) {
  if (IsLeftToChecks(8)) GTEST_SKIP() << kLeftToChecks;
  int64_t columns = block_ == 1 ? 288 : block_ <= 64 ? 576 : 256;
  ExpectInterpreted({.kernel = GetParam(), .rows = 17, .columns = columns}, FormsOfThisMachine());
}

std::string NameOf(const ::testing::TestParamInfo<KernelRow>& info) {
  std::string name = info.param.name();
  std::replace(name.begin(), name.end(), ' ', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Products, EveryProduct, ::testing::ValuesIn(KernelRows()), NameOf);

class EveryStack : public EveryProduct {};

// Both where a token's weights are chosen one by one and where tokens are grouped by them.
TEST_P(EveryStack, HasTheInterpretersResults) {
  if (IsLeftToChecks(6)) GTEST_SKIP() << kLeftToChecks;
  std::vector<int64_t> shapes = block_ == 1    ? std::vector<int64_t>{172, 288}
                                : block_ <= 32 ? std::vector<int64_t>{288, 576}
                                : block_ <= 64 ? std::vector<int64_t>{576}
                                               : std::vector<int64_t>{256, 512};
  for (auto [i, columns] : llvm::enumerate(shapes))
    ExpectInterpreted(
        {.kernel = GetParam(), .rows = 21, .columns = columns, .experts = 5, .has_specials = true},
        FormsOf(i, shapes.size()));
}

std::vector<KernelRow> StackRows() {
  std::vector<KernelRow> rows = KernelRows();
  llvm::erase_if(rows, [](const KernelRow& row) { return row.semiring != Semiring::PlusTimes; });
  return rows;
}

INSTANTIATE_TEST_SUITE_P(Products, EveryStack, ::testing::ValuesIn(StackRows()), NameOf);

// Says which forms the tests here, and others, have left out.
class EveryForm : public ::testing::TestWithParam<TestForm> {};

TEST_P(EveryForm, RunsHere) {
  if (auto runner = RunnerOf(GetParam()); !runner.ok()) GTEST_SKIP() << runner.status().message();
}

INSTANTIATE_TEST_SUITE_P(Forms, EveryForm, ::testing::ValuesIn(KnownForms()), [](const auto& info) {
  std::string name = info.param.name();
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

}  // namespace
}  // namespace emel::testing
