#include "runtime/text/special_tokens.h"

#include "tests/unit/text/tokenizer_test_util.h"

namespace emel::text {
namespace {

using ::emel::testing::BpeMetadata;
using ::emel::testing::Metadata;
using ::emel::testing::SpmMetadata;
using ::emel::testing::TestToken;

constexpr TokenType kControl = TokenType::kControl;
constexpr TokenType kUser = TokenType::kUserDefined;

// 256 and on: the given tokens.
std::unique_ptr<Tokenizer> With(const std::vector<TestToken>& specials) {
  return Make(BpeMetadata("gpt-2", {}, specials));
}

TEST(SpecialTokens, ControlTokensOnlyInTrustedText) {
  const auto t = With({{"<x>", 0, kControl}});
  EXPECT_EQ(Encode(*t, "a<x>b", false, true), (Ids{'a', 256, 'b'}));
  EXPECT_EQ(Encode(*t, "a<x>b", false, false), (Ids{'a', '<', 'x', '>', 'b'}));
}

TEST(SpecialTokens, UserDefinedTokensAlways) {
  const auto t = With({{"<x>", 0, kUser}});
  EXPECT_EQ(Encode(*t, "<x><x>", false, true), (Ids{256, 256}));
  EXPECT_EQ(Encode(*t, "<x><x>", false, false), (Ids{256, 256}));
}

TEST(SpecialTokens, ALongerTokenWinsWhereverItStarts) {
  // "bcd" is longer than "ab", so it wins although it starts later.
  const auto t = With({{"ab", 0, kUser}, {"bcd", 0, kUser}});
  EXPECT_EQ(Encode(*t, "abcd"), (Ids{'a', 257}));
  EXPECT_EQ(Encode(*t, "abc"), (Ids{256, 'c'}));
}

TEST(SpecialTokens, RunsAreCutFromTheLeft) {
  const auto t = With({{"  ", 0, kUser}, {"    ", 0, kUser}});
  EXPECT_EQ(Encode(*t, "       x"), (Ids{257, 256, ' ', 'x'}));
}

TEST(SpecialTokens, ATokenThatIsCutOffIsText) {
  const auto t = With({{"<x>", 0, kUser}});
  EXPECT_EQ(Encode(*t, "<x"), (Ids{'<', 'x'}));
  EXPECT_EQ(Encode(*t, "<<x>"), (Ids{'<', 256}));
}

TEST(SpecialTokens, UnknownIsRecognisedInTrustedText) {
  const auto t = Make(SpmMetadata({{"▁"}, {"a"}}));
  EXPECT_EQ(Encode(*t, "<unk>", false, true), (Ids{0}));
}

TEST(SpecialTokens, SwallowWhiteSpaceInPhi3) {
  const std::vector<TestToken> tokens = {{"▁"}, {"a"}, {"<|x|>", 0, kControl}};
  const auto plain = Make(SpmMetadata(tokens));
  const auto phi3 = Make(SpmMetadata(tokens).Set("general.name", "My Phi-3 mini"));
  EXPECT_EQ(Encode(*plain, "<|x|>\n a", false, true), (Ids{261, 259, 13, 259, 260}));
  EXPECT_EQ(Encode(*phi3, "<|x|>\n a", false, true), (Ids{261, 259, 260}));
  EXPECT_EQ(Encode(*phi3, "<|x|> \t", false, true), (Ids{261}));
  EXPECT_EQ(Encode(*phi3, "<s> a", false, true), (Ids{1, 259, 259, 260}));  // not this one
}

TEST(SpecialTokens, ManyTokensAndAHostileTextStayFast) {
  std::vector<TestToken> tokens;
  for (int i = 0; i < 6000; ++i) tokens.push_back({"<unused" + std::to_string(i) + ">", 0, kUser});
  const auto t = With(tokens);
  std::string text;
  for (int i = 0; i < 200000; ++i) text += "<unused";
  text += "<unused42>";
  EXPECT_EQ(Encode(*t, text).back(), 256 + 42);
}

}  // namespace
}  // namespace emel::text
