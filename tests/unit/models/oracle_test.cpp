// Models of the reference data beside the project, where there is some: $EMEL_ORACLE or
// ../shared/oracle. Rule 1 of its README: float32 arithmetic on the weights as they are in the
// file.

#include "tests/unit/models/model_runner.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace emel::testing {
namespace {

using Json = nlohmann::json;

/// One nameless model where there is no reference data.
std::vector<OracleModel> models() {
  std::vector<OracleModel> found = oracleModels();
  return found.empty() ? std::vector<OracleModel>{{"absent", "", {}}} : found;
}

class OracleTest : public ::testing::TestWithParam<OracleModel> {
 protected:
  void SetUp() override {
    if (GetParam().json.is_null()) GTEST_SKIP() << "no reference data at " << oracleFolder();
  }
};

/// Greedy ids must agree up to the first step whose lead is within twice the allowed difference.
void expectGreedy(const std::vector<int32_t>& got, const Json& run) {
  for (size_t i = 0; i < got.size(); ++i) {
    if (run["gap"][i].get<double>() <= 4e-3) return;
    ASSERT_EQ(got[i], run["greedy"][i].get<int32_t>()) << "step " << i;
  }
}

TEST_P(OracleTest, MatchesRuleOne) {
  const Json& json = GetParam().json;
  const std::string& folder = GetParam().folder;
  ModelRunner runner(folder + "/model.gguf");
  ASSERT_EQ(runner.error(), "");
  double limit = json["arch"] == "gpt2" ? 2e-2 : 1e-3;
  for (const Json& run : json["runs"]) {
    auto tokens = run["prompt"].get<std::vector<int32_t>>();
    auto greedy = run["greedy"].get<std::vector<int32_t>>();
    // Half of the free steps is enough: each costs a whole forward pass.
    expectGreedy(runner.generate(tokens, greedy.size() / 2), run);
    if (!run.contains("logits_file") || run["logits_file"].is_null()) continue;
    tokens.insert(tokens.end(), greedy.begin(), greedy.end());
    auto expected = readFloats(folder + "/" + run["logits_file"].get<std::string>());
    EXPECT_LE(largestDifference(runner.logits(tokens), expected), limit);
  }
}

INSTANTIATE_TEST_SUITE_P(Oracle, OracleTest, ::testing::ValuesIn(models()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace emel::testing
