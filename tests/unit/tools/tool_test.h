#ifndef EMEL_TESTS_UNIT_TOOLS_TOOL_TEST_H_
#define EMEL_TESTS_UNIT_TOOLS_TOOL_TEST_H_

#include "tests/support/process.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

namespace emel::tools {

// Runs tools in a folder of its own, which must be empty of leftovers after a failure.
class ToolTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        std::filesystem::path(::testing::TempDir()) / ("emel_tool_" + std::to_string(getpid()));
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  static emel::testing::Outcome RunTool(const std::string& tool, std::vector<std::string> arguments,
                                        const std::string& stdout_path = "") {
    arguments.insert(arguments.begin(), std::string(EMEL_BINARY_DIR) + "/bin/" + tool);
    return emel::testing::Run(arguments, "", stdout_path);
  }
  static std::string Fixture(const std::string& name) {
    return std::string(EMEL_SOURCE_DIR) + "/tests/fixtures/" + name;
  }
  std::string Path(const std::string& name) const { return folder_ / name; }
  size_t FileCount() const {
    return std::distance(std::filesystem::directory_iterator(folder_),
                         std::filesystem::directory_iterator());
  }
  static std::string Read(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

 private:
  std::filesystem::path folder_;
};

}  // namespace emel::tools

#endif  // EMEL_TESTS_UNIT_TOOLS_TOOL_TEST_H_
