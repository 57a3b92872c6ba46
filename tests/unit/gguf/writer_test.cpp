#include "runtime/gguf/writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace emel::gguf {
namespace {

using ::testing::HasSubstr;

TEST(Writer, WritesWhatTheReaderReads) {
  Writer writer(64);
  writer.AddString("general.architecture", "llama");
  writer.AddUint32("u32", 7);
  writer.AddUint16("u16", 8);
  writer.AddInt32("i32", -9);
  writer.AddFloat32("f32", 1.5f);
  writer.AddBool("flag", true);
  writer.AddStrings("texts", {"a", "", "c"});
  writer.AddFloat32s("reals", {0.5f, -1});
  writer.AddInt32s("numbers", {1, -2, 3});
  writer.AddTensor("a", TensorType::kQ8_0, {64, 3});
  writer.AddTensor("b", TensorType::kF32, {5});
  absl::StatusOr<Writer::Layout> layout = writer.Finish();
  ASSERT_TRUE(layout.ok()) << layout.status();
  EXPECT_EQ(layout->bytes, (std::vector<uint64_t>{204, 20}));
  EXPECT_EQ(layout->offsets[1] - layout->offsets[0], 256u);

  std::string path = ::testing::TempDir() + "writer_" + std::to_string(getpid()) + ".gguf";
  std::string file = layout->head;
  file.resize(layout->file_bytes, '\x11');
  std::ofstream(path, std::ios::binary) << file;
  absl::StatusOr<Model> model = Model::Open(path);
  std::filesystem::remove(path);
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(model->Find("u32")->AsUnsigned(), 7u);
  EXPECT_EQ(model->Find("u16")->type, ValueType::kUint16);
  EXPECT_EQ(std::get<int64_t>(model->Find("i32")->data), -9);
  EXPECT_EQ(model->Find("f32")->AsFloat(), 1.5);
  EXPECT_EQ(model->Find("flag")->AsBool(), true);
  EXPECT_EQ(model->Find("texts")->AsArray()->size(), 3u);
  EXPECT_EQ(model->Find("reals")->AsArray()->element_type, ValueType::kFloat32);
  EXPECT_EQ(model->Find("numbers")->AsArray()->size(), 3u);
  EXPECT_EQ(model->shards()[0].alignment, 64u);
  EXPECT_EQ(model->FindTensor("b")->offset, layout->offsets[1]);
}

TEST(Writer, RefusesWhatNoFileMayHold) {
  auto message = [](auto declare) {
    Writer writer;
    declare(writer);
    return std::string(writer.Finish().status().message());
  };
  EXPECT_THAT(message([](Writer& w) {
                w.AddBool("k", true);
                w.AddBool("k", true);
              }),
              HasSubstr("key 'k' is declared twice"));
  EXPECT_THAT(message([](Writer& w) {
                w.AddTensor("t", TensorType::kF32, {1});
                w.AddTensor("t", TensorType::kF32, {1});
              }),
              HasSubstr("tensor 't' is declared twice"));
  EXPECT_THAT(message([](Writer& w) { w.AddTensor("t", TensorType::kQ4_K, {255}); }),
              HasSubstr("tensor 't': expected a multiple of 256"));
  EXPECT_THAT(message([](Writer& w) { w.AddTensor("t", TensorType::kF32, {1, 0}); }),
              HasSubstr("dimensions of at least 1"));
  EXPECT_THAT(message([](Writer& w) { w.AddTensor("t", TensorType::kF32, {}); }),
              HasSubstr("one to four dimensions"));
  EXPECT_THAT(message([](Writer& w) { w.AddTensor("t", TensorType::kF32, {1ull << 40, 1 << 30}); }),
              HasSubstr("less than 2^63"));
}

}  // namespace
}  // namespace emel::gguf
