#include "runtime/gguf/gguf.h"
#include "tests/support/build_kind.h"
#include "tests/support/gguf_builder.h"
#include "tests/support/matchers.h"
#include "tests/support/memory_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ctime>
#include <malloc.h>
#include <string>
#include <sys/stat.h>
#include <vector>

namespace emel::gguf {
namespace {

using ::emel::testing::GgufBuilder;
using ::emel::testing::IsOk;

// The header of a model of 8 billion weights with a vocabulary of 128k tokens; its data is only
// claimed.
std::string BigHeader(uint64_t& file_bytes) {
  constexpr size_t kTokens = 128256, kMerges = 280147;
  GgufBuilder builder;
  std::vector<std::string> tokens(kTokens), merges(kMerges);
  for (size_t i = 0; i < kTokens; ++i) tokens[i] = "token" + std::to_string(i);
  for (size_t i = 0; i < kMerges; ++i) merges[i] = tokens[i % kTokens] + " x" + std::to_string(i);
  builder.AddArray("tokenizer.ggml.tokens", tokens);
  builder.AddArray("tokenizer.ggml.merges", merges);
  builder.AddArray("tokenizer.ggml.token_type", std::vector<int32_t>(kTokens, 1));
  uint64_t offset = 0;
  const auto add = [&](const std::string& name, std::vector<uint64_t> dims) {
    builder.AddTensor(name, TensorType::kQ4_K, {256});
    builder.tensors.back().data.clear();
    builder.tensors.back().offset = offset;
    uint64_t elements = 1;
    for (const uint64_t dim : dims) elements *= dim;
    builder.tensors.back().dims = std::move(dims);
    offset += elements / 256 * 144;
  };
  add("token_embd.weight", {4096, kTokens});
  for (int layer = 0; layer < 32; ++layer) {
    const std::string prefix = "blk." + std::to_string(layer) + ".";
    for (const char* name : {"attn_q", "attn_k", "attn_v", "attn_output"}) {
      add(prefix + name + ".weight", {4096, 4096});
    }
    for (const char* name : {"ffn_gate", "ffn_up", "ffn_down"}) {
      add(prefix + name + ".weight", {4096, 14336});
    }
  }
  std::string bytes = builder.Build();
  file_bytes = bytes.size() + offset;
  return bytes;
}

size_t HeapBytes() {
  const struct mallinfo2 info = ::mallinfo2();
  return info.uordblks + info.hblkhd;
}

TEST(LargeModelTest, ParsesFastInLittleMemoryWithoutTouchingData) {
  uint64_t file_bytes = 0;
  emel::testing::MemoryFiles files;
  files.Add("big.gguf", BigHeader(file_bytes));
  const size_t header_bytes = files["big.gguf"].size();
  io::Syscalls syscalls = files.syscalls();
  syscalls.fstat = [&](int, struct stat* out) {
    out->st_mode = S_IFREG;
    out->st_size = static_cast<off_t>(file_bytes);
    return 0;
  };
  const auto pread = syscalls.pread;
  constexpr size_t kBuffer = 64 << 10;
  syscalls.pread = [&](int fd, void* out, size_t size, off_t offset) {
    EXPECT_LE(offset + size, header_bytes + kBuffer);
    return std::max<ssize_t>(size, pread(fd, out, size, offset));  // zeros after the header
  };
  const size_t heap_before = HeapBytes();
  const std::clock_t start = std::clock();  // of this process: other work may share the machine
  const auto model =
      Model::Open("big.gguf", {.strategy = io::Strategy::kRead, .syscalls = &syscalls});
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  ASSERT_THAT(model, IsOk());
  EXPECT_EQ(model->tensors().size(), 225u);
  EXPECT_GT(model->shards()[0].file_bytes, uint64_t{4} << 30);
  if (!emel::testing::kMeasures) return;
  EXPECT_LT(seconds, 0.5);
  EXPECT_LT(HeapBytes() - heap_before, size_t{60} << 20);
  std::cout << header_bytes / 1e6 << " MB of header in " << seconds << " s, "
            << (HeapBytes() - heap_before) / 1e6 << " MB of heap\n";
}

}  // namespace
}  // namespace emel::gguf
