// Whole models: code has the bits that the interpreter computes in the prescribed order from the
// same plan, and from the groups that it was made of, for prompts and tokens alone.
//
// A run takes for each model one form of code, by turns, aarch64's and one with tiles; with
// EMEL_TEST_VARIANTS=all every form that this machine runs or emulates.

#include "passes/Passes.h"
#include "passes/Pipelines.h"
#include "tests/kernels/run_kernel.h"
#include "tests/support/build_kind.h"
#include "tests/support/depth.h"
#include "tests/support/matchers.h"
#include "tests/support/same_bits.h"
#include "tests/unit/models/model_runner.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <numeric>

namespace emel::testing::exact_order {
namespace {

namespace fs = std::filesystem;

struct Model {
  std::string name, gguf;
};
void PrintTo(const Model& model, std::ostream* out) { *out << model.name; }

std::vector<Model> Models() {
  std::vector<Model> models{{"tales", EMEL_SOURCE_DIR "/models/tales.gguf"}};
  for (const auto& folder : fs::directory_iterator(EMEL_SOURCE_DIR "/tests/fixtures/models")) {
    std::string name = folder.path().filename();
    std::replace(name.begin(), name.end(), '-', '_');
    models.push_back({name, folder.path() / "model.gguf"});
  }
  for (const OracleModel& model : oracleModels())
    models.push_back({"reference_" + model.name, model.folder + "/model.gguf"});
  return models;
}

// A prompt, of more than a page where the context has room, then a few tokens, one, and a few more
// than fit the small entry.
constexpr size_t kPrompt = 35, kAfter[] = {3, 1, 5, 1};
constexpr int64_t kSmall = 4;

// Norms of both kinds, rotations and positions that are added, windows and softcaps, experts.
constexpr const char* kAlways[] = {"llama_float", "gemma2", "gpt2", "mixtral", "tales"};

class ExactOrder : public ::testing::TestWithParam<Model> {
 protected:
  void SetUp() override {
    if (kSanitized) GTEST_SKIP() << "the compiler takes minutes with sanitizers";
    bool isAlways = llvm::is_contained(kAlways, GetParam().name);
    if (!isAlways && IsLeftToChecks(12)) GTEST_SKIP() << kLeftToChecks;
  }

  void ChooseTokens(size_t context) {
    size_t after = std::accumulate(std::begin(kAfter), std::end(kAfter), 0u);
    pieces_ = {std::min(kPrompt, context - after)};
    pieces_.insert(pieces_.end(), std::begin(kAfter), std::end(kAfter));
    // Below every vocabulary's size, and not in order.
    for (size_t i = 0; i < pieces_.front() + after; ++i)
      tokens_.push_back(static_cast<int32_t>(1 + i * 37 % 90));
  }

  static std::vector<TestForm> Forms(bool hasTiles) {
    std::vector<TestForm> forms = KnownForms();
    llvm::erase_if(forms, [&](const TestForm& form) {
      return !RunnerOf(form).ok() || (hasTiles && !form.target.hasAmx);
    });
    const char* wanted = std::getenv("EMEL_TEST_VARIANTS");
    if (forms.size() < 3 || (wanted && wanted == std::string("all"))) return forms;
    const std::string& name = GetParam().name;
    size_t turn = std::accumulate(name.begin(), name.end(), size_t{0}) % forms.size();
    std::vector<TestForm> chosen{forms[turn]};
    for (const TestForm& form : forms)
      if (form.name() == "aarch64" && forms[turn].name() != "aarch64") chosen.push_back(form);
    return chosen;
  }

  std::vector<StepTokens> Steps() const {
    std::vector<StepTokens> steps;
    int32_t position = 0;
    for (size_t size : pieces_) {
      StepTokens& step = steps.emplace_back();
      for (size_t i = 0; i < size; ++i, ++position) {
        step.tokens.push_back(tokens_[position]);
        step.positions.push_back(position);
        step.slots.push_back(0);
      }
    }
    return steps;
  }

  void ExpectTheBits(bool hasTiles) {
    auto module = StepModule::Import(GetParam().gguf);
    ASSERT_THAT(module, IsOk());
    ChooseTokens((*module)->Context());
    PipelineOptions options;
    options.small = kSmall;
    options.bulk = 64;
    if (hasTiles) options.bulkForm = "bf16";
    options.targets = llvm::ArrayRef<std::string>("generic");
    ASSERT_THAT((*module)->Run([&](mlir::PassManager& passes) { addGroupPasses(passes, options); }),
                IsOk());
    auto ofGroups = (*module)->Interpret(tokens_, StepModule::kOrdered, pieces_);
    ASSERT_THAT(ofGroups, IsOk());
    ASSERT_THAT((*module)->Run([&](mlir::PassManager& passes) { addPlanPasses(passes, options); }),
                IsOk());
    auto expected = (*module)->Interpret(tokens_, StepModule::kOrdered, pieces_);
    ASSERT_THAT(expected, IsOk());
    size_t width = expected->size() / tokens_.size();
    ASSERT_NO_FATAL_FAILURE(ExpectSameBits(*ofGroups, *expected, width));
    for (const TestForm& form : Forms(hasTiles)) {
      SCOPED_TRACE(form.name());
      auto compiled = (*module)->Compile(form);
      ASSERT_THAT(compiled, IsOk());
      auto results = RunOn(form, *compiled, Steps());
      ASSERT_THAT(results, IsOk());
      std::vector<float> found;
      for (const std::vector<float>& rows : *results)
        found.insert(found.end(), rows.begin(), rows.end());
      ASSERT_NO_FATAL_FAILURE(ExpectSameBits(found, *expected, width));
    }
  }

  std::vector<int32_t> tokens_;
  std::vector<size_t> pieces_;
};

TEST_P(ExactOrder, HasCodesBits) { ExpectTheBits(false); }

TEST_P(ExactOrder, HasThemWithTiles) { ExpectTheBits(true); }

INSTANTIATE_TEST_SUITE_P(Models, ExactOrder, ::testing::ValuesIn(Models()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace emel::testing::exact_order
