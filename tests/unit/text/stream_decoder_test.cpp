// Text that comes token by token is that of all tokens at once, in whole characters.

#include "runtime/text/stream_decoder.h"

#include "runtime/text/utf8.h"
#include "tests/unit/text/tokenizer_test_util.h"

#include <random>

namespace emel::text {
namespace {

using ::emel::testing::BpeMetadata;
using ::emel::testing::kFirstByte;
using ::emel::testing::kFirstToken;
using ::emel::testing::SpmMetadata;

// Random runs of `ids`, in random portions.
void ExpectTheTextOfAll(const Tokenizer& tokenizer, const Ids& ids) {
  std::mt19937 random(5);
  for (int run = 0; run < 3000; ++run) {
    Ids all(random() % 24);
    for (int32_t& id : all) id = ids[random() % ids.size()];
    const DecodeOptions options{.special = random() % 2 == 0};
    const auto expected = tokenizer.Decode(all, options);
    ASSERT_TRUE(expected.ok());
    std::string text, storage;
    const bool valid = ToValidUtf8(*expected, storage) == *expected;
    StreamDecoder decoder(tokenizer, options);
    for (size_t from = 0, count; from < all.size(); from += count) {
      count = std::min<size_t>(1 + random() % 3, all.size() - from);
      const auto piece = decoder.Append(absl::MakeConstSpan(all).subspan(from, count));
      ASSERT_TRUE(piece.ok()) << piece.status();
      text += *piece;
      if (valid) {
        ASSERT_EQ(UnfinishedBytes(text), 0u);
      }
    }
    text += decoder.Finish();
    ASSERT_EQ(text, *expected) << ::testing::PrintToString(all);
  }
}

TEST(StreamDecoder, GivesTheTextOfSpm) {
  const auto t = Make(SpmMetadata({{"▁"}, {"a"}, {"▁a"}, {"😀"}}));
  const int32_t b = kFirstByte, n = kFirstToken;
  ExpectTheTextOfAll(*t, {0, 1, 2, n, n + 1, n + 2, n + 3, b + 0xc3, b + 0xa9, b + 0xe2, b + 0x96,
                          b + 0x81, b + 0xf0, b + 0x9f, b + 0xff});
}

// The space that goes before punctuation may have come many tokens earlier.
TEST(StreamDecoder, GivesTheTextOfBpeThatCleansSpaces) {
  const auto t = Make(BpeMetadata("gpt-2", {{" ", "'"}, {"r", "e"}, {" ", "s"}}));
  ASSERT_TRUE(t->vocabulary().clean_spaces);
  ExpectTheTextOfAll(*t, {' ', ' ', ' ', '\'', '\'', '.', '?', 's', 'm', 'r', 'v', 'e', 'x', 256,
                          257, 258, 0xc3, 0xa9});
}

TEST(StreamDecoder, KeepsNoTextThatIsSettled) {
  const auto t = Make(BpeMetadata("gpt-2", {}));
  StreamDecoder decoder(*t);
  const auto add = [&](const Ids& ids) { return *decoder.Append(ids); };
  EXPECT_EQ(add({'a'}), "a");
  EXPECT_EQ(add({' '}), "");
  EXPECT_EQ(add({'b'}), " b");
  EXPECT_EQ(add({' ', '.'}), ".");
  EXPECT_EQ(add({0xc3}), "");
  EXPECT_EQ(add({0xa9}), "\xc3\xa9");
  EXPECT_EQ(add({' ', 0xc3}), "");
  EXPECT_EQ(decoder.Finish(), " \xc3");
}

TEST(StreamDecoder, TakesNoLongerForLaterTokens) {
  const auto spm = Make(SpmMetadata({{"▁"}, {"word"}}));
  const auto bpe = Make(BpeMetadata("gpt-2", {}));
  size_t bytes = 0;
  StreamDecoder spm_decoder(*spm), bpe_decoder(*bpe);
  for (int i = 0; i < 500000; ++i) {
    bytes += spm_decoder.Append({kFirstToken + 1})->size();
    bytes += bpe_decoder.Append({' '})->size();  // never settled
  }
  EXPECT_EQ(bytes, 2000000u);
  EXPECT_EQ(bpe_decoder.Finish().size(), 500000u);
}

TEST(StreamDecoder, RefusesWhatIsNoToken) {
  const auto t = Make(SpmMetadata({}));
  for (int32_t id : {-1, kFirstToken, INT32_MAX}) {
    StreamDecoder decoder(*t);
    EXPECT_FALSE(decoder.Append({id}).ok());
  }
}

TEST(UnfinishedBytes, AreThoseOfACharacterThatIsNotWhole) {
  EXPECT_EQ(UnfinishedBytes(""), 0u);
  EXPECT_EQ(UnfinishedBytes("a"), 0u);
  EXPECT_EQ(UnfinishedBytes("a\xc3"), 1u);
  EXPECT_EQ(UnfinishedBytes("a\xc3\xa4"), 0u);
  EXPECT_EQ(UnfinishedBytes("\xe2\x96"), 2u);
  EXPECT_EQ(UnfinishedBytes("\xe2\x96\x81"), 0u);
  EXPECT_EQ(UnfinishedBytes("\xf0\x9f\x98"), 3u);
  EXPECT_EQ(UnfinishedBytes("\xf0\x9f\x98\x80"), 0u);
  EXPECT_EQ(UnfinishedBytes("\x80\x80\x80\x80"), 0u);
}

}  // namespace
}  // namespace emel::text
