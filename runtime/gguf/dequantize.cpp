#include "runtime/gguf/dequantize.h"

#include "runtime/gguf/decode_block.h"

#include <absl/strings/str_cat.h>

namespace emel::gguf {
namespace {

using Decoder = void (*)(const uint8_t* in, float* out, size_t blocks);

template <TensorType type, uint32_t kElements, uint32_t kBytes>
void DecodeBlocks(const uint8_t* in, float* out, size_t blocks) {
  for (size_t i = 0; i < blocks; ++i) DecodeBlock<type>(in + i * kBytes, out + i * kElements);
}

template <typename T>
void Convert(const uint8_t* in, float* out, size_t count) {
  for (size_t i = 0; i < count; ++i) out[i] = static_cast<float>(Load<T>(in + i * sizeof(T)));
}

template <float (*kExpand)(uint16_t)>
void Expand(const uint8_t* in, float* out, size_t count) {
  for (size_t i = 0; i < count; ++i) out[i] = kExpand(Load<uint16_t>(in + 2 * i));
}

float ExpandBfloat16(uint16_t bits) { return std::bit_cast<float>(uint32_t{bits} << 16); }

constexpr Decoder ScalarDecoder(TensorType type) {
  switch (type) {
    case TensorType::kF32:
      return Convert<float>;
    case TensorType::kF64:
      return Convert<double>;
    case TensorType::kI8:
      return Convert<int8_t>;
    case TensorType::kI16:
      return Convert<int16_t>;
    case TensorType::kI32:
      return Convert<int32_t>;
    case TensorType::kI64:
      return Convert<int64_t>;
    case TensorType::kF16:
      return Expand<ExpandHalf>;
    case TensorType::kBF16:
      return Expand<ExpandBfloat16>;
    default:
      __builtin_unreachable();  // a scalar type without its row fails to compile below
  }
}

template <TensorType type, TypeFamily family, uint32_t kElements, uint32_t kBytes>
constexpr Decoder DecoderOf() {
  if constexpr (family == TypeFamily::Block) return DecodeBlocks<type, kElements, kBytes>;
  if constexpr (family == TypeFamily::Scalar) {
    // Comparing it with null instead is no constant expression for GCC's undefined sanitizer.
    constexpr Decoder kDecoder = ScalarDecoder(type);
    return kDecoder;
  }
  return nullptr;
}

Decoder FindDecoder(TensorType type) {
  switch (type) {
#define EMEL_TENSOR_TYPE(id, enumerator, name, elements, bytes, family) \
  case TensorType::enumerator:                                          \
    return DecoderOf<TensorType::enumerator, TypeFamily::family, elements, bytes>();
#include "runtime/gguf/tensor_types.inc"
  }
  return nullptr;
}

}  // namespace

float HalfToFloat(uint16_t bits) { return ExpandHalf(bits); }
float Bfloat16ToFloat(uint16_t bits) { return ExpandBfloat16(bits); }

absl::Status Dequantize(TensorType type, absl::Span<const uint8_t> bytes, absl::Span<float> out) {
  const TensorTypeInfo& info = GetInfo(type);
  absl::string_view name(info.name.data(), info.name.size());
  Decoder decode = FindDecoder(type);
  if (decode == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("type ", name, " exists for activations only and has no decoder"));
  }
  size_t blocks = bytes.size() / info.block_bytes;
  if (blocks * info.block_bytes != bytes.size() || blocks * info.block_elements != out.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("type ", name, ": expected whole blocks of ", info.block_bytes, " bytes for ",
                     info.block_elements, " elements, found ", bytes.size(), " bytes for ",
                     out.size(), " elements"));
  }
  decode(bytes.data(), out.data(), blocks);
  return absl::OkStatus();
}

}  // namespace emel::gguf
