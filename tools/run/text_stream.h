#ifndef EMEL_TOOLS_RUN_TEXT_STREAM_H_
#define EMEL_TOOLS_RUN_TEXT_STREAM_H_

#include "runtime/text/stream_decoder.h"
#include "runtime/text/tokenizer.h"

#include <absl/status/status.h>
#include <absl/types/span.h>

#include <algorithm>
#include <cstdint>
#include <string>

namespace emel::tools {

// Whether text, or a turn of a conversation, ends with the token.
inline bool IsEnd(const text::Tokenizer& tokenizer, int32_t token) {
  const auto& ends = tokenizer.vocabulary().ends;
  return std::binary_search(ends.begin(), ends.end(), token);
}

// Prints the text of tokens while they come, whole characters at a time.
class TextStream {
 public:
  explicit TextStream(const text::Tokenizer& tokenizer) : decoder_(tokenizer, {.special = false}) {}

  absl::Status Print(absl::Span<const int32_t> tokens);
  absl::Status Finish();  // what is left, and a line break

  const std::string& text() const { return text_; }  // that was printed

 private:
  absl::Status Write(const std::string& text);

  text::StreamDecoder decoder_;
  std::string text_;
};

}  // namespace emel::tools

#endif  // EMEL_TOOLS_RUN_TEXT_STREAM_H_
