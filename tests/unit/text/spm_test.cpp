#include "runtime/text/spm.h"

#include "tests/unit/text/tokenizer_test_util.h"

namespace emel::text {
namespace {

using ::emel::testing::kFirstByte;
using ::emel::testing::Metadata;
using ::emel::testing::SpmMetadata;

constexpr int32_t T = emel::testing::kFirstToken;
constexpr int32_t B = kFirstByte;

TEST(Spm, TheBestScoreJoinsFirst) {
  // a b c: "bc" outscores "ab", and "abc" does not exist.
  const auto t = Make(SpmMetadata({{"▁"}, {"a"}, {"b"}, {"c"}, {"ab", -2}, {"bc", -1}}));
  EXPECT_EQ(Encode(*t, "abc"), (Ids{T, T + 1, T + 5}));
}

TEST(Spm, TheLeftmostJoinsFirstAmongEqualScores) {
  const auto t = Make(SpmMetadata({{"▁"}, {"a"}, {"aa", -1}}));
  EXPECT_EQ(Encode(*t, "aaa"), (Ids{T, T + 2, T + 1}));
}

TEST(Spm, JoinsBuildOnJoins) {
  const auto t = Make(SpmMetadata(
      {{"▁"}, {"a"}, {"b"}, {"c"}, {"d"}, {"ab", -3}, {"cd", -2}, {"abcd", -1}, {"▁abcd", -4}}));
  EXPECT_EQ(Encode(*t, "abcd"), (Ids{T + 8}));
}

TEST(Spm, NoTokenForAJoinedPairMeansNoJoin) {
  // "abc" is a token, but neither "ab" nor "bc" is, so it is never reached.
  const auto t = Make(SpmMetadata({{"▁"}, {"a"}, {"b"}, {"c"}, {"abc", -1}}));
  EXPECT_EQ(Encode(*t, "abc"), (Ids{T, T + 1, T + 2, T + 3}));
}

TEST(Spm, SpacesBecomeMarksAndOneIsPutInFront) {
  const auto t = Make(SpmMetadata({{"▁"}, {"a"}, {"▁a", -1}}));
  EXPECT_EQ(Encode(*t, "a"), (Ids{T + 2}));
  EXPECT_EQ(Encode(*t, " a"), (Ids{T, T + 2}));
  EXPECT_EQ(Encode(*t, "a a"), (Ids{T + 2, T + 2}));
  EXPECT_EQ(Encode(*t, ""), (Ids{}));
  const auto bare =
      Make(SpmMetadata({{"▁"}, {"a"}, {"▁a", -1}}).Set("tokenizer.ggml.add_space_prefix", false));
  EXPECT_EQ(Encode(*bare, "a a"), (Ids{T + 1, T + 2}));
}

TEST(Spm, MergesMayCrossWordsWhereTheVocabularyDoes) {
  // "a▁" ends in a space, so that words cannot be merged one by one.
  const auto t = Make(SpmMetadata({{"▁"}, {"a"}, {"▁a", -2}, {"a▁", -1}}));
  EXPECT_EQ(Encode(*t, "a a"), (Ids{T, T + 3, T + 1}));
}

TEST(Spm, CharactersWithoutATokenBecomeBytes) {
  const auto t = Make(SpmMetadata({{"▁"}, {"a"}}));
  EXPECT_EQ(Encode(*t, "aé"), (Ids{T, T + 1, B + 0xC3, B + 0xA9}));
}

TEST(Spm, InvalidUtf8BecomesItsBytes) {
  const auto t = Make(SpmMetadata({{"▁"}, {"a"}}));
  EXPECT_EQ(Encode(*t, "\xFF"), (Ids{T, B + 0xFF}));
  EXPECT_EQ(Encode(*t, "\x80\x80"), (Ids{T, B + 0x80, B + 0x80}));
  EXPECT_EQ(Encode(*t, "a\xE2"), (Ids{T, T + 1, B + 0xE2}));  // cut short
  EXPECT_EQ(Encode(*t, "\xE2 "), (Ids{T, B + 0xE2, B + 0xE2, B + 0x96, B + 0x81}));
}

TEST(Spm, WithoutByteTokensACharacterIsUnknown) {
  Metadata metadata;
  metadata.Set("tokenizer.ggml.model", "llama")
      .Set("tokenizer.ggml.tokens", std::vector<std::string>{"<unk>", "<s>", "</s>", "▁", "a"});
  const auto t = Make(metadata);
  EXPECT_EQ(Encode(*t, "aéa"), (Ids{3, 4, 0, 4}));
}

TEST(Spm, BeginAndEndTokens) {
  const auto t = Make(SpmMetadata({{"▁"}, {"a"}}).Set("tokenizer.ggml.add_eos_token", true));
  EXPECT_EQ(Encode(*t, "a", true), (Ids{1, T, T + 1, 2}));
  EXPECT_EQ(Encode(*t, "", true), (Ids{1, 2}));
  EXPECT_EQ(Encode(*t, "a", false), (Ids{T, T + 1}));
}

TEST(Spm, ASpaceIsPutAfterEverySpecialToken) {
  const auto t = Make(SpmMetadata({{"▁"}, {"a"}}));
  EXPECT_EQ(Encode(*t, "a<s>a</s>", false, true), (Ids{T, T + 1, 1, T, T + 1, 2}));
}

TEST(Spm, DecodingUndoesTheSpaces) {
  const auto t = Make(SpmMetadata({{"▁"}, {"a"}, {"▁a", -1}}));
  EXPECT_EQ(Decode(*t, {T + 2, T + 2}), "a a");
  EXPECT_EQ(Decode(*t, {T, T + 2}), " a");
  EXPECT_EQ(Decode(*t, {T + 1, B + 0xC3, B + 0xA9}), "aé");
  EXPECT_EQ(Decode(*t, {B + 0xC3}), "\xC3");  // half a character
  EXPECT_EQ(Decode(*t, {}), "");
}

TEST(Spm, DecodingControlTokens) {
  const auto t = Make(SpmMetadata({{"▁a"}, {"gone", 0, TokenType::kUnused}}));
  EXPECT_EQ(Decode(*t, {1, T, 2, 0}), "<s> a</s><unk>");
  EXPECT_EQ(Decode(*t, {1, T, 2, 0}, false), "a");
  EXPECT_EQ(Decode(*t, {T, T + 1}), "a");
}

TEST(Spm, DecodingRefusesIdsThatAreNoTokens) {
  const auto t = Make(SpmMetadata({}));
  for (int32_t id : {-1, 259, INT32_MAX}) {
    const auto text = t->Decode({id});
    EXPECT_EQ(std::string(text.status().message()),
              "token id: expected 0 to 258, found " + std::to_string(id));
  }
}

}  // namespace
}  // namespace emel::text
