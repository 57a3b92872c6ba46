#ifndef EMEL_RUNTIME_GGUF_ENCODE_BLOCK_H_
#define EMEL_RUNTIME_GGUF_ENCODE_BLOCK_H_

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>

// The encoders behind Quantize: one block each. The layouts stand above the decoders.
namespace emel::gguf {

void EncodeQ4_0(const float* x, uint8_t* b);
void EncodeQ4_1(const float* x, uint8_t* b);
void EncodeQ5_0(const float* x, uint8_t* b);
void EncodeQ5_1(const float* x, uint8_t* b);
void EncodeQ8_0(const float* x, uint8_t* b);
void EncodeMXFP4(const float* x, uint8_t* b);
void EncodeQ2_K(const float* x, uint8_t* b);
void EncodeQ3_K(const float* x, uint8_t* b);
void EncodeQ4_K(const float* x, uint8_t* b);
void EncodeQ5_K(const float* x, uint8_t* b);
void EncodeQ6_K(const float* x, uint8_t* b);
void EncodeIQ4_NL(const float* x, uint8_t* b);
void EncodeIQ4_XS(const float* x, uint8_t* b);

template <typename T>
void Store(uint8_t* bytes, T value) {
  std::memcpy(bytes, &value, sizeof(T));
}

// The value of largest magnitude, with its sign.
inline float Extreme(const float* x, int count) {
  return *std::max_element(x, x + count,
                           [](float a, float b) { return std::abs(a) < std::abs(b); });
}

// 1 / scale, or 0 for a block of zeros.
inline float Inverse(float scale) { return scale == 0 ? 0 : 1 / scale; }

// Rounds to the nearest whole number, ties to even: the constant puts its unit at the sum's last
// bit.
inline int RoundTo(float value, int least, int most) {
  value = std::min(std::max(value, static_cast<float>(least)), static_cast<float>(most));
  return std::bit_cast<int>(value + 0x1.8p23f) - std::bit_cast<int>(0x1.8p23f);
}

// The scale under which `level(x / scale)` is nearest to the values, out of a few that put their
// extreme near the level `most`, each refitted by least squares.
template <typename Level>
float SearchScale(const float* x, int count, float most, Level level) {
  float extreme = Extreme(x, count), best = 0, best_gain = 0;
  for (int step = -4; step <= 4; ++step) {
    float inverse = most * (1 + 0.02f * static_cast<float>(step)) * Inverse(extreme);
    float product = 0, square = 0;
    for (int j = 0; j < count; ++j) {
      float l = level(x[j] * inverse);
      product += x[j] * l;
      square += l * l;
    }
    // The error of the refitted scale product / square is sum(x^2) - product^2 / square.
    if (square > 0 && product * product > best_gain * square) {
      best_gain = product * product / square;
      best = product / square;
    }
  }
  return best;
}

}  // namespace emel::gguf

#endif  // EMEL_RUNTIME_GGUF_ENCODE_BLOCK_H_
