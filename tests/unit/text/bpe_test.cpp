#include "runtime/text/bpe.h"

#include "tests/unit/text/tokenizer_test_util.h"

namespace emel::text {
namespace {

using ::emel::testing::BpeMetadata;

TEST(Bpe, TheLowestRankMergesFirst) {
  // "bc" has the lower rank, so "a" stays alone.
  const auto t = Make(BpeMetadata("gpt-2", {{"b", "c"}, {"a", "b"}}));
  EXPECT_EQ(Encode(*t, "abc"), (Ids{'a', 256}));
  EXPECT_EQ(Encode(*t, "ab"), (Ids{257}));
}

TEST(Bpe, TheLeftmostMergesFirstWithinARank) {
  const auto t = Make(BpeMetadata("gpt-2", {{"a", "a"}, {"aa", "aa"}}));
  EXPECT_EQ(Encode(*t, "aaa"), (Ids{256, 'a'}));
  EXPECT_EQ(Encode(*t, "aaaaa"), (Ids{257, 'a'}));
}

TEST(Bpe, TheFirstOfTwoEqualMergesCounts) {
  const auto t =
      Make(BpeMetadata("gpt-2", {{"a", "b"}, {"b", "c"}})
               .Set("tokenizer.ggml.merges", std::vector<std::string>{"a b", "b c", "a b"}));
  EXPECT_EQ(Encode(*t, "abc"), (Ids{256, 'c'}));
}

TEST(Bpe, WordsDoNotMergeAcrossTheirBorders) {
  const auto t = Make(BpeMetadata("gpt-2", {{"a", " "}, {" ", "b"}}));
  EXPECT_EQ(Encode(*t, "a b"), (Ids{'a', 257}));
}

TEST(Bpe, EveryByteHasAToken) {
  const auto t = Make(BpeMetadata("qwen2", {}));
  std::string ascii;
  Ids expected;
  for (int byte = 0; byte < 128; ++byte) {
    ascii += static_cast<char>(byte);
    expected.push_back(byte);
  }
  EXPECT_EQ(Encode(*t, ascii), expected);
  EXPECT_EQ(Decode(*t, expected), ascii);
  EXPECT_EQ(Encode(*t, "é\u00AD"), (Ids{0xC3, 0xA9, 0xC2, 0xAD}));
}

TEST(Bpe, InvalidUtf8BecomesTheReplacementCharacter) {
  const auto t = Make(BpeMetadata("gpt-2", {}));
  const Ids replacement = {0xEF, 0xBF, 0xBD};
  EXPECT_EQ(Encode(*t, "\xFF"), replacement);
  EXPECT_EQ(Encode(*t, "\xE2\x96"), (Ids{0xEF, 0xBF, 0xBD, 0xEF, 0xBF, 0xBD}));
  EXPECT_EQ(Encode(*t, "\uFFFD"), replacement);
  EXPECT_EQ(Encode(*t, "a\xC3"), (Ids{'a', 0xEF, 0xBF, 0xBD}));
  EXPECT_EQ(Encode(*t, std::string_view("\0", 1)), (Ids{0}));
}

TEST(Bpe, WholeWordsAreTakenWhereThePreTokenizerSaysSo) {
  // "abc" is a token that no merge makes.
  const std::vector<emel::testing::TestToken> extra = {{"abc"}};
  EXPECT_EQ(Encode(*Make(BpeMetadata("llama-bpe", {{"a", "b"}}, extra)), "abc"), (Ids{257}));
  EXPECT_EQ(Encode(*Make(BpeMetadata("gpt-2", {{"a", "b"}}, extra)), "abc"), (Ids{256, 'c'}));
}

TEST(Bpe, AMergeIntoNoTokenFallsBackToItsBytes) {
  // "ab" exists as a merge only: the token list ends at the bytes.
  auto metadata = BpeMetadata("gpt-2", {})
                      .Set("tokenizer.ggml.merges", std::vector<std::string>{"a b", "ab c"});
  EXPECT_EQ(Encode(*Make(metadata), "xab"), (Ids{'x', 'a', 'b'}));
  EXPECT_EQ(Encode(*Make(metadata), "abc"), (Ids{'a', 'b', 'c'}));
}

TEST(Bpe, AByteWithoutATokenIsUnknown) {
  const std::vector<std::string> tokens = {"<unk>", "a"};
  auto metadata = emel::testing::Metadata()
                      .Set("tokenizer.ggml.model", "gpt2")
                      .Set("tokenizer.ggml.pre", "gpt-2")
                      .Set("tokenizer.ggml.tokens", tokens)
                      .Set("tokenizer.ggml.merges", std::vector<std::string>{});
  EXPECT_EQ(Encode(*Make(metadata), "aba"), (Ids{1, 1}));  // no unknown token: nothing
  EXPECT_EQ(Encode(*Make(metadata.Set("tokenizer.ggml.unknown_token_id", 0)), "aba"),
            (Ids{1, 0, 1}));
}

TEST(Bpe, DecodingCleansSpacesWhereThePreTokenizerSaysSo) {
  const auto encode_decode = [](const char* pre, std::string_view text) {
    const auto t = Make(BpeMetadata(pre, {}));
    return Decode(*t, Encode(*t, text));
  };
  const std::string_view text = "a , b . c ! d ? e 's f 'm g 're h 've i 't j ' k";
  EXPECT_EQ(encode_decode("gpt-2", text), "a, b. c! d? e's f'm g're h've i 't j'k");
  EXPECT_EQ(encode_decode("qwen2", text), text);
}

TEST(Bpe, TokensOutsideTheAlphabetDecodeAsTheyAre) {
  const auto t = Make(BpeMetadata("qwen2", {}, {{"中"}}));
  EXPECT_EQ(Decode(*t, {'a', 256}), "a中");
}

}  // namespace
}  // namespace emel::text
