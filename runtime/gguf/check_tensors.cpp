#include "runtime/gguf/check_tensors.h"

#include "runtime/gguf/cursor.h"
#include "runtime/gguf/decode_block.h"
#include "runtime/gguf/layout.h"
#include "runtime/io/status.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <vector>

namespace emel::gguf {
namespace {

constexpr uint64_t kChunkBytes = 1 << 20;

// How a field is stored, and thereby which of its bit patterns are not finite.
enum class Encoding { kF16, kBF16, kF32, kF64, kE8M0, kE4M3, kSplitF16 };

struct Field {
  TensorType type;
  Encoding encoding;
  uint16_t offset;     // in the block
  uint16_t count = 1;  // consecutive fields of this kind
};

// Where a block of each type keeps its scales and minima. Integer types have none.
constexpr Field kFields[] = {
    {TensorType::kF32, Encoding::kF32, 0},       {TensorType::kF16, Encoding::kF16, 0},
    {TensorType::kBF16, Encoding::kBF16, 0},     {TensorType::kF64, Encoding::kF64, 0},
    {TensorType::kQ4_0, Encoding::kF16, 0},      {TensorType::kQ4_1, Encoding::kF16, 0, 2},
    {TensorType::kQ5_0, Encoding::kF16, 0},      {TensorType::kQ5_1, Encoding::kF16, 0, 2},
    {TensorType::kQ8_0, Encoding::kF16, 0},      {TensorType::kQ8_1, Encoding::kF16, 0, 2},
    {TensorType::kQ2_K, Encoding::kF16, 80, 2},  {TensorType::kQ3_K, Encoding::kF16, 108},
    {TensorType::kQ4_K, Encoding::kF16, 0, 2},   {TensorType::kQ5_K, Encoding::kF16, 0, 2},
    {TensorType::kQ6_K, Encoding::kF16, 208},    {TensorType::kQ8_K, Encoding::kF32, 0},
    {TensorType::kIQ1_S, Encoding::kF16, 0},     {TensorType::kIQ1_M, Encoding::kSplitF16, 48},
    {TensorType::kIQ2_XXS, Encoding::kF16, 0},   {TensorType::kIQ2_XS, Encoding::kF16, 0},
    {TensorType::kIQ2_S, Encoding::kF16, 0},     {TensorType::kIQ3_XXS, Encoding::kF16, 0},
    {TensorType::kIQ3_S, Encoding::kF16, 0},     {TensorType::kIQ4_NL, Encoding::kF16, 0},
    {TensorType::kIQ4_XS, Encoding::kF16, 0},    {TensorType::kTQ1_0, Encoding::kF16, 52},
    {TensorType::kTQ2_0, Encoding::kF16, 64},    {TensorType::kMXFP4, Encoding::kE8M0, 0},
    {TensorType::kNVFP4, Encoding::kE4M3, 0, 4}, {TensorType::kQ1_0, Encoding::kF16, 0},
    {TensorType::kQ2_0, Encoding::kF16, 0},
};

template <typename T>
bool ExponentBelow(const uint8_t* bytes, T all_ones) {
  return (Load<T>(bytes) & all_ones) != all_ones;
}

struct EncodingInfo {
  uint32_t bytes;
  bool (*is_finite)(const uint8_t* bytes);
};

bool IsFiniteF16(const uint8_t* bytes) { return ExponentBelow<uint16_t>(bytes, 0x7c00); }
bool IsFiniteBF16(const uint8_t* bytes) { return ExponentBelow<uint16_t>(bytes, 0x7f80); }
bool IsFiniteF32(const uint8_t* bytes) { return ExponentBelow<uint32_t>(bytes, 0x7f800000); }
bool IsFiniteF64(const uint8_t* bytes) {
  return ExponentBelow<uint64_t>(bytes, 0x7ff0000000000000);
}
bool IsFiniteE8M0(const uint8_t* bytes) { return *bytes != 0xff; }
bool IsFiniteE4M3(const uint8_t* bytes) { return (*bytes & 0x7f) != 0x7f; }
// iq1_m spreads a half over the top nibbles of four words, lowest bits first. Its exponent is the
// last nibble without the sign bit and the upper half of the one before.
bool IsFiniteSplitF16(const uint8_t* bytes) {
  const uint32_t high = Load<uint16_t>(bytes + 6) >> 12, next = Load<uint16_t>(bytes + 4) >> 12;
  return (high & 0x7) != 0x7 || (next & 0xc) != 0xc;
}

EncodingInfo GetInfo(Encoding encoding) {
  switch (encoding) {
    case Encoding::kF16:
      return {2, IsFiniteF16};
    case Encoding::kBF16:
      return {2, IsFiniteBF16};
    case Encoding::kF32:
      return {4, IsFiniteF32};
    case Encoding::kF64:
      return {8, IsFiniteF64};
    case Encoding::kE8M0:
      return {1, IsFiniteE8M0};
    case Encoding::kE4M3:
      return {1, IsFiniteE4M3};
    case Encoding::kSplitF16:
      return {8, IsFiniteSplitF16};
  }
  return {};
}

const Field* FindField(TensorType type) {
  const auto* field = std::find_if(std::begin(kFields), std::end(kFields),
                                   [&](const Field& row) { return row.type == type; });
  return field == std::end(kFields) ? nullptr : field;
}

// Checks whole blocks; `offset` is where in the tensor they start.
absl::Status CheckBlocks(const Model& model, const Tensor& tensor, const Field& field,
                         uint64_t offset, absl::Span<const uint8_t> blocks) {
  const TensorTypeInfo& type = GetInfo(tensor.type);
  const EncodingInfo encoding = GetInfo(field.encoding);
  for (size_t at = 0; at < blocks.size(); at += type.block_bytes) {
    for (uint32_t i = 0; i < field.count; ++i) {
      const size_t position = at + field.offset + i * encoding.bytes;
      if (encoding.is_finite(blocks.data() + position)) continue;
      const bool scalar = type.family == TypeFamily::Scalar;
      return ErrorAt(
          Subject(tensor),
          absl::StrCat("expected a finite ", scalar ? "value" : "scale", ", found ",
                       "an infinite or undefined one in ", scalar ? "element " : "block ",
                       (offset + at) / type.block_bytes, " of type ", Text(type.name)),
          model.shards()[tensor.shard].path, tensor.offset + offset + position);
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckTensors(const Model& model, const Progress& progress) {
  uint64_t done = 0, total = 0;
  for (const Tensor& tensor : model.tensors()) total += tensor.bytes;
  std::vector<uint8_t> buffer;
  for (const Tensor& tensor : model.tensors()) {
    const Field* field = FindField(tensor.type);
    const uint64_t block_bytes = GetInfo(tensor.type).block_bytes;
    const uint64_t chunk_bytes = kChunkBytes / block_bytes * block_bytes;
    for (uint64_t offset = 0; offset < tensor.bytes; offset += chunk_bytes) {
      const uint64_t length = std::min(chunk_bytes, tensor.bytes - offset);
      if (field != nullptr) {
        buffer.resize(length);
        EMEL_RETURN_IF_ERROR(model.Read(tensor, offset, absl::MakeSpan(buffer)));
        EMEL_RETURN_IF_ERROR(CheckBlocks(model, tensor, *field, offset, buffer));
      }
      done += length;
      if (progress && !progress(Phase::kTensorData, done, total)) {
        return absl::CancelledError(absl::StrCat("cancelled while checking ", Subject(tensor)));
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace emel::gguf
