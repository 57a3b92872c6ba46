#include "runtime/gguf/decode_block.h"
#include "runtime/gguf/expand_block.h"
#include "runtime/gguf/levels.h"

#include <array>

// The IQ formats: an index selects a level (iq4) or a point of a grid, that is 8 or 4 elements at
// once. Where a byte of signs belongs to 8 elements, bit j set makes element j negative; where only
// 7 bits are stored, the eighth makes the number of minus signs even.
namespace emel::gguf {
namespace {

constexpr float kIq1Shift = 0.125f;

template <size_t kPoints, size_t kWidth>
using Grid = std::array<std::array<float, kWidth>, kPoints>;

template <size_t kPoints, size_t kWidth>
constexpr Grid<kPoints, kWidth> MakeGrid(const std::array<float, 8>& levels,
                                         const std::array<uint16_t, kPoints>& codes) {
  constexpr int kBits = kWidth == 8 ? 2 : 3;
  Grid<kPoints, kWidth> grid{};
  for (size_t i = 0; i < kPoints; ++i) {
    for (size_t j = 0; j < kWidth; ++j) {
      grid[i][j] = levels[codes[i] >> kBits * j & ((1 << kBits) - 1)];
    }
  }
  return grid;
}

#define EMEL_IQ_LEVELS(...) {__VA_ARGS__}
#define EMEL_IQ_GRID(name, points, width, levels, ...) \
  constexpr Grid<points, width> name = MakeGrid<points, width>(levels, {__VA_ARGS__});
#include "runtime/gguf/iq_grids.inc"
#undef EMEL_IQ_LEVELS

constexpr uint8_t CompleteSigns(uint32_t code) {
  uint32_t parity = code ^ code >> 4;
  parity ^= parity >> 2;
  parity ^= parity >> 1;
  return static_cast<uint8_t>(code | (parity & 1) << 7);
}

// Writes scale * point, with `width` signs taken from `signs` upwards.
template <size_t kWidth>
void WritePoint(const std::array<float, kWidth>& point, float scale, uint32_t signs, float* out) {
  for (size_t j = 0; j < kWidth; ++j) {
    float value = scale * point[j];
    out[j] = signs >> j & 1 ? -value : value;
  }
}

// Scales of 4 bits, two to a byte, for iq2_xs and iq2_s: one per 16 elements.
float QuarterScale(float d, const uint8_t* scales, int group) {
  return d * (0.5f + static_cast<float>(scales[group / 2] >> 4 * (group % 2) & 15)) * 0.25f;
}

void WriteShiftedPoint(uint32_t index, float scale, bool negative, float* out) {
  float shift = negative ? -kIq1Shift : kIq1Shift;
  for (int j = 0; j < 8; ++j) out[j] = scale * (kIq1[index][j] + shift);
}

// A byte holds elements j and j + 16.
void ExpandLevels(const uint8_t* q, IntegerGroup& out) {
  for (int j = 0; j < 16; ++j) {
    out.values[j] = kFourBitLevels[q[j] & 15];
    out.values[j + 16] = kFourBitLevels[q[j] >> 4];
  }
}

}  // namespace

// | d:f16 | q[16] |   value = d * level[q]; a byte holds elements j and j + 16
template <>
void ExpandBlock<TensorType::kIQ4_NL>(const uint8_t* b, IntegerGroup* out) {
  *out = {LoadHalf(b), 0, {1, 1}};
  ExpandLevels(b + 2, *out);
}

// | d:f16 | high:u16 | low[4] | q[8][16] |
// Scale g of 6 bits: nibble g of low, 2 bits g of high. value = d * (scale - 32) * level[q]
template <>
void ExpandBlock<TensorType::kIQ4_XS>(const uint8_t* b, IntegerGroup* out) {
  float d = LoadHalf(b);
  uint32_t high = Load<uint16_t>(b + 2);
  for (int group = 0; group < 8; ++group, ++out) {
    int code = (b[4 + group / 2] >> 4 * (group % 2) & 15) | (high >> 2 * group & 3) << 4;
    int8_t scale = static_cast<int8_t>(code - 32);
    *out = {d, 0, {scale, scale}};
    ExpandLevels(b + 8 + 16 * group, *out);
  }
}

// | d:f16 | 8 x ( index[4] | packed:u32 ) |
// packed: four times 7 sign bits, then a scale of 4 bits. value = d * (0.5 + scale) / 4 * point
template <>
void DecodeBlock<TensorType::kIQ2_XXS>(const uint8_t* b, float* out) {
  float d = LoadHalf(b);
  for (int group = 0; group < 8; ++group) {
    const uint8_t* index = b + 2 + 8 * group;
    uint32_t packed = Load<uint32_t>(index + 4);
    float scale = d * (0.5f + static_cast<float>(packed >> 28)) * 0.25f;
    for (int l = 0; l < 4; ++l, out += 8) {
      WritePoint(kIq2Xxs[index[l]], scale, CompleteSigns(packed >> 7 * l & 127), out);
    }
  }
}

// | d:f16 | q:u16[32] | scales[8] |   q: 9 bits of index, 7 bits of signs
template <>
void DecodeBlock<TensorType::kIQ2_XS>(const uint8_t* b, float* out) {
  float d = LoadHalf(b);
  for (int i = 0; i < 32; ++i, out += 8) {
    uint32_t q = Load<uint16_t>(b + 2 + 2 * i);
    WritePoint(kIq2Xs[q & 511], QuarterScale(d, b + 66, i / 2), CompleteSigns(q >> 9), out);
  }
}

// | d:f16 | index[32] | signs[32] | high[8] | scales[8] |   high: bits 8-9 of four indices a byte
template <>
void DecodeBlock<TensorType::kIQ2_S>(const uint8_t* b, float* out) {
  float d = LoadHalf(b);
  for (int i = 0; i < 32; ++i, out += 8) {
    uint32_t index = b[2 + i] | (b[66 + i / 4] >> 2 * (i % 4) & 3) << 8;
    WritePoint(kIq2S[index], QuarterScale(d, b + 74, i / 2), b[34 + i], out);
  }
}

// | d:f16 | index[64] | packed:u32[8] |   packed as in iq2_xxs; value = d * (0.5 + scale) / 2 *
// point
template <>
void DecodeBlock<TensorType::kIQ3_XXS>(const uint8_t* b, float* out) {
  float d = LoadHalf(b);
  for (int group = 0; group < 8; ++group) {
    const uint8_t* index = b + 2 + 8 * group;
    uint32_t packed = Load<uint32_t>(b + 66 + 4 * group);
    float scale = d * (0.5f + static_cast<float>(packed >> 28)) * 0.5f;
    for (int l = 0; l < 4; ++l, out += 8) {
      uint32_t signs = CompleteSigns(packed >> 7 * l & 127);
      WritePoint(kIq3Xxs[index[2 * l]], scale, signs, out);
      WritePoint(kIq3Xxs[index[2 * l + 1]], scale, signs >> 4, out + 4);
    }
  }
}

// | d:f16 | index[64] | high[8] | signs[32] | scales[4] |
// high: bit 8 of eight indices a byte; scale g of 32 elements is nibble g.
// value = d * (1 + 2 * scale) * point
template <>
void DecodeBlock<TensorType::kIQ3_S>(const uint8_t* b, float* out) {
  float d = LoadHalf(b);
  for (int i = 0; i < 64; ++i, out += 4) {
    uint32_t index = b[2 + i] | (b[66 + i / 8] >> i % 8 & 1) << 8;
    uint32_t signs = b[74 + i / 2] >> 4 * (i % 2);
    int group = i / 8;
    int scale = b[106 + group / 2] >> 4 * (group % 2) & 15;
    WritePoint(kIq3S[index], d * static_cast<float>(1 + 2 * scale), signs, out);
  }
}

// | d:f16 | index[32] | high:u16[8] |
// high: bits 8-10 of four indices, a scale of 3 bits, and the sign of the shift.
// value = d * (1 + 2 * scale) * (point ± 1/8)
template <>
void DecodeBlock<TensorType::kIQ1_S>(const uint8_t* b, float* out) {
  float d = LoadHalf(b);
  for (int i = 0; i < 32; ++i, out += 8) {
    uint32_t high = Load<uint16_t>(b + 34 + 2 * (i / 4));
    uint32_t index = b[2 + i] | (high >> 3 * (i % 4) & 7) << 8;
    float scale = d * static_cast<float>(1 + 2 * (high >> 12 & 7));
    WriteShiftedPoint(index, scale, high >> 15, out);
  }
}

// | index[32] | high[16] | packed:u16[4] |
// high: nibble i has bits 8-10 of index i and the sign of its shift. packed: four scales of 3 bits
// (one per 16 elements), and in the top nibbles, lowest first, the f16 d.
template <>
void DecodeBlock<TensorType::kIQ1_M>(const uint8_t* b, float* out) {
  uint16_t packed[4];
  uint32_t d_bits = 0;
  for (int i = 0; i < 4; ++i) {
    packed[i] = Load<uint16_t>(b + 48 + 2 * i);
    d_bits |= static_cast<uint32_t>(packed[i] >> 12) << 4 * i;
  }
  float d = ExpandHalf(static_cast<uint16_t>(d_bits));
  for (int i = 0; i < 32; ++i, out += 8) {
    uint32_t high = b[32 + i / 2] >> 4 * (i % 2);
    uint32_t index = b[i] | (high & 7) << 8;
    int half = i / 2;
    float scale = d * static_cast<float>(1 + 2 * (packed[half / 4] >> 3 * (half % 4) & 7));
    WriteShiftedPoint(index, scale, high & 8, out);
  }
}

}  // namespace emel::gguf
