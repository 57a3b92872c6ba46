#include "runtime/text/spm.h"

#include "runtime/io/status.h"
#include "runtime/text/pair_merger.h"
#include "runtime/text/utf8.h"

#include <absl/strings/escaping.h>
#include <absl/strings/str_replace.h>

#include <array>
#include <cstdio>

namespace emel::text {
namespace {

class SpmEncoder : public SegmentEncoder {
 public:
  explicit SpmEncoder(const Vocabulary& vocabulary) : vocabulary_(vocabulary) {
    for (int byte = 0; byte < 256; ++byte) {
      char name[8];
      std::snprintf(name, sizeof(name), "<0x%02X>", byte);
      bytes_[byte] = vocabulary.Find(name);
      if (bytes_[byte] == kNoToken) {
        const char raw = static_cast<char>(byte);
        bytes_[byte] = vocabulary.Find({&raw, 1});
      }
    }
    for (const Token& token : vocabulary.tokens) {
      longest_ = std::max(longest_, token.text.size());
      words_are_apart_ = words_are_apart_ && OpensWord(token.text);
    }
  }

  absl::Status Encode(std::string_view text, bool after_special,
                      std::vector<int32_t>& ids) const override {
    std::string escaped = after_special && vocabulary_.add_space_prefix ? " " : "";
    escaped.append(text);
    escaped = absl::StrReplaceAll(escaped, {{" ", Text(kSpaceMark)}});

    Merger merger;
    bool after_space = true;
    for (size_t begin = 0; begin < escaped.size();) {
      const size_t length = std::min(AnnouncedLength(escaped[begin]), escaped.size() - begin);
      const std::string_view character(&escaped[begin], length);
      const bool space = character == kSpaceMark;
      if (words_are_apart_ && space && !after_space) MergeAll(escaped, merger, ids);
      merger.Add(static_cast<uint32_t>(begin), static_cast<uint32_t>(length),
                 vocabulary_.Find(character));
      after_space = space;
      begin += length;
    }
    MergeAll(escaped, merger, ids);
    return absl::OkStatus();
  }

  std::string Piece(const Token& token) const override {
    if (token.type == TokenType::kNormal) {
      return absl::StrReplaceAll(token.text, {{Text(kSpaceMark), " "}});
    }
    if (token.type == TokenType::kByte && token.text.size() == 6) {  // <0x0A>
      return absl::HexStringToBytes(token.text.substr(3, 2));
    }
    return token.type == TokenType::kByte ? token.text : "";
  }

 private:
  using Merger = PairMerger<float>;

  // Whether a space only ever opens a token, so that no merge crosses the start of a word.
  static bool OpensWord(std::string_view text) {
    for (size_t at = text.find(kSpaceMark, 1); at != text.npos;
         at = text.find(kSpaceMark, at + 1)) {
      if (at < kSpaceMark.size() || text.substr(at - kSpaceMark.size(), 3) != kSpaceMark)
        return false;
    }
    return true;
  }

  void MergeAll(std::string_view text, Merger& merger, std::vector<int32_t>& ids) const {
    using Symbol = Merger::Symbol;
    merger.Run(
        [&](const Symbol& left, const Symbol& right) -> std::optional<Merger::Join> {
          const size_t length = left.length + right.length;
          if (length > longest_) return std::nullopt;
          const int32_t id = vocabulary_.Find(text.substr(left.begin, length));
          if (id == kNoToken) return std::nullopt;
          return Merger::Join{-vocabulary_.tokens[id].score, id};
        },
        [&](const Symbol& symbol) {
          if (symbol.id != kNoToken) {
            ids.push_back(symbol.id);
          } else {
            AppendBytes(text.substr(symbol.begin, symbol.length), ids);
          }
        });
  }

  // One byte token per byte, or the unknown token for a character with a byte that has none.
  void AppendBytes(std::string_view character, std::vector<int32_t>& ids) const {
    const size_t start = ids.size();
    for (char c : character) {
      const int32_t id = bytes_[static_cast<unsigned char>(c)];
      if (id == kNoToken) {
        ids.resize(start);
        if (vocabulary_.unknown != kNoToken) ids.push_back(vocabulary_.unknown);
        return;
      }
      ids.push_back(id);
    }
  }

  const Vocabulary& vocabulary_;
  std::array<int32_t, 256> bytes_;
  size_t longest_ = 0;
  bool words_are_apart_ = true;  // text can be merged word by word, in the cache
};

}  // namespace

absl::StatusOr<std::unique_ptr<SegmentEncoder>> CreateSpmEncoder(const Vocabulary& vocabulary) {
  return std::make_unique<SpmEncoder>(vocabulary);
}

}  // namespace emel::text
