#include "runtime/gguf/dequantize.h"
#include "runtime/gguf/gguf.h"
#include "tests/support/gguf_builder.h"
#include "tests/support/matchers.h"
#include "tests/support/memory_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <random>
#include <string>
#include <vector>

namespace emel::gguf {
namespace {

using ::emel::testing::Fails;
using ::emel::testing::GgufBuilder;
using ::emel::testing::IsOk;
using ::emel::testing::MemoryFiles;
using ::testing::MatchesRegex;

absl::Status Check(TensorType type, const std::string& data) {
  GgufBuilder builder;
  const uint64_t blocks = data.size() / GetInfo(type).block_bytes;
  builder.AddTensor("t", type, {GetInfo(type).block_elements, blocks}).data = data;
  MemoryFiles files;
  files.Add("model.gguf", builder.Build());
  const io::Syscalls syscalls = files.syscalls();
  return Model::Open("model.gguf", {.check_tensors = true, .syscalls = &syscalls}).status();
}

// Where the scales of a type are, written down a second time and by hand: `bytes` little-endian at
// `offset` make the block invalid.
struct Row {
  TensorType type;
  size_t offset;
  std::string bytes;
};
const std::string kF16Inf("\x00\x7c", 2), kF16Nan("\x01\xfe", 2);

const Row kRows[] = {
    {TensorType::kF32, 0, std::string("\x00\x00\x80\xff", 4)},
    {TensorType::kF32, 0, std::string("\x01\x00\x80\x7f", 4)},
    {TensorType::kF16, 0, kF16Inf},
    {TensorType::kBF16, 0, std::string("\x80\x7f", 2)},
    {TensorType::kF64, 0, std::string("\x00\x00\x00\x00\x00\x00\xf0\x7f", 8)},
    {TensorType::kQ4_0, 0, kF16Nan},
    {TensorType::kQ4_1, 0, kF16Inf},
    {TensorType::kQ4_1, 2, kF16Nan},
    {TensorType::kQ5_0, 0, kF16Inf},
    {TensorType::kQ5_1, 0, kF16Inf},
    {TensorType::kQ5_1, 2, kF16Inf},
    {TensorType::kQ8_0, 0, kF16Inf},
    {TensorType::kQ8_1, 2, kF16Inf},
    {TensorType::kQ2_K, 80, kF16Inf},
    {TensorType::kQ2_K, 82, kF16Inf},
    {TensorType::kQ3_K, 108, kF16Inf},
    {TensorType::kQ4_K, 0, kF16Inf},
    {TensorType::kQ4_K, 2, kF16Inf},
    {TensorType::kQ5_K, 0, kF16Inf},
    {TensorType::kQ5_K, 2, kF16Nan},
    {TensorType::kQ6_K, 208, kF16Inf},
    {TensorType::kQ8_K, 0, std::string("\x00\x00\xc0\x7f", 4)},
    {TensorType::kIQ1_S, 0, kF16Inf},
    {TensorType::kIQ1_M, 48, std::string("\x00\x00\x00\x00\x00\xc0\x00\x70", 8)},
    {TensorType::kIQ2_XXS, 0, kF16Inf},
    {TensorType::kIQ2_XS, 0, kF16Inf},
    {TensorType::kIQ2_S, 0, kF16Inf},
    {TensorType::kIQ3_XXS, 0, kF16Inf},
    {TensorType::kIQ3_S, 0, kF16Inf},
    {TensorType::kIQ4_NL, 0, kF16Inf},
    {TensorType::kIQ4_XS, 0, kF16Inf},
    {TensorType::kTQ1_0, 52, kF16Inf},
    {TensorType::kTQ2_0, 64, kF16Inf},
    {TensorType::kMXFP4, 0, "\xff"},
    {TensorType::kNVFP4, 0, "\x7f"},
    {TensorType::kNVFP4, 3, "\xff"},
    {TensorType::kQ1_0, 0, kF16Inf},
    {TensorType::kQ2_0, 0, kF16Inf},
};

TEST(CheckTensorsTest, AnInvalidScaleOfAnyTypeIsFound) {
  for (const Row& row : kRows) {
    const TensorTypeInfo& info = GetInfo(row.type);
    SCOPED_TRACE(std::string(info.name));
    std::string data(3 * info.block_bytes, '\0');
    EXPECT_THAT(Check(row.type, data), IsOk());
    data.replace(2 * info.block_bytes + row.offset, row.bytes.size(), row.bytes);
    const bool scalar = info.family == TypeFamily::Scalar;
    EXPECT_THAT(
        Check(row.type, data),
        Fails(absl::StatusCode::kInvalidArgument,
              MatchesRegex(
                  "tensor 't': expected a finite " + std::string(scalar ? "value" : "scale") +
                  ", found an infinite or undefined one in " + (scalar ? "element" : "block") +
                  " 2 of type " + std::string(info.name) + R"( \(model.gguf, offset )" +
                  std::to_string(96 + 2 * info.block_bytes + row.offset) + R"(\))")));
  }
}

TEST(CheckTensorsTest, IntegersAreAlwaysValid) {
  for (const TensorType type :
       {TensorType::kI8, TensorType::kI16, TensorType::kI32, TensorType::kI64}) {
    EXPECT_THAT(Check(type, std::string(16, '\xff')), IsOk());
  }
}

// The check agrees with what the decoder makes of random blocks.
TEST(CheckTensorsTest, PassesExactlyWhatDecodesToFiniteValues) {
  std::mt19937 random(1);
  for (const Row& row : kRows) {
    const TensorTypeInfo& info = GetInfo(row.type);
    // Activation types have no decoder; the others' scales reach beyond what is finite, or decode
    // as numbers even where they are not one.
    if (info.family == TypeFamily::Activation || row.type == TensorType::kMXFP4 ||
        row.type == TensorType::kNVFP4 || row.type == TensorType::kF64) {
      continue;
    }
    int refused = 0;
    for (int round = 0; round < 200; ++round) {
      std::string data(info.block_bytes, '\0');
      for (char& byte : data) byte = static_cast<char>(random());
      if (round % 4 == 0) data.replace(row.offset, row.bytes.size(), row.bytes);
      std::vector<float> values(info.block_elements);
      ASSERT_THAT(Dequantize(row.type,
                             absl::MakeConstSpan(reinterpret_cast<const uint8_t*>(data.data()),
                                                 data.size()),
                             absl::MakeSpan(values)),
                  IsOk());
      bool finite = true;
      for (const float value : values) finite = finite && std::isfinite(value);
      EXPECT_EQ(Check(row.type, data).ok(), finite) << info.name;
      refused += !finite;
    }
    EXPECT_GE(refused, 50) << info.name;
  }
}

// The chunks in which a tensor is read end between blocks.
TEST(CheckTensorsTest, FindsADefectBeyondTheFirstChunk) {
  const TensorTypeInfo& info = GetInfo(TensorType::kQ6_K);
  constexpr size_t kBlocks = 12000;  // 2.5 MB
  std::string data(kBlocks * info.block_bytes, '\0');
  data.replace((kBlocks - 1) * info.block_bytes + 208, 2, kF16Inf);
  EXPECT_THAT(Check(TensorType::kQ6_K, data),
              Fails(absl::StatusCode::kInvalidArgument, MatchesRegex(".* in block 11999 of .*")));
}

}  // namespace
}  // namespace emel::gguf
