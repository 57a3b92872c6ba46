#ifndef EMEL_RUNTIME_TEXT_TOKENIZER_H_
#define EMEL_RUNTIME_TEXT_TOKENIZER_H_

#include "runtime/text/special_tokens.h"
#include "runtime/text/vocabulary.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/types/span.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace emel::text {

struct EncodeOptions {
  bool add_special = true;    // begin and end tokens, where the vocabulary asks for them
  bool parse_special = true;  // control tokens written out in the text become those tokens
};

struct DecodeOptions {
  bool special = true;  // control and unknown tokens appear as their text
};

// Encodes the stretches of text between special tokens.
class SegmentEncoder {
 public:
  virtual ~SegmentEncoder() = default;
  // `after_special`: the segment opens the text or follows a special token.
  virtual absl::Status Encode(std::string_view text, bool after_special,
                              std::vector<int32_t>& ids) const = 0;
  // The bytes that an ordinary token stands for.
  virtual std::string Piece(const Token& token) const = 0;
};

// Text to token ids and back. Immutable, so that threads may share one.
class Tokenizer {
 public:
  static absl::StatusOr<std::unique_ptr<Tokenizer>> Create(
      std::shared_ptr<const Vocabulary> vocabulary);

  // Any bytes are text; those that are not UTF-8 become byte tokens (SPM) or U+FFFD (BPE, WPM).
  absl::StatusOr<std::vector<int32_t>> Encode(std::string_view text,
                                              const EncodeOptions& options = {}) const;

  // The bytes of `ids`, which end within a character where the ids do.
  absl::StatusOr<std::string> Decode(absl::Span<const int32_t> ids,
                                     const DecodeOptions& options = {}) const;

  const Vocabulary& vocabulary() const { return *vocabulary_; }

 private:
  friend class StreamDecoder;
  Tokenizer(std::shared_ptr<const Vocabulary> vocabulary, std::unique_ptr<SegmentEncoder> encoder)
      : vocabulary_(std::move(vocabulary)), encoder_(std::move(encoder)), specials_(*vocabulary_) {}

  std::shared_ptr<const Vocabulary> vocabulary_;
  std::unique_ptr<SegmentEncoder> encoder_;
  SpecialTokens specials_;
};

}  // namespace emel::text

#endif  // EMEL_RUNTIME_TEXT_TOKENIZER_H_
