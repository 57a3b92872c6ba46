#ifndef EMEL_RUNTIME_GGUF_TENSOR_ROLE_H_
#define EMEL_RUNTIME_GGUF_TENSOR_ROLE_H_

#include <cstdint>
#include <optional>
#include <string_view>

namespace emel::gguf {

// What a tensor is for, as far as its name tells: GGUF's converters name tensors by a common
// scheme, so that no knowledge of the architecture is needed.
enum class Category { kEmbedding, kAttention, kFfn, kNorm, kOutput, kExpert, kRope, kOther };
std::string_view Name(Category category);

struct TensorRole {
  Category category;
  std::optional<uint32_t> layer;  // N of "blk.N."
};
TensorRole RoleOf(std::string_view tensor_name);

}  // namespace emel::gguf

#endif  // EMEL_RUNTIME_GGUF_TENSOR_ROLE_H_
