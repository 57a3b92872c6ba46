#ifndef EMEL_TOOLS_RUN_TEXT_STREAM_H_
#define EMEL_TOOLS_RUN_TEXT_STREAM_H_

#include "runtime/artifact/reader.h"
#include "runtime/text/stream_decoder.h"
#include "runtime/text/tokenizer.h"

#include <absl/status/statusor.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace emel::tools {

// Prints the text of tokens while they come, whole characters at a time.
class TextStream {
 public:
  // With the vocabulary of an artifact.
  static absl::StatusOr<TextStream> Create(const artifact::Artifact& artifact);

  absl::StatusOr<std::vector<int32_t>> Encode(std::string_view text) const;
  bool IsEnd(int32_t token) const {
    const auto& ends = tokenizer_->vocabulary().ends;
    return std::binary_search(ends.begin(), ends.end(), token);
  }

  absl::Status Print(const std::vector<int32_t>& tokens);
  absl::Status Finish();  // what is left, and a line break

 private:
  explicit TextStream(std::unique_ptr<text::Tokenizer> tokenizer)
      : tokenizer_(std::move(tokenizer)), decoder_(*tokenizer_, {.special = false}) {}

  std::unique_ptr<text::Tokenizer> tokenizer_;
  text::StreamDecoder decoder_;
};

}  // namespace emel::tools

#endif  // EMEL_TOOLS_RUN_TEXT_STREAM_H_
