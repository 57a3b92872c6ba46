#include "runtime/gguf/dequantize.h"
#include "runtime/gguf/encode_block.h"
#include "runtime/gguf/quantize.h"

#include <limits>

namespace emel::gguf {
namespace {

// Stores f16(value) and returns what was stored.
float StoreHalf(uint8_t* bytes, float value) {
  uint16_t half = FloatToHalf(value);
  Store(bytes, half);
  return HalfToFloat(half);
}

// Groups of `kCount` elements with a scale and a minimum (the negated least value, at least 0).
template <int kGroups>
struct AffineGroups {
  static constexpr int kCount = 256 / kGroups;
  int scale[kGroups], min[kGroups];
  int levels[256];

  // Scale and minimum of one group: of a few scales about the group's extent, the one whose levels
  // fit best after both numbers are refitted by least squares.
  static void Fit(const float* x, int most, float& scale, float& min) {
    float least = std::min(0.0f, *std::min_element(x, x + kCount));
    float extent = std::max(0.0f, *std::max_element(x, x + kCount)) - least;
    scale = extent / static_cast<float>(most);
    min = -least;
    float best = std::numeric_limits<float>::infinity();
    for (int step = -1; step <= 4; ++step) {
      float inverse =
          (static_cast<float>(most) + 0.2f * static_cast<float>(step)) * Inverse(extent);
      float sum_l = 0, sum_x = 0, sum_ll = 0, sum_lx = 0;
      for (int j = 0; j < kCount; ++j) {
        float l = static_cast<float>(RoundTo((x[j] - least) * inverse, 0, most));
        sum_l += l;
        sum_x += x[j];
        sum_ll += l * l;
        sum_lx += l * x[j];
      }
      float determinant = kCount * sum_ll - sum_l * sum_l;
      if (determinant <= 0) continue;
      float s = (kCount * sum_lx - sum_l * sum_x) / determinant;
      float m = (s * sum_l - sum_x) / kCount;
      if (m < 0) {  // the format has no negative minimum
        m = 0;
        s = sum_lx / sum_ll;
      }
      float error = 0;
      for (int j = 0; j < kCount; ++j) {
        float l = static_cast<float>(RoundTo((x[j] + m) * Inverse(s), 0, most));
        error += (s * l - m - x[j]) * (s * l - m - x[j]);
      }
      if (error >= best) continue;
      best = error;
      scale = s;
      min = m;
    }
  }

  // Fits levels 0 … most under scales and minimums 0 … scale_most; stores d and dmin.
  AffineGroups(const float* x, int most, int scale_most, uint8_t* d_at, uint8_t* dmin_at) {
    float scales[kGroups], mins[kGroups];
    for (int g = 0; g < kGroups; ++g) Fit(x + kCount * g, most, scales[g], mins[g]);
    float bound = static_cast<float>(scale_most);
    float d = StoreHalf(d_at, *std::max_element(scales, scales + kGroups) / bound);
    float dmin = StoreHalf(dmin_at, *std::max_element(mins, mins + kGroups) / bound);
    for (int g = 0; g < kGroups; ++g) {
      scale[g] = RoundTo(scales[g] * Inverse(d), 0, scale_most);
      min[g] = RoundTo(mins[g] * Inverse(dmin), 0, scale_most);
      float inverse = Inverse(d * static_cast<float>(scale[g]));
      float offset = dmin * static_cast<float>(min[g]);
      for (int j = kCount * g; j < kCount * (g + 1); ++j) {
        levels[j] = RoundTo((x[j] + offset) * inverse, 0, most);
      }
    }
  }
};

// 16 groups of 16 elements, levels -centre … centre - 1 under signed scales.
struct SymmetricGroups {
  int scale[16];
  int levels[256];  // biased by `centre`

