// Compiled models: they compute what the interpreter does, within what the reference data allows,
// and the same bits for any number of workers, in any pieces and any company.
//
// Each model is a process that compiles it once, for the best variant of this machine and, by
// turns, one of the others that it runs; with EMEL_TEST_VARIANTS=all for all of them.

#include "compiler/driver/CompareLogits.h"
#include "mlir/Pass/PassManager.h"
#include "passes/Passes.h"
#include "tests/support/build_kind.h"
#include "tests/support/depth.h"
#include "tests/unit/models/compiled_model.h"
#include "tests/unit/models/model_runner.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <filesystem>
#include <numeric>

namespace emel::testing {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr uint32_t kWorkers[] = {1, 2, 3, 7};

std::vector<std::string> variantsFor(const std::string& name) {
  const char* wanted = std::getenv("EMEL_TEST_VARIANTS");
  std::vector<std::string> variants = variantsHere();
  if (variants.size() < 3 || (wanted && wanted == std::string("all"))) return variants;
  size_t turn = std::accumulate(name.begin(), name.end(), size_t{0}) % (variants.size() - 1);
  return {variants[turn], variants.back()};
}

/// The same bits, without a page of numbers where they are not.
void expectSame(const std::vector<double>& got, const std::vector<double>& expected) {
  ASSERT_EQ(got.size(), expected.size());
  for (size_t i = 0; i < got.size(); ++i)
    ASSERT_EQ(std::bit_cast<uint64_t>(got[i]), std::bit_cast<uint64_t>(expected[i]))
        << "number " << i << " is " << got[i] << ", expected " << expected[i];
}

/// The rows of one prefill, which are the same bits however they come about.
std::vector<double> expectOneResult(const exec::Program& program,
                                    const std::vector<int32_t>& tokens) {
  std::vector<double> rows = feed(program, tokens, 2);
  for (uint32_t workers : kWorkers) {
    SCOPED_TRACE(std::to_string(workers) + " workers");
    expectSame(feed(program, tokens, workers), rows);
    // Prefill equals decode, since every path is compiled in one scheme.
    expectSame(feed(program, tokens, workers, 1), rows);
    expectSame(feed(program, tokens, workers, workers + 4), rows);
    expectSame(feedInCompany(program, tokens, workers, workers), rows);
  }
  return rows;
}

/// Every worker does a part of the step, and the bits stay. Small models have too few tiles for the
/// most workers; of those, several do.
void expectSharedWork(const exec::Program& program, const std::vector<int32_t>& tokens,
                      const std::vector<double>& rows) {
  for (uint32_t workers : {2, 3, 7}) {
    SCOPED_TRACE(std::to_string(workers) + " workers in turns");
    TurnsOfWorkers turns = feedInTurns(program, tokens, workers);
    expectSame(turns.logits, rows);
    size_t idle = std::count(turns.turnsAtWork.begin(), turns.turnsAtWork.end(), 0u);
    EXPECT_LE(idle, workers <= 3 ? 0 : workers / 2);
  }
}

struct CompiledCase {
  std::string name, gguf, folder;
  Json json;  // of the reference data's manifest; null for a committed model
};
void PrintTo(const CompiledCase& test, std::ostream* out) { *out << test.name; }

class CompiledTest : public ::testing::TestWithParam<CompiledCase> {
 protected:
  /// Calls `check` with the code of each variant.
  template <typename Check>
  void forEachVariant(Check check, const std::vector<std::string>& options = {}) {
    if (kSanitized) GTEST_SKIP() << "the compiler takes minutes with sanitizers";
    std::vector<std::string> variants = variantsFor(GetParam().name);
    if (variants.empty()) GTEST_SKIP() << "this machine runs no code that we make";
    CompiledModel compiled(GetParam().gguf, variants, options);
    ASSERT_EQ(compiled.error(), "");
    for (const std::string& variant : variants) {
      SCOPED_TRACE(variant);
      auto model = compiled.load(variant);
      check(model->program());
    }
  }
};

class CompiledFixtureTest : public CompiledTest {};

/// The interpreter computes the scheme in double precision, so only sums differ; where a rounding
/// of activations then falls the other way, the row shows it.
constexpr double kFixtureMeanDivergence = 1e-6, kWhereRoundingsFall = 1e-3;

TEST_P(CompiledFixtureTest, ComputesWhatTheInterpreterDoes) {
  if (IsLeftToChecks(2)) GTEST_SKIP() << kLeftToChecks;
  ModelRunner runner(GetParam().gguf);
  ASSERT_EQ(runner.error(), "");
  mlir::PassManager passes(runner.module().getContext());
  passes.addPass(createQuantizeActivations());
  ASSERT_TRUE(mlir::succeeded(passes.run(runner.module())));
  std::vector<int32_t> tokens = readIds(GetParam().folder + "/tokens.txt");
  std::vector<double> expected = runner.logits(tokens);
  ASSERT_FALSE(expected.empty()) << runner.error();
  forEachVariant(
      [&](const exec::Program& program) {
        std::vector<double> rows = expectOneResult(program, tokens);
        ASSERT_EQ(rows.size(), expected.size());
        LogitsComparison comparison = compareLogits(expected, rows, program.vocabulary);
        std::printf("mean divergence %.2e, largest difference %.2e\n", comparison.meanDivergence,
                    comparison.largestDifference);
        // Four layers in every format there is: enough activations lie near the middle of two
        // levels.
        EXPECT_LE(comparison.meanDivergence, GetParam().name == "llama_all_types"
                                                 ? kWhereRoundingsFall
                                                 : kFixtureMeanDivergence);
        EXPECT_LE(comparison.divergences.front(), kFixtureMeanDivergence);
        expectSharedWork(program, tokens, rows);
      },
      {"--numerics=invariant"});
}

std::vector<CompiledCase> fixtureCases() {
  std::vector<CompiledCase> found;
  fs::path root = fs::path(EMEL_SOURCE_DIR) / "tests/fixtures";
  for (const auto& entry : fs::directory_iterator(root / "models")) {
    std::string name = entry.path().filename().string();
    std::replace(name.begin(), name.end(), '-', '_');
    found.push_back({name, (entry.path() / "model.gguf").string(), entry.path().string(), {}});
  }
  fs::path split = root / "split";
  found.push_back({"split", (split / "tiny-00001-of-00003.gguf").string(), split.string(), {}});
  return found;
}

INSTANTIATE_TEST_SUITE_P(Fixtures, CompiledFixtureTest, ::testing::ValuesIn(fixtureCases()),
                         [](const auto& info) { return info.param.name; });

/// What the README of the reference data allows for types of weights.
struct Limits {
  double difference = INFINITY, meanDivergence = INFINITY, maxDivergence = INFINITY;
};
Limits limitsOf(const Json& model) {
  bool bf16 = false, rounded = false;
  for (const auto& type : model["tensor_types"].items()) {
    bf16 |= type.key() == "BF16";
    rounded |= type.key() != "F32" && type.key() != "F16" && type.key() != "BF16";
  }
  if (!rounded) return bf16 ? Limits{0.4, 1e-3, INFINITY} : Limits{0.1, 1e-4, INFINITY};
  // Where nobody measured the peer, that of its like.
  Json native = model.value("native", Json::object());
  double mean = native.value("mean_kl", 3e-3), most = native.value("max_kl", 3e-2);
  return {INFINITY, 3 * mean + 1e-4, 3 * most + 1e-3};
}

/// Ids up to the first step whose lead is within twice what logits differ by.
void expectGreedy(const std::vector<int32_t>& got, const Json& run, double difference) {
  for (size_t i = 0; i < got.size(); ++i) {
    if (run["gap"][i].get<double>() <= 2 * difference) return;
    ASSERT_EQ(got[i], run["greedy"][i].get<int32_t>()) << "step " << i;
  }
}

class CompiledOracleTest : public CompiledTest {};

TEST_P(CompiledOracleTest, KeepsTheRules) {
  const Json& json = GetParam().json;
  if (json.is_null()) GTEST_SKIP() << "no reference data at " << oracleFolder();
  if (IsLeftToChecks(6)) GTEST_SKIP() << kLeftToChecks;
  // Another choice of an expert changes a row completely, so that only most rows can be held to it.
  bool mixture = json["name"].get<std::string>().find("mixtral") == 0 ||
                 json["name"].get<std::string>().find("moe") != std::string::npos;
  Limits limits = limitsOf(json);
  auto keepsTheRules = [&](const exec::Program& program) {
    for (const Json& run : json["runs"]) {
      if (!run.contains("logits_file") || run["logits_file"].is_null()) continue;
      auto prompt = run["prompt"].get<std::vector<int32_t>>(), tokens = prompt;
      for (const Json& token : run["greedy"]) tokens.push_back(token.get<int32_t>());
      std::vector<float> floats =
          readFloats(GetParam().folder + "/" + run["logits_file"].get<std::string>());
      std::vector<double> exact(floats.begin(), floats.end());
      for (size_t piece :
           {SIZE_MAX, size_t{1}}) {  // the whole prompt, which may take other code; single tokens
        SCOPED_TRACE(piece != 1 ? "as a prompt" : "one by one");
        std::vector<double> rows = feed(program, tokens, 2, piece);
        expectSame(feed(program, tokens, 3, piece), rows);
        ASSERT_EQ(rows.size(), exact.size());
        LogitsComparison comparison = compareLogits(exact, rows, program.vocabulary);
        std::printf("mean divergence %.2e, largest difference %.2e\n", comparison.meanDivergence,
                    comparison.largestDifference);
        std::vector<double>& all = comparison.divergences;
        if (mixture) {
          std::nth_element(all.begin(), all.begin() + all.size() / 2, all.end());
          EXPECT_LE(all[all.size() / 2], limits.meanDivergence);
          continue;
        }
        EXPECT_LE(comparison.largestDifference, limits.difference);
        EXPECT_LE(comparison.meanDivergence, limits.meanDivergence);
        EXPECT_LE(comparison.maxDivergence, limits.maxDivergence);
        if (piece == 1)
          expectGreedy(generate(program, prompt, tokens.size() - prompt.size()), run,
                       comparison.largestDifference);
      }
    }
  };
  // Without the entry for a few tokens, which the committed models try, compiling takes half the
  // time.
  forEachVariant(keepsTheRules, {"--small=1"});
}

/// One nameless model where there is no reference data.
std::vector<CompiledCase> oracleCases() {
  std::vector<CompiledCase> found;
  for (const OracleModel& model : oracleModels())
    found.push_back({model.name, model.folder + "/model.gguf", model.folder, model.json});
  if (found.empty()) found.push_back({"absent", "", "", {}});
  return found;
}

INSTANTIATE_TEST_SUITE_P(Oracle, CompiledOracleTest, ::testing::ValuesIn(oracleCases()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace emel::testing
