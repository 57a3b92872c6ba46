// Whole models for aarch64, of the ops that no test of kernels has: in the emulator, against the
// interpreter.

#include "compiler/driver/CompareLogits.h"
#include "passes/Passes.h"
#include "passes/Pipelines.h"
#include "tests/kernels/run_kernel.h"
#include "tests/support/build_kind.h"
#include "tests/support/matchers.h"

#include <gtest/gtest.h>

#include <fstream>

namespace emel::testing {
namespace {

std::vector<int32_t> TokensOf(const std::string& folder) {
  std::ifstream file(folder + "/tokens.txt");
  std::vector<int32_t> tokens;
  for (int32_t token; file >> token; file.ignore(1, ',')) tokens.push_back(token);
  return tokens;
}

StepTokens Piece(const std::vector<int32_t>& tokens, size_t first, size_t size) {
  StepTokens step;
  for (size_t i = first; i < first + size; ++i) {
    step.tokens.push_back(tokens[i]);
    step.positions.push_back(static_cast<int32_t>(i));
    step.slots.push_back(0);
  }
  return step;
}

class EmulatedModel : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (kSanitized) GTEST_SKIP() << "the compiler takes minutes with sanitizers";
    if (RunnerOf(target_) == Runner::kNone) GTEST_SKIP() << "nothing here runs aarch64";
  }

  std::vector<double> Interpreted(const std::vector<int32_t>& tokens) const {
    auto module = StepModule::Import(folder_ + "/model.gguf");
    EXPECT_THAT(module, IsOk());
    EXPECT_THAT((*module)->Run(
                    [](mlir::PassManager& passes) { passes.addPass(createQuantizeActivations()); }),
                IsOk());
    auto logits = (*module)->Interpret(tokens);
    EXPECT_THAT(logits, IsOk());
    return {logits->begin(), logits->end()};
  }

  const cpu::Target& target_ = *cpu::findTarget("aarch64");
  const std::string folder_ = std::string(EMEL_SOURCE_DIR "/tests/fixtures/models/") + GetParam();
};

// A prompt, a few tokens and two alone.
TEST_P(EmulatedModel, ComputesWhatTheInterpreterDoes) {
  std::vector<int32_t> tokens = TokensOf(folder_);
  ASSERT_GE(tokens.size(), 10);
  auto module = StepModule::Import(folder_ + "/model.gguf");
  ASSERT_THAT(module, IsOk());
  ASSERT_THAT((*module)->Run([](mlir::PassManager& passes) {
    PipelineOptions options;
    options.small = 1;
    options.bulk = 64;
    options.targets = llvm::ArrayRef<std::string>("generic");
    addAllPasses(passes, options);
    addPlanPasses(passes, options);
  }),
              IsOk());
  auto compiled = (*module)->Compile(target_);
  ASSERT_THAT(compiled, IsOk());
  size_t prompt = tokens.size() - 5;
  auto results = RunOn(target_, *compiled,
                       {Piece(tokens, 0, prompt), Piece(tokens, prompt, 3),
                        Piece(tokens, prompt + 3, 1), Piece(tokens, prompt + 4, 1)});
  ASSERT_THAT(results, IsOk());
  std::vector<double> found;
  for (const std::vector<float>& rows : *results)
    found.insert(found.end(), rows.begin(), rows.end());
  std::vector<double> expected = Interpreted(tokens);
  ASSERT_EQ(found.size(), expected.size());
  LogitsComparison comparison = compareLogits(expected, found, compiled->width);
  // Sums of floats are in another order.
  EXPECT_LE(comparison.meanDivergence, 1e-6);
}

// Norms of both kinds, rotations and positions that are added, windows and softcaps, experts.
INSTANTIATE_TEST_SUITE_P(Models, EmulatedModel,
                         ::testing::Values("llama-float", "gemma2", "gpt2", "mixtral"),
                         [](const auto& info) {
                           std::string name = info.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace emel::testing
