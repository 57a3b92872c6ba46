#include "runtime/gguf/decode_block.h"
#include "runtime/gguf/expand_block.h"

// The k-quants: 256 elements, small integer scales per 16 or 32 elements under a common f16 scale.
namespace emel::gguf {
namespace {

struct ScaleMin {
  int8_t scale, min;
};

// q4_k and q5_k pack 8 scales and 8 minimums of 6 bits into 12 bytes:
//
//     byte 0-3    scale 0-3 in bits 0-5, bits 4-5 of scale 4-7 in bits 6-7
//     byte 4-7    min 0-3   in bits 0-5, bits 4-5 of min 4-7   in bits 6-7
//     byte 8-11   bits 0-3 of scale 4-7 (low nibble) and of min 4-7 (high nibble)
ScaleMin UnpackScaleMin(const uint8_t* s, int i) {
  if (i < 4) return {static_cast<int8_t>(s[i] & 63), static_cast<int8_t>(s[i + 4] & 63)};
  return {static_cast<int8_t>((s[i + 4] & 15) | s[i - 4] >> 6 << 4),
          static_cast<int8_t>(s[i + 4] >> 4 | s[i] >> 6 << 4)};
}

// q3_k packs 16 scales of 6 bits, biased by 32: low nibbles in bytes 0-7 (0-7 low, 8-15 high),
// their bits 4-5 in bytes 8-11 (4 pairs a byte).
int8_t UnpackQ3Scale(const uint8_t* s, int i) {
  int low = s[i % 8] >> 4 * (i / 8) & 15, top = s[8 + i % 4] >> 2 * (i / 4) & 3;
  return static_cast<int8_t>((low | top << 4) - 32);
}

}  // namespace

// | scales[16] | q[64] | d:f16 | dmin:f16 |   a scale byte: scale in the low, min in the high
// nibble. Half h of q holds elements 128h…: all bits 0-1 of its 32 bytes, then all bits 2-3, …
// value = d * scale * q - dmin * min
template <>
void ExpandBlock<TensorType::kQ2_K>(const uint8_t* b, IntegerGroup* out) {
  float d = LoadHalf(b + 80), dmin = LoadHalf(b + 82);
  for (int group = 0; group < 8; ++group, ++out) {
    *out = {d, dmin};
    for (int h = 0; h < 2; ++h) {
      uint8_t packed = b[2 * group + h];
      out->scales[h] = packed & 15;
      out->minima[h] = packed >> 4;
    }
    const uint8_t* q = b + 16 + 32 * (group / 4);
    int shift = 2 * (group % 4);
    for (int j = 0; j < 32; ++j) out->values[j] = q[j] >> shift & 3;
  }
}

// | high[32] | q[64] | scales[12] | d:f16 |
// q as in q2_k; bit k of high byte j is bit 2 of element 32k + j.
// value = d * scale * (q - 4)
template <>
void ExpandBlock<TensorType::kQ3_K>(const uint8_t* b, IntegerGroup* out) {
  float d = LoadHalf(b + 108);
  for (int group = 0; group < 8; ++group, ++out) {
    *out = {d, 0, {UnpackQ3Scale(b + 96, 2 * group), UnpackQ3Scale(b + 96, 2 * group + 1)}};
    const uint8_t* q = b + 32 + 32 * (group / 4);
    int shift = 2 * (group % 4);
    for (int j = 0; j < 32; ++j) {
      int value = (q[j] >> shift & 3) | (b[j] >> group & 1) << 2;
      out->values[j] = static_cast<int8_t>(value - 4);
    }
  }
}

// | d:f16 | dmin:f16 | scales[12] | q[128] |
// 32 bytes of q hold 64 elements: 32 low nibbles, then 32 high ones.
// value = d * scale * q - dmin * min
template <>
void ExpandBlock<TensorType::kQ4_K>(const uint8_t* b, IntegerGroup* out) {
  float d = LoadHalf(b), dmin = LoadHalf(b + 2);
  for (int group = 0; group < 8; ++group, ++out) {
    ScaleMin s = UnpackScaleMin(b + 4, group);
    *out = {d, dmin, {s.scale, s.scale}, {s.min, s.min}};
    const uint8_t* q = b + 16 + 32 * (group / 2);
    int shift = 4 * (group % 2);
    for (int j = 0; j < 32; ++j) {
      out->values[j] = static_cast<int8_t>((q[j] >> shift & 15));
    }
  }
}

// | d:f16 | dmin:f16 | scales[12] | high[32] | q[128] |
// As q4_k; bit g of high byte j is bit 4 of element 32g + j.
template <>
void ExpandBlock<TensorType::kQ5_K>(const uint8_t* b, IntegerGroup* out) {
  float d = LoadHalf(b), dmin = LoadHalf(b + 2);
  for (int group = 0; group < 8; ++group, ++out) {
    ScaleMin s = UnpackScaleMin(b + 4, group);
    *out = {d, dmin, {s.scale, s.scale}, {s.min, s.min}};
    const uint8_t *q = b + 48 + 32 * (group / 2), *high = b + 16;
    int shift = 4 * (group % 2);
    for (int j = 0; j < 32; ++j) {
      out->values[j] = static_cast<int8_t>((q[j] >> shift & 15) | (high[j] >> group & 1) << 4);
    }
  }
}

// | low[128] | high[64] | scales:i8[16] | d:f16 |
// Half h of low (64 bytes) holds elements 128h…: 64 low nibbles, then 64 high ones; half h of high
// (32 bytes) their bits 4-5: all bits 0-1, then all bits 2-3, …
// value = d * scale * (q - 32)
template <>
void ExpandBlock<TensorType::kQ6_K>(const uint8_t* b, IntegerGroup* out) {
  float d = LoadHalf(b + 208);
  for (int group = 0; group < 8; ++group, ++out) {
    int half = group / 4, part = group % 4;
    *out = {d, 0, {Load<int8_t>(b + 192 + 2 * group), Load<int8_t>(b + 193 + 2 * group)}};
    const uint8_t *low = b + 64 * half + 32 * (part % 2), *high = b + 128 + 32 * half;
    int low_shift = 4 * (part / 2), high_shift = 2 * part;
    for (int j = 0; j < 32; ++j) {
      int value = (low[j] >> low_shift & 15) | (high[j] >> high_shift & 3) << 4;
      out->values[j] = static_cast<int8_t>(value - 32);
    }
  }
}

}  // namespace emel::gguf
