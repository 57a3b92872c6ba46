#ifndef EMEL_RUNTIME_TEXT_STREAM_DECODER_H_
#define EMEL_RUNTIME_TEXT_STREAM_DECODER_H_

#include "runtime/text/tokenizer.h"

#include <absl/status/statusor.h>
#include <absl/types/span.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace emel::text {

// Decodes tokens while they come: what Append returns, piece after piece, and at last Finish, is
// what Tokenizer::Decode gives for all of them at once. Each call takes time for its own tokens
// only, however many came before.
class StreamDecoder {
 public:
  // The tokenizer outlives it.
  explicit StreamDecoder(const Tokenizer& tokenizer, const DecodeOptions& options = {});

  // Text that no further token can change, in whole characters.
  absl::StatusOr<std::string> Append(absl::Span<const int32_t> ids);

  // What is left: half a character, or a space that would have gone before a point.
  std::string Finish();

 private:
  friend class Tokenizer;
  absl::Status Add(int32_t id);
  size_t SettledBytes(size_t before) const;
  std::string Take(size_t bytes);

  const Tokenizer* tokenizer_;
  DecodeOptions options_;
  bool drop_space_;  // the one that encoding put in front
  std::string kept_;
};

// Bytes at the end that begin a character of UTF-8 and do not finish it.
size_t UnfinishedBytes(std::string_view text);

}  // namespace emel::text

#endif  // EMEL_RUNTIME_TEXT_STREAM_DECODER_H_
