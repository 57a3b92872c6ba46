#ifndef EMEL_TESTS_FUZZ_GGUF_INPUT_H_
#define EMEL_TESTS_FUZZ_GGUF_INPUT_H_

#include "tests/support/memory_files.h"

#include <absl/strings/str_format.h>

#include <string>
#include <string_view>

namespace emel::testing {

// An input is one GGUF file, or the shards of a split model with this line between them.
inline constexpr std::string_view kShardLine = "\n--shard--\n";

// Lays the files of an input out in memory and returns the path to open.
inline std::string AddInput(std::string_view input, MemoryFiles& files) {
  size_t count = 1;
  for (size_t at = 0; (at = input.find(kShardLine, at)) != input.npos; at += kShardLine.size()) {
    ++count;
  }
  const auto path = [&](size_t shard) {
    return count == 1 ? "model.gguf" : absl::StrFormat("model-%05d-of-%05d.gguf", shard + 1, count);
  };
  for (size_t i = 0; i < count; ++i) {
    const size_t end = std::min(input.find(kShardLine), input.size());
    files.Add(path(i), std::string(input.substr(0, end)));
    input.remove_prefix(i + 1 == count ? end : end + kShardLine.size());
  }
  return path(count - 1);
}

}  // namespace emel::testing

#endif  // EMEL_TESTS_FUZZ_GGUF_INPUT_H_
