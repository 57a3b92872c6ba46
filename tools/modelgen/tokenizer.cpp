
#include "tools/modelgen/modelgen.h"

#include <absl/strings/str_format.h>

// Synthetic vocabularies of any size. Words are numbers in base 26, shortest first, so that the
// prefix of a token is always a token and every token can be merged from its parts.
namespace emel::tools {
namespace {

enum TokenType : int32_t { kNormal = 1, kUnknown = 2, kControl = 3, kByte = 6 };

// "a" … "z", "aa", "ab", …
std::string Word(uint64_t index) {
  std::string word;
  for (++index; index > 0; index = (index - 1) / 26) {
    word.insert(word.begin(), static_cast<char>('a' + (index - 1) % 26));
  }
  return word;
}

std::string Utf8(uint32_t code) {
  if (code < 0x80) return {static_cast<char>(code)};
  return {static_cast<char>(0xc0 | code >> 6), static_cast<char>(0x80 | (code & 0x3f))};
}

// The printable character that stands for a byte in byte-level BPE: printable Latin-1 bytes stand
// for themselves, the others are numbered from U+0100 on.
std::string CharacterOf(int byte) {
  auto printable = [](int b) {
    return (b >= 0x21 && b <= 0x7e) || (b >= 0xa1 && b != 0xad && b <= 0xff);
  };
  if (printable(byte)) return Utf8(static_cast<uint32_t>(byte));
  uint32_t code = 0x100;
  for (int b = 0; b < byte; ++b) code += !printable(b);
  return Utf8(code);
}

void AddSentencePiece(uint64_t size, gguf::Writer& writer) {
  std::vector<std::string> tokens = {"<unk>", "<s>", "</s>"};
  std::vector<int32_t> types = {kUnknown, kControl, kControl};
  for (int byte = 0; byte < 256; ++byte) {
    tokens.push_back(absl::StrFormat("<0x%02X>", byte));
    types.push_back(kByte);
  }
  const std::string space = "\u2581";
  tokens.push_back(space);
  for (char c = 0x21; c < 0x7f; ++c) tokens.push_back({c});
  for (uint64_t i = 0; tokens.size() < size; ++i) {
    std::string word = Word(i);
    if (word.size() > 1) tokens.push_back(word);
    if (tokens.size() < size) tokens.push_back(space + word);
  }
  types.resize(size, kNormal);
  std::vector<float> scores(size);
  for (size_t i = 259; i < size; ++i) scores[i] = -static_cast<float>(i - 259);
  writer.AddStrings("tokenizer.ggml.tokens", tokens);
  writer.AddFloat32s("tokenizer.ggml.scores", scores);
  writer.AddInt32s("tokenizer.ggml.token_type", types);
  writer.AddUint32("tokenizer.ggml.bos_token_id", 1);
  writer.AddUint32("tokenizer.ggml.eos_token_id", 2);
  writer.AddUint32("tokenizer.ggml.unknown_token_id", 0);
  writer.AddBool("tokenizer.ggml.add_bos_token", true);
  writer.AddBool("tokenizer.ggml.add_eos_token", false);
  writer.AddBool("tokenizer.ggml.add_space_prefix", true);
}

void AddBytePair(uint64_t size, gguf::Writer& writer) {
  const std::vector<std::string> special = {"<|endoftext|>", "<|im_start|>", "<|im_end|>"};
  std::vector<std::string> tokens, merges;
  for (int byte = 0; byte < 256; ++byte) tokens.push_back(CharacterOf(byte));
  const std::string space = CharacterOf(' ');
  size_t normal = size - special.size();
  auto add = [&](const std::string& prefix, char last) {
    if (tokens.size() == normal) return;
    merges.push_back(prefix + " " + last);
    tokens.push_back(prefix + last);
  };
  for (uint64_t i = 0; tokens.size() < normal; ++i) {
    std::string word = Word(i);
    std::string prefix = word.substr(0, word.size() - 1);
    if (!prefix.empty()) add(prefix, word.back());
    add(space + prefix, word.back());
  }
  std::vector<int32_t> types(normal, kNormal);
  types.resize(size, kControl);
  tokens.insert(tokens.end(), special.begin(), special.end());
  writer.AddStrings("tokenizer.ggml.tokens", tokens);
  writer.AddInt32s("tokenizer.ggml.token_type", types);
  writer.AddStrings("tokenizer.ggml.merges", merges);
  writer.AddUint32("tokenizer.ggml.bos_token_id", static_cast<uint32_t>(normal));
  writer.AddUint32("tokenizer.ggml.eos_token_id", static_cast<uint32_t>(normal));
  writer.AddBool("tokenizer.ggml.add_bos_token", false);
}

}  // namespace

void AddTokenizer(const ModelSpec& spec, gguf::Writer& writer) {
  bool pieces = spec.architecture->vocabulary == Vocabulary::kSentencePiece;
  writer.AddString("tokenizer.ggml.model", pieces ? "llama" : "gpt2");
  writer.AddString("tokenizer.ggml.pre", spec.architecture->pre_tokenizer);
  (pieces ? AddSentencePiece : AddBytePair)(spec.shape.vocab, writer);
}

}  // namespace emel::tools
