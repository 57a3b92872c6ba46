#include "runtime/gguf/layout.h"

#include "runtime/gguf/cursor.h"
#include "runtime/io/status.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <limits>

namespace emel::gguf {
namespace {

// Sizes and offsets stay within int64, which file systems and ggml use.
constexpr uint64_t kMax = std::numeric_limits<int64_t>::max();

bool Multiply(uint64_t a, uint64_t b, uint64_t& product) {
  return !__builtin_mul_overflow(a, b, &product) && product <= kMax;
}

absl::Status PlaceTensor(const Shard& shard, bool check_bounds, Tensor& tensor) {
  const auto error = [&](const auto&... problem) {
    return ErrorAt(Subject(tensor), absl::StrCat(problem...), shard.path, tensor.info_offset);
  };
  if (tensor.offset % shard.alignment != 0) {
    return error("expected a data offset that is a multiple of ", shard.alignment, ", found ",
                 tensor.offset);
  }
  uint64_t begin = 0, end = 0;
  if (__builtin_add_overflow(shard.data_offset, tensor.offset, &begin) ||
      __builtin_add_overflow(begin, tensor.bytes, &end) || end > kMax) {
    return error("expected data that ends within 63 bits, found ", tensor.bytes,
                 " bytes at data offset ", tensor.offset);
  }
  if (check_bounds && end > shard.file_bytes) {
    return error("expected data that ends within the file's ", shard.file_bytes,
                 " bytes, found bytes ", begin, " to ", end);
  }
  tensor.offset = begin;
  return absl::OkStatus();
}

}  // namespace

std::string Subject(const Tensor& tensor) { return "tensor " + Quote(tensor.name); }

absl::Status ComputeBytes(const Shard& shard, Tensor& tensor) {
  const auto error = [&](const auto&... problem) {
    return ErrorAt(Subject(tensor), absl::StrCat(problem...), shard.path, tensor.info_offset);
  };
  const TensorTypeInfo& info = GetInfo(tensor.type);
  uint64_t elements = 1;
  for (const uint64_t dim : tensor.dims) {
    if (!Multiply(elements, dim, elements)) {
      return error("expected fewer than 2^63 elements, found dimensions ",
                   absl::StrCat(tensor.dims[0], "x", tensor.dims[1], "x", tensor.dims[2], "x",
                                tensor.dims[3]));
    }
  }
  if (tensor.dims[0] % info.block_elements != 0) {
    return error("expected rows of a multiple of ", info.block_elements, " elements for type ",
                 Text(info.name), ", found ", tensor.dims[0]);
  }
  if (!Multiply(elements / info.block_elements, info.block_bytes, tensor.bytes)) {
    return error("expected fewer than 2^63 bytes, found ", elements, " elements of type ",
                 Text(info.name));
  }
  return absl::OkStatus();
}

absl::Status PlaceTensors(const Shard& shard, bool check_bounds, std::vector<Tensor>& tensors) {
  std::vector<const Tensor*> order;
  order.reserve(tensors.size());
  for (Tensor& tensor : tensors) {
    EMEL_RETURN_IF_ERROR(PlaceTensor(shard, check_bounds, tensor));
    order.push_back(&tensor);
  }
  std::sort(order.begin(), order.end(), [](const Tensor* a, const Tensor* b) {
    return std::tie(a->offset, a->info_offset) < std::tie(b->offset, b->info_offset);
  });
  for (size_t i = 1; i < order.size(); ++i) {
    const Tensor &before = *order[i - 1], &tensor = *order[i];
    if (tensor.offset < before.offset + before.bytes) {
      return ErrorAt(Subject(tensor),
                     absl::StrCat("expected data of its own, found an overlap with ",
                                  Subject(before), ", whose data is bytes ", before.offset, " to ",
                                  before.offset + before.bytes),
                     shard.path, tensor.info_offset);
    }
  }
  return absl::OkStatus();
}

}  // namespace emel::gguf
