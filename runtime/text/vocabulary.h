#ifndef EMEL_RUNTIME_TEXT_VOCABULARY_H_
#define EMEL_RUNTIME_TEXT_VOCABULARY_H_

#include "runtime/gguf/gguf.h"

#include <absl/container/flat_hash_map.h>
#include <absl/functional/function_ref.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace emel::text {

enum class VocabularyKind {
  kNone,  // the model works on ids alone
  kSpm,   // SentencePiece pairs by score
  kBpe,   // byte-level pairs by rank, as GPT-2
  kWpm,   // WordPiece, longest match, as BERT
};

// The values of tokenizer.ggml.token_type.
enum class TokenType : uint8_t {
  kUndefined,
  kNormal,
  kUnknown,
  kControl,
  kUserDefined,
  kUnused,
  kByte,
};

struct Token {
  std::string text;
  float score = 0;
  TokenType type = TokenType::kNormal;
};

inline constexpr int32_t kNoToken = -1;

struct PreTokenizer;

// A model's tokens and how its text becomes ids. Move-only: the index points into the tokens.
struct Vocabulary {
  Vocabulary() = default;
  Vocabulary(Vocabulary&&) = default;
  Vocabulary& operator=(Vocabulary&&) = default;

  VocabularyKind kind = VocabularyKind::kNone;
  std::vector<Token> tokens;
  std::vector<std::pair<std::string, std::string>> merges;  // BPE, best first
  const PreTokenizer* pre_tokenizer = nullptr;              // BPE

  int32_t bos = kNoToken;
  int32_t eos = kNoToken;
  std::vector<int32_t> ends;  // of a text or of a turn: eos and its like, ascending
  int32_t unknown = kNoToken;
  int32_t separator = kNoToken;
  bool add_bos = false;
  bool add_eos = false;  // WPM adds the separator instead
  bool add_space_prefix = false;
  bool clean_spaces = false;          // decoding removes the spaces before punctuation
  bool special_strips_right = false;  // a special token swallows the white space after it
  bool lowercase = true;              // WPM
  bool strip_accents = true;          // WPM

  // Non-empty token texts; the lowest id where two tokens share a text.
  absl::flat_hash_map<std::string_view, int32_t, std::hash<std::string_view>> index;

  int32_t Find(std::string_view text) const {
    const auto found = index.find(text);
    return found == index.end() ? kNoToken : found->second;
  }
};

// Reads and checks the tokenizer.ggml.* metadata. kNotFound: the model names no tokenizer at all.
absl::StatusOr<Vocabulary> LoadVocabulary(const gguf::Model& model);

// The same over any set of values; `file` is named in errors.
using FindValue = absl::FunctionRef<const gguf::Value*(std::string_view key)>;
absl::StatusOr<Vocabulary> LoadVocabulary(FindValue find, const std::string& file);

}  // namespace emel::text

#endif  // EMEL_RUNTIME_TEXT_VOCABULARY_H_
