#ifndef EMEL_RUNTIME_GGUF_PARSE_H_
#define EMEL_RUNTIME_GGUF_PARSE_H_

#include "runtime/gguf/gguf.h"

#include <absl/status/statusor.h>

#include <vector>

namespace emel::gguf {

// One file, by itself. Tensors are in the file's order, their shard is `index`.
struct ParsedFile {
  Shard shard;
  std::vector<KeyValue> metadata;
  std::vector<Tensor> tensors;
};

struct ParseOptions {
  uint32_t index = 0;
  bool check_data_bounds = true;  // tensor data must lie within the file
  Progress progress;
};
absl::StatusOr<ParsedFile> Parse(io::Source& source, const std::string& path,
                                 const ParseOptions& options);

const Value* Find(const std::vector<KeyValue>& metadata, std::string_view key);

}  // namespace emel::gguf

#endif  // EMEL_RUNTIME_GGUF_PARSE_H_
