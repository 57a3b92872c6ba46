#include "runtime/text/pre_tokenizers.h"

#include <absl/strings/str_join.h>

#include <algorithm>

// The expressions say what the tokenizers of the named models match. Every one of them takes time
// linear in the text: classes instead of repeated groups, no lookahead further than a character.
#define CONTRACTION "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])"
#define SPACES R"(\s*[\r\n]+|\s+(?!\S)|\s+)"
#define WORD R"([^\r\n\p{L}\p{N}]?\p{L}+)"
#define SYMBOLS R"( ?[^\s\p{L}\p{N}]+[\r\n]*)"

// Letters that may continue, and that may end, a word before the case changes. Only ASCII letters
// have a case here.
#define HEAD R"([^\P{L}a-z])"
#define TAIL R"([^\P{L}A-Z])"
#define CASED_WORD_1 R"([^\r\n\p{L}\p{N}]?)" HEAD "*" TAIL "+"
#define CASED_WORD_2 R"([^\r\n\p{L}\p{N}]?)" HEAD "+" TAIL "*"

namespace emel::text {
namespace {

constexpr char kGpt2[] = R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|)"
                         R"(\s+(?!\S)|\s+)";
constexpr char kLlama3[] = CONTRACTION "|" WORD R"(|\p{N}{1,3}|)" SYMBOLS "|" SPACES;
constexpr char kQwen2[] = CONTRACTION "|" WORD R"(|\p{N}|)" SYMBOLS "|" SPACES;
constexpr char kDigit[] = R"(\p{N})";
constexpr char kThreeDigits[] = "[0-9][0-9][0-9]";
constexpr char kLines[] = R"([\r\n])";
// Ideographs, U+0800 to U+4E00, and Hangul syllables.
constexpr char kCjk[] = R"([\x{4E00}-\x{9FA5}\x{0800}-\x{4E00}\x{AC00}-\x{D7FF}]+)";
constexpr char kIdeographsAndKana[] = R"([\x{4E00}-\x{9FA5}\x{3040}-\x{30FF}]+)";
constexpr char kNotPunctuation[] =
    R"( ?[^(\s|.,!?\x{2026}\x{3002}\x{FF0C}\x{3001}\x{0964}\x{06D4}\x{060C})]+)";
constexpr char kDeepseek3[] =
    R"([!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|)"
    R"([^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|)" SPACES;
// Letters with a case, as of the Unicode version that DeepSeek's list was made from.
constexpr char kDeepseekLetters[] =
    R"(\s?[A-Za-z\xB5\xC0-\xD6\xD8-\xF6\xF8-\x{1BA}\x{1BC}-\x{1BF}\x{1C4}-\x{293})"
    R"(\x{295}-\x{2AF}\x{370}-\x{373}\x{376}\x{377}\x{37B}-\x{37D}\x{37F}\x{386})"
    R"(\x{388}-\x{38A}\x{38C}\x{38E}-\x{3A1}\x{3A3}-\x{3F5}\x{3F7}-\x{481}\x{48A}-\x{52F})"
    R"(\x{531}-\x{556}\x{10A0}-\x{10C5}\x{13A0}-\x{13F5}\x{13F8}-\x{13FD}\x{1C90}-\x{1CBA})"
    R"(\x{1CBD}-\x{1CBF}\x{1D00}-\x{1D2B}\x{1D6B}-\x{1D77}\x{1D79}-\x{1D9A}\x{1E00}-\x{1F15})"
    R"(\x{1F18}-\x{1F1D}\x{1F20}-\x{1F45}\x{1F48}-\x{1F4D}\x{1F50}-\x{1F57}\x{1F59}\x{1F5B})"
    R"(\x{1F5D}\x{1F5F}-\x{1F7D}\x{1F80}-\x{1FB4}\x{1FB6}-\x{1FBC}\x{1FBE}\x{1FC2}-\x{1FC4})"
    R"(\x{1FC6}-\x{1FCC}\x{1FD0}-\x{1FD3}\x{1FD6}-\x{1FDB}\x{1FE0}-\x{1FEC}\x{1FF2}-\x{1FF4})"
    R"(\x{1FF6}-\x{1FFC}\x{2102}\x{2107}\x{210A}-\x{2113}\x{2115}\x{2119}-\x{211D}\x{2124})"
    R"(\x{2126}\x{2128}\x{212A}-\x{212D}\x{212F}-\x{2134}\x{2139}\x{213C}-\x{213F})"
    R"(\x{2145}-\x{2149}\x{214E}\x{2183}\x{2184}\x{2C00}-\x{2C7B}\x{2C7E}-\x{2CE4})"
    R"(\x{2CEB}-\x{2CEE}\x{2CF2}\x{2CF3}\x{A640}-\x{A66D}\x{A680}-\x{A69B}\x{A722}-\x{A76F})"
    R"(\x{A771}-\x{A787}\x{A78B}-\x{A78E}\x{AB70}-\x{ABBF}\x{FB00}-\x{FB06}\x{FB13}-\x{FB17})"
    R"(\x{FF21}-\x{FF3A}\x{FF41}-\x{FF5A}\x{10400}-\x{1044F}\x{104B0}-\x{104D3})"
    R"(\x{104D8}-\x{104FB}\x{10C80}-\x{10CB2}\x{10CC0}-\x{10CF2}\x{118A0}-\x{118DF})"
    R"(\x{1E900}-\x{1E943}]+)";
constexpr char kDeepseekPunctuation[] =
    R"(\s?[!-/:-~\x{FF01}-\x{FF0F}\x{FF1A}-\x{FF5E}\x{2018}-\x{201F}\x{3000}-\x{3002}]+)";
// The lookbehind keeps the search from trying every space of a long run.
constexpr char kTrailingSpace[] = R"((?<!\s)\s+$)";

}  // namespace

