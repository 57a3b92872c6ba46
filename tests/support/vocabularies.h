#ifndef EMEL_TESTS_SUPPORT_VOCABULARIES_H_
#define EMEL_TESTS_SUPPORT_VOCABULARIES_H_

#include "runtime/text/tokenizer.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace emel::testing {

// The metadata of a vocabulary, built by hand.
class Metadata {
 public:
  Metadata& Set(std::string key, std::string value) {
    return Put(std::move(key), gguf::ValueType::kString, std::move(value));
  }
  Metadata& Set(std::string key, const char* value) { return Set(key, std::string(value)); }
  Metadata& Set(std::string key, uint64_t value) {
    return Put(std::move(key), gguf::ValueType::kUint32, value);
  }
  Metadata& Set(std::string key, int value) { return Set(key, static_cast<uint64_t>(value)); }
  Metadata& Set(std::string key, bool value) {
    return Put(std::move(key), gguf::ValueType::kBool, value);
  }
  Metadata& Set(std::string key, std::vector<std::string> list) {
    return PutArray(std::move(key), gguf::ValueType::kString, std::move(list));
  }
  Metadata& Set(std::string key, std::vector<double> list) {
    return PutArray(std::move(key), gguf::ValueType::kFloat32, std::move(list));
  }
  Metadata& Set(std::string key, std::vector<int64_t> list) {
    return PutArray(std::move(key), gguf::ValueType::kInt32, std::move(list));
  }
  Metadata& Remove(const std::string& key) { return values_.erase(key), *this; }

  absl::StatusOr<text::Vocabulary> Load() const {
    const auto find = [this](std::string_view key) -> const gguf::Value* {
      const auto found = values_.find(std::string(key));
      return found == values_.end() ? nullptr : &found->second;
    };
    return text::LoadVocabulary(find, "test.gguf");
  }

  absl::StatusOr<std::unique_ptr<text::Tokenizer>> Create() const {
    auto vocabulary = Load();
    if (!vocabulary.ok()) return vocabulary.status();
    return text::Tokenizer::Create(
        std::make_shared<const text::Vocabulary>(*std::move(vocabulary)));
  }

 private:
  template <typename T>
  Metadata& Put(std::string key, gguf::ValueType type, T value) {
    values_[std::move(key)] = {type, std::move(value), 100};
    return *this;
  }
  template <typename T>
  Metadata& PutArray(std::string key, gguf::ValueType type, std::vector<T> list) {
    return Put(std::move(key), gguf::ValueType::kArray, gguf::Array{type, std::move(list)});
  }

  std::map<std::string, gguf::Value> values_;
};

// Text, score, type.
struct TestToken {
  std::string text;
  double score = 0;
  text::TokenType type = text::TokenType::kNormal;
};

// An SPM vocabulary: <unk> 0, <s> 1, </s> 2, the bytes 3 to 258, then `tokens` from 259 on.
inline constexpr int32_t kFirstByte = 3;
inline constexpr int32_t kFirstToken = 259;
inline Metadata SpmMetadata(const std::vector<TestToken>& tokens) {
  using text::TokenType;
  std::vector<TestToken> all = {{"<unk>", 0, TokenType::kUnknown},
                                {"<s>", 0, TokenType::kControl},
                                {"</s>", 0, TokenType::kControl}};
  for (int byte = 0; byte < 256; ++byte) {
    char name[8];
    std::snprintf(name, sizeof(name), "<0x%02X>", byte);
    all.push_back({name, 0, TokenType::kByte});
  }
  all.insert(all.end(), tokens.begin(), tokens.end());
  std::vector<std::string> texts;
  std::vector<double> scores;
  std::vector<int64_t> types;
  for (const TestToken& token : all) {
    texts.push_back(token.text);
    scores.push_back(token.score);
    types.push_back(static_cast<int64_t>(token.type));
  }
  return Metadata()
      .Set("tokenizer.ggml.model", "llama")
      .Set("tokenizer.ggml.tokens", texts)
      .Set("tokenizer.ggml.scores", scores)
      .Set("tokenizer.ggml.token_type", types)
      .Set("tokenizer.ggml.bos_token_id", 1)
      .Set("tokenizer.ggml.eos_token_id", 2)
      .Set("tokenizer.ggml.unknown_token_id", 0);
}

// How GPT-2 vocabularies spell a byte, worked out apart from the tokenizer.
inline std::string SpellByte(int byte) {
  const bool printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  int character = byte;
  if (!printable) {
    character = byte <= 32 ? 256 + byte : byte <= 160 ? 289 + byte - 127 : 323;
  }
  if (character < 128) return std::string(1, static_cast<char>(character));
  return {static_cast<char>(0xC0 | character >> 6), static_cast<char>(0x80 | (character & 63))};
}

inline std::string Spell(std::string_view bytes) {
  std::string out;
  for (char byte : bytes) out += SpellByte(static_cast<unsigned char>(byte));
  return out;
}

// A BPE vocabulary: the bytes as ids 0 to 255, a token per merge from 256 on (both in plain bytes),
// then `specials`.
inline Metadata BpeMetadata(const std::string& pre,
                            const std::vector<std::pair<std::string, std::string>>& merges,
                            const std::vector<TestToken>& specials = {}) {
  std::vector<std::string> texts, merge_list;
  std::vector<int64_t> types(256 + merges.size(), 1);
  for (int byte = 0; byte < 256; ++byte) texts.push_back(SpellByte(byte));
  for (const auto& [left, right] : merges) {
    texts.push_back(Spell(left + right));
    merge_list.push_back(Spell(left) + " " + Spell(right));
  }
  for (const TestToken& special : specials) {
    texts.push_back(special.text);
    types.push_back(static_cast<int64_t>(special.type));
  }
  return Metadata()
      .Set("tokenizer.ggml.model", "gpt2")
      .Set("tokenizer.ggml.pre", pre)
      .Set("tokenizer.ggml.tokens", texts)
      .Set("tokenizer.ggml.token_type", types)
      .Set("tokenizer.ggml.merges", merge_list);
}

}  // namespace emel::testing

#endif  // EMEL_TESTS_SUPPORT_VOCABULARIES_H_
