#include "runtime/gguf/dequantize.h"

#include "tests/support/files.h"

#include <gtest/gtest.h>

#include <cctype>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <limits>
#include <set>
#include <string>
#include <vector>

namespace emel::gguf {
namespace {

namespace fs = std::filesystem;

constexpr size_t kTypesWithBlocks = 27;

// The type of "q2_K.quant.bin".
const TensorTypeInfo* TypeOfFile(const fs::path& path) {
  std::string name = path.filename().string();
  name = name.substr(0, name.find('.'));
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return FindTensorType(name);
}

// Expects every X.bin of the folder to expand to the very bits of X.f32; returns the types seen.
std::set<std::string_view> CheckFolder(const fs::path& folder) {
  std::set<std::string_view> types;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".bin") continue;
    SCOPED_TRACE(entry.path().filename().string());
    const TensorTypeInfo* info = TypeOfFile(entry.path());
    if (info == nullptr) {
      ADD_FAILURE() << "no such type";
      continue;
    }
    std::vector<uint8_t> bytes = testing::ReadBytes(entry.path());
    std::vector<uint8_t> expected =
        testing::ReadBytes(fs::path(entry.path()).replace_extension(".f32"));
    std::vector<float> values(expected.size() / sizeof(float));
    absl::Status status = Dequantize(info->type, bytes, absl::MakeSpan(values));
    EXPECT_TRUE(status.ok()) << status;
    EXPECT_EQ(std::memcmp(values.data(), expected.data(), expected.size()), 0);
    types.insert(info->name);
  }
  return types;
}

fs::path OracleFolder() {
  const char* variable = std::getenv("EMEL_ORACLE");
  return variable ? fs::path(variable) : fs::path(EMEL_SOURCE_DIR) / "../shared/oracle";
}

TEST(Dequantize, MatchesOracleBitForBit) {
  fs::path blocks = OracleFolder() / "blocks";
  if (!fs::is_directory(blocks)) GTEST_SKIP() << "no reference data: set EMEL_ORACLE";
  EXPECT_GE(CheckFolder(blocks).size(), kTypesWithBlocks);
}

TEST(Dequantize, MatchesFixturesBitForBit) {
  fs::path blocks = fs::path(EMEL_SOURCE_DIR) / "tests/fixtures/blocks";
  EXPECT_GE(CheckFolder(blocks).size(), kTypesWithBlocks);
}

template <typename T>
std::vector<float> Expand(TensorType type, std::vector<T> values) {
  std::vector<float> out(values.size());
  const uint8_t* bytes = reinterpret_cast<const uint8_t*>(values.data());
  EXPECT_TRUE(
      Dequantize(type, absl::MakeSpan(bytes, values.size() * sizeof(T)), absl::MakeSpan(out)).ok());
  return out;
}

TEST(Dequantize, ConvertsScalars) {
  EXPECT_EQ(Expand<float>(TensorType::kF32, {1.5f, -0.25f}), (std::vector<float>{1.5f, -0.25f}));
  EXPECT_EQ(Expand<double>(TensorType::kF64, {0.1, -3}), (std::vector<float>{0.1f, -3}));
  EXPECT_EQ(Expand<int8_t>(TensorType::kI8, {-128, 127}), (std::vector<float>{-128, 127}));
  EXPECT_EQ(Expand<int16_t>(TensorType::kI16, {-32768}), (std::vector<float>{-32768}));
  EXPECT_EQ(Expand<int32_t>(TensorType::kI32, {16777217}), (std::vector<float>{16777216}));
  EXPECT_EQ(Expand<int64_t>(TensorType::kI64, {-(int64_t{1} << 40)}),
            (std::vector<float>{-0x1p40f}));
}

TEST(Dequantize, RefusesActivationTypes) {
  std::vector<uint8_t> bytes(36);
  std::vector<float> out(32);
  EXPECT_EQ(Dequantize(TensorType::kQ8_1, bytes, absl::MakeSpan(out)).message(),
            "type q8_1 exists for activations only and has no decoder");
}

TEST(Dequantize, RefusesPartialBlocks) {
  std::vector<uint8_t> bytes(35);
  std::vector<float> out(32);
  EXPECT_FALSE(Dequantize(TensorType::kQ8_0, bytes, absl::MakeSpan(out)).ok());
  bytes.resize(34);
  out.resize(31);
  EXPECT_FALSE(Dequantize(TensorType::kQ8_0, bytes, absl::MakeSpan(out)).ok());
}

TEST(HalfToFloat, CoversEveryClassOfNumber) {
  EXPECT_EQ(HalfToFloat(0x3c00), 1.0f);
  EXPECT_EQ(HalfToFloat(0xc000), -2.0f);
  EXPECT_EQ(HalfToFloat(0x0001), 0x1p-24f);
  EXPECT_EQ(HalfToFloat(0x03ff), 0x3ffp-24f);
  EXPECT_EQ(HalfToFloat(0x7bff), 65504.0f);
  EXPECT_EQ(HalfToFloat(0xfc00), -std::numeric_limits<float>::infinity());
  EXPECT_TRUE(std::isnan(HalfToFloat(0x7e01)));
  EXPECT_TRUE(std::signbit(HalfToFloat(0x8000)));
}

TEST(Bfloat16ToFloat, IsTheUpperHalfOfAFloat) {
  EXPECT_EQ(Bfloat16ToFloat(0x3fc0), 1.5f);
  EXPECT_EQ(Bfloat16ToFloat(0x8001), -0x1p-133f);
}

}  // namespace
}  // namespace emel::gguf
