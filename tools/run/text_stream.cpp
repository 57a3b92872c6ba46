#include "tools/run/text_stream.h"

#include "runtime/io/status.h"
#include "tools/support/output_file.h"

#include <absl/strings/str_cat.h>

#include <algorithm>

namespace emel::tools {

absl::StatusOr<TextStream> TextStream::Create(const artifact::Artifact& artifact) {
  EMEL_ASSIGN_OR_RETURN(const gguf::Model model, artifact.ReadModel());
  auto vocabulary = text::LoadVocabulary(model);
  if (absl::IsNotFound(vocabulary.status())) {
    return absl::InvalidArgumentError(
        absl::StrCat(vocabulary.status().message(), "; --tokens and --ids need none"));
  }
  if (!vocabulary.ok()) return vocabulary.status();
  EMEL_ASSIGN_OR_RETURN(
      auto tokenizer,
      text::Tokenizer::Create(std::make_shared<const text::Vocabulary>(*std::move(vocabulary))));
  return TextStream(std::move(tokenizer));
}

absl::StatusOr<std::vector<int32_t>> TextStream::Encode(std::string_view text) const {
  return tokenizer_->Encode(text);
}

absl::Status TextStream::Print(const std::vector<int32_t>& tokens) {
  tokens_.insert(tokens_.end(), tokens.begin(), tokens.end());
  // All of it each time: what the first token's text is depends on its place.
  EMEL_ASSIGN_OR_RETURN(text_, tokenizer_->Decode(tokens_, {.special = false}));
  const size_t end = text_.size() - UnfinishedBytes(text_);
  if (end <= printed_) return absl::OkStatus();
  const auto piece = absl::string_view(text_).substr(printed_, end - printed_);
  printed_ = end;
  return WriteStdout(piece);
}

absl::Status TextStream::Finish() {
  text_.erase(0, std::min(printed_, text_.size()));
  text_ += '\n';
  return WriteStdout(text_);
}

size_t UnfinishedBytes(std::string_view text) {
  for (size_t back = 1; back <= std::min<size_t>(3, text.size()); ++back) {
    const auto byte = static_cast<uint8_t>(text[text.size() - back]);
    if (byte < 0x80) return 0;
    if (byte < 0xc0) continue;  // within a character
    const size_t length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return length > back ? back : 0;
  }
  return 0;
}

}  // namespace emel::tools
