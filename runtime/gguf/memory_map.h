#ifndef EMEL_RUNTIME_GGUF_MEMORY_MAP_H_
#define EMEL_RUNTIME_GGUF_MEMORY_MAP_H_

#include "runtime/gguf/gguf.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace emel::gguf {

enum class RangeKind { kHeader, kMetadata, kTensorInfo, kPadding, kTensor, kGap, kTrailing };
std::string_view Name(RangeKind kind);

struct Range {
  RangeKind kind;
  uint64_t offset;
  uint64_t bytes;
  const Tensor* tensor;  // of a kTensor range, else null; points into the model
};

// What each byte of one shard's file is for: ranges in ascending order, none empty, that cover the
// file exactly.
//
//   | header | metadata | tensor infos | padding | tensor | padding | gap | tensor | … | trailing |
//
// Padding reaches to the next multiple of the alignment and no further. What no tensor claims
// beyond that is a gap between tensors, and trailing after the last.
std::vector<Range> MapShard(const Model& model, uint32_t shard);

}  // namespace emel::gguf

#endif  // EMEL_RUNTIME_GGUF_MEMORY_MAP_H_
