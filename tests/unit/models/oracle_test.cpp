// Models of the reference data beside the project, where there is some: $EMEL_ORACLE or
// ../shared/oracle. Rule 1 of its README: float32 arithmetic on the weights as they are in the
// file.

#include "compiler/import/Import.h"
#include "llvm/ADT/STLExtras.h"
#include "tests/unit/models/model_runner.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace emel::testing {
namespace {

using Json = nlohmann::json;

std::string oracleFolder() {
  const char* folder = std::getenv("EMEL_ORACLE");
  return folder ? folder : EMEL_SOURCE_DIR "/../shared/oracle";
}

struct Entry {
  std::string name;
  Json json;
};
// Keeps failure messages short.
void PrintTo(const Entry& entry, std::ostream* out) { *out << entry.name; }

/// Every model of an architecture that we import; one nameless entry where there is no reference
/// data.
std::vector<Entry> entries() {
  std::ifstream file(oracleFolder() + "/manifest.json");
  Json manifest = Json::parse(file, nullptr, /*allow_exceptions=*/false);
  if (!manifest.is_object()) return {{"absent", {}}};
  std::vector<Entry> found;
  for (const Json& json : manifest["entries"]) {
    std::string name = json["name"], arch = json["arch"];
    if (!llvm::is_contained(knownArchitectures(), arch)) continue;
    std::replace_if(name.begin(), name.end(), [](char c) { return !std::isalnum(c); }, '_');
    found.push_back({name, json});
  }
  return found;
}

class OracleTest : public ::testing::TestWithParam<Entry> {
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
  std::string folder = oracleFolder() + "/" + json["dir"].get<std::string>();
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

INSTANTIATE_TEST_SUITE_P(Oracle, OracleTest, ::testing::ValuesIn(entries()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace emel::testing
