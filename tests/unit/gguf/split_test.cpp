#include "runtime/gguf/gguf.h"
#include "tests/support/gguf_builder.h"
#include "tests/support/memory_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <ostream>
#include <string>
#include <vector>

namespace emel::gguf {
namespace {

using ::emel::testing::GgufBuilder;
using ::emel::testing::MemoryFiles;
using ::testing::MatchesRegex;

// Three shards of one model, two tensors each, as files m-0000i-of-00003.gguf.
class Shards {
 public:
  Shards() {
    for (int i = 0; i < 3; ++i) {
      GgufBuilder& shard = shards.emplace_back();
      if (i == 0) {
        shard.AddKey<std::string>("general.architecture", "llama");
        shard.AddArray<std::string>("tokenizer.ggml.tokens", {"a", "b"});
      }
      shard.AddKey<uint16_t>("split.no", i);
      shard.AddKey<uint16_t>("split.count", 3);
      shard.AddKey<int32_t>("split.tensors.count", 6);
      for (const char* name : {"first", "second"}) {
        shard.AddTensor(name + std::to_string(i), TensorType::kF32, {4});
      }
    }
  }

  static std::string Path(int shard, const std::string& base = "dir/m") {
    return base + "-0000" + std::to_string(shard + 1) + "-of-00003.gguf";
  }

  absl::StatusOr<Model> Open(const std::string& path, const OpenOptions& given = {}) {
    for (size_t i = 0; i < shards.size(); ++i) {
      if (static_cast<int>(i) != absent) files_.Add(Path(i), shards[i].Build());
    }
    syscalls_ = files_.syscalls();
    OpenOptions options = given;
    options.syscalls = &syscalls_;
    return Model::Open(path, options);
  }

  std::vector<GgufBuilder> shards;
  int absent = -1;
  MemoryFiles& files() { return files_; }

