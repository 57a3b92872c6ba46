// The committed models against the values that tests/reference computed for them.

#include "tests/unit/models/model_runner.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace emel::testing {
namespace {

namespace fs = std::filesystem;

constexpr double kLimit = 1e-3, kLimitF64 = 1e-4;

struct Fixture {
  std::string name, folder, model;
};

std::vector<Fixture> fixtures() {
  std::vector<Fixture> found;
  fs::path root = fs::path(EMEL_SOURCE_DIR) / "tests/fixtures";
  for (const auto& entry : fs::directory_iterator(root / "models")) {
    std::string name = entry.path().filename().string();
    std::replace(name.begin(), name.end(), '-', '_');
    found.push_back({name, entry.path().string(), (entry.path() / "model.gguf").string()});
  }
  fs::path split = root / "split";
  found.push_back({"split", split.string(), (split / "tiny-00001-of-00003.gguf").string()});
  return found;
}

class FixtureTest : public ::testing::TestWithParam<Fixture> {
 protected:
  void SetUp() override { ASSERT_EQ(runner_.error(), ""); }

  ModelRunner runner_{GetParam().model};
  std::vector<int32_t> tokens_ = readIds(GetParam().folder + "/tokens.txt");
  std::vector<float> expected_ = readFloats(GetParam().folder + "/logits.f32");
};

TEST_P(FixtureTest, MatchesTheReference) {
  EXPECT_LE(largestDifference(runner_.logits(tokens_), expected_), kLimit) << runner_.error();
  EXPECT_LE(
      largestDifference(runner_.logits(tokens_, false, interpreter::Precision::F64), expected_),
      kLimitF64);
}

TEST_P(FixtureTest, GivesTheSameBitsTokenByToken) {
  EXPECT_EQ(runner_.logits(tokens_), runner_.logits(tokens_, /*oneByOne=*/true));
}

TEST_P(FixtureTest, ContinuesGreedily) {
  std::vector<int32_t> expected = readIds(GetParam().folder + "/greedy.txt");
  EXPECT_EQ(runner_.generate(tokens_, expected.size()), expected);
}

TEST_P(FixtureTest, KeepsItsBitsWhenSimplifiedAndPrinted) {
  std::vector<double> before = runner_.logits(tokens_);
  runner_.simplify();
  ASSERT_EQ(runner_.error(), "");
  EXPECT_EQ(runner_.logits(tokens_), before);
  runner_.roundTrip();
  ASSERT_EQ(runner_.error(), "");
  EXPECT_EQ(runner_.logits(tokens_), before);
}

INSTANTIATE_TEST_SUITE_P(Fixtures, FixtureTest, ::testing::ValuesIn(fixtures()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace emel::testing
