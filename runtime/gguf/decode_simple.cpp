#include "runtime/gguf/decode_block.h"
#include "runtime/gguf/expand_block.h"
#include "runtime/gguf/levels.h"

#include <array>
#include <cmath>

// The formats whose blocks carry plain numbers under one scale (or one scale per 16 elements):
// q4_0 to q8_0, the few-bit q1_0 and q2_0, ternary, and the E2M1 floats.
//
//     lo4 / hi4   low and high nibble: a byte holds elements j and j + 16
namespace emel::gguf {
namespace {

// A low nibble is element j, the high one element j + 16.
template <typename Level>
void ExpandNibbles(const uint8_t* q, Level level, IntegerGroup& out) {
  for (int j = 0; j < 16; ++j) {
    out.values[j] = static_cast<int8_t>(level(q[j] & 15));
    out.values[j + 16] = static_cast<int8_t>(level(q[j] >> 4));
  }
}

// | high:u32 | q[16] |   bit j of high is bit 4 of element j
void ExpandFiveBits(const uint8_t* b, int offset, IntegerGroup& out) {
  uint32_t high = Load<uint32_t>(b);
  ExpandNibbles(b + 4, [](int q) { return q; }, out);
  for (int j = 0; j < 32; ++j) {
    int value = out.values[j] | (high >> j & 1) << 4;
    out.values[j] = static_cast<int8_t>(value + offset);
  }
}

// A byte is a base-3 fraction of 256: multiplying by 3 carries the next digit out. The digits of a
// run of bytes come first digit first: all first digits, then all second ones, …
float* DecodeTrits(const uint8_t* bytes, int count, int digits, float scale, float* out) {
  uint8_t power = 1;
  for (int n = 0; n < digits; ++n, power *= 3) {
    for (int j = 0; j < count; ++j) {
      uint8_t rest = static_cast<uint8_t>(bytes[j] * power);
      *out++ = static_cast<float>((rest * 3 >> 8) - 1) * scale;
    }
  }
  return out;
}

// An unsigned float of 4 exponent and 3 fraction bits, halved; its two NaN codes count as zero.
float HalfOfUe4m3(uint8_t code) {
  code &= 0x7f;
  if (code == 0 || code == 0x7f) return 0;
  int exponent = code >> 3, fraction = code & 7;
  if (exponent == 0) return std::ldexp(static_cast<float>(fraction), -10);
  return std::ldexp(1 + static_cast<float>(fraction) / 8, exponent - 8);
}

const std::array<float, 256>& HalvedUe4m3Table() {
  static const std::array<float, 256> table = [] {
    std::array<float, 256> values;
    for (int code = 0; code < 256; ++code) values[code] = HalfOfUe4m3(code);
    return values;
  }();
  return table;
}

}  // namespace

// | d:f16 | q[16] |   value = d * (q - 8)
template <>
void ExpandBlock<TensorType::kQ4_0>(const uint8_t* b, IntegerGroup* out) {
  *out = {LoadHalf(b), 0, {1, 1}};
  ExpandNibbles(b + 2, [](int q) { return q - 8; }, *out);
}

// | d:f16 | m:f16 | q[16] |   value = d * q + m
template <>
void ExpandBlock<TensorType::kQ4_1>(const uint8_t* b, IntegerGroup* out) {
  *out = {LoadHalf(b), -LoadHalf(b + 2), {1, 1}, {1, 1}};
  ExpandNibbles(b + 4, [](int q) { return q; }, *out);
}

// | d:f16 | high:u32 | q[16] |   value = d * (q - 16); bit j of high is bit 4 of element j
template <>
void ExpandBlock<TensorType::kQ5_0>(const uint8_t* b, IntegerGroup* out) {
  *out = {LoadHalf(b), 0, {1, 1}};
  ExpandFiveBits(b + 2, -16, *out);
}

// | d:f16 | m:f16 | high:u32 | q[16] |   value = d * q + m
template <>
void ExpandBlock<TensorType::kQ5_1>(const uint8_t* b, IntegerGroup* out) {
  *out = {LoadHalf(b), -LoadHalf(b + 2), {1, 1}, {1, 1}};
  ExpandFiveBits(b + 4, 0, *out);
}

// | d:f16 | q:i8[32] |   value = d * q
template <>
void ExpandBlock<TensorType::kQ8_0>(const uint8_t* b, IntegerGroup* out) {
  *out = {LoadHalf(b), 0, {1, 1}};
  std::memcpy(out->values, b + 2, 32);
}

// | d:f16 | bits[16] |   128 elements, lowest bit first; value = bit ? d : -d
template <>
void DecodeBlock<TensorType::kQ1_0>(const uint8_t* b, float* out) {
  float d = LoadHalf(b);
  for (int j = 0; j < 128; ++j) out[j] = b[2 + j / 8] >> j % 8 & 1 ? d : -d;
}

// | d:f16 | q[16] |   64 elements of 2 bits, lowest first; value = d * (q - 1)
template <>
void DecodeBlock<TensorType::kQ2_0>(const uint8_t* b, float* out) {
  float d = LoadHalf(b);
  for (int j = 0; j < 64; ++j) {
    out[j] = static_cast<float>((b[2 + j / 4] >> 2 * (j % 4) & 3) - 1) * d;
  }
}

// | q[32] | q[16] | h[4] | d:f16 |   5 ternary digits a byte in q, 4 in h; value = d * (digit - 1)
template <>
void DecodeBlock<TensorType::kTQ1_0>(const uint8_t* b, float* out) {
  float d = LoadHalf(b + 52);
  out = DecodeTrits(b, 32, 5, d, out);
  out = DecodeTrits(b + 32, 16, 5, d, out);
  DecodeTrits(b + 48, 4, 4, d, out);
}

// | q[64] | d:f16 |   in each half of 32 bytes: all bits 0-1, then all bits 2-3, …
template <>
void DecodeBlock<TensorType::kTQ2_0>(const uint8_t* b, float* out) {
  float d = LoadHalf(b + 64);
  for (const uint8_t* q = b; q != b + 64; q += 32) {
    for (int shift = 0; shift < 8; shift += 2) {
      for (int j = 0; j < 32; ++j) *out++ = static_cast<float>((q[j] >> shift & 3) - 1) * d;
    }
  }
}

// | e:u8 | q[16] |   value = 2^(e - 127) * e2m1[q]
template <>
void ExpandBlock<TensorType::kMXFP4>(const uint8_t* b, IntegerGroup* out) {
  // Half the scale is 2^(e - 128): subnormal for the two smallest exponents.
  uint32_t bits = b[0] < 2 ? 0x200000u << b[0] : (b[0] - 1u) << 23;
  *out = {std::bit_cast<float>(bits), 0, {1, 1}};
  ExpandNibbles(b + 1, [](int q) { return kE2m1Doubled[q]; }, *out);
}

// | scale[4]:ue4m3 | q[4][8] |   16 elements per scale, a byte holds elements j and j + 8
template <>
void DecodeBlock<TensorType::kNVFP4>(const uint8_t* b, float* out) {
  const std::array<float, 256>& scales = HalvedUe4m3Table();
  for (int group = 0; group < 4; ++group, out += 16) {
    float d = scales[b[group]];
    const uint8_t* q = b + 4 + 8 * group;
    for (int j = 0; j < 8; ++j) {
      out[j] = static_cast<float>(kE2m1Doubled[q[j] & 15]) * d;
      out[j + 8] = static_cast<float>(kE2m1Doubled[q[j] >> 4]) * d;
    }
  }
}

}  // namespace emel::gguf
