// Large and hostile texts: time n log n, no deep recursion, nothing lost.

#include "tests/unit/text/tokenizer_test_util.h"

namespace emel::text {
namespace {

using ::emel::testing::BpeMetadata;
using ::emel::testing::SpmMetadata;

std::vector<std::string> HostileTexts() {
  std::vector<std::string> texts;
  for (const char* unit : {" ", "a", "ab", "\n", "1", "é", "a ", "  x"}) {
    std::string text;
    while (text.size() < 500000) text += unit;
    texts.push_back(text);
  }
  return texts;
}

TEST(Robustness, SpmRoundTripsLongTexts) {
  const auto t = Make(
      SpmMetadata({{"▁"}, {"a"}, {"aa", -1}, {"aaaa", -2}, {"▁▁", -3}, {"ab", -4}, {"▁a", -5}}));
  for (const std::string& text : HostileTexts()) EXPECT_TRUE(Decode(*t, Encode(*t, text)) == text);
}

TEST(Robustness, BpeRoundTripsLongTexts) {
  const auto t = Make(BpeMetadata(
      "qwen2", {{"a", "a"}, {"aa", "aa"}, {" ", " "}, {"  ", "  "}, {"a", "b"}, {" ", "a"}}));
  for (const std::string& text : HostileTexts()) EXPECT_TRUE(Decode(*t, Encode(*t, text)) == text);
}

TEST(Robustness, TextBeyondTheLimitIsRefused) {
  const auto t = Make(SpmMetadata({}));
  const std::string text;
  const auto ids = t->Encode({text.data(), (size_t{1} << 29) + 1});  // never looked at
  EXPECT_EQ(std::string(ids.status().message()),
            "text: expected at most 536870912 bytes, found 536870913");
}

TEST(Robustness, NoTokenizerIsAnError) {
  const auto none = emel::testing::Metadata().Set("tokenizer.ggml.model", "none").Create();
  EXPECT_EQ(std::string(none.status().message()),
            "the model has no tokenizer: it works on token ids");
}

}  // namespace
}  // namespace emel::text
