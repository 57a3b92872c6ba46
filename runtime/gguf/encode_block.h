#ifndef EMEL_RUNTIME_GGUF_ENCODE_BLOCK_H_
#define EMEL_RUNTIME_GGUF_ENCODE_BLOCK_H_

#include <algorithm>
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

inline int RoundTo(float value, int least, int most) {
  return static_cast<int>(
      std::clamp(std::nearbyint(value), static_cast<float>(least), static_cast<float>(most)));
}

}  // namespace emel::gguf

#endif  // EMEL_RUNTIME_GGUF_ENCODE_BLOCK_H_
