#include "runtime/gguf/gguf.h"
#include "tests/support/gguf_builder.h"
#include "tests/support/matchers.h"
#include "tests/support/memory_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <limits>
#include <string>
#include <sys/stat.h>
#include <vector>

namespace emel::gguf {
namespace {

using ::emel::testing::Fails;
using ::emel::testing::GgufBuilder;
using ::emel::testing::IsOk;
using ::emel::testing::MemoryFiles;
using ::emel::testing::SmallModel;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kModelPath[] = "model.gguf";

class ModelTest : public ::testing::Test {
 protected:
  absl::StatusOr<Model> Open(const GgufBuilder& builder, OpenOptions options = {}) {
    files_.Add(kModelPath, builder.Build());
    options.syscalls = &syscalls_;
    return Model::Open(kModelPath, options);
  }

  // The single key "x" of a file that has nothing else.
  template <typename T>
  Value ReadValue(const T& value) {
    GgufBuilder builder;
    builder.AddKey("x", value);
    return Find(builder);
  }
  template <typename T>
  Array ReadArray(const std::vector<T>& values) {
    GgufBuilder builder;
    builder.AddArray("x", values);
    return *Find(builder).AsArray();
  }
  Value Find(const GgufBuilder& builder) {
    const auto model = Open(builder);
    EXPECT_THAT(model, IsOk());
    return model.ok() ? *model->Find("x") : Value{};
  }

