#include "runtime/gguf/quantize.h"

#include "runtime/gguf/encode_block.h"
#include "runtime/io/status.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <bit>
#include <cmath>

namespace emel::gguf {
namespace {

void EncodeF32(const float* x, uint8_t* b) { Store(b, *x); }
void EncodeF16(const float* x, uint8_t* b) { Store(b, FloatToHalf(*x)); }
void EncodeBF16(const float* x, uint8_t* b) { Store(b, FloatToBfloat16(*x)); }

struct Encoder {
  TensorType type;
  void (*encode)(const float* values, uint8_t* block);
};

constexpr Encoder kEncoders[] = {
    {TensorType::kF32, EncodeF32},       {TensorType::kF16, EncodeF16},
    {TensorType::kBF16, EncodeBF16},     {TensorType::kQ4_0, EncodeQ4_0},
    {TensorType::kQ4_1, EncodeQ4_1},     {TensorType::kQ5_0, EncodeQ5_0},
    {TensorType::kQ5_1, EncodeQ5_1},     {TensorType::kQ8_0, EncodeQ8_0},
    {TensorType::kQ2_K, EncodeQ2_K},     {TensorType::kQ3_K, EncodeQ3_K},
    {TensorType::kQ4_K, EncodeQ4_K},     {TensorType::kQ5_K, EncodeQ5_K},
    {TensorType::kQ6_K, EncodeQ6_K},     {TensorType::kIQ4_NL, EncodeIQ4_NL},
    {TensorType::kIQ4_XS, EncodeIQ4_XS}, {TensorType::kMXFP4, EncodeMXFP4},
};

const Encoder* FindEncoder(TensorType type) {
  for (const Encoder& encoder : kEncoders) {
    if (encoder.type == type) return &encoder;
  }
  return nullptr;
}

}  // namespace

uint16_t FloatToHalf(float value) {
  uint32_t bits = std::bit_cast<uint32_t>(value);
  uint32_t sign = bits >> 16 & 0x8000, magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return static_cast<uint16_t>(sign | 0x7e00);
  if (magnitude >= 0x477ff000) return static_cast<uint16_t>(sign | 0x7c00);
  if (magnitude < 0x38800000) {
    // Below the smallest normal half: adding 0.5 puts the unit of the half at the float's last bit.
    float shifted = std::bit_cast<float>(magnitude) + 0.5f;
    return static_cast<uint16_t>(sign | (std::bit_cast<uint32_t>(shifted) - 0x3f000000));
  }
  uint32_t odd = magnitude >> 13 & 1;
  return static_cast<uint16_t>(sign | (magnitude - 0x38000000 + 0xfff + odd) >> 13);
}

uint16_t FloatToBfloat16(float value) {
  uint32_t bits = std::bit_cast<uint32_t>(value);
  if ((bits & 0x7fffffff) > 0x7f800000) return static_cast<uint16_t>(bits >> 16 | 0x40);
  return static_cast<uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

bool HasQuantizer(TensorType type) { return FindEncoder(type) != nullptr; }

std::string QuantizerNames() {
  std::string names;
  for (const Encoder& encoder : kEncoders) {
    absl::StrAppend(&names, names.empty() ? "" : ", ", Text(GetInfo(encoder.type).name));
  }
  return names;
}

absl::Status Quantize(TensorType type, absl::Span<const float> values, absl::Span<uint8_t> out) {
  const TensorTypeInfo& info = GetInfo(type);
  const Encoder* encoder = FindEncoder(type);
  if (encoder == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(
        "type ", Text(info.name), ": expected one that has a quantiser (", QuantizerNames(), ")"));
  }
  size_t blocks = values.size() / info.block_elements;
  if (blocks * info.block_elements != values.size() || blocks * info.block_bytes != out.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("type ", Text(info.name), ": expected whole blocks of ", info.block_elements,
                     " elements and ", info.block_bytes, " bytes, found ", values.size(),
                     " elements and ", out.size(), " bytes"));
  }
  for (size_t i = 0; i < blocks; ++i) {
    encoder->encode(values.data() + i * info.block_elements, out.data() + i * info.block_bytes);
  }
  return absl::OkStatus();
}

}  // namespace emel::gguf
