#include "runtime/text/vocabulary.h"

#include "tests/support/vocabularies.h"

#include <gmock/gmock.h>

#include <cmath>

namespace emel::text {
namespace {

using ::emel::testing::BpeMetadata;
using ::emel::testing::kFirstToken;
using ::emel::testing::Metadata;
using ::emel::testing::SpmMetadata;
using ::testing::HasSubstr;

void ExpectError(const Metadata& metadata, const std::string& message) {
  const auto vocabulary = metadata.Load();
  ASSERT_FALSE(vocabulary.ok()) << "loaded; expected: " << message;
  EXPECT_EQ(std::string(vocabulary.status().message()), message);
}

TEST(Vocabulary, SpmDefaults) {
  auto v = SpmMetadata({{"a"}, {"b"}}).Load();
  ASSERT_TRUE(v.ok()) << v.status();
  EXPECT_EQ(v->kind, VocabularyKind::kSpm);
  EXPECT_EQ(v->tokens.size(), 261u);
  EXPECT_EQ(v->Find("b"), 260);
  EXPECT_EQ(v->Find("c"), kNoToken);
  EXPECT_TRUE(v->add_bos);
  EXPECT_FALSE(v->add_eos);
  EXPECT_TRUE(v->add_space_prefix);
  EXPECT_EQ(v->bos, 1);
  EXPECT_EQ(v->eos, 2);
}

TEST(Vocabulary, EndsAreThoseOfTextsAndTurns) {
  auto v =
      SpmMetadata({{"a"}, {"<|eot_id|>"}, {"b"}}).Set("tokenizer.ggml.eom_token_id", 261).Load();
  ASSERT_TRUE(v.ok()) << v.status();
  EXPECT_EQ(v->ends, (std::vector<int32_t>{2, 260, 261}));
}

TEST(Vocabulary, FlagsOverrideTheDefaults) {
  auto v = SpmMetadata({})
               .Set("tokenizer.ggml.add_bos_token", false)
               .Set("tokenizer.ggml.add_eos_token", true)
               .Set("tokenizer.ggml.add_space_prefix", false)
               .Load();
  ASSERT_TRUE(v.ok()) << v.status();
  EXPECT_FALSE(v->add_bos);
  EXPECT_TRUE(v->add_eos);
  EXPECT_FALSE(v->add_space_prefix);
}

TEST(Vocabulary, BpeDefaultsComeFromThePreTokenizer) {
  auto gpt2 = BpeMetadata("gpt-2", {}).Set("tokenizer.ggml.bos_token_id", 7).Load();
  ASSERT_TRUE(gpt2.ok()) << gpt2.status();
  EXPECT_FALSE(gpt2->add_bos);
  EXPECT_FALSE(gpt2->add_space_prefix);
  EXPECT_TRUE(gpt2->clean_spaces);
  auto llama3 = BpeMetadata("llama-bpe", {}).Set("tokenizer.ggml.bos_token_id", 7).Load();
  ASSERT_TRUE(llama3.ok()) << llama3.status();
  EXPECT_TRUE(llama3->add_bos);
  auto unnamed = BpeMetadata("", {}).Remove("tokenizer.ggml.pre").Load();
  ASSERT_TRUE(unnamed.ok()) << unnamed.status();
}

TEST(Vocabulary, NoneMeansNoTokens) {
  for (const char* name : {"none", "no_vocab"}) {
    auto v = Metadata().Set("tokenizer.ggml.model", name).Load();
    ASSERT_TRUE(v.ok()) << v.status();
    EXPECT_EQ(v->kind, VocabularyKind::kNone);
    EXPECT_TRUE(v->tokens.empty());
  }
}

TEST(Vocabulary, MissingModelIsNotFound) {
  ExpectError(Metadata(),
              "key 'tokenizer.ggml.model': expected one of none, no_vocab, llama, gpt2, bert, "
              "found nothing (test.gguf)");
  EXPECT_EQ(Metadata().Load().status().code(), absl::StatusCode::kNotFound);
}

TEST(Vocabulary, UnknownAndUnsupportedModels) {
  const std::string expected =
      "key 'tokenizer.ggml.model': expected one of none, no_vocab, llama, gpt2, bert, found ";
  ExpectError(Metadata().Set("tokenizer.ggml.model", "bogus"),
              expected + "'bogus' (test.gguf, offset 100)");
  ExpectError(Metadata().Set("tokenizer.ggml.model", "t5"),
              expected + "'t5', which is not supported yet (test.gguf, offset 100)");
  ExpectError(Metadata().Set("tokenizer.ggml.model", 3),
              expected + "uint32 (test.gguf, offset 100)");
}

TEST(Vocabulary, Tokens) {
  const Metadata good = SpmMetadata({});
  ExpectError(Metadata(good).Remove("tokenizer.ggml.tokens"),
              "key 'tokenizer.ggml.tokens': expected an array of strings, found nothing "
              "(test.gguf)");
  ExpectError(Metadata(good).Set("tokenizer.ggml.tokens", std::vector<int64_t>{1, 2, 3}),
              "key 'tokenizer.ggml.tokens': expected an array of strings, found an array of 3 "
              "int32 (test.gguf, offset 100)");
  ExpectError(Metadata(good).Set("tokenizer.ggml.tokens", "abc"),
              "key 'tokenizer.ggml.tokens': expected an array of strings, found string "
              "(test.gguf, offset 100)");
  ExpectError(Metadata(good).Set("tokenizer.ggml.tokens", std::vector<std::string>{}),
              "key 'tokenizer.ggml.tokens': expected 1 to 2147483647 tokens, found 0 "
              "(test.gguf, offset 100)");
}

TEST(Vocabulary, ScoresAndTypesHaveOneElementPerToken) {
  const Metadata good = SpmMetadata({});
  ExpectError(Metadata(good).Set("tokenizer.ggml.scores", std::vector<double>(10)),
              "key 'tokenizer.ggml.scores': expected 259 elements, one per token, found 10 "
              "(test.gguf, offset 100)");
  ExpectError(Metadata(good).Set("tokenizer.ggml.token_type", std::vector<int64_t>(300)),
              "key 'tokenizer.ggml.token_type': expected 259 elements, one per token, found 300 "
              "(test.gguf, offset 100)");
  ExpectError(Metadata(good).Set("tokenizer.ggml.scores", std::vector<int64_t>(259)),
              "key 'tokenizer.ggml.scores': expected an array of float32, found an array of 259 "
              "int32 (test.gguf, offset 100)");
  ExpectError(Metadata(good).Set("tokenizer.ggml.token_type", std::vector<double>(259)),
              "key 'tokenizer.ggml.token_type': expected an array of int32, found an array of 259 "
              "float32 (test.gguf, offset 100)");
  ExpectError(Metadata(good).Set("tokenizer.ggml.scores", std::vector<double>(259, NAN)),
              "key 'tokenizer.ggml.scores': expected numbers, found NaN as element 0 "
              "(test.gguf, offset 100)");
}

TEST(Vocabulary, UnknownTokenTypesAreUndefined) {
  auto v = SpmMetadata({{"a"}}).Set("tokenizer.ggml.token_type", std::vector<int64_t>(260, -5));
  auto loaded = v.Load();
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->tokens[259].type, TokenType::kUndefined);
}

TEST(Vocabulary, Merges) {
  const Metadata good = BpeMetadata("gpt-2", {{"a", "b"}});
  const std::string key = "tokenizer.ggml.merges";
  ExpectError(Metadata(good).Remove(key),
              "key 'tokenizer.ggml.merges': expected an array of strings, found nothing "
              "(test.gguf)");
  for (const std::string bad : {"ab", "", "a ", " ab"}) {
    ExpectError(Metadata(good).Set(key, std::vector<std::string>{"a b", bad}),
                "key 'tokenizer.ggml.merges': expected two strings separated by a space, found '" +
                    bad + "' as element 1 (test.gguf, offset 100)");
  }
}

TEST(Vocabulary, UnknownPreTokenizerListsTheKnownOnes) {
  const auto status = BpeMetadata("bogus", {}).Load().status();
  EXPECT_THAT(std::string(status.message()),
              ::testing::AllOf(HasSubstr("key 'tokenizer.ggml.pre': expected one of "),
                               HasSubstr("llama-bpe"), HasSubstr(", found 'bogus'")));
}

TEST(Vocabulary, IdsMustNameTokens) {
  for (const char* name : {"bos", "eos", "unknown", "seperator"}) {
    const std::string key = std::string("tokenizer.ggml.") + name + "_token_id";
    ExpectError(
        SpmMetadata({}).Set(key, 5000),
        "key '" + key + "': expected a token id from 0 to 258, found 5000 (test.gguf, offset 100)");
    ExpectError(SpmMetadata({}).Set(key, "x"),
                "key '" + key + "': expected a token id, found string (test.gguf, offset 100)");
  }
}

TEST(Vocabulary, DefaultIdsBeyondTheTokensAreDropped) {
  auto v = Metadata()
               .Set("tokenizer.ggml.model", "llama")
               .Set("tokenizer.ggml.tokens", std::vector<std::string>{"a"})
               .Load();
  ASSERT_TRUE(v.ok()) << v.status();
  EXPECT_EQ(v->bos, kNoToken);
  EXPECT_FALSE(v->add_bos);
}

TEST(Vocabulary, FlagsMustBeBools) {
  ExpectError(SpmMetadata({}).Set("tokenizer.ggml.add_bos_token", 1),
              "key 'tokenizer.ggml.add_bos_token': expected a bool, found uint32 "
              "(test.gguf, offset 100)");
}

TEST(Vocabulary, ATokenToAddMustBeNamed) {
  ExpectError(BpeMetadata("gpt-2", {}).Set("tokenizer.ggml.add_bos_token", true),
              "key 'tokenizer.ggml.add_bos_token': expected false, for no such token is named, "
              "found true (test.gguf, offset 100)");
}

TEST(Vocabulary, DuplicatesInvalidUtf8AndEmptyTextsAreAccepted) {
  auto v = SpmMetadata({{"dup"}, {"dup"}, {"\xFF\xFE"}, {""}}).Load();
  ASSERT_TRUE(v.ok()) << v.status();
  EXPECT_EQ(v->Find("dup"), kFirstToken);  // the first one wins
  EXPECT_EQ(v->Find("\xFF\xFE"), kFirstToken + 2);
  EXPECT_EQ(v->Find(""), kNoToken);
}

TEST(Vocabulary, TextsThatEndATurnAreControlTokens) {
  auto v = SpmMetadata({{"<|im_end|>", 0, TokenType::kUserDefined}}).Load();
  ASSERT_TRUE(v.ok()) << v.status();
  EXPECT_EQ(v->tokens[kFirstToken].type, TokenType::kControl);
}

}  // namespace
}  // namespace emel::text
