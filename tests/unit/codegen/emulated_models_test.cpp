// Whole models of the ops that no test of kernels has, for aarch64 and in portable forms by turns,
// against the interpreter.

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

struct Case {
  const char *model, *portable;  // and the target whose portable form it is compiled to
};

class EmulatedModel : public ::testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    if (kSanitized) GTEST_SKIP() << "the compiler takes minutes with sanitizers";
    tokens_ = TokensOf(folder_);
    ASSERT_GE(tokens_.size(), 10);
    auto module = StepModule::Import(folder_ + "/model.gguf");
    ASSERT_THAT(module, IsOk());
    module_ = *std::move(module);
    ASSERT_THAT(module_->Run([](mlir::PassManager& passes) {
      PipelineOptions options;
      options.small = 1;
      options.bulk = 64;
      options.targets = llvm::ArrayRef<std::string>("generic");
      addAllPasses(passes, options);
    }),
                IsOk());
    expected_ = Interpreted();
  }

  std::vector<double> Interpreted() const {
    auto module = StepModule::Import(folder_ + "/model.gguf");
    EXPECT_THAT(module, IsOk());
    EXPECT_THAT((*module)->Run(
                    [](mlir::PassManager& passes) { passes.addPass(createQuantizeActivations()); }),
                IsOk());
    auto logits = (*module)->Interpret(tokens_);
    EXPECT_THAT(logits, IsOk());
    return {logits->begin(), logits->end()};
  }

  // A prompt, a few tokens and two alone.
  void ExpectInterpreted(const TestForm& form) {
    SCOPED_TRACE(form.name());
    auto compiled = module_->Compile(form);
    ASSERT_THAT(compiled, IsOk());
    size_t prompt = tokens_.size() - 5;
    auto results = RunOn(form, *compiled,
                         {Piece(tokens_, 0, prompt), Piece(tokens_, prompt, 3),
                          Piece(tokens_, prompt + 3, 1), Piece(tokens_, prompt + 4, 1)});
    ASSERT_THAT(results, IsOk());
    std::vector<double> found;
    for (const std::vector<float>& rows : *results)
      found.insert(found.end(), rows.begin(), rows.end());
    ASSERT_EQ(found.size(), expected_.size());
    LogitsComparison comparison = compareLogits(expected_, found, compiled->width);
    // Sums of floats are in another order.
    EXPECT_LE(comparison.meanDivergence, 1e-6);
  }

  std::vector<int32_t> tokens_;
  std::unique_ptr<StepModule> module_;
  std::vector<double> expected_;
  const std::string folder_ =
      std::string(EMEL_SOURCE_DIR "/tests/fixtures/models/") + GetParam().model;
};

TEST_P(EmulatedModel, ComputesWhatTheInterpreterDoes) {
  const cpu::Target& target = *cpu::findTarget("aarch64");
  if (auto runner = RunnerOf(target); !runner.ok()) GTEST_SKIP() << runner.status().message();
  ExpectInterpreted(target);
}

TEST_P(EmulatedModel, DoesSoInAPortableForm) {
  TestForm form = PortableFormOf(*cpu::findTarget(GetParam().portable));
  if (auto runner = RunnerOf(form); !runner.ok()) GTEST_SKIP() << runner.status().message();
  ExpectInterpreted(form);
}

// Norms of both kinds, rotations and positions that are added, windows and softcaps, experts.
INSTANTIATE_TEST_SUITE_P(Models, EmulatedModel,
                         ::testing::Values(Case{"llama-float", "x86-64-v3"},
                                           Case{"gemma2", "x86-64-v4"},
                                           Case{"gpt2", "sapphirerapids"},
                                           Case{"mixtral", "aarch64"}),
                         [](const auto& info) {
                           std::string name = info.param.model;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace emel::testing
