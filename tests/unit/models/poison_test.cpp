// Code that fills memory with NaN wherever the plan says that it holds nothing: what is right stays
// the same bits, what reads too late shows.

#include "compiler/artifact/WriteArtifact.h"
#include "compiler/driver/Load.h"
#include "compiler/driver/Stages.h"
#include "dialects/RegisterDialects.h"
#include "tests/support/build_kind.h"
#include "tests/unit/models/compiled_model.h"
#include "tests/unit/models/model_runner.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace emel::testing {
namespace {

std::string fixture(const std::string& name) {
  return EMEL_SOURCE_DIR "/tests/fixtures/models/" + name;
}

class PoisonTest : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (kSanitized) GTEST_SKIP() << "the compiler takes minutes with sanitizers";
    if (variantsHere().empty()) GTEST_SKIP() << "this machine runs no code that we make";
  }
};

TEST_P(PoisonTest, ChangesNoBit) {
  std::string variant = variantsHere().back(), gguf = fixture(GetParam()) + "/model.gguf";
  std::vector<int32_t> tokens = readIds(fixture(GetParam()) + "/tokens.txt");
  CompiledModel plain(gguf, {variant}, {"--small=1"}),
      poisoned(gguf, {variant}, {"--small=1", "--debug-poison"});
  ASSERT_EQ(plain.error() + poisoned.error(), "");
  auto expected = plain.load(variant), checked = poisoned.load(variant);
  EXPECT_GT(checked->plan().entries.back().barriers, expected->plan().entries.back().barriers);
  for (size_t chunk : {SIZE_MAX, size_t{5}, size_t{1}}) {
    std::vector<double> rows = feed(expected->program(), tokens, 2, chunk);
    for (uint32_t workers : {1, 2, 3}) {
      SCOPED_TRACE(std::to_string(workers) + " workers, pieces of " + std::to_string(chunk));
      EXPECT_EQ(feed(checked->program(), tokens, workers, chunk), rows);
    }
  }
}

// Float weights and rounded activations, experts, windows and norms after every part.
INSTANTIATE_TEST_SUITE_P(Models, PoisonTest, ::testing::Values("llama-float", "mixtral", "gemma2"),
                         [](const auto& info) {
                           std::string name = info.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

/// An artifact of a fixture whose plan was changed after it had been verified.
class ChangedPlan {
 public:
  ChangedPlan(const std::string& name, llvm::function_ref<void(plan::EntryOp)> change, bool poison)
      : path_(std::filesystem::path(::testing::TempDir()) /
              ("emel_changed_" + std::to_string(getpid()) + ".emel")) {
    status_ = write(fixture(name) + "/model.gguf", change, poison);
  }
  ~ChangedPlan() { std::filesystem::remove(path_); }

  std::vector<double> feed(const std::vector<int32_t>& tokens) const {
    EXPECT_TRUE(status_.ok()) << status_;
    auto model = exec::Model::Load(path_);
    EXPECT_TRUE(model.ok()) << model.status();
    return testing::feed((*model)->program(), tokens, 2);
  }

 private:
  absl::Status write(const std::string& gguf, llvm::function_ref<void(plan::EntryOp)> change,
                     bool poison) {
    mlir::MLIRContext context(knownDialects(), mlir::MLIRContext::Threading::DISABLED);
    auto imported = loadGguf(context, gguf, {});
    if (!imported.ok()) return imported.status();
    absl::Status planned = compileTo(*imported->module, Stage::Plan, {.small = 1, .batch = 16});
    if (!planned.ok()) return planned;
    for (auto entry : imported->module->getOps<plan::EntryOp>()) change(entry);
    auto model = gguf::Model::Open(gguf, {});
    if (!model.ok()) return model.status();
    ArtifactOptions options;
    options.targets = {cpu::findTarget(variantsHere().back())};
    options.contract = "{}";
    options.model = &*model;
    options.checks.poison = poison;
    std::ofstream out(path_, std::ios::binary);
    return writeArtifact(*imported->module, options,
                         [&](uint64_t at, absl::Span<const uint8_t> bytes) {
                           out.seekp(static_cast<std::streamoff>(at));
                           out.write(reinterpret_cast<const char*>(bytes.data()),
                                     static_cast<std::streamsize>(bytes.size()));
                           return absl::OkStatus();
                         })
        .status();
  }

  std::string path_;
  absl::Status status_;
};

/// Ends the first value that outlives an epoch one epoch before its last use.
void endTooEarly(plan::EntryOp entry) {
  for (auto launch : entry.getBody().front().getOps<plan::LaunchOp>()) {
    plan::LifeAttr life = launch.getLife(0);
    if (!life || launch.getPlace(0).getArena().getValue() != "arena" ||
        life.getUpper() < life.getLower() + 2)
      continue;
    llvm::SmallVector<mlir::Attribute> lives(launch.getLivesAttr().getValue());
    lives[0] = plan::LifeAttr::get(entry.getContext(), life.getLower(), life.getUpper() - 1,
                                   life.getBytes(), life.getOver());
    launch.setLivesAttr(mlir::ArrayAttr::get(entry.getContext(), lives));
    return;
  }
  ADD_FAILURE() << "no value outlives an epoch";
}

TEST(WrongPlanTest, ShowsAsNan) {
  if (kSanitized) GTEST_SKIP() << "the compiler takes minutes with sanitizers";
  if (variantsHere().empty()) GTEST_SKIP() << "this machine runs no code that we make";
  std::vector<int32_t> tokens = readIds(fixture("llama-float") + "/tokens.txt");
  auto countNan = [&](llvm::function_ref<void(plan::EntryOp)> change, bool poison) {
    std::vector<double> rows = ChangedPlan("llama-float", change, poison).feed(tokens);
    EXPECT_FALSE(rows.empty());
    return llvm::count_if(rows, [](double x) { return std::isnan(x); });
  };
  EXPECT_EQ(countNan([](plan::EntryOp) {}, true), 0);
  EXPECT_EQ(countNan(endTooEarly, false), 0);  // nothing else happens to lie there
  EXPECT_GT(countNan(endTooEarly, true), 0);
}

}  // namespace
}  // namespace emel::testing
