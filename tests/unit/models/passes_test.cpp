// Every pass of the pipeline on every model: the logits before and after it, and what became of the
// ops that the import named. A pass that is added to the pipeline is covered by that.

#include "compiler/driver/Diagnostics.h"
#include "dialects/emel/Provenance.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassInstrumentation.h"
#include "mlir/Pass/PassManager.h"
#include "passes/Pipelines.h"
#include "tests/support/depth.h"
#include "tests/unit/models/model_runner.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

namespace emel::testing {
namespace {

namespace fs = std::filesystem;

/// The names that the module holds or says to have removed.
std::set<std::string> accountedNames(mlir::ModuleOp module) {
  std::set<std::string> names;
  for (mlir::StringAttr name : getOrigins(module).ops) names.insert(name.str());
  auto passes = module->getAttrOfType<mlir::ArrayAttr>(EmelDialect::kPassesAttr);
  if (!passes) return names;
  for (mlir::Attribute pass : passes)
    if (auto removed =
            mlir::cast<mlir::DictionaryAttr>(pass).getAs<mlir::DictionaryAttr>("removed"))
      for (mlir::NamedAttribute name : removed) names.insert(name.getName().str());
  return names;
}

/// Runs a step before the first pass and after each one that changed something.
class StepAfterEachPass : public mlir::PassInstrumentation {
 public:
  StepAfterEachPass(ModelRunner& runner, std::vector<int32_t> tokens)
      : runner_(runner),
        tokens_(std::move(tokens)),
        names_(accountedNames(runner.module())),
        fingerprint_(runner.module()),
        logits_(run()) {}

  void runAfterPass(mlir::Pass* pass, mlir::Operation*) override {
    mlir::OperationFingerPrint now(runner_.module());
    if (now == fingerprint_) return;
    fingerprint_ = now;
    SCOPED_TRACE(pass->getArgument().str());
    std::vector<double> logits = run();
    EXPECT_EQ(runner_.error(), "");
    double bound = boundOf(pass->getArgument());
    if (bound == 0)
      EXPECT_TRUE(logits == logits_) << "the bits are not kept";
    else
      EXPECT_LE(middleDifference(logits), bound);
    logits_ = std::move(logits);
    std::set<std::string> names = accountedNames(runner_.module());
    for (const std::string& name : names_)
      EXPECT_TRUE(names.count(name)) << "'" << name << "' is gone without a record";
  }

 private:
  /// The logits of one step with all tokens, then those of a step for each.
  std::vector<double> run() {
    std::vector<double> logits = runner_.logits(tokens_);
    llvm::append_range(logits, runner_.logits(tokens_, /*oneByOne=*/true));
    return logits;
  }

  /// The largest difference from the logits before, of the middle row: where rounding makes a
  /// router choose another expert, some rows change as a whole.
  double middleDifference(const std::vector<double>& logits) {
    if (logits.size() != logits_.size()) return INFINITY;
    size_t width = logits.size() / (2 * tokens_.size());
    std::vector<double> rows;
    for (size_t at = 0; at < logits.size(); at += width)
      rows.push_back(largestDifference({logits.begin() + at, logits.begin() + at + width},
                                       {logits_.begin() + at, logits_.begin() + at + width}));
    std::nth_element(rows.begin(), rows.begin() + rows.size() / 2, rows.end());
    return rows[rows.size() / 2];
  }

  ModelRunner& runner_;
  std::vector<int32_t> tokens_;
  std::set<std::string> names_;
  mlir::OperationFingerPrint fingerprint_;
  std::vector<double> logits_;
};

struct Model {
  std::string name, path;
};
void PrintTo(const Model& model, std::ostream* out) { *out << model.name; }

/// The committed models, and those of the reference data where there is some.
std::vector<Model> fixtureModels() {
  std::vector<Model> found{{"tales", EMEL_SOURCE_DIR "/models/tales.gguf"}};
  for (const auto& entry : fs::directory_iterator(EMEL_SOURCE_DIR "/tests/fixtures/models")) {
    std::string name = entry.path().filename().string();
    std::replace(name.begin(), name.end(), '-', '_');
    found.push_back({name, (entry.path() / "model.gguf").string()});
  }
  for (const OracleModel& model : oracleModels())
    found.push_back({"oracle_" + model.name, model.folder + "/model.gguf"});
  return found;
}

class PassesTest : public ::testing::TestWithParam<Model> {};

TEST_P(PassesTest, KeepWhatTheModelComputes) {
  if (testing::IsLeftToChecks(2)) GTEST_SKIP() << testing::kLeftToChecks;
  ModelRunner runner(GetParam().path);
  ASSERT_EQ(runner.error(), "");
  mlir::PassManager passes(runner.module().getContext());
  addGroupPasses(passes, GroupOptions());
  passes.addInstrumentation(
      std::make_unique<StepAfterEachPass>(runner, std::vector<int32_t>{1, 5, 7, 5, 3}));
  DiagnosticCollector diagnostics(runner.module().getContext());
  EXPECT_TRUE(succeeded(passes.run(runner.module()))) << diagnostics.status();
  std::vector<double> before = runner.logits({2, 4});
  runner.roundTrip();
  ASSERT_EQ(runner.error(), "");
  EXPECT_TRUE(runner.logits({2, 4}) == before);
}

INSTANTIATE_TEST_SUITE_P(Models, PassesTest, ::testing::ValuesIn(fixtureModels()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace emel::testing