  MemoryFiles files_;
  io::Syscalls syscalls_ = files_.syscalls();
};

TEST_F(ModelTest, EveryIntegerTypeKeepsItsRange) {
  EXPECT_EQ(ReadValue<uint8_t>(255).AsUnsigned(), 255u);
  EXPECT_EQ(ReadValue<uint16_t>(65535).AsUnsigned(), 65535u);
  EXPECT_EQ(ReadValue<uint32_t>(0xffffffff).AsUnsigned(), 0xffffffffu);
  EXPECT_EQ(ReadValue<uint64_t>(~uint64_t{0}).AsUnsigned(), ~uint64_t{0});
  EXPECT_EQ(ReadValue<int8_t>(127).AsUnsigned(), 127u);
  EXPECT_EQ(ReadValue<int16_t>(32767).AsUnsigned(), 32767u);
  EXPECT_EQ(ReadValue<int32_t>(5).AsUnsigned(), 5u);
  EXPECT_EQ(ReadValue<int64_t>(6).AsUnsigned(), 6u);
  EXPECT_EQ(std::get<int64_t>(ReadValue<int8_t>(-128).data), -128);
  EXPECT_EQ(std::get<int64_t>(ReadValue<int16_t>(-32768).data), -32768);
  EXPECT_EQ(std::get<int64_t>(ReadValue<int32_t>(-7).data), -7);
  EXPECT_EQ(std::get<int64_t>(ReadValue<int64_t>(std::numeric_limits<int64_t>::min()).data),
            std::numeric_limits<int64_t>::min());
}

TEST_F(ModelTest, EveryOtherTypeIsRead) {
  EXPECT_EQ(ReadValue<float>(1.5f).AsFloat(), 1.5);
  EXPECT_EQ(ReadValue<double>(0.1).AsFloat(), 0.1);
  EXPECT_EQ(ReadValue<bool>(true).AsBool(), true);
  EXPECT_EQ(ReadValue<bool>(false).AsBool(), false);
  EXPECT_EQ(*ReadValue<std::string>("text").AsString(), "text");
  EXPECT_EQ(*ReadValue<std::string>("").AsString(), "");
  const std::string not_utf8("\xff\0\xfe", 3);
  EXPECT_EQ(*ReadValue(not_utf8).AsString(), not_utf8);
}

TEST_F(ModelTest, AnotherKindIsNone) {
  const Value text = ReadValue<std::string>("1");
  EXPECT_EQ(text.AsUnsigned(), std::nullopt);
  EXPECT_EQ(text.AsFloat(), std::nullopt);
  EXPECT_EQ(text.AsBool(), std::nullopt);
  EXPECT_EQ(text.AsArray(), nullptr);
  EXPECT_EQ(ReadValue<uint32_t>(1).AsString(), nullptr);
  EXPECT_EQ(ReadValue<uint32_t>(1).AsFloat(), std::nullopt);
  EXPECT_EQ(ReadValue<float>(1).AsUnsigned(), std::nullopt);
  EXPECT_EQ(ReadValue<int32_t>(-1).AsUnsigned(), std::nullopt);
}

TEST_F(ModelTest, ArraysOfEveryTypeAreRead) {
  using Unsigned = std::vector<uint64_t>;
  using Signed = std::vector<int64_t>;
  using Floats = std::vector<double>;
  EXPECT_THAT(std::get<Unsigned>(ReadArray<uint8_t>({1, 255}).elements), ElementsAre(1, 255));
  EXPECT_THAT(std::get<Unsigned>(ReadArray<uint16_t>({2, 3}).elements), ElementsAre(2, 3));
  EXPECT_THAT(std::get<Unsigned>(ReadArray<uint32_t>({4}).elements), ElementsAre(4));
  EXPECT_THAT(std::get<Unsigned>(ReadArray<uint64_t>({5}).elements), ElementsAre(5));
  EXPECT_THAT(std::get<Signed>(ReadArray<int8_t>({-1, 1}).elements), ElementsAre(-1, 1));
  EXPECT_THAT(std::get<Signed>(ReadArray<int16_t>({-2}).elements), ElementsAre(-2));
  EXPECT_THAT(std::get<Signed>(ReadArray<int32_t>({-3}).elements), ElementsAre(-3));
  EXPECT_THAT(std::get<Signed>(ReadArray<int64_t>({-4}).elements), ElementsAre(-4));
  EXPECT_THAT(std::get<Floats>(ReadArray<float>({0.5f}).elements), ElementsAre(0.5));
  EXPECT_THAT(std::get<Floats>(ReadArray<double>({0.1}).elements), ElementsAre(0.1));
  const Array bools = ReadArray<bool>({true, false});
  EXPECT_EQ(bools.element_type, ValueType::kBool);
  EXPECT_THAT(std::get<Unsigned>(bools.elements), ElementsAre(1, 0));
  EXPECT_THAT(std::get<std::vector<std::string>>(ReadArray<std::string>({"a", ""}).elements),
              ElementsAre("a", ""));
  EXPECT_EQ(ReadArray<uint32_t>({}).size(), 0u);
}

TEST_F(ModelTest, ArraysLongerThanTheBufferAreRead) {
  std::vector<uint32_t> values(200000);
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<uint32_t>(i * 31);
  const Array array = ReadArray(values);
  ASSERT_EQ(array.size(), values.size());
  EXPECT_TRUE(std::equal(values.begin(), values.end(),
                         std::get<std::vector<uint64_t>>(array.elements).begin()));
}

TEST_F(ModelTest, ValueTypesHaveNames) {
  EXPECT_EQ(Name(ValueType::kUint8), "uint8");
  EXPECT_EQ(Name(ValueType::kString), "string");
  EXPECT_EQ(Name(ValueType::kFloat64), "float64");
}

TEST_F(ModelTest, ListsKeysAndTensorsInTheFilesOrder) {
  const auto model = Open(SmallModel());
  ASSERT_THAT(model, IsOk());
  ASSERT_EQ(model->metadata().size(), 5u);
  EXPECT_EQ(model->metadata()[0].key, "general.architecture");
  EXPECT_EQ(model->Find("absent"), nullptr);
  ASSERT_EQ(model->tensors().size(), 3u);
  const Tensor& tensor = *model->FindTensor("b.weight");
  EXPECT_EQ(&tensor, &model->tensors()[1]);
  EXPECT_EQ(tensor.type, TensorType::kQ8_0);
  EXPECT_EQ(tensor.rank, 2u);
  EXPECT_THAT(tensor.dims, ElementsAre(64, 2, 1, 1));
  EXPECT_EQ(tensor.elements(), 128u);
  EXPECT_EQ(tensor.bytes, 136u);
  EXPECT_EQ(model->FindTensor("absent"), nullptr);
}

TEST_F(ModelTest, OffsetsAreThoseOfTheFile) {
  const auto model = Open(SmallModel());
  ASSERT_THAT(model, IsOk());
  const std::string& bytes = files_[kModelPath];
  const Shard& shard = model->shards()[0];
  EXPECT_EQ(shard.path, kModelPath);
  EXPECT_EQ(shard.file_bytes, bytes.size());
  EXPECT_EQ(shard.version, 3u);
  EXPECT_EQ(shard.alignment, 32u);
  EXPECT_EQ(shard.metadata_offset, 24u);
  EXPECT_EQ(shard.tensor_info_offset, bytes.find("a.weight") - 8);
  EXPECT_EQ(shard.info_end, bytes.find("c.bias") + 6 + 4 + 8 + 4 + 8);
  EXPECT_EQ(shard.data_offset % 32, 0u);
  EXPECT_EQ(model->FindTensor("b.weight")->info_offset, bytes.find("b.weight") - 8);
  EXPECT_EQ(model->FindTensor("b.weight")->offset, shard.data_offset + 64);
  EXPECT_EQ(model->Find("general.name")->offset, bytes.find("small") - 8);
}

TEST_F(ModelTest, SurvivesBeingMoved) {
  auto opened = Open(SmallModel());
  ASSERT_THAT(opened, IsOk());
  const Model model = *std::move(opened);
  EXPECT_EQ(*model.Find("general.name")->AsString(), "small");
  EXPECT_EQ(model.FindTensor("c.bias")->name, "c.bias");
}

TEST_F(ModelTest, EveryTensorTypeHasItsSize) {
  const TensorType types[] = {
#define EMEL_TENSOR_TYPE(id, enumerator, name, elements, bytes, family) TensorType::enumerator,
#include "runtime/gguf/tensor_types.inc"
  };
  GgufBuilder builder;
  for (const TensorType type : types) {
    builder.AddTensor(std::string(GetInfo(type).name), type, {GetInfo(type).block_elements, 3});
  }
  const auto model = Open(builder);
  ASSERT_THAT(model, IsOk());
  for (const Tensor& tensor : model->tensors()) {
    EXPECT_EQ(tensor.bytes, 3 * GetInfo(tensor.type).block_bytes) << tensor.name;
    EXPECT_EQ(GetInfo(tensor.type).name, tensor.name);
  }
}

TEST_F(ModelTest, ReadsTensorData) {
  for (const io::Strategy strategy : {io::Strategy::kMap, io::Strategy::kRead}) {
    const auto model = Open(SmallModel(), {.strategy = strategy});
    ASSERT_THAT(model, IsOk());
    const Tensor& tensor = *model->FindTensor("b.weight");
    std::vector<uint8_t> out(4);
    EXPECT_THAT(model->Read(tensor, 132, absl::MakeSpan(out)), IsOk());
    EXPECT_THAT(out, ElementsAre(132, 133, 134, 135));
    EXPECT_THAT(model->Read(tensor, 133, absl::MakeSpan(out)),
                Fails(absl::StatusCode::kOutOfRange,
                      "tensor 'b.weight': expected a range within 136 bytes, found 4 bytes at "
                      "133"));
    EXPECT_FALSE(model->Read(tensor, ~uint64_t{0}, absl::MakeSpan(out)).ok());
  }
}

TEST_F(ModelTest, VocabOnlyNeedsNoData) {
  GgufBuilder builder = SmallModel();
  files_.Add(kModelPath, "");
  for (auto& tensor : builder.tensors) tensor.data.clear();
  builder.tensor("b.weight").offset = 64;
  builder.tensor("c.bias").offset = 224;
  EXPECT_FALSE(Open(builder).ok());
  const auto model = Open(builder, {.vocab_only = true});
  ASSERT_THAT(model, IsOk());
  EXPECT_EQ(model->tensors().size(), 3u);
  EXPECT_EQ(files_.open_count(), 0);
  uint8_t byte;
  EXPECT_THAT(model->Read(model->tensors()[0], 0, absl::MakeSpan(&byte, 1)),
              Fails(absl::StatusCode::kFailedPrecondition,
                    "tensor 'a.weight': the model was opened without access to tensor data"));
  builder.tensor("c.bias").offset = 64;
  EXPECT_THAT(Open(builder, {.vocab_only = true}),
              Fails(absl::StatusCode::kInvalidArgument, HasSubstr("overlap")));
}

TEST_F(ModelTest, NoAllocChecksBoundsButKeepsNothingOpen) {
  syscalls_.mmap = [](size_t, int) -> void* {
    ADD_FAILURE();
    return nullptr;
  };
  const auto model = Open(SmallModel(), {.no_alloc = true});
  ASSERT_THAT(model, IsOk());
  EXPECT_EQ(model->tensors().size(), 3u);
  EXPECT_EQ(files_.open_count(), 0);
  GgufBuilder builder = SmallModel();
  builder.tensor("c.bias").offset = 1 << 20;
  EXPECT_FALSE(Open(builder, {.no_alloc = true}).ok());
}

TEST_F(ModelTest, CheckTensorsNeedsTheData) {
  for (OpenOptions options : {OpenOptions{.vocab_only = true}, OpenOptions{.no_alloc = true}}) {
    options.check_tensors = true;
    EXPECT_THAT(Open(SmallModel(), options),
                Fails(absl::StatusCode::kInvalidArgument, HasSubstr("check_tensors")));
  }
}

TEST_F(ModelTest, TheArchitectureMayBeDemanded) {
  EXPECT_THAT(Open(SmallModel(), {.architecture = "llama"}), IsOk());
  EXPECT_THAT(Open(SmallModel(), {.architecture = "gpt2"}),
              Fails(absl::StatusCode::kInvalidArgument,
                    "key 'general.architecture': expected 'gpt2', found 'llama' (model.gguf, "
                    "offset 56)"));
  GgufBuilder builder;
  EXPECT_THAT(Open(builder, {.architecture = "gpt2"}),
              Fails(absl::StatusCode::kInvalidArgument, HasSubstr("found nothing")));
  builder.AddKey<uint32_t>("general.architecture", 1);
  EXPECT_THAT(Open(builder, {.architecture = "gpt2"}),
              Fails(absl::StatusCode::kInvalidArgument, HasSubstr("found a value of type uint32")));
}

struct Call {
  Phase phase;
  uint64_t done, total;
  bool operator==(const Call&) const = default;
};

TEST_F(ModelTest, ProgressCountsEntriesThenBytes) {
  std::vector<Call> calls;
  const auto model =
      Open(SmallModel(),
           {.check_tensors = true, .progress = [&](Phase phase, uint64_t done, uint64_t total) {
              calls.push_back({phase, done, total});
              return true;
            }});
  ASSERT_THAT(model, IsOk());
  std::vector<Call> expected;
  for (uint64_t i = 1; i <= 8; ++i) expected.push_back({Phase::kHeader, i, 8});
  expected.push_back({Phase::kTensorData, 64, 206});
  expected.push_back({Phase::kTensorData, 200, 206});
  expected.push_back({Phase::kTensorData, 206, 206});
  EXPECT_EQ(calls, expected);
}

TEST_F(ModelTest, EveryProgressCallCanCancel) {
  for (int last = 0; last < 11; ++last) {
    int calls = 0;
    const auto model =
        Open(SmallModel(), {.check_tensors = true,
                            .progress = [&](Phase, uint64_t, uint64_t) { return calls++ < last; }});
    EXPECT_THAT(model, Fails(absl::StatusCode::kCancelled, HasSubstr("cancelled while ")));
    EXPECT_EQ(calls, last + 1);
    EXPECT_EQ(files_.open_count(), 0);
    EXPECT_EQ(files_.map_count(), 0);
  }
}

TEST_F(ModelTest, ALongArrayCanBeCancelledHalfway) {
  GgufBuilder builder;
  builder.AddArray("numbers", std::vector<uint8_t>(1 << 17));
  builder.AddArray("strings", std::vector<std::string>(1 << 17));
  int calls = 0;
  EXPECT_THAT(Open(builder, {.progress = [&](Phase, uint64_t, uint64_t) { return ++calls < 5; }}),
              Fails(absl::StatusCode::kCancelled, ::testing::_));
  EXPECT_EQ(calls, 5);  // two within the numbers, one after them, two within the strings
}

TEST_F(ModelTest, AnIoErrorInTheHeaderIsReported) {
  const auto pread = syscalls_.pread;
  syscalls_.pread = [&](int fd, void* out, size_t size, off_t offset) -> ssize_t {
    if (offset >= 100) return errno = EIO, -1;
    return pread(fd, out, std::min<size_t>(size, 100 - offset), offset);
  };
  EXPECT_THAT(
      Open(SmallModel(), {.strategy = io::Strategy::kRead}),
      Fails(absl::StatusCode::kDataLoss, "read: Input/output error (model.gguf, offset 100)"));
  EXPECT_EQ(files_.open_count(), 0);
}

TEST_F(ModelTest, AFileCutShortAfterOpeningIsReported) {
  for (const io::Strategy strategy : {io::Strategy::kMap, io::Strategy::kRead}) {
    const auto model = Open(SmallModel(), {.strategy = strategy});
    ASSERT_THAT(model, IsOk());
    files_[kModelPath].resize(files_[kModelPath].size() - 40);
    std::vector<uint8_t> out(6);
    EXPECT_THAT(model->Read(*model->FindTensor("c.bias"), 0, absl::MakeSpan(out)),
                Fails(absl::StatusCode::kDataLoss, HasSubstr("cut short while open")));
  }
}

// 4 GiB of zeros in a sparse file must not become 32 GiB of numbers.
TEST_F(ModelTest, AHeaderIsBoundedInMemory) {
  GgufBuilder builder;
  builder.AddRawKey("x", 9,
                    GgufBuilder::Bytes(uint32_t{0}) + GgufBuilder::Bytes(uint64_t{1} << 30));
  const std::string bytes = builder.Build();
  constexpr uint64_t kFileBytes = uint64_t{1} << 32;
  syscalls_.fstat = [](int, struct stat* out) {
    out->st_mode = S_IFREG;
    out->st_size = kFileBytes;
    return 0;
  };
  syscalls_.pread = [&](int, void* out, size_t size, off_t offset) {
    std::memset(out, 0, size);
    if (static_cast<size_t>(offset) < bytes.size())
      bytes.copy(static_cast<char*>(out), size, offset);
    return static_cast<ssize_t>(size);
  };
  EXPECT_THAT(Open(builder, {.strategy = io::Strategy::kRead}),
              Fails(absl::StatusCode::kInvalidArgument,
                    HasSubstr("key 'x': expected a header of at most 1073741824 bytes in memory")));
}

}  // namespace
}  // namespace emel::gguf
