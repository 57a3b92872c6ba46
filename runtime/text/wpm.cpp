#include "runtime/text/wpm.h"

#include "runtime/text/utf8.h"

#include <absl/strings/str_replace.h>

#include <algorithm>
#include <functional>
#include <set>
#include <utf8proc.h>

namespace emel::text {
namespace {

bool IsWhiteSpace(char32_t c) {
  return (c >= 0x09 && c <= 0x0D) || c == 0x85 || utf8proc_category(c) == UTF8PROC_CATEGORY_ZS ||
         utf8proc_category(c) == UTF8PROC_CATEGORY_ZL ||
         utf8proc_category(c) == UTF8PROC_CATEGORY_ZP;
}

bool IsControl(char32_t c) {
  const auto category = utf8proc_category(c);
  return category >= UTF8PROC_CATEGORY_CC && category <= UTF8PROC_CATEGORY_CO;
}

bool IsMark(char32_t c) {
  const auto category = utf8proc_category(c);
  return category >= UTF8PROC_CATEGORY_MN && category <= UTF8PROC_CATEGORY_ME;
}

// ASCII symbols such as '+' and '$' count as punctuation too.
bool IsPunctuation(char32_t c) {
  const auto category = utf8proc_category(c);
  return (category >= UTF8PROC_CATEGORY_PC && category <= UTF8PROC_CATEGORY_PO) ||
         (c < 0x7F && category >= UTF8PROC_CATEGORY_SM && category <= UTF8PROC_CATEGORY_SO);
}

// Ideographs, each a word of its own. The ranges are BERT's.
bool IsIdeograph(char32_t c) {
  return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) ||
         (c >= 0x20000 && c <= 0x2A6DF) || (c >= 0x2A700 && c <= 0x2B73F) ||
         (c >= 0x2B740 && c <= 0x2B81F) || (c >= 0x2B920 && c <= 0x2CEAF) ||
         (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x2F800 && c <= 0x2FA1F);
}

// The first character of the canonical decomposition: the letter without its accents.
char32_t BaseCharacter(char32_t c) {
  utf8proc_int32_t parts[32];
  int last_class = 0;
  const auto count = utf8proc_decompose_char(c, parts, 32, UTF8PROC_DECOMPOSE, &last_class);
  return count > 0 ? parts[0] : c;
}

class WpmEncoder : public SegmentEncoder {
 public:
  explicit WpmEncoder(const Vocabulary& vocabulary) : vocabulary_(vocabulary) {
    for (const Token& token : vocabulary.tokens) lengths_.insert(token.text.size());
  }

  absl::Status Encode(std::string_view text, bool, std::vector<int32_t>& ids) const override {
    std::string word;
    const auto finish = [&] {
      if (!word.empty()) EncodeWord(std::string(kSpaceMark) + word, ids);
      word.clear();
    };
    for (size_t position = 0; position < text.size();) {
      char32_t c = DecodeUtf8(text, position);
      if (vocabulary_.strip_accents) c = BaseCharacter(c);
      if (IsWhiteSpace(c)) {
        finish();
        continue;
      }
      if (c == 0 || c == kReplacement || IsControl(c)) continue;
      if (vocabulary_.strip_accents && IsMark(c)) continue;
      const bool alone = IsPunctuation(c) || IsIdeograph(c);
      if (alone) finish();
      AppendUtf8(vocabulary_.lowercase ? utf8proc_tolower(c) : c, word);
      if (alone) finish();
    }
    finish();
    return absl::OkStatus();
  }

  std::string Piece(const Token& token) const override {
    if (token.type != TokenType::kNormal) return "";
    return absl::StrReplaceAll(token.text, {{{kSpaceMark.data(), kSpaceMark.size()}, " "}});
  }

 private:
  // A word with a place where no token fits is unknown as a whole.
  void EncodeWord(std::string_view word, std::vector<int32_t>& ids) const {
    const size_t start = ids.size();
    for (size_t position = 0; position < word.size();) {
      const std::string_view rest = word.substr(position);
      int32_t id = kNoToken;
      for (size_t length : lengths_) {
        if (length <= rest.size()) id = vocabulary_.Find(rest.substr(0, length));
        if (id != kNoToken) break;
      }
      if (id == kNoToken) {
        ids.resize(start);
        if (vocabulary_.unknown != kNoToken) ids.push_back(vocabulary_.unknown);
        return;
      }
      ids.push_back(id);
      position += vocabulary_.tokens[id].text.size();
    }
  }

  const Vocabulary& vocabulary_;
  std::set<size_t, std::greater<>> lengths_;  // of the tokens
};

}  // namespace

absl::StatusOr<std::unique_ptr<SegmentEncoder>> CreateWpmEncoder(const Vocabulary& vocabulary) {
  return std::make_unique<WpmEncoder>(vocabulary);
}

}  // namespace emel::text
