#include "runtime/gguf/quantize.h"

#include "runtime/gguf/dequantize.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

namespace emel::gguf {
namespace {

std::vector<float> Gaussian(size_t count, float mean = 0) {
  std::mt19937 random(7);
  std::normal_distribution<float> normal(mean, 1);
  std::vector<float> values(count);
  for (float& value : values) value = normal(random);
  return values;
}

std::vector<float> RoundTrip(TensorType type, const std::vector<float>& values) {
  const TensorTypeInfo& info = GetInfo(type);
  std::vector<uint8_t> bytes(values.size() / info.block_elements * info.block_bytes);
  std::vector<float> out(values.size());
  EXPECT_TRUE(Quantize(type, values, absl::MakeSpan(bytes)).ok());
  EXPECT_TRUE(Dequantize(type, bytes, absl::MakeSpan(out)).ok());
  return out;
}

double RelativeError(TensorType type, const std::vector<float>& values) {
  std::vector<float> out = RoundTrip(type, values);
  double error = 0, norm = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    error += std::pow(values[i] - out[i], 2);
    norm += std::pow(values[i], 2);
  }
  return std::sqrt(error / norm);
}

// What is left of a Gaussian after a round trip must be what the bits of the type allow.
TEST(Quantize, ErrorFitsTheBits) {
  struct {
    TensorType type;
    double bound;
  } cases[] = {
      {TensorType::kF32, 0},      {TensorType::kF16, 3e-4},   {TensorType::kBF16, 2.5e-3},
      {TensorType::kQ8_0, 0.008}, {TensorType::kQ6_K, 0.022}, {TensorType::kQ5_0, 0.05},
      {TensorType::kQ5_1, 0.05},  {TensorType::kQ5_K, 0.05},  {TensorType::kQ4_0, 0.1},
      {TensorType::kQ4_1, 0.1},   {TensorType::kQ4_K, 0.1},   {TensorType::kIQ4_NL, 0.1},
      {TensorType::kIQ4_XS, 0.1}, {TensorType::kMXFP4, 0.13}, {TensorType::kQ3_K, 0.2},
      {TensorType::kQ2_K, 0.4},
  };
  for (const auto& c : cases) {
    EXPECT_LE(RelativeError(c.type, Gaussian(4096)), c.bound) << GetInfo(c.type).name;
    EXPECT_LE(RelativeError(c.type, Gaussian(4096, -3)), c.bound) << GetInfo(c.type).name;
    EXPECT_TRUE(HasQuantizer(c.type));
  }
}

std::vector<float> ReadFloats(const std::filesystem::path& path) {
  std::vector<float> values(std::filesystem::file_size(path) / sizeof(float));
  std::ifstream(path, std::ios::binary)
      .read(reinterpret_cast<char*>(values.data()),
            static_cast<std::streamsize>(values.size() * sizeof(float)));
  return values;
}

double Distance(const std::vector<float>& a, const std::vector<float>& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += std::pow(a[i] - b[i], 2);
  return std::sqrt(sum);
}

// At most 5% more error than the blocks that ggml's quantisers made of the same values.
TEST(Quantize, ErrorIsNearThatOfReferenceBlocks) {
  const char* variable = std::getenv("EMEL_ORACLE");
  std::filesystem::path blocks =
      std::filesystem::path(variable ? variable : EMEL_SOURCE_DIR "/../shared/oracle") / "blocks";
  if (!std::filesystem::is_directory(blocks)) {
    GTEST_SKIP() << "no reference data: set EMEL_ORACLE";
  }
  std::vector<float> input = ReadFloats(blocks / "input.f32");
  for (const char* name : {"f16", "bf16", "q4_0", "q4_1", "q5_0", "q5_1", "q8_0", "q2_K", "q3_K",
                           "q4_K", "q5_K", "q6_K", "iq4_nl", "iq4_xs", "mxfp4"}) {
    std::string lower = name;
    std::replace(lower.begin(), lower.end(), 'K', 'k');
    std::vector<float> reference = ReadFloats(blocks / (std::string(name) + ".quant.f32"));
    std::vector<float> ours = RoundTrip(FindTensorType(lower)->type, input);
    EXPECT_LE(Distance(input, ours), 1.05 * Distance(input, reference)) << name;
  }
}

TEST(Quantize, KeepsZerosExact) {
  std::vector<float> zeros(512);
  for (uint32_t id = 0; id < 43; ++id) {
    const TensorTypeInfo* info = FindTensorType(id);
    if (info == nullptr || !HasQuantizer(info->type)) continue;
    EXPECT_EQ(RoundTrip(info->type, zeros), zeros) << info->name;
  }
}

TEST(Quantize, RefusesTypesWithoutQuantizerAndPartialBlocks) {
  std::vector<float> values(256);
  std::vector<uint8_t> out(66);
  absl::Status status = Quantize(TensorType::kIQ2_XXS, values, absl::MakeSpan(out));
  EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("f32, f16, bf16, q4_0"));
  EXPECT_FALSE(Quantize(TensorType::kQ4_K, values, absl::MakeSpan(out)).ok());
}

TEST(FloatToHalf, RoundsToNearestEven) {
  for (uint32_t bits = 0; bits < 0x7c00; ++bits) {
    ASSERT_EQ(FloatToHalf(HalfToFloat(static_cast<uint16_t>(bits))), bits);
  }
  EXPECT_EQ(FloatToHalf(1 + 0x1p-11f), 0x3c00);
  EXPECT_EQ(FloatToHalf(1 + 3 * 0x1p-11f), 0x3c02);
  EXPECT_EQ(FloatToHalf(0x1p-25f), 0);
  EXPECT_EQ(FloatToHalf(3 * 0x1p-25f), 2);
  EXPECT_EQ(FloatToHalf(65519.996f), 0x7bff);
  EXPECT_EQ(FloatToHalf(-65520.0f), 0xfc00);
  EXPECT_TRUE(std::isnan(HalfToFloat(FloatToHalf(NAN))));
}

TEST(FloatToBfloat16, RoundsToNearestEven) {
  EXPECT_EQ(FloatToBfloat16(1 + 0x1p-8f), 0x3f80);
  EXPECT_EQ(FloatToBfloat16(1 + 3 * 0x1p-8f), 0x3f82);
  EXPECT_TRUE(std::isnan(Bfloat16ToFloat(FloatToBfloat16(NAN))));
}

}  // namespace
}  // namespace emel::gguf