 private:
  MemoryFiles files_;
  io::Syscalls syscalls_;
};

class SplitTest : public ::testing::TestWithParam<int> {};

TEST_P(SplitTest, AnyShardOpensTheWholeModel) {
  Shards shards;
  const auto model = shards.Open(Shards::Path(GetParam()));
  ASSERT_TRUE(model.ok()) << model.status();
  ASSERT_EQ(model->shards().size(), 3u);
  EXPECT_EQ(model->shards()[1].path, Shards::Path(1));
  ASSERT_EQ(model->tensors().size(), 6u);
  EXPECT_EQ(model->tensors()[0].name, "first0");
  const Tensor* tensor = model->FindTensor("second2");
  ASSERT_NE(tensor, nullptr);
  EXPECT_EQ(tensor->shard, 2u);
  EXPECT_NE(model->Find("tokenizer.ggml.tokens"), nullptr);
  uint8_t bytes[4];
  ASSERT_TRUE(model->Read(*tensor, 8, absl::MakeSpan(bytes)).ok());
  EXPECT_EQ(bytes[1], 9);
}
INSTANTIATE_TEST_SUITE_P(Shard, SplitTest, ::testing::Range(0, 3));

TEST(SplitOptionTest, FirstShardOnlyNamesTheFirstShard) {
  Shards shards;
  EXPECT_TRUE(shards.Open(Shards::Path(0), {.first_shard_only = true}).ok());
  EXPECT_EQ(shards.Open(Shards::Path(1), {.first_shard_only = true}).status().message(),
            "expected the first shard of a split model, dir/m-00001-of-00003.gguf, found shard 2 "
            "of 3 (dir/m-00002-of-00003.gguf)");
}

TEST(SplitOptionTest, VocabOnlyNeedsTheFirstShardAlone) {
  Shards shards;
  shards.absent = 1;
  const auto model = shards.Open(Shards::Path(2), {.vocab_only = true});
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(model->shards().size(), 1u);
  EXPECT_EQ(model->tensors().size(), 2u);
  EXPECT_EQ(model->Find("tokenizer.ggml.tokens")->AsArray()->size(), 2u);
}

TEST(SplitOptionTest, ClosesEveryFile) {
  Shards shards;
  {
    const auto model = shards.Open(Shards::Path(0));
    EXPECT_EQ(shards.files().open_count(), 3);
    EXPECT_EQ(shards.files().map_count(), 3);
  }
  EXPECT_EQ(shards.files().open_count(), 0);
  EXPECT_EQ(shards.files().map_count(), 0);
}

TEST(SplitOptionTest, AnyIntegerTypeIsAccepted) {
  Shards shards;
  for (int i = 0; i < 3; ++i) {
    std::erase_if(shards.shards[i].keys, [](auto& key) { return key.key[0] == 's'; });
    shards.shards[i].AddKey<int64_t>("split.no", i);
    shards.shards[i].AddKey<uint8_t>("split.count", 3);
    shards.shards[i].AddKey<uint64_t>("split.tensors.count", 6);
  }
  const auto model = shards.Open(Shards::Path(0));
  EXPECT_TRUE(model.ok()) << model.status();
}

struct SplitDefect {
  const char* name;
  std::function<void(Shards&)> change;
  const char* message;  // as a regex
  int open = 0;
};
void PrintTo(const SplitDefect& defect, std::ostream* os) { *os << defect.name; }

template <typename T>
void SetKey(GgufBuilder& shard, const std::string& key, T value) {
  std::erase_if(shard.keys, [&](auto& spec) { return spec.key == key; });
  shard.AddKey<T>(key, value);
}

const SplitDefect kDefects[] = {
    {"shard_missing", [](Shards& s) { s.absent = 1; },
     "shard 2 of 3: cannot open dir/m-00002-of-00003.gguf: No such file or directory"},
    {"first_shard_missing", [](Shards& s) { s.absent = 0; },
     "cannot open dir/m-00001-of-00003.gguf: No such file or directory", 2},
    {"shard_broken", [](Shards& s) { s.shards[2].version = 9; },
     R"(shard 3 of 3: header: expected version 2 or 3, found 9 \(.*-00003-of-.*, offset 4\))"},
    {"count_2", [](Shards& s) { SetKey<uint16_t>(s.shards[0], "split.count", 2); },
     R"(key 'split.count': expected 3 as in the file's name, found 2 \(.*-00001-of-.*\))"},
    {"count_5", [](Shards& s) { SetKey<uint16_t>(s.shards[0], "split.count", 5); },
     R"(key 'split.count': expected 3 as in the file's name, found 5 \(.*\))"},
    {"count_differs_later", [](Shards& s) { SetKey<uint16_t>(s.shards[2], "split.count", 4); },
     R"(key 'split.count': expected 3 as in the file's name, found 4 \(.*-00003-of-.*\))"},
    {"count_1_later", [](Shards& s) { SetKey<uint16_t>(s.shards[1], "split.count", 1); },
     R"(key 'split.no': expected less than split.count 1, found 1 \(.*-00002-of-.*\))"},
    {"count_absent_later",
     [](Shards& s) {
       std::erase_if(s.shards[1].keys, [](auto& key) { return key.key == "split.count"; });
     },
     R"(key 'split.count': expected 3 as in the file's name, found a model that is not split \(.*-00002-of-.*\))"},
    {"count_negative", [](Shards& s) { SetKey<int32_t>(s.shards[0], "split.count", -3); },
     R"(key 'split.count': expected an integer of at least 0, found another value \(.*\))"},
    {"count_string", [](Shards& s) { SetKey<std::string>(s.shards[0], "split.count", "3"); },
     R"(key 'split.count': expected an integer of at least 0, found another value \(.*\))"},
    {"second_is_first", [](Shards& s) { s.shards[1] = s.shards[0]; },
     R"(key 'split.no': expected 1 as in the file's name, found 0 \(.*-00002-of-.*\))"},
    {"number_absent",
     [](Shards& s) {
       std::erase_if(s.shards[0].keys, [](auto& key) { return key.key == "split.no"; });
     },
     R"(key 'split.no': expected in every shard of a split model, found nothing \(.*\))"},
    {"number_too_large", [](Shards& s) { SetKey<uint16_t>(s.shards[2], "split.no", 3); },
     R"(key 'split.no': expected less than split.count 3, found 3 \(.*-00003-of-.*\))"},
    {"other_architecture",
     [](Shards& s) { s.shards[2].AddKey<std::string>("general.architecture", "gpt2"); },
     "key 'general.architecture': expected the value of the first shard, "
     R"(dir/m-00001-of-00003.gguf, found another: the shards are of different models \(.*\))"},
    {"other_array",
     [](Shards& s) { s.shards[1].AddArray<std::string>("tokenizer.ggml.tokens", {"a", "c"}); },
     "key 'tokenizer.ggml.tokens': expected the value of the first shard, .*"},
    {"other_total", [](Shards& s) { SetKey<int32_t>(s.shards[1], "split.tensors.count", 7); },
     "key 'split.tensors.count': expected the value of the first shard, .*"},
    {"tensor_twice", [](Shards& s) { s.shards[2].tensor("first2").name = "first0"; },
     "tensor 'first0': expected the tensor in one shard, found it in dir/m-00001-of-00003.gguf "
     R"(as well \(dir/m-00003-of-00003.gguf, offset [0-9]+\))"},
    {"tensor_missing", [](Shards& s) { s.shards[1].tensors.pop_back(); },
     R"(key 'split.tensors.count': expected 5, the tensors of all shards, found 6 \(.*\))"},
    {"total_absent",
     [](Shards& s) {
       std::erase_if(s.shards[0].keys, [](auto& key) { return key.key == "split.tensors.count"; });
     },
     R"(key 'split.tensors.count': expected in every shard of a split model, found nothing .*)"},
};

class SplitDefectTest : public ::testing::TestWithParam<SplitDefect> {};

TEST_P(SplitDefectTest, IsRefusedWithItsReason) {
  Shards shards;
  GetParam().change(shards);
  const auto model = shards.Open(Shards::Path(GetParam().open));
  EXPECT_THAT(std::string(model.status().message()), MatchesRegex(GetParam().message));
  EXPECT_EQ(shards.files().open_count(), 0);
}
INSTANTIATE_TEST_SUITE_P(All, SplitDefectTest, ::testing::ValuesIn(kDefects),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(ShardNameTest, ASplitModelNeedsAShardsName) {
  for (const char* path :
       {"m.gguf", "m-1-of-3.gguf", "m-00001-of-00003.bin", "m-00001-of-0000x.gguf",
        "m-00000-of-00003.gguf", "m-00004-of-00003.gguf", "m_00001-of-00003.gguf"}) {
    Shards shards;
    shards.files().Add(path, shards.shards[0].Build());
    EXPECT_THAT(std::string(shards.Open(path).status().message()),
                MatchesRegex("key 'split.count': expected a file named NAME-00001-of-00003.gguf "
                             "and its like for a model of 3 shards, found another name .*"));
  }
}

TEST(ShardNameTest, AnUnsplitFileMayHaveAnyName) {
  MemoryFiles files;
  files.Add("m-00002-of-00003.gguf", emel::testing::SmallModel().Build());
  const io::Syscalls syscalls = files.syscalls();
  EXPECT_TRUE(Model::Open("m-00002-of-00003.gguf", {.syscalls = &syscalls}).ok());
}

}  // namespace
}  // namespace emel::gguf
