#include "runtime/text/pre_tokenizers.h"

#include "runtime/text/regex_splitter.h"

#include <gmock/gmock.h>

#include <set>
#include <string>

namespace emel::text {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> Split(std::string_view pre, std::string_view text) {
  const PreTokenizer* row = FindPreTokenizer(pre);
  if (row == nullptr) return {"no such row"};
  auto splitter = RegexSplitter::Create(row->expressions);
  if (!splitter.ok()) return {std::string(splitter.status().message())};
  auto words = splitter->Split(text);
  if (!words.ok()) return {std::string(words.status().message())};
  return {words->begin(), words->end()};
}

TEST(PreTokenizers, NamesAreUnique) {
  std::set<std::string_view> names;
  for (const PreTokenizer& row : PreTokenizers()) {
    for (std::string_view name : row.names) EXPECT_TRUE(names.insert(name).second) << name;
  }
  EXPECT_EQ(FindPreTokenizer("bogus"), nullptr);
}

TEST(PreTokenizers, NoRowLosesText) {
  const std::string text =
      "Hello, World's 12345 ½ don'T\n\n  \tfooBar   中文。ﬁ Ωé\u0301 \u180e\u3000x "
      "👍🏽\r\n<|x|> "
      "(a) "
      "IMGIMGAZ <sentinel:12>   ";
  for (const PreTokenizer& row : PreTokenizers()) {
    for (std::string_view name : row.names) {
      std::string joined;
      for (const std::string& word : Split(name, text)) {
        EXPECT_FALSE(word.empty()) << name;
        joined += word;
      }
      EXPECT_EQ(joined, text) << name;
    }
  }
}

TEST(PreTokenizers, Gpt2) {
  EXPECT_THAT(
      Split("gpt-2", "I'm he'LL   go 12ab!?\n\n x"),
      ElementsAre("I", "'m", " he", "'", "LL", "  ", " go", " 12", "ab", "!?", "\n\n", " x"));
}

TEST(PreTokenizers, Llama3) {
  EXPECT_THAT(Split("llama-bpe", "he'LL go12345!?\n\n  \n x (y"),
              ElementsAre("he", "'LL", " go", "123", "45", "!?\n\n", "  \n", " x", " (", "y"));
}

TEST(PreTokenizers, Qwen2) {
  EXPECT_THAT(Split("qwen2", "a12 b"), ElementsAre("a", "1", "2", " b"));
}

TEST(PreTokenizers, DeepseekLlm) {
  EXPECT_THAT(Split("deepseek-llm", "ab中文12 c\n\n!  "),
              ElementsAre("ab", "中文", "12", " c", "\n", "\n", "!", "  "));
}

TEST(PreTokenizers, DeepseekCoder) {
  EXPECT_THAT(Split("deepseek-coder", "ab, 12"), ElementsAre("ab", ",", " ", "1", "2"));
}

TEST(PreTokenizers, DeepseekV3) {
  EXPECT_THAT(Split("deepseek-v3", "x1234中文.foo"), ElementsAre("x", "123", "4", "中文", ".foo"));
}

TEST(PreTokenizers, Falcon) {
  EXPECT_THAT(Split("falcon", "a+b 12345"), ElementsAre("a", "+", "b", " ", "123", "45"));
}

TEST(PreTokenizers, Starcoder) {
  EXPECT_THAT(Split("starcoder", "ab12 c"), ElementsAre("ab", "1", "2", " c"));
}

TEST(PreTokenizers, Bloom) {
  EXPECT_THAT(Split("bloom", "ab12 c(d, e"), ElementsAre("ab12", " c", "(", "d", ",", " e"));
}

TEST(PreTokenizers, Tekken) {
  EXPECT_THAT(Split("tekken", "fooBarBAZ don't 12"),
              ElementsAre("foo", "Bar", "BAZ", " don", "'t", " ", "1", "2"));
}

TEST(PreTokenizers, Gpt4o) {
  EXPECT_THAT(Split("gpt-4o", "fooBar don't 1234//\n"),
              ElementsAre("foo", "Bar", " don't", " ", "123", "4", "//\n"));
}

TEST(PreTokenizers, Chameleon) {
  EXPECT_THAT(Split("chameleon", "<sentinel:3>IMGIMGABZ      a"),
              ElementsAre("<", "sentinel", ":", "3", ">", "IMGIMGABZ", "    ", "  ", "a"));
}

TEST(PreTokenizers, MongolianVowelSeparatorIsNoSpace) {
  EXPECT_THAT(Split("gpt-2", "a \u180e"), ElementsAre("a", " \u180e"));
}

// A quadratic expression would take hours on these.
TEST(PreTokenizers, LongRunsAreLinear) {
  for (const char* unit : {" ", "a", "A", "7", "!", "\n", " \n", "a ", "中", "é", "'", "I"}) {
    std::string text;
    while (text.size() < 100000) text += unit;
    for (const std::string& run : {text, text + "x", text + "!"}) {
      for (const PreTokenizer& row : PreTokenizers()) {
        size_t size = 0;
        for (const std::string& word : Split(row.names[0], run)) size += word.size();
        EXPECT_EQ(size, run.size()) << row.names[0] << " on a run of '" << unit << "'";
      }
    }
  }
}

}  // namespace
}  // namespace emel::text
