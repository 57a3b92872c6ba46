#ifndef EMEL_RUNTIME_GGUF_LAYOUT_H_
#define EMEL_RUNTIME_GGUF_LAYOUT_H_

#include "runtime/gguf/gguf.h"

#include <absl/status/status.h>

#include <string>
#include <vector>

namespace emel::gguf {

// "tensor 'NAME'", the subject of an error.
std::string Subject(const Tensor& tensor);

// Sets `bytes` from the type and the dimensions.
absl::Status ComputeBytes(const Shard& shard, Tensor& tensor);

// Turns offsets within the data region into offsets within the file, having checked that they are
// aligned and within the file (`check_bounds`) and that no two tensors overlap.
absl::Status PlaceTensors(const Shard& shard, bool check_bounds, std::vector<Tensor>& tensors);

}  // namespace emel::gguf

#endif  // EMEL_RUNTIME_GGUF_LAYOUT_H_
