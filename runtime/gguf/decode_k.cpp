#include "runtime/gguf/decode_block.h"

// The k-quants: 256 elements, small integer scales per 16 or 32 elements under a common f16 scale.
namespace emel::gguf {
namespace {

struct ScaleMin {
  uint8_t scale, min;
};

// q4_k and q5_k pack 8 scales and 8 minimums of 6 bits into 12 bytes:
//
//     byte 0-3    scale 0-3 in bits 0-5, bits 4-5 of scale 4-7 in bits 6-7
//     byte 4-7    min 0-3   in bits 0-5, bits 4-5 of min 4-7   in bits 6-7
//     byte 8-11   bits 0-3 of scale 4-7 (low nibble) and of min 4-7 (high nibble)
ScaleMin UnpackScaleMin(const uint8_t* s, int i) {
  if (i < 4) return {static_cast<uint8_t>(s[i] & 63), static_cast<uint8_t>(s[i + 4] & 63)};
  return {static_cast<uint8_t>((s[i + 4] & 15) | s[i - 4] >> 6 << 4),
          static_cast<uint8_t>(s[i + 4] >> 4 | s[i] >> 6 << 4)};
}

}  // namespace

// | scales[16] | q[64] | d:f16 | dmin:f16 |   a scale byte: scale in the low, min in the high
// nibble Half h of q holds elements 128h…: all bits 0-1 of its 32 bytes, then all bits 2-3, … value
// = d * scale * q - dmin * min
template <>
void DecodeBlock<TensorType::kQ2_K>(const uint8_t* b, float* out) {
  float d = LoadHalf(b + 80), dmin = LoadHalf(b + 82);
  for (int group = 0; group < 16; ++group, out += 16) {
    float scale = d * static_cast<float>(b[group] & 15);
    float offset = dmin * static_cast<float>(b[group] >> 4);
    const uint8_t* q = b + 16 + 32 * (group / 8) + 16 * (group % 2);
    int shift = 2 * (group / 2 % 4);
    for (int j = 0; j < 16; ++j) out[j] = scale * static_cast<float>(q[j] >> shift & 3) - offset;
  }
}

// | high[32] | q[64] | scales[12] | d:f16 |
// q as in q2_k; bit k of high byte j is bit 2 of element 32k + j. 16 scales of 6 bits, biased by
// 32: low nibbles in bytes 0-7 (0-7 low, 8-15 high), their bits 4-5 in bytes 8-11 (4 pairs a byte).
// value = d * (scale - 32) * (q - 4)
template <>
void DecodeBlock<TensorType::kQ3_K>(const uint8_t* b, float* out) {
  float d = LoadHalf(b + 108);
  const uint8_t* packed = b + 96;
  for (int group = 0; group < 16; ++group, out += 16) {
    int low = packed[group % 8] >> 4 * (group / 8) & 15;
    int top = packed[8 + group % 4] >> 2 * (group / 4) & 3;
    float scale = d * static_cast<float>((low | top << 4) - 32);
    const uint8_t* q = b + 32 + 32 * (group / 8) + 16 * (group % 2);
    const uint8_t* high = b + 16 * (group % 2);
    int shift = 2 * (group / 2 % 4), bit = group / 2;
    for (int j = 0; j < 16; ++j) {
      int value = (q[j] >> shift & 3) | (high[j] >> bit & 1) << 2;
      out[j] = scale * static_cast<float>(value - 4);
    }
  }
}

// | d:f16 | dmin:f16 | scales[12] | q[128] |
// 32 bytes of q hold 64 elements: 32 low nibbles, then 32 high ones.
// value = d * scale * q - dmin * min
template <>
void DecodeBlock<TensorType::kQ4_K>(const uint8_t* b, float* out) {
  float d = LoadHalf(b), dmin = LoadHalf(b + 2);
  for (int group = 0; group < 8; ++group, out += 32) {
    ScaleMin s = UnpackScaleMin(b + 4, group);
    float scale = d * static_cast<float>(s.scale), offset = dmin * static_cast<float>(s.min);
    const uint8_t* q = b + 16 + 32 * (group / 2);
    int shift = 4 * (group % 2);
    for (int j = 0; j < 32; ++j) out[j] = scale * static_cast<float>(q[j] >> shift & 15) - offset;
  }
}

// | d:f16 | dmin:f16 | scales[12] | high[32] | q[128] |
// As q4_k; bit g of high byte j is bit 4 of element 32g + j.
template <>
void DecodeBlock<TensorType::kQ5_K>(const uint8_t* b, float* out) {
  float d = LoadHalf(b), dmin = LoadHalf(b + 2);
  const uint8_t* high = b + 16;
  for (int group = 0; group < 8; ++group, out += 32) {
    ScaleMin s = UnpackScaleMin(b + 4, group);
    float scale = d * static_cast<float>(s.scale), offset = dmin * static_cast<float>(s.min);
    const uint8_t* q = b + 48 + 32 * (group / 2);
    int shift = 4 * (group % 2);
    for (int j = 0; j < 32; ++j) {
      int value = (q[j] >> shift & 15) | (high[j] >> group & 1) << 4;
      out[j] = scale * static_cast<float>(value) - offset;
    }
  }
}

// | low[128] | high[64] | scales:i8[16] | d:f16 |
// Half h of low (64 bytes) holds elements 128h…: 64 low nibbles, then 64 high ones; half h of high
// (32 bytes) their bits 4-5: all bits 0-1, then all bits 2-3, …
// value = d * scale * (q - 32)
template <>
void DecodeBlock<TensorType::kQ6_K>(const uint8_t* b, float* out) {
  float d = LoadHalf(b + 208);
  for (int group = 0; group < 16; ++group, out += 16) {
    int half = group / 8, part = group % 8;
    float scale = d * static_cast<float>(static_cast<int8_t>(b[192 + group]));
    const uint8_t* low = b + 64 * half + 16 * (part % 4);
    const uint8_t* high = b + 128 + 32 * half + 16 * (part % 2);
    int low_shift = 4 * (part / 4), high_shift = 2 * (part / 2);
    for (int j = 0; j < 16; ++j) {
      int value = (low[j] >> low_shift & 15) | (high[j] >> high_shift & 3) << 4;
      out[j] = scale * static_cast<float>(value - 32);
    }
  }
}

}  // namespace emel::gguf
