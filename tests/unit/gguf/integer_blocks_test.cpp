#include "runtime/gguf/integer_blocks.h"

#include "runtime/gguf/dequantize.h"
#include "tests/support/files.h"

#include <gtest/gtest.h>

#include <cctype>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace emel::gguf {
namespace {

namespace fs = std::filesystem;

constexpr TensorType kTypes[] = {
#define EMEL_INTEGER_FORM(enumerator, ...) TensorType::enumerator,
#include "runtime/gguf/integer_forms.inc"
};

// The blocks of a type: those in the files of `folder` whose names begin with the type's.
std::vector<uint8_t> BlocksOf(const TensorTypeInfo& info, const fs::path& folder) {
  std::vector<uint8_t> bytes;
  for (const auto& entry : fs::directory_iterator(folder)) {
    std::string name = entry.path().filename().string();
    std::string_view type = std::string_view(name).substr(0, name.find('.'));
    bool same = std::equal(type.begin(), type.end(), info.name.begin(), info.name.end(),
                           [](char a, char b) { return std::tolower(a) == b; });
    if (!same || entry.path().extension() != ".bin") continue;
    std::vector<uint8_t> more = testing::ReadBytes(entry.path());
    bytes.insert(bytes.end(), more.begin(), more.end());
  }
  return bytes;
}

std::vector<IntegerGroup> Expand(TensorType type, const std::vector<uint8_t>& bytes) {
  const TensorTypeInfo& info = GetInfo(type);
  std::vector<IntegerGroup> groups(bytes.size() / info.block_bytes * info.block_elements /
                                   kIntegerGroup);
  absl::Status status = ExpandIntegers(type, bytes, absl::MakeSpan(groups));
  EXPECT_TRUE(status.ok()) << status;
  return groups;
}

// Every product of the formula has at most 11 + 8 + 8 significant bits and both lie within 2^60 of
// each other, so long doubles hold the value exactly, or round it far below a float's last bit.
long double Exactly(const IntegerGroup& group, int k) {
  long double scale = group.scale, min_scale = group.min_scale;
  return scale * group.scales[k / 16] * group.values[k] - min_scale * group.minima[k / 16];
}

// The decoder rounds d * scale, times the integer, d * minimum, and the difference: half a unit in
// the last place of each of these four.
long double Slack(const IntegerGroup& group, int k) {
  long double product = group.scale, offset = group.min_scale;
  product *= group.scales[k / 16] * group.values[k];
  offset *= group.minima[k / 16];
  return (2 * std::abs(product) + 2 * std::abs(offset)) * 0x1p-24L + 0x1p-148L;
}

void CheckAgainstDecoder(const fs::path& folder) {
  for (TensorType type : kTypes) {
    const TensorTypeInfo& info = GetInfo(type);
    SCOPED_TRACE(info.name);
    std::vector<uint8_t> bytes = BlocksOf(info, folder);
    ASSERT_FALSE(bytes.empty());
    std::vector<IntegerGroup> groups = Expand(type, bytes);
    std::vector<float> decoded(groups.size() * kIntegerGroup);
    ASSERT_TRUE(Dequantize(type, bytes, absl::MakeSpan(decoded)).ok());
    for (size_t i = 0; i < decoded.size(); ++i) {
      const IntegerGroup& group = groups[i / kIntegerGroup];
      int k = static_cast<int>(i % kIntegerGroup);
      if (!std::isfinite(decoded[i])) continue;
      ASSERT_LE(std::abs(Exactly(group, k) - decoded[i]), Slack(group, k)) << "element " << i;
    }
  }
}

TEST(IntegerBlocks, AreTheDecodersValuesBeforeRounding) {
  CheckAgainstDecoder(fs::path(EMEL_SOURCE_DIR) / "tests/fixtures/blocks");
}

TEST(IntegerBlocks, AreTheDecodersValuesOfTheReferenceData) {
  const char* variable = std::getenv("EMEL_ORACLE");
  fs::path oracle = variable ? fs::path(variable) : fs::path(EMEL_SOURCE_DIR) / "../shared/oracle";
  if (!fs::is_directory(oracle / "blocks")) GTEST_SKIP() << "no reference data: set EMEL_ORACLE";
  CheckAgainstDecoder(oracle / "blocks");
}

// Blocks of any bytes at all, for the bounds that the table of forms states.
std::vector<uint8_t> AnyBlocks(const TensorTypeInfo& info, size_t count) {
  std::vector<uint8_t> bytes(count * info.block_bytes);
  uint32_t state = 1;
  for (uint8_t& byte : bytes) {
    state = state * 1664525 + 1013904223;
    byte = static_cast<uint8_t>(state >> 24);
  }
  return bytes;
}

TEST(IntegerBlocks, StayInTheBoundsOfTheirForm) {
  for (TensorType type : kTypes) {
    const IntegerForm& form = *FindIntegerForm(type);
    SCOPED_TRACE(GetInfo(type).name);
    std::set<int> values;
    int largest_scale = 0, largest_minimum = 0;
    for (const IntegerGroup& group : Expand(type, AnyBlocks(GetInfo(type), 4000))) {
      values.insert(std::begin(group.values), std::end(group.values));
      for (int h = 0; h < 2; ++h) {
        largest_scale = std::max<int>(largest_scale, std::abs(group.scales[h]));
        largest_minimum = std::max<int>(largest_minimum, group.minima[h]);
        EXPECT_GE(group.minima[h], 0);
      }
      if (form.elements_per_scale == kIntegerGroup) {
        EXPECT_EQ(group.scales[0], group.scales[1]);
        EXPECT_EQ(group.minima[0], group.minima[1]);
      }
      EXPECT_TRUE(form.has_minima || group.min_scale == 0);
    }
    EXPECT_EQ(*values.begin(), form.lowest_value);
    EXPECT_EQ(*values.rbegin(), form.highest_value);
    EXPECT_EQ(largest_scale, form.largest_scale);
    EXPECT_EQ(largest_minimum, form.largest_minimum);
  }
}

TEST(IntegerBlocks, ExistOnlyForFormatsOfIntegers) {
  for (TensorType type :
       {TensorType::kF32, TensorType::kF16, TensorType::kBF16, TensorType::kI8, TensorType::kQ8_1,
        TensorType::kIQ2_XXS, TensorType::kIQ1_M, TensorType::kTQ1_0}) {
    EXPECT_EQ(FindIntegerForm(type), nullptr);
  }
  std::vector<uint8_t> bytes(66);
  std::vector<IntegerGroup> groups(8);
  EXPECT_EQ(ExpandIntegers(TensorType::kIQ2_XXS, bytes, absl::MakeSpan(groups)).message(),
            "type iq2_xxs has no integer form");
}

TEST(IntegerBlocks, RefusePartialBlocks) {
  std::vector<uint8_t> bytes(145);
  std::vector<IntegerGroup> groups(8);
  EXPECT_EQ(ExpandIntegers(TensorType::kQ4_K, bytes, absl::MakeSpan(groups)).message(),
            "type q4_k: expected whole blocks of 144 bytes for 8 groups, found 145 bytes for 8");
  bytes.resize(144);
  groups.resize(7);
  EXPECT_FALSE(ExpandIntegers(TensorType::kQ4_K, bytes, absl::MakeSpan(groups)).ok());
}

}  // namespace
}  // namespace emel::gguf
