#include "runtime/text/bpe.h"

#include "runtime/text/pair_merger.h"
#include "runtime/text/pre_tokenizers.h"
#include "runtime/text/regex_splitter.h"
#include "runtime/text/utf8.h"

#include <array>
#include <optional>

namespace emel::text {
namespace {

// GPT-2 writes each byte as one printable character: printable Latin-1 as itself, the other bytes
// in order as U+0100, U+0101, …
class ByteAlphabet {
 public:
  ByteAlphabet() {
    bytes_.fill(-1);
    char32_t next = 0x100;
    for (int byte = 0; byte < 256; ++byte) {
      const bool printable = (byte > 0x20 && byte < 0x7F) || (byte > 0xA0 && byte != 0xAD);
      bytes_[printable ? byte : next++] = byte;
    }
  }

  // The bytes behind `text`; nothing when it has other characters.
  std::optional<std::string> Decode(std::string_view text) const {
    std::string out;
    for (size_t position = 0; position < text.size();) {
      const char32_t character = DecodeUtf8(text, position);
      if (character >= bytes_.size() || bytes_[character] < 0) return std::nullopt;
      out += static_cast<char>(bytes_[character]);
    }
    return out;
  }

 private:
  std::array<int, 0x144> bytes_;  // by character
};

const ByteAlphabet& Alphabet() {
  static const auto* alphabet = new ByteAlphabet;
  return *alphabet;
}

// Works on the bytes themselves: every token and merge is decoded from the alphabet once. A symbol
// is a token id, or a number from the token count on for a string that only merges know.
class BpeEncoder : public SegmentEncoder {
 public:
  BpeEncoder(const Vocabulary& vocabulary, RegexSplitter splitter)
      : vocabulary_(vocabulary), splitter_(std::move(splitter)) {
    for (const auto& [text, id] : vocabulary.index) {
      if (auto bytes = Alphabet().Decode(text)) symbols_.emplace(*std::move(bytes), id);
    }
    for (size_t rank = 0; rank < vocabulary.merges.size(); ++rank) {
      const auto left = Alphabet().Decode(vocabulary.merges[rank].first);
      const auto right = Alphabet().Decode(vocabulary.merges[rank].second);
      if (!left || !right) continue;  // its characters never come out of text
      const uint64_t pair = Pair(Symbol(*left), Symbol(*right));
      merges_.try_emplace(pair, Merger::Join{static_cast<int32_t>(rank), Symbol(*left + *right)});
    }
    for (int byte = 0; byte < 256; ++byte) {
      bytes_[byte] = Symbol(std::string(1, static_cast<char>(byte)));
    }
  }

  absl::Status Encode(std::string_view text, bool, std::vector<int32_t>& ids) const override {
    std::string storage;
    auto words = splitter_.Split(ToValidUtf8(text, storage));
    if (!words.ok()) return words.status();
    Merger merger;
    for (std::string_view word : *words) EncodeWord(word, merger, ids);
    return absl::OkStatus();
  }

  std::string Piece(const Token& token) const override {
    if (token.type != TokenType::kNormal && token.type != TokenType::kByte) return "";
    return Alphabet().Decode(token.text).value_or(token.text);
  }

 private:
  using Merger = PairMerger<int32_t>;

  static uint64_t Pair(int32_t left, int32_t right) {
    return uint64_t{static_cast<uint32_t>(left)} << 32 | static_cast<uint32_t>(right);
  }

  int32_t Symbol(const std::string& bytes) {
    const auto next = static_cast<int32_t>(vocabulary_.tokens.size() + extra_symbols_);
    const auto [entry, inserted] = symbols_.try_emplace(bytes, next);
    extra_symbols_ += inserted;
    return entry->second;
  }

  bool IsToken(int32_t symbol) const {
    return static_cast<size_t>(symbol) < vocabulary_.tokens.size();
  }

  void EncodeWord(std::string_view word, Merger& merger, std::vector<int32_t>& ids) const {
    if (vocabulary_.pre_tokenizer->whole_words) {
      const auto whole = symbols_.find(word);
      if (whole != symbols_.end() && IsToken(whole->second)) {
        ids.push_back(whole->second);
        return;
      }
    }
    for (size_t i = 0; i < word.size(); ++i) {
      merger.Add(static_cast<uint32_t>(i), 1, bytes_[static_cast<unsigned char>(word[i])]);
    }
    merger.Run(
        [&](const auto& left, const auto& right) -> std::optional<Merger::Join> {
          const auto merge = merges_.find(Pair(left.id, right.id));
          if (merge == merges_.end()) return std::nullopt;
          return merge->second;
        },
        [&](const auto& symbol) {
          if (IsToken(symbol.id)) {
            ids.push_back(symbol.id);
          } else {
            AppendBytes(word.substr(symbol.begin, symbol.length), ids);
          }
        });
  }

  // For what merged into no token, or a byte that the vocabulary lacks.
  void AppendBytes(std::string_view bytes, std::vector<int32_t>& ids) const {
    for (char byte : bytes) {
      const int32_t symbol = bytes_[static_cast<unsigned char>(byte)];
      const int32_t id = IsToken(symbol) ? symbol : vocabulary_.unknown;
      if (id != kNoToken) ids.push_back(id);
    }
  }

  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  struct Equal : std::equal_to<> {};

  const Vocabulary& vocabulary_;
  RegexSplitter splitter_;
  absl::flat_hash_map<std::string, int32_t, Hash, Equal> symbols_;
  absl::flat_hash_map<uint64_t, Merger::Join> merges_;
  std::array<int32_t, 256> bytes_;
  size_t extra_symbols_ = 0;
};

}  // namespace

absl::StatusOr<std::unique_ptr<SegmentEncoder>> CreateBpeEncoder(const Vocabulary& vocabulary) {
  auto splitter = RegexSplitter::Create(vocabulary.pre_tokenizer->expressions);
  if (!splitter.ok()) return splitter.status();
  return std::make_unique<BpeEncoder>(vocabulary, *std::move(splitter));
}

}  // namespace emel::text
