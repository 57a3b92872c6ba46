#ifndef EMEL_RUNTIME_GGUF_SPLIT_H_
#define EMEL_RUNTIME_GGUF_SPLIT_H_

#include "runtime/gguf/parse.h"

#include <absl/status/status.h>

#include <cstdint>
#include <optional>
#include <string>

// A split model is files named BASE-0000i-of-0000n.gguf, i from 1 to n, whose metadata says the
// same: split.no (from 0), split.count and split.tensors.count.
namespace emel::gguf {

struct ShardName {
  std::string base;  // with the folder, without the numbers
  uint32_t index;    // from 0
  uint32_t count;

  static std::optional<ShardName> Parse(const std::string& path);
  std::string Path(uint32_t index) const;
};

// What one file says about the split it belongs to.
struct SplitInfo {
  uint64_t index = 0;
  uint64_t count = 1;  // 1: not split
  std::optional<uint64_t> tensors;

  static absl::StatusOr<SplitInfo> Read(const ParsedFile& file);
};

// The name of the file at `path`, having checked that it agrees with the metadata. `info` says that
// the model is split.
absl::StatusOr<ShardName> CheckShardName(const ParsedFile& file, const SplitInfo& info);

// Checks that a later shard says nothing else than the first one, which `model` holds.
absl::Status CheckSameModel(const Model& model, const ParsedFile& shard);

}  // namespace emel::gguf

#endif  // EMEL_RUNTIME_GGUF_SPLIT_H_
