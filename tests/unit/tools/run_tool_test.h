#ifndef EMEL_TESTS_UNIT_TOOLS_RUN_TOOL_TEST_H_
#define EMEL_TESTS_UNIT_TOOLS_RUN_TOOL_TEST_H_

#include "tests/support/runnable_artifact.h"
#include "tests/unit/tools/tool_test.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace emel::tools {

using emel::testing::Outcome;
using emel::testing::RunnableArtifact;

// Runs emel-run with an artifact of known logits.
class RunTest : public ToolTest {
 protected:
  void SetUp() override {
    ToolTest::SetUp();
    if (!RunnableArtifact::RunsHere()) GTEST_SKIP() << "the artifact's code is for x86-64";
    Write(RunnableArtifact().Build());
  }
  void Write(const std::string& bytes) const {
    std::ofstream(Path("m.emel"), std::ios::binary) << bytes;
  }
  Outcome RunIt(std::vector<std::string> arguments, const std::string& input = "") {
    arguments.insert(arguments.begin(),
                     {std::string(EMEL_BINARY_DIR) + "/bin/emel-run", Path("m.emel")});
    return emel::testing::Run(arguments, input);
  }
  // What the tokens and the most likely ones after them should be.
  static std::vector<int32_t> Continue(std::vector<int32_t> tokens, int count) {
    std::vector<int32_t> said;
    for (int i = 0; i < count; ++i) {
      const auto row = RunnableArtifact::Logits(tokens);
      said.push_back(static_cast<int32_t>(std::max_element(row.begin(), row.end()) - row.begin()));
      tokens.push_back(said.back());
    }
    return said;
  }
};

}  // namespace emel::tools

#endif  // EMEL_TESTS_UNIT_TOOLS_RUN_TOOL_TEST_H_
