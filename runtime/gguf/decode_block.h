#ifndef EMEL_RUNTIME_GGUF_DECODE_BLOCK_H_
#define EMEL_RUNTIME_GGUF_DECODE_BLOCK_H_

#include "runtime/gguf/tensor_type.h"

#include <bit>
#include <cstdint>
#include <cstring>

// What the decoders of dequantize.cpp share. All arithmetic is float32 with one rounding per
// operation, in the order written: the values are exact bits, which every backend is held to.
namespace emel::gguf {

// Expands one block. Every row of the family Block in tensor_types.inc has its specialisation in
// the decode_*.cpp of its kin; a row without one does not link.
template <TensorType type>
void DecodeBlock(const uint8_t* block, float* out);

#define EMEL_TENSOR_TYPE(id, enumerator, name, elements, bytes, family) \
  template <>                                                           \
  void DecodeBlock<TensorType::enumerator>(const uint8_t* block, float* out);
#include "runtime/gguf/tensor_types.inc"

// Files are little-endian, and so are the machines that EMEL runs on.
static_assert(std::endian::native == std::endian::little);

template <typename T>
T Load(const uint8_t* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof(T));
  return value;
}

// Moves the half's exponent and fraction to their float places; the factor 2^112 makes up for the
// difference of the exponents' biases and normalises subnormals on the way.
inline float ExpandHalf(uint16_t bits) {
  uint32_t magnitude = (bits & 0x7fffu) << 13;
  float value = std::bit_cast<float>(magnitude) * 0x1p112f;
  uint32_t result = std::bit_cast<uint32_t>(value);
  if ((bits & 0x7c00) == 0x7c00) result = 0x7f800000u | magnitude;
  return std::bit_cast<float>(result | (bits & 0x8000u) << 16);
}

inline float LoadHalf(const uint8_t* bytes) { return ExpandHalf(Load<uint16_t>(bytes)); }

}  // namespace emel::gguf

#endif  // EMEL_RUNTIME_GGUF_DECODE_BLOCK_H_
