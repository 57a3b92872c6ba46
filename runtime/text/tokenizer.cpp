#include "runtime/text/tokenizer.h"

#include "runtime/text/bpe.h"
#include "runtime/text/spm.h"
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

// Removes the spaces before punctuation and contractions, as tokenizers do that split both off.
// Three passes: each sees the text that the one before has left.
std::string CleanSpaces(std::string text) {
  const auto rewrite = [&text](auto&& drops_space, bool drops_next) {
    std::string out;
    for (size_t i = 0; i < text.size(); ++i) {
      const bool drops = i > 0 && text[i - 1] == ' ' && !out.empty() && out.back() == ' ' &&
                         drops_space(std::string_view(text).substr(i));
      if (drops) out.pop_back();
      out += text[i];
      if (drops && drops_next) ++i;
    }
    text = std::move(out);
  };
  rewrite([](std::string_view s) { return std::string_view("?!.,").find(s[0]) != s.npos; }, false);
  rewrite([](std::string_view s) { return s.substr(0, 2) == "' "; }, true);
  rewrite(
      [](std::string_view s) {
        const auto two = s.substr(0, 2), three = s.substr(0, 3);
        return two == "'s" || two == "'m" || three == "'re" || three == "'ve";
      },
      false);
  return text;
}

bool IsSpecial(TokenType type) {
  return type == TokenType::kControl || type == TokenType::kUnknown;
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
  std::string text;
  bool drop_space = vocabulary_->add_space_prefix;  // the one that encoding put in front
  for (int32_t id : ids) {
    if (id < 0 || static_cast<size_t>(id) >= vocabulary_->tokens.size()) {
      return absl::InvalidArgumentError(
          absl::StrCat("token id: expected 0 to ", vocabulary_->tokens.size() - 1, ", found ", id));
    }
    const Token& token = vocabulary_->tokens[id];
    if (IsSpecial(token.type) && !options.special) continue;
    const bool literal = IsSpecial(token.type) || token.type == TokenType::kUserDefined;
    const std::string piece = literal ? token.text : encoder_->Piece(token);
    const bool drop = drop_space && !piece.empty() && piece.front() == ' ';
    text.append(piece, drop, std::string::npos);
    drop_space = false;
  }
  return vocabulary_->clean_spaces ? CleanSpaces(std::move(text)) : text;
}

}  // namespace emel::text
