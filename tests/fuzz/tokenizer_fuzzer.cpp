#include "runtime/text/pre_tokenizers.h"
#include "runtime/text/regex_splitter.h"
#include "runtime/text/utf8.h"
#include "tests/support/vocabularies.h"

#include <cstdint>
#include <cstdlib>
#include <iostream>

// Any bytes are text. The first byte of an input chooses the vocabulary, the rest is encoded.
namespace emel::text {
namespace {

void Require(bool condition, const char* promise) {
  if (condition) return;
  std::cerr << "broken promise: " << promise << "\n";
  std::abort();
}

const std::vector<testing::TestToken>& SpmTokens() {
  static const auto* tokens = new std::vector<testing::TestToken>{
      {"▁"},       {"a"},        {"b"},        {"é"},      {"中"},
      {"▁▁", -1},  {"▁▁▁▁", -2}, {"▁a", -3},   {"ab", -4}, {"aa", -4},
      {"▁ab", -5}, {"é中", -6},  {"aaaa", -7}, {"\xFF"},   {"<|c|>", 0, TokenType::kControl},
      {"<0", 0},   {"<", 0},     {"0", 0}};
  return *tokens;
}

const Tokenizer& Spm() {
  static const Tokenizer* t = testing::SpmMetadata(SpmTokens()).Create()->release();
  return *t;
}

const Tokenizer& SpmOfPhi3() {
  static const Tokenizer* t =
      testing::SpmMetadata(SpmTokens()).Set("general.name", "phi-3").Create()->release();
  return *t;
}

const Tokenizer& Bpe() {
  static const Tokenizer* t = testing::BpeMetadata("qwen2",
                                                   {{"a", "a"},
                                                    {"aa", "aa"},
                                                    {" ", "a"},
                                                    {" ", " "},
                                                    {"  ", "  "},
                                                    {"\xC3", "\xA9"},
                                                    {"a", "b"},
                                                    {"'", "s"},
                                                    {"\n", "\n"}},
                                                   {{"<|u|>", 0, TokenType::kUserDefined},
                                                    {"  \n", 0, TokenType::kUserDefined},
                                                    {"<|c|>", 0, TokenType::kControl}})
                                  .Create()
                                  ->release();
  return *t;
}

std::string RoundTrip(const Tokenizer& tokenizer, std::string_view text, bool parse_special) {
  const auto ids = tokenizer.Encode(text, {.add_special = false, .parse_special = parse_special});
  Require(ids.ok(), "any text encodes");
  const auto bytes = tokenizer.Decode(*ids);
  Require(bytes.ok(), "encoding yields tokens of the vocabulary");
  return *bytes;
}

// Spaces travel as marks, so a mark in the text comes back as a space. Only a space right after a
// broken character stays a mark: the bytes are taken as that character's.
std::string SpmExpected(std::string_view text) {
  std::string escaped, expected;
  for (char c : text) escaped += c == ' ' ? kSpaceMark : std::string_view(&c, 1);
  for (std::string_view rest = escaped; !rest.empty();) {
    const std::string_view character = rest.substr(0, AnnouncedLength(rest.front()));
    expected += character == kSpaceMark ? std::string_view(" ") : character;
    rest.remove_prefix(character.size());
  }
  return expected;
}

void CheckSplit(const PreTokenizer& row, std::string_view text) {
  const auto splitter = RegexSplitter::Create(row.expressions);
  Require(splitter.ok(), "every expression compiles");
  std::string storage;
  const std::string_view valid = ToValidUtf8(text, storage);
  const auto words = splitter->Split(valid);
  Require(words.ok(), "every text splits");
  std::string joined;
  for (std::string_view word : *words) joined += word;
  Require(joined == valid, "splitting loses nothing");
}

void Check(uint8_t choice, std::string_view text) {
  std::string storage;
  switch (choice % 4) {
    case 0:
      Require(RoundTrip(Spm(), text, false) == SpmExpected(text), "SPM keeps every byte");
      RoundTrip(Spm(), text, true);
      break;
    case 1:
      Require(RoundTrip(Bpe(), text, false) == ToValidUtf8(text, storage), "BPE keeps every byte");
      RoundTrip(Bpe(), text, true);
      break;
    case 2:
      RoundTrip(SpmOfPhi3(), text, true);
      break;
    case 3:
      CheckSplit(PreTokenizers()[choice / 4 % PreTokenizers().size()], text);
      break;
  }
}

}  // namespace
}  // namespace emel::text

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  emel::text::Check(data[0], {reinterpret_cast<const char*>(data) + 1, size - 1});
  return 0;
}
