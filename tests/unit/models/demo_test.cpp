// The model that ships with the repository against what its own NumPy check computed.

#include "tests/unit/models/model_runner.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>

namespace emel::testing {
namespace {

TEST(DemoModelTest, ContinuesItsPrompts) {
  ModelRunner runner(EMEL_SOURCE_DIR "/models/tales.gguf");
  ASSERT_EQ(runner.error(), "");
  runner.simplify();
  std::ifstream file(EMEL_SOURCE_DIR "/tests/fixtures/demo/greedy.json");
  auto json = nlohmann::json::parse(file, nullptr, /*allow_exceptions=*/false);
  ASSERT_TRUE(json.is_object());
  ASSERT_FALSE(json["cases"].empty());
  for (const auto& prompt : json["cases"]) {
    auto expected = prompt["greedy"].get<std::vector<int32_t>>();
    EXPECT_EQ(runner.generate(prompt["ids"].get<std::vector<int32_t>>(), expected.size()), expected)
        << prompt["prompt"];
  }
}

}  // namespace
}  // namespace emel::testing
