// Plans of the committed models, run as workers would run them: the logits keep their bits,
// whatever the number of workers, the order of tiles and the entries that serve the steps.

#include "compiler/driver/Diagnostics.h"
#include "mlir/Pass/PassManager.h"
#include "passes/Pipelines.h"
#include "tests/unit/models/model_runner.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace emel::testing {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> names() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(EMEL_SOURCE_DIR "/tests/fixtures/models"))
    names.push_back(entry.path().filename().string());
  return names;
}

class PlanTest : public ::testing::TestWithParam<std::string> {
 protected:
  /// Logits of a few tokens, one, and more than any entry takes.
  std::vector<double> run(mlir::ModuleOp module, int64_t workers, int64_t schedules) {
    std::vector<double> logits;
    interpreter::Interpreter interpreter(module, {.workers = workers, .schedules = schedules});
    interpreter::Session session(interpreter);
    for (int64_t count : {3, 1, 43}) {
      std::vector<int32_t> tokens;
      for (int64_t i = 0; i < count; ++i) tokens.push_back(static_cast<int32_t>(1 + i * i % 7));
      auto step = session.step(tokens);
      if (failed(step)) return {};
      logits.insert(logits.end(), step->reals().begin(), step->reals().end());
    }
    return logits;
  }
};

TEST_P(PlanTest, KeepsTheBits) {
  ModelRunner runner(EMEL_SOURCE_DIR "/tests/fixtures/models/" + GetParam() + "/model.gguf");
  ASSERT_EQ(runner.error(), "");
  mlir::MLIRContext* context = runner.module().getContext();
  DiagnosticCollector diagnostics(context);
  PipelineOptions options;
  options.small = 4;
  options.bulk = 40;
  mlir::PassManager graph(context), plan(context);
  addGroupPasses(graph, options);
  ASSERT_TRUE(succeeded(graph.run(runner.module()))) << diagnostics.status();
  std::vector<double> expected = run(runner.module(), 1, 1);
  addPlanPasses(plan, options);
  ASSERT_TRUE(succeeded(plan.run(runner.module()))) << diagnostics.status();
  ASSERT_FALSE(runner.module().getOps<plan::EntryOp>().empty());
  for (int64_t workers : {1, 2, 3, 4, 7}) {
    SCOPED_TRACE(workers);
    EXPECT_TRUE(run(runner.module(), workers, workers > 1 ? 4 : 1) == expected)
        << diagnostics.status();
  }
}

INSTANTIATE_TEST_SUITE_P(Models, PlanTest, ::testing::ValuesIn(names()), [](const auto& info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

}  // namespace
}  // namespace emel::testing