  SymmetricGroups(const float* x, int centre, int scale_centre, uint8_t* d_at) {
    float scales[16];
    for (int g = 0; g < 16; ++g) {
      scales[g] = SearchScale(x + 16 * g, 16, static_cast<float>(-centre), [=](float value) {
        return static_cast<float>(RoundTo(value, -centre, centre - 1));
      });
    }
    float d = StoreHalf(d_at, Extreme(scales, 16) / static_cast<float>(-scale_centre));
    for (int g = 0; g < 16; ++g) {
      scale[g] = RoundTo(scales[g] * Inverse(d), -scale_centre, scale_centre - 1);
      float inverse = Inverse(d * static_cast<float>(scale[g]));
      for (int j = 16 * g; j < 16 * (g + 1); ++j) {
        levels[j] = RoundTo(x[j] * inverse, -centre, centre - 1) + centre;
      }
    }
  }
};

void PackScalesAndMins(const int* scale, const int* min, uint8_t* s) {
  for (int i = 0; i < 4; ++i) {
    s[i] = static_cast<uint8_t>(scale[i] | scale[i + 4] >> 4 << 6);
    s[i + 4] = static_cast<uint8_t>(min[i] | min[i + 4] >> 4 << 6);
    s[i + 8] = static_cast<uint8_t>((scale[i + 4] & 15) | (min[i + 4] & 15) << 4);
  }
}

// 32 bytes take the low 2 bits of 4 x 32 elements, one run after another.
void PackTwoBits(const int* levels, uint8_t* q) {
  for (int half = 0; half < 2; ++half) {
    for (int j = 0; j < 32; ++j) {
      int byte = 0;
      for (int k = 0; k < 4; ++k) byte |= (levels[128 * half + 32 * k + j] & 3) << 2 * k;
      q[32 * half + j] = static_cast<uint8_t>(byte);
    }
  }
}

// `run` bytes take the low nibbles of `run` elements and, above them, of the next `run`.
void PackNibbles(const int* levels, int run, uint8_t* q) {
  for (int i = 0; i < 128; ++i) {
    int first = i / run * 2 * run + i % run;
    q[i] = static_cast<uint8_t>((levels[first] & 15) | (levels[first + run] & 15) << 4);
  }
}

// Bit k of byte j takes bit `bit` of element 32k + j.
void PackPlane(const int* levels, int bit, uint8_t* high) {
  for (int j = 0; j < 32; ++j) {
    int byte = 0;
    for (int k = 0; k < 8; ++k) byte |= (levels[32 * k + j] >> bit & 1) << k;
    high[j] = static_cast<uint8_t>(byte);
  }
}

}  // namespace

void EncodeQ2_K(const float* x, uint8_t* b) {
  AffineGroups<16> groups(x, 3, 15, b + 80, b + 82);
  for (int g = 0; g < 16; ++g) b[g] = static_cast<uint8_t>(groups.scale[g] | groups.min[g] << 4);
  PackTwoBits(groups.levels, b + 16);
}

void EncodeQ3_K(const float* x, uint8_t* b) {
  SymmetricGroups groups(x, 4, 32, b + 108);
  PackPlane(groups.levels, 2, b);
  PackTwoBits(groups.levels, b + 32);
  uint8_t* packed = b + 96;
  std::memset(packed, 0, 12);
  for (int g = 0; g < 16; ++g) {
    int scale = groups.scale[g] + 32;
    packed[g % 8] |= static_cast<uint8_t>((scale & 15) << 4 * (g / 8));
    packed[8 + g % 4] |= static_cast<uint8_t>(scale >> 4 << 2 * (g / 4));
  }
}

void EncodeQ4_K(const float* x, uint8_t* b) {
  AffineGroups<8> groups(x, 15, 63, b, b + 2);
  PackScalesAndMins(groups.scale, groups.min, b + 4);
  PackNibbles(groups.levels, 32, b + 16);
}

void EncodeQ5_K(const float* x, uint8_t* b) {
  AffineGroups<8> groups(x, 31, 63, b, b + 2);
  PackScalesAndMins(groups.scale, groups.min, b + 4);
  PackPlane(groups.levels, 4, b + 16);
  PackNibbles(groups.levels, 32, b + 48);
}

void EncodeQ6_K(const float* x, uint8_t* b) {
  SymmetricGroups groups(x, 32, 128, b + 208);
  PackNibbles(groups.levels, 64, b);
  int high[256];
  for (int j = 0; j < 256; ++j) high[j] = groups.levels[j] >> 4;
  PackTwoBits(high, b + 128);
  for (int g = 0; g < 16; ++g) b[192 + g] = static_cast<uint8_t>(groups.scale[g]);
}

}  // namespace emel::gguf
