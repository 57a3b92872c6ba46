#include "runtime/text/tokenizer.h"

#include "runtime/io/status.h"
#include "runtime/text/bpe.h"
#include "runtime/text/spm.h"
#include "runtime/text/stream_decoder.h"
#include "runtime/text/wpm.h"

#include <absl/strings/str_cat.h>

namespace emel::text {
namespace {

// Positions are 32 bits, and an escaped space takes three bytes.
constexpr size_t kMaxTextBytes = size_t{1} << 29;

absl::StatusOr<std::unique_ptr<SegmentEncoder>> CreateEncoder(const Vocabulary& vocabulary) {
  switch (vocabulary.kind) {
    case VocabularyKind::kNone:
      return absl::FailedPreconditionError("the model has no tokenizer: it works on token ids");
    case VocabularyKind::kSpm:
      return CreateSpmEncoder(vocabulary);
    case VocabularyKind::kBpe:
      return CreateBpeEncoder(vocabulary);
    case VocabularyKind::kWpm:
      return CreateWpmEncoder(vocabulary);
  }
  return absl::InternalError("a vocabulary kind without an encoder");
}

}  // namespace

absl::StatusOr<std::unique_ptr<Tokenizer>> Tokenizer::Create(
    std::shared_ptr<const Vocabulary> vocabulary) {
  auto encoder = CreateEncoder(*vocabulary);
  if (!encoder.ok()) return encoder.status();
  return std::unique_ptr<Tokenizer>(new Tokenizer(std::move(vocabulary), *std::move(encoder)));
}

absl::StatusOr<std::vector<int32_t>> Tokenizer::Encode(std::string_view text,
                                                       const EncodeOptions& options) const {
  if (text.size() > kMaxTextBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("text: expected at most ", kMaxTextBytes, " bytes, found ", text.size()));
  }
  const Vocabulary& vocabulary = *vocabulary_;
  std::vector<int32_t> ids;
  if (options.add_special && vocabulary.add_bos) ids.push_back(vocabulary.bos);
  bool after_special = true;
  for (const auto& segment : specials_.Partition(text, options.parse_special)) {
    if (segment.id != kNoToken) {
      ids.push_back(segment.id);
    } else if (auto status = encoder_->Encode(segment.text, after_special, ids); !status.ok()) {
      return status;
    }
    after_special = segment.id != kNoToken;
  }
  if (options.add_special && vocabulary.add_eos) {
    ids.push_back(vocabulary.kind == VocabularyKind::kWpm ? vocabulary.separator : vocabulary.eos);
  }
  return ids;
}

absl::StatusOr<std::string> Tokenizer::Decode(absl::Span<const int32_t> ids,
                                              const DecodeOptions& options) const {
  StreamDecoder decoder(*this, options);
  for (int32_t id : ids) EMEL_RETURN_IF_ERROR(decoder.Add(id));
  return decoder.Finish();
}

}  // namespace emel::text
