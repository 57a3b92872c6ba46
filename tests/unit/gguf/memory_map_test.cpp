#include "runtime/gguf/memory_map.h"

#include "tests/support/gguf_builder.h"
#include "tests/support/matchers.h"
#include "tests/support/memory_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <tuple>
#include <vector>

namespace emel::gguf {
namespace {

using ::emel::testing::GgufBuilder;
using ::emel::testing::IsOk;
using ::emel::testing::MemoryFiles;
using ::emel::testing::SmallModel;

// "header 24" and so on, with tensors by name.
std::vector<std::string> Map(std::string bytes, OpenOptions options = {}) {
  MemoryFiles files;
  files.Add("model.gguf", bytes);
  const io::Syscalls syscalls = files.syscalls();
  options.syscalls = &syscalls;
  const auto model = Model::Open("model.gguf", options);
  EXPECT_THAT(model, IsOk());
  if (!model.ok()) return {};
  std::vector<std::string> ranges;
  uint64_t end = 0;
  for (const Range& range : MapShard(*model, 0)) {
    EXPECT_EQ(range.offset, end);
    EXPECT_GT(range.bytes, 0u);
    end += range.bytes;
    const std::string name =
        range.tensor != nullptr ? range.tensor->name : std::string(Name(range.kind));
    ranges.push_back(name + " " + std::to_string(range.bytes));
  }
  EXPECT_EQ(end, bytes.size());
  return ranges;
}

TEST(MemoryMapTest, AccountsForEveryByte) {
  EXPECT_THAT(Map(SmallModel().Build()),
              ::testing::ElementsAre("header 24", "metadata 246", "tensor infos 134", "padding 12",
                                     "a.weight 64", "b.weight 136", "padding 24", "c.bias 6",
                                     "padding 26"));
}

TEST(MemoryMapTest, ShowsGapsAndTrailingBytes) {
  GgufBuilder builder;
  builder.AddTensor("a", TensorType::kF32, {1}).gap_before = 32;
  builder.AddTensor("b", TensorType::kF32, {8}).gap_before = 64;
  EXPECT_THAT(Map(builder.Build() + std::string(100, 't')),
              ::testing::ElementsAre("header 24", "tensor infos 66", "padding 6", "gap 32", "a 4",
                                     "padding 28", "gap 64", "b 32", "trailing 100"));
}

TEST(MemoryMapTest, OrdersByOffset) {
  GgufBuilder builder;
  builder.AddTensor("a", TensorType::kF32, {8}).offset = 32;
  builder.AddTensor("b", TensorType::kF32, {8}).offset = 0;
  EXPECT_THAT(Map(builder.Build()),
              ::testing::ElementsAre("header 24", "tensor infos 66", "padding 6", "b 32", "a 32"));
}

TEST(MemoryMapTest, StopsWhereAFileWithoutDataDoes) {
  GgufBuilder builder;
  builder.AddTensor("a", TensorType::kF32, {8}).data.resize(8);
  builder.alignment = 8;
  builder.AddKey<uint32_t>("general.alignment", 8);
  EXPECT_THAT(
      Map(builder.Build(), {.vocab_only = true}),
      ::testing::ElementsAre("header 24", "metadata 33", "tensor infos 33", "padding 6", "a 8"));
}

TEST(MemoryMapTest, AFileMayEndWithItsHeader) {
  GgufBuilder builder;
  builder.alignment = 1;
  builder.AddKey<bool>("b", true);
  EXPECT_THAT(Map(builder.Build()), ::testing::ElementsAre("header 24", "metadata 14"));
}

}  // namespace
}  // namespace emel::gguf
