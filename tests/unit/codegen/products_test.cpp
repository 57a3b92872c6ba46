// Every kernel, on every CPU that this machine is or emulates, against the interpreter.

#include "codegen/cpu/Products.h"

#include "tests/kernels/run_kernel.h"
#include "tests/support/build_kind.h"
#include "tests/support/matchers.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>

namespace emel::testing {
namespace {

using cpu::Product;

constexpr int64_t kTokenCounts[] = {1, 2, 3, 5, 8, 17};

class EveryProduct : public ::testing::TestWithParam<Product> {
 protected:
  void SetUp() override {
    if (kSanitized) GTEST_SKIP() << "the compiler takes minutes with sanitizers";
  }

  // 0 where results are prescribed to the bit. Otherwise a sum of K products in any order errs by
  // at most (K + 1) 2^-24 of the sum of their magnitudes, beside what vanishes below the smallest
  // numbers.
  static double UnitsOf(const KernelSpec& spec) {
    return spec.product->input == cpu::Input::Rounded ? 0 : static_cast<double>(spec.columns + 1);
  }

  void ExpectClose(const KernelSpec& spec, const std::vector<float>& found,
                   const std::vector<float>& expected, const std::vector<double>& magnitudes) {
    double units = UnitsOf(spec);
    for (size_t i = 0; i < found.size(); ++i) {
      double bound = units ? units * (std::ldexp(magnitudes[i], -24) + 0x1p-149) : 0;
      bool is_same = std::bit_cast<uint32_t>(found[i]) == std::bit_cast<uint32_t>(expected[i]);
      ASSERT_TRUE(is_same || std::abs(double(found[i]) - expected[i]) <= bound)
          << "element " << i << ": " << found[i] << " for " << expected[i] << " of "
          << found.size();
    }
  }

  // The most demanding target that runs here.
  static llvm::ArrayRef<cpu::Target> OneTarget() {
    for (const cpu::Target& target : cpu::knownTargets())
      if (RunnerOf(target) != Runner::kNone) return target;
    return {};
  }

  void ExpectInterpreted(const KernelSpec& spec, llvm::ArrayRef<cpu::Target> targets) {
    SCOPED_TRACE(std::to_string(spec.rows) + " rows of " + std::to_string(spec.columns) + ", " +
                 std::to_string(spec.experts) + " experts");
    auto kernel = KernelCase::Create(spec);
    ASSERT_THAT(kernel, IsOk());
    auto expected = (*kernel)->Interpret();
    ASSERT_THAT(expected, IsOk());
    std::vector<double> magnitudes = (*kernel)->Magnitudes();
    for (const cpu::Target& target : targets) {
      SCOPED_TRACE(target.name.str());
      auto compiled = (*kernel)->Compile(target);
      ASSERT_THAT(compiled, IsOk());
      absl::StatusOr<KernelResults> results;
      Runner runner = RunnerOf(target);
      if (runner == Runner::kNone) continue;
      if (runner == Runner::kNative)
        results = RunKernel(*compiled, kTokenCounts);
      else
        results = EmulateKernel(*compiled, target, kTokenCounts);
      ASSERT_THAT(results, IsOk());
      for (const std::vector<float>& found : *results) {
        SCOPED_TRACE(std::to_string(found.size() / compiled->width) + " tokens");
        ASSERT_NO_FATAL_FAILURE(ExpectClose(spec, found, *expected, magnitudes));
      }
    }
  }

  int64_t block_ = gguf::GetInfo(GetParam().weight.type).block_elements;
};

// No number of rows is one of whole panels, and rows end within a unit where blocks allow it.
TEST_P(EveryProduct, HasTheInterpretersResults) {
  int64_t columns = block_ == 1 ? 172 : block_ <= 32 ? 288 : block_ <= 128 ? 384 : 768;
  ExpectInterpreted({&GetParam(), 53, columns}, cpu::knownTargets());
}

TEST_P(EveryProduct, HasThemForOtherShapes) {
  int64_t columns = block_ == 1 ? 288 : block_ <= 64 ? 576 : 256;
  ExpectInterpreted({&GetParam(), 17, columns}, OneTarget());
}

// Of a stack of weights, both where a token's are chosen one by one and where tokens are grouped by
// them.
TEST_P(EveryProduct, HasThemForExperts) {
  int64_t columns = block_ == 1 ? 172 : block_ <= 32 ? 288 : block_ <= 64 ? 576 : 512;
  ExpectInterpreted({&GetParam(), 21, columns, 5}, OneTarget());
}

INSTANTIATE_TEST_SUITE_P(Products, EveryProduct,
                         ::testing::ValuesIn(cpu::knownProducts().begin(),
                                             cpu::knownProducts().end()),
                         [](const auto& info) {
                           std::string name = info.param.name();
                           std::replace(name.begin(), name.end(), ' ', '_');
                           return name;
                         });

// An emulator or a machine for every target, so that a test above has not passed without running.
TEST(EveryTarget, RunsHere) {
  std::string missing;
  for (const cpu::Target& target : cpu::knownTargets())
    if (RunnerOf(target) == Runner::kNone) missing += " " + target.name.str();
  if (!missing.empty()) GTEST_SKIP() << "nothing here runs code for" << missing;
}

}  // namespace
}  // namespace emel::testing
