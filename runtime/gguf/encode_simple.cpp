#include "runtime/gguf/dequantize.h"
#include "runtime/gguf/encode_block.h"
#include "runtime/gguf/levels.h"
#include "runtime/gguf/quantize.h"

#include <array>

namespace emel::gguf {
namespace {

constexpr float kE2m1[8] = {0, 0.5f, 1, 1.5f, 2, 3, 4, 6};

// Stores the scale and returns the inverse of what was stored, which is what levels must fit.
float StoreScale(uint8_t* bytes, float scale) {
  uint16_t half = FloatToHalf(scale);
  Store(bytes, half);
  return Inverse(HalfToFloat(half));
}

struct Extent {
  float least, most;
};

Extent ExtentOf(const float* x, int count) {
  auto [least, most] = std::minmax_element(x, x + count);
  return {*least, *most};
}

// Puts levels of 4 bits into nibbles, elements j and j + 16 to a byte; a fifth bit goes into
// `high`.
void StoreLevels(const int* levels, uint8_t* q, uint8_t* high) {
  uint32_t top = 0;
  for (int j = 0; j < 16; ++j) {
    q[j] = static_cast<uint8_t>((levels[j] & 15) | (levels[j + 16] & 15) << 4);
    top |= static_cast<uint32_t>(levels[j] >> 4) << j;
    top |= static_cast<uint32_t>(levels[j + 16] >> 4) << (j + 16);
  }
  if (high != nullptr) Store(high, top);
}

// Levels around a centre: the extreme value is the lowest one.
void EncodeSymmetric(const float* x, int centre, uint8_t* scale, uint8_t* high, uint8_t* q) {
  float inverse = StoreScale(scale, Extreme(x, 32) / static_cast<float>(-centre));
  int levels[32];
  for (int j = 0; j < 32; ++j) levels[j] = RoundTo(x[j] * inverse, -centre, centre - 1) + centre;
  StoreLevels(levels, q, high);
}

// Levels from the least value to the greatest.
void EncodeAffine(const float* x, int most, uint8_t* scale, uint8_t* high, uint8_t* q) {
  Extent extent = ExtentOf(x, 32);
  float inverse = StoreScale(scale, (extent.most - extent.least) / static_cast<float>(most));
  uint16_t least = FloatToHalf(extent.least);
  Store(scale + 2, least);
  int levels[32];
  for (int j = 0; j < 32; ++j) {
    levels[j] = RoundTo((x[j] - HalfToFloat(least)) * inverse, 0, most);
  }
  StoreLevels(levels, q, high);
}

int NearestFourBitLevel(float value) {
  int best = 0;
  for (int i = 1; i < 16; ++i) {
    if (std::abs(value - static_cast<float>(kFourBitLevels[i])) <
        std::abs(value - static_cast<float>(kFourBitLevels[best]))) {
      best = i;
    }
  }
  return best;
}

float FourBitScale(const float* x) {
  return SearchScale(x, 32, static_cast<float>(kFourBitLevels[0]), [](float value) {
    return static_cast<float>(kFourBitLevels[NearestFourBitLevel(value)]);
  });
}

void StoreFourBitLevels(const float* x, float inverse, uint8_t* q) {
  int levels[32];
  for (int j = 0; j < 32; ++j) levels[j] = NearestFourBitLevel(x[j] * inverse);
  StoreLevels(levels, q, nullptr);
}

int NearestE2m1(float value) {
  int best = 0;
  for (int i = 1; i < 8; ++i) {
    if (std::abs(std::abs(value) - kE2m1[i]) < std::abs(std::abs(value) - kE2m1[best])) best = i;
  }
  return value < 0 ? best | 8 : best;
}

}  // namespace

void EncodeQ4_0(const float* x, uint8_t* b) { EncodeSymmetric(x, 8, b, nullptr, b + 2); }
void EncodeQ5_0(const float* x, uint8_t* b) { EncodeSymmetric(x, 16, b, b + 2, b + 6); }
void EncodeQ4_1(const float* x, uint8_t* b) { EncodeAffine(x, 15, b, nullptr, b + 4); }
void EncodeQ5_1(const float* x, uint8_t* b) { EncodeAffine(x, 31, b, b + 4, b + 8); }

void EncodeQ8_0(const float* x, uint8_t* b) {
  float inverse = StoreScale(b, std::abs(Extreme(x, 32)) / 127);
  for (int j = 0; j < 32; ++j) b[2 + j] = static_cast<uint8_t>(RoundTo(x[j] * inverse, -127, 127));
}

// The exponent brings the largest value to 4 … 8, where E2M1 ends at 6.
void EncodeMXFP4(const float* x, uint8_t* b) {
  float most = std::abs(Extreme(x, 32));
  int exponent = most > 0 ? std::clamp(std::ilogb(most) - 2, -127, 127) : -127;
  b[0] = static_cast<uint8_t>(exponent + 127);
  int levels[32];
  for (int j = 0; j < 32; ++j) levels[j] = NearestE2m1(std::ldexp(x[j], -exponent));
  StoreLevels(levels, b + 1, nullptr);
}

void EncodeIQ4_NL(const float* x, uint8_t* b) {
  StoreFourBitLevels(x, StoreScale(b, FourBitScale(x)), b + 2);
}

void EncodeIQ4_XS(const float* x, uint8_t* b) {
  float scales[8];
  for (int group = 0; group < 8; ++group) {
    scales[group] = FourBitScale(x + 32 * group);
  }
  uint16_t half = FloatToHalf(Extreme(scales, 8) / -32);
  float d = HalfToFloat(half);
  Store(b, half);
  uint16_t high = 0;
  std::memset(b + 4, 0, 4);
  for (int group = 0; group < 8; ++group) {
    int scale = RoundTo(scales[group] * Inverse(d), -32, 31);
    b[4 + group / 2] |= static_cast<uint8_t>(((scale + 32) & 15) << 4 * (group % 2));
    high |= static_cast<uint16_t>((scale + 32) >> 4 << 2 * group);
    StoreFourBitLevels(x + 32 * group, Inverse(d * static_cast<float>(scale)), b + 8 + 16 * group);
  }
  Store(b + 2, high);
}

}  // namespace emel::gguf