// NOLINTNEXTLINE(readability-function-size): a table.
const std::vector<PreTokenizer>& PreTokenizers() {
  static const auto* rows = new std::vector<PreTokenizer>{
      // What files without tokenizer.ggml.pre mean.
      {.names = {"default"},
       .expressions = {R"([\p{P}$+<=>^~|]+)", kGpt2, R"(\p{N}+)", kThreeDigits}},
      {.names = {"gpt-2", "phi-2", "mpt", "olmo", "jais", "jina-es", "jina-de", "jina-v1-en",
                 "jina-v2-es", "jina-v2-de", "jina-v2-code", "roberta-bpe", "gigachat", "a.x-4.0",
                 "mellum", "modern-bert", "exaone4"},
       .expressions = {kGpt2}},
      {.names = {"trillion", "granite-docling"}, .expressions = {kGpt2}, .clean_spaces = false},
      // Numbers in threes; contractions in any case; a letter run takes one sign before it along.
      {.names = {"llama3", "llama-v3", "llama-bpe", "falcon3", "falcon-h1", "pixtral", "midm-2.0",
                 "lfm2", "jina-v5-nano"},
       .expressions = {kLlama3},
       .whole_words = true,
       .add_bos = true},
      {.names = {"dbrx", "smaug-bpe", "glm4", "chatglm-bpe"}, .expressions = {kLlama3}},
      // As llama3, but space runs in powers of two.
      {.names = {"jais-2"},
       .expressions = {CONTRACTION
                       "|" WORD R"(|\p{N}{1,3}|)" SYMBOLS
                       R"(|\s*[\r\n]+|\s{512}(?!\S)|\s{256}(?!\S)|\s{128}(?!\S)|\s{64}(?!\S)|)"
                       R"(\s{32}(?!\S)|\s{16}(?!\S)|\s{8}(?!\S)|\s{4}(?!\S)|\s{1,2}(?!\S)|\s)"}},
      // As llama3, but single digits.
      {.names = {"qwen2", "deepseek-r1-qwen", "kormo", "f2llmv2", "hunyuan", "solar-open",
                 "grok-2"},
       .expressions = {kQwen2},
       .clean_spaces = false},
      {.names = {"stablelm2", "megrez"}, .expressions = {kQwen2}},
      // As qwen2, with combining marks as part of words.
      {.names = {"qwen35"},
       .expressions = {CONTRACTION R"(|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}|)"
                                   R"( ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|)" SPACES},
       .clean_spaces = false},
      // As qwen2 without contractions: Turkish suffixes follow an apostrophe.
      {.names = {"ufakzeka"},
       .expressions = {WORD R"(|\p{N}|)" SYMBOLS "|" SPACES},
       .clean_spaces = false},
      // As qwen2, line by line.
      {.names = {"laguna"}, .expressions = {R"([^\n]+|[\n]+)", kQwen2}, .clean_spaces = false},
      {.names = {"minicpm5"},
       .expressions = {R"(\p{N}{1,3})", CONTRACTION "|" WORD R"(|\p{N}+|)" SYMBOLS "|" SPACES},
       .whole_words = true},
      // Signs do not take the line breaks after them along.
      {.names = {"seed-coder"},
       .expressions = {CONTRACTION "|" WORD R"(|\p{N}| ?[^\s\p{L}\p{N}\r\n]+|)" SPACES},
       .clean_spaces = false},
      // One line break per word.
      {.names = {"bailingmoe", "bailingmoe2", "llada-moe"},
       .expressions = {CONTRACTION "|" WORD R"(|\p{N}|)" SYMBOLS R"(|\s*[\r\n]|\s+(?!\S)|\s+)"},
       .clean_spaces = false},
      // Words of single letters with spaces between them stay together.
      {.names = {"exaone-moe"},
       .expressions = {CONTRACTION
                       R"(|[^\r\n\p{L}\p{N}]?(?:\p{L}\p{M}*+(?: \p{L}\p{M}*+)*+)++|\p{N}|)"
                       R"( ?[^\s\p{L}\p{N}]+[\r\n/]?|\s*[\r\n]|\s+(?!\S)|\s+)"}},
      {.names = {"deepseek-llm"},
       .expressions = {kLines, kDeepseekLetters, kDeepseekPunctuation, kTrailingSpace, kCjk,
                       R"(\p{N}+)"},
       .clean_spaces = false},
      {.names = {"deepseek-coder"},
       .expressions = {kLines, R"(\s?\p{L}+)", R"(\s?\p{P}+)", kCjk, kDigit},
       .clean_spaces = false},
      {.names = {"deepseek-v3", "hunyuan-dense", "hy_v4", "joyai-llm"},
       .expressions = {R"(\p{N}{1,3})", kIdeographsAndKana, kDeepseek3},
       .clean_spaces = false},
      // Signs first, then GPT-2's words, then digits in threes.
      {.names = {"falcon"}, .expressions = {R"([\p{P}$+<=>^~|`]+)", kGpt2, kThreeDigits}},
      // Single digits, then GPT-2's words.
      {.names = {"starcoder", "refact", "codeshell", "exaone", "minerva-7b", "mellum2"},
       .expressions = {kDigit, kGpt2}},
      {.names = {"command-r", "smollm"}, .expressions = {kDigit, kGpt2}, .clean_spaces = false},
      {.names = {"chameleon"},
       .expressions = {"<sentinel:[0-9]+>", "IMGIMG[A-I]{1,4}Z", "[\\t\\n]|    |  ", kDigit,
                       R"([\p{P}!-/:-@\[-`{-~])", kGpt2},
       .clean_spaces = false,
       .add_bos = true},
      // Everything up to punctuation; the parenthesis and the bar count as punctuation.
      {.names = {"poro-chat"}, .expressions = {kNotPunctuation}, .clean_spaces = false},
      {.names = {"bloom", "gpt3-finnish"}, .expressions = {kNotPunctuation}},
      {.names = {"viking"}, .expressions = {kNotPunctuation, kDigit}, .clean_spaces = false},
      // Words end where the case falls: "fooBar" is two.
      {.names = {"tekken"},
       .expressions = {CASED_WORD_1 "|" CASED_WORD_2
                                    R"(|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|)" SPACES},
       .clean_spaces = false,
       .whole_words = true,
       .add_bos = true},
      // As tekken, with contractions and digits in threes.
      {.names = {"gpt-4o", "llama4", "kanana2", "talkie", "minimax-m2"},
       .expressions = {CASED_WORD_1 CONTRACTION
                       "?|" CASED_WORD_2 CONTRACTION
                       R"(?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|)" SPACES},
       .clean_spaces = false},
  };
  return *rows;
}

const PreTokenizer* FindPreTokenizer(std::string_view name) {
  for (const PreTokenizer& row : PreTokenizers()) {
    if (std::find(row.names.begin(), row.names.end(), name) != row.names.end()) return &row;
  }
  return nullptr;
}

std::string PreTokenizerNames() {
  std::vector<std::string> names;
  for (const PreTokenizer& row : PreTokenizers()) {
    names.insert(names.end(), row.names.begin(), row.names.end());
  }
  std::sort(names.begin(), names.end());
  return absl::StrJoin(names, ", ");
}

}  // namespace emel::text
