#include "runtime/text/wpm.h"

#include "tests/unit/text/tokenizer_test_util.h"

namespace emel::text {
namespace {

using emel::testing::Metadata;

Metadata WpmMetadata() {
  const std::vector<std::string> tokens = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "▁cat", "s",
                                           "▁ca",   "▁.",    "▁e",    "▁中",   "▁c",   "t"};
  const std::vector<int64_t> types = {3, 2, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1};
  return Metadata()
      .Set("tokenizer.ggml.model", "bert")
      .Set("tokenizer.ggml.tokens", tokens)
      .Set("tokenizer.ggml.token_type", types)
      .Set("tokenizer.ggml.bos_token_id", 2)
      .Set("tokenizer.ggml.unknown_token_id", 1)
      .Set("tokenizer.ggml.seperator_token_id", 3);
}

TEST(Wpm, TheLongestTokenWinsAtEachPlace) {
  const auto t = Make(WpmMetadata());
  EXPECT_EQ(Encode(*t, "cats"), (Ids{4, 5}));
  EXPECT_EQ(Encode(*t, "cas"), (Ids{6, 5}));
}

TEST(Wpm, AWordWithAGapIsUnknownAsAWhole) {
  EXPECT_EQ(Encode(*Make(WpmMetadata()), "catx cat"), (Ids{1, 4}));
}

TEST(Wpm, WordsAreNormalised) {
  const auto t = Make(WpmMetadata());
  EXPECT_EQ(Encode(*t, "  CATS\t\n"), (Ids{4, 5}));
  EXPECT_EQ(Encode(*t, "É"), (Ids{8}));
  EXPECT_EQ(Encode(*t, "e\u0301"), (Ids{8}));            // a combining accent
  EXPECT_EQ(Encode(*t, "ca\u200Dts\x01"), (Ids{4, 5}));  // control characters
  EXPECT_EQ(Encode(*t, "c\xFF\x61ts"), (Ids{4, 5}));     // no character at all
}

TEST(Wpm, PunctuationAndIdeographsStandAlone) {
  EXPECT_EQ(Encode(*Make(WpmMetadata()), "cat.cat中cat"), (Ids{4, 7, 4, 9, 4}));
}

TEST(Wpm, ClassAndSeparatorSurroundTheText) {
  const auto t = Make(WpmMetadata());
  EXPECT_EQ(Encode(*t, "cat", true), (Ids{2, 4, 3}));
  EXPECT_EQ(Encode(*t, "", true), (Ids{2, 3}));
}

TEST(Wpm, DecodingCleansSpaces) {
  EXPECT_EQ(Decode(*Make(WpmMetadata()), {4, 5, 7, 4}), " cats. cat");
}

}  // namespace
}  // namespace emel::text
