#include "runtime/text/stream_decoder.h"

#include "runtime/io/status.h"
#include "runtime/text/utf8.h"

#include <absl/strings/str_cat.h>

#include <algorithm>

namespace emel::text {
namespace {

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

// All that what CleanSpaces looks for consists of before its last character: behind any other one,
// text can be cut in two and cleaned by halves.
constexpr std::string_view kUnsettled = " 'rv";

bool IsSpecial(TokenType type) {
  return type == TokenType::kControl || type == TokenType::kUnknown;
}

}  // namespace

StreamDecoder::StreamDecoder(const Tokenizer& tokenizer, const DecodeOptions& options)
    : tokenizer_(&tokenizer),
      options_(options),
      drop_space_(tokenizer.vocabulary().add_space_prefix) {}

absl::Status StreamDecoder::Add(int32_t id) {
  const auto& tokens = tokenizer_->vocabulary().tokens;
  if (id < 0 || static_cast<size_t>(id) >= tokens.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("token id: expected 0 to ", tokens.size() - 1, ", found ", id));
  }
  const Token& token = tokens[static_cast<size_t>(id)];
  if (IsSpecial(token.type) && !options_.special) return absl::OkStatus();
  const bool literal = IsSpecial(token.type) || token.type == TokenType::kUserDefined;
  const std::string piece = literal ? token.text : tokenizer_->encoder_->Piece(token);
  const bool drop = drop_space_ && !piece.empty() && piece.front() == ' ';
  kept_.append(piece, drop, std::string::npos);
  drop_space_ = false;
  return absl::OkStatus();
}

absl::StatusOr<std::string> StreamDecoder::Append(absl::Span<const int32_t> ids) {
  const size_t before = kept_.size();
  for (int32_t id : ids) EMEL_RETURN_IF_ERROR(Add(id));
  return Take(SettledBytes(before));
}

// `before`: how much of it was kept already, which is no end of settled text, or was then the
// beginning of a character.
size_t StreamDecoder::SettledBytes(size_t before) const {
  const size_t whole = kept_.size() - UnfinishedBytes(kept_);
  if (!tokenizer_->vocabulary().clean_spaces) return whole;
  const size_t begin = std::min(before - std::min<size_t>(before, 3), whole);
  const auto added = std::string_view(kept_).substr(begin, whole - begin);
  const size_t last = added.find_last_not_of(kUnsettled);
  return last == added.npos ? 0 : begin + last + 1;
}

std::string StreamDecoder::Finish() { return Take(kept_.size()); }

std::string StreamDecoder::Take(size_t bytes) {
  std::string text = kept_.substr(0, bytes);
  kept_.erase(0, bytes);
  return tokenizer_->vocabulary().clean_spaces ? CleanSpaces(std::move(text)) : text;
}

size_t UnfinishedBytes(std::string_view text) {
  for (size_t back = 1; back <= std::min<size_t>(3, text.size()); ++back) {
    const char byte = text[text.size() - back];
    if ((byte & 0xc0) == 0x80) continue;  // within a character
    const size_t length = AnnouncedLength(byte);
    return length > back ? back : 0;
  }
  return 0;
}

}  // namespace emel::text
