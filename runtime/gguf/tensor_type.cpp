#include "runtime/gguf/tensor_type.h"

namespace emel::gguf {
namespace {

constexpr TensorTypeInfo kTypes[] = {
#define EMEL_TENSOR_TYPE(id, enumerator, name, elements, bytes, family) \
  {TensorType::enumerator, name, elements, bytes, TypeFamily::family},
#include "runtime/gguf/tensor_types.inc"
};

}  // namespace

const TensorTypeInfo* FindTensorType(uint32_t id) {
  for (const TensorTypeInfo& info : kTypes) {
    if (static_cast<uint32_t>(info.type) == id) return &info;
  }
  return nullptr;
}

const TensorTypeInfo* FindTensorType(std::string_view name) {
  for (const TensorTypeInfo& info : kTypes) {
    if (info.name == name) return &info;
  }
  return nullptr;
}

std::optional<std::string_view> RemovedTypeName(uint32_t id) {
  switch (id) {
    case 4:
      return "q4_2";
    case 5:
      return "q4_3";
    case 31:
      return "q4_0_4_4";
    case 32:
      return "q4_0_4_8";
    case 33:
      return "q4_0_8_8";
    case 36:
      return "iq4_nl_4_4";
    case 37:
      return "iq4_nl_4_8";
    case 38:
      return "iq4_nl_8_8";
    default:
      return std::nullopt;
  }
}

}  // namespace emel::gguf
