#ifndef EMEL_RUNTIME_GGUF_TENSOR_TYPE_H_
#define EMEL_RUNTIME_GGUF_TENSOR_TYPE_H_

#include <cstdint>
#include <optional>
#include <string_view>

namespace emel::gguf {

enum class TensorType : uint32_t {
#define EMEL_TENSOR_TYPE(id, enumerator, name, elements, bytes, family) enumerator = id,
#include "runtime/gguf/tensor_types.inc"
};

enum class TypeFamily { Scalar, Block, Activation };

struct TensorTypeInfo {
  TensorType type;
  std::string_view name;
  uint32_t block_elements;
  uint32_t block_bytes;
  TypeFamily family;
};

// The row of a type, or null for an id that no current ggml type has.
const TensorTypeInfo* FindTensorType(uint32_t id);
const TensorTypeInfo* FindTensorType(std::string_view name);
inline const TensorTypeInfo& GetInfo(TensorType type) {
  return *FindTensorType(static_cast<uint32_t>(type));
}

// The name a removed type once had ("q4_0_4_4"), for the error that refuses it.
std::optional<std::string_view> RemovedTypeName(uint32_t id);

}  // namespace emel::gguf

#endif  // EMEL_RUNTIME_GGUF_TENSOR_TYPE_H_
