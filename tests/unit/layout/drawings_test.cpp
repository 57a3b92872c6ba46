// Reads packed bytes by the drawings of docs/layouts.md and without the code that packs, the way
// that a kernel does: whole lines, shifts and masks.

#include "runtime/gguf/dequantize.h"
#include "runtime/io/status.h"
#include "runtime/layout/layout.h"
#include "tests/support/matchers.h"

#include <absl/strings/str_cat.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <random>
#include <vector>

namespace emel::layout {
namespace {

using gguf::TensorType;

// One row of a panel.
struct Lane {
  const uint8_t* panel;
  uint32_t lane;

  uint32_t Word(uint64_t line) const {
    uint32_t word;
    std::memcpy(&word, panel + line + 4 * lane, 4);
    return word;
  }
  uint16_t Half(uint64_t at) const {
    uint16_t half;
    std::memcpy(&half, panel + at + 2 * lane, 2);
    return half;
  }
  double F16(uint64_t at) const { return gguf::HalfToFloat(Half(at)); }
  // Number `n` of the sixteen of 6 bits in three lines.
  int SixBits(uint64_t line, int n) const {
    if (n < 12) return static_cast<int>(Word(line + 64 * (n / 4)) >> 8 * (n % 4) & 63);
    int number = 0;
    for (int w = 0; w < 3; ++w) number |= (Word(line + 64 * w) >> (8 * (n - 12) + 6) & 3) << 2 * w;
    return number;
  }
  // Bits of element k of a group whose plane begins at `line`.
  int Plane(uint64_t line, uint32_t width, uint32_t k) const {
    const uint32_t j = k / 4 % width, s = k / 4 / width;
    const uint32_t byte = Word(line + 64 * j) >> 8 * (k % 4) & 255;
    return static_cast<int>(byte >> width * s & ((1u << width) - 1));
  }
};

// A value, and the sum of the magnitudes that it was made from.
struct Found {
  double value, magnitude;
};

Found Times(double scale, double number, double added = 0) {
  return {scale * number + added, std::fabs(scale * number) + std::fabs(added)};
}

constexpr double kLevels[16] = {-127, -104, -83, -65, -49, -35, -22, -10,
                                1,    13,   25,  38,  53,  69,  89,  113};
constexpr double kE2m1[16] = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

Found ReadSmallBlock(TensorType type, Lane row, uint64_t k) {
  const uint32_t group = k / 32 % 2, i = k % 32;
  const auto unit = [&](uint64_t bytes) { return k / 64 * bytes; };
  switch (type) {
    case TensorType::kQ8_0: {
      const uint64_t u = unit(1088);
      return Times(row.F16(u + 32 * group),
                   static_cast<int8_t>(row.Plane(u + 64 + 512 * group, 8, i)));
    }
    case TensorType::kQ4_0: {
      const uint64_t u = unit(576);
      return Times(row.F16(u + 32 * group), row.Plane(u + 64 + 256 * group, 4, i) - 8);
    }
    case TensorType::kIQ4_NL: {
      const uint64_t u = unit(576);
      return Times(row.F16(u + 32 * group), kLevels[row.Plane(u + 64 + 256 * group, 4, i)]);
    }
    case TensorType::kMXFP4: {
      const uint64_t u = unit(576);
      const double d = gguf::Bfloat16ToFloat(row.Half(u + 32 * group));
      return Times(d, kE2m1[row.Plane(u + 64 + 256 * group, 4, i)]);
    }
    case TensorType::kQ4_1: {
      const uint64_t u = unit(640);
      return Times(row.F16(u + 32 * group), row.Plane(u + 128 + 256 * group, 4, i),
                   row.F16(u + 64 + 32 * group));
    }
    case TensorType::kQ5_0: {
      const uint64_t u = unit(704), g = u + 64 + 320 * group;
      return Times(row.F16(u + 32 * group),
                   (row.Plane(g, 4, i) | row.Plane(g + 256, 1, i) << 4) - 16);
    }
    default: {  // q5_1
      const uint64_t u = unit(768), g = u + 128 + 320 * group;
      return Times(row.F16(u + 32 * group), row.Plane(g, 4, i) | row.Plane(g + 256, 1, i) << 4,
                   row.F16(u + 64 + 32 * group));
    }
  }
}

Found ReadSuperblock(TensorType type, Lane row, uint64_t k) {
  const uint32_t group = k / 32 % 8, part = k / 16 % 16, i = k % 32;
  const auto unit = [&](uint64_t bytes) { return k / 256 * bytes; };
  switch (type) {
    case TensorType::kQ2_K: {
      const uint64_t u = unit(1344);
      const int scales =
          static_cast<int>(row.Word(u + 64 + 64 * (part / 4)) >> 8 * (part % 4) & 255);
      return Times(row.F16(u) * (scales & 15), row.Plane(u + 320 + 128 * group, 2, i),
                   -row.F16(u + 32) * (scales >> 4));
    }
    case TensorType::kQ3_K: {
      const uint64_t u = unit(1792), g = u + 256 + 192 * group;
      const int scale = row.SixBits(u + 64, static_cast<int>(part)) - 32;
      return Times(row.F16(u) * scale, (row.Plane(g, 2, i) | row.Plane(g + 128, 1, i) << 2) - 4);
    }
    case TensorType::kQ4_K: {
      const uint64_t u = unit(2304);
      const int n = static_cast<int>(group);
      return Times(row.F16(u) * row.SixBits(u + 64, n), row.Plane(u + 256 + 256 * group, 4, i),
                   -row.F16(u + 32) * row.SixBits(u + 64, 8 + n));
    }
    case TensorType::kQ5_K: {
      const uint64_t u = unit(2816), g = u + 256 + 320 * group;
      const int n = static_cast<int>(group);
      return Times(row.F16(u) * row.SixBits(u + 64, n),
                   row.Plane(g, 4, i) | row.Plane(g + 256, 1, i) << 4,
                   -row.F16(u + 32) * row.SixBits(u + 64, 8 + n));
    }
    case TensorType::kQ6_K: {
      const uint64_t u = unit(3392), g = u + 320 + 384 * group;
      const auto scale = static_cast<int8_t>(row.Word(u + 64 + 64 * (part / 4)) >> 8 * (part % 4));
      return Times(row.F16(u) * scale, (row.Plane(g, 4, i) | row.Plane(g + 256, 2, i) << 4) - 32);
    }
    default: {  // iq4_xs
      const uint64_t u = unit(2176);
      const uint32_t low = row.Word(u + 64) >> 4 * group & 15;
      const uint32_t high = row.Half(u + 32) >> 2 * group & 3;
      return Times(row.F16(u) * (static_cast<int>(low | high << 4) - 32),
                   kLevels[row.Plane(u + 128 + 256 * group, 4, i)]);
    }
  }
}

Found ReadByDrawing(TensorType type, Lane row, uint64_t k) {
  switch (type) {
    case TensorType::kF32: {
      const uint32_t bits = row.Word(64 * k);
      float value;
      std::memcpy(&value, &bits, 4);
      return Times(value, 1);
    }
    case TensorType::kF16:
      return Times(gguf::HalfToFloat(row.Word(k / 2 * 64) >> 16 * (k % 2) & 0xffff), 1);
    case TensorType::kBF16:
      return Times(gguf::Bfloat16ToFloat(row.Word(k / 2 * 64) >> 16 * (k % 2) & 0xffff), 1);
    default:
      break;
  }
  const bool is_small = gguf::GetInfo(type).block_elements == 32;
  return is_small ? ReadSmallBlock(type, row, k) : ReadSuperblock(type, row, k);
}

class EveryDrawing : public ::testing::TestWithParam<Format> {};

TEST_P(EveryDrawing, SaysWhereEveryValueIs) {
  const gguf::TensorTypeInfo& info = gguf::GetInfo(GetParam().type);
  const Shape shape = {1, 17, info.block_elements == 256 ? 512u : 160u};
  const uint64_t row_bytes = shape.columns / info.block_elements * info.block_bytes;
  std::vector<uint8_t> source(shape.rows * row_bytes), packed;
  std::mt19937 random(4);
  for (uint8_t& byte : source) byte = static_cast<uint8_t>(random());
  ASSERT_THAT(Pack(
                  GetParam(), shape,
                  [&](uint64_t offset, absl::Span<uint8_t> out) {
                    std::memcpy(out.data(), source.data() + offset, out.size());
                    return absl::OkStatus();
                  },
                  [&](absl::Span<const uint8_t> bytes) {
                    packed.insert(packed.end(), bytes.begin(), bytes.end());
                    return absl::OkStatus();
                  }),
              testing::IsOk());
  ASSERT_EQ(packed.size() % 128, 0u);
  std::vector<float> expected(shape.columns);
  int compared = 0;
  for (uint64_t r = 0; r < shape.rows; ++r) {
    const auto blocks = absl::MakeSpan(source).subspan(r * row_bytes, row_bytes);
    ASSERT_THAT(gguf::Dequantize(info.type, blocks, absl::MakeSpan(expected)), testing::IsOk());
    const Lane lane = {packed.data() + r / 16 * packed.size() / 2, static_cast<uint32_t>(r % 16)};
    for (uint64_t k = 0; k < shape.columns; ++k) {
      const Found found = ReadByDrawing(info.type, lane, k);
      if (!std::isfinite(found.value) || !std::isfinite(expected[k])) continue;
      ASSERT_NEAR(found.value, expected[k], 1e-6 * found.magnitude) << "row " << r << " k " << k;
      ++compared;
    }
  }
  EXPECT_GT(compared, static_cast<int>(shape.rows * shape.columns / 2));
  // Rows that only fill the last panel up are zeros.
  for (uint32_t r = 1; r < 16; ++r) {
    const Lane lane = {packed.data() + packed.size() / 2, r};
    for (uint64_t k = 0; k < shape.columns; ++k) {
      ASSERT_EQ(ReadByDrawing(info.type, lane, k).value, 0) << "row " << r << " k " << k;
    }
  }
}

std::vector<Format> R16Formats() {
  std::vector<Format> formats;
  for (const Format format : Formats()) {
    if (format.layout == Layout::kR16) formats.push_back(format);
  }
  return formats;
}

INSTANTIATE_TEST_SUITE_P(, EveryDrawing, ::testing::ValuesIn(R16Formats()), [](const auto& info) {
  return absl::StrCat(Text(gguf::GetInfo(info.param.type).name));
});

}  // namespace
}  // namespace emel::layout
