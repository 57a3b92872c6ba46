#include "tools/run/text_stream.h"

#include "runtime/io/status.h"
#include "tools/support/output_file.h"

#include <absl/strings/str_cat.h>

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
  EMEL_ASSIGN_OR_RETURN(const std::string text, decoder_.Append(tokens));
  return text.empty() ? absl::OkStatus() : WriteStdout(text);
}

absl::Status TextStream::Finish() { return WriteStdout(decoder_.Finish() + "\n"); }

}  // namespace emel::tools
