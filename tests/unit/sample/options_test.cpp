#include "runtime/sample/options.h"

#include "runtime/sample/breakers.h"
#include "tests/support/matchers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <set>
#include <string>
#include <vector>

namespace emel::sample {
namespace {

using ::emel::testing::Fails;
using ::emel::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

template <typename Message>
auto Refuses(Message message) {
  return Fails(absl::StatusCode::kInvalidArgument, message);
}

TEST(SampleOptions, ParsesChains) {
  auto chain = ParseSamplers("penalties;nucleus;typical-p;temp;adaptive_p");
  ASSERT_THAT(chain, IsOk());
  EXPECT_THAT(*chain, ElementsAre(Kind::kPenalties, Kind::kTopP, Kind::kTypical, Kind::kTemperature,
                                  Kind::kAdaptiveP));
  auto letters = ParseSequence("edskypmxt");
  ASSERT_THAT(letters, IsOk());
  EXPECT_EQ(*letters, Options().chain) << "llama-cli's default";
  EXPECT_THAT(*ParseSamplers(""), ElementsAre());
  EXPECT_THAT(ParseSamplers("top_k;top_q"),
              Refuses("--samplers: expected names among penalties, dry, top_n_sigma, top_k, "
                      "typ_p, top_p, min_p, xtc, temperature, adaptive_p, found 'top_q'"));
  EXPECT_THAT(ParseSamplers("top_k;;top_p"), Refuses(HasSubstr("found ''")));
  EXPECT_THAT(ParseSequence("ki"), Refuses(HasSubstr("d (dry), s (top_n_sigma)")));
  EXPECT_THAT(ParseSequence("ki"), Refuses(HasSubstr("found 'i'")));
}

TEST(SampleOptions, SetsNumbersWithinTheirRanges) {
  Options options;
  EXPECT_THAT(SetOption("--top-p", "0.5", options), IsOk());
  EXPECT_EQ(options.top_p, 0.5);
  EXPECT_THAT(SetOption("--seed", "-1", options), IsOk());
  EXPECT_EQ(options.seed, kRandomSeed);
  EXPECT_THAT(SetOption("--top-p", "1.5", options),
              Refuses("--top-p: expected a number from 0 to 1, found '1.5'"));
  EXPECT_THAT(SetOption("--top-k", "2.5", options),
              Refuses("--top-k: expected a whole number from 0 to 4294967295, found '2.5'"));
  EXPECT_THAT(SetOption("--adaptive-decay", "1", options),
              Refuses("--adaptive-decay: expected a number from 0 to 0.99, found '1'"));
  EXPECT_THAT(SetOption("--temp", "", options), Refuses(HasSubstr("found nothing")));
  EXPECT_THAT(SetOption("--temp", "hot", options), Refuses(HasSubstr("found 'hot'")));
  EXPECT_THAT(SetOption("--temp", "nan", options), Refuses(HasSubstr("found 'nan'")));
  EXPECT_THAT(SetOption("--tmp", "1", options), Refuses(HasSubstr("found '--tmp'")));
  EXPECT_EQ(options.temperature, 0.8) << "a refused value changes nothing";
}

TEST(SampleOptions, AreCheckedWhereverTheyCameFrom) {
  Options options;
  EXPECT_THAT(Check(options), IsOk());
  options.min_p = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(Check(options), Refuses("--min-p: expected a number from 0 to 1, found nan"));
  options = {};
  options.mirostat = 3;
  EXPECT_THAT(Check(options), Refuses("--mirostat: expected a whole number from 0 to 2, found 3"));
}

TEST(SampleOptions, ParsesBiases) {
  EXPECT_EQ(*ParseBias("15043+1.5"), std::pair(15043, 1.5f));
  EXPECT_EQ(*ParseBias("3-2"), std::pair(3, -2.0f));
  EXPECT_EQ(ParseBias("3-inf")->second, -std::numeric_limits<float>::infinity());
  for (const char* text : {"", "3", "+1", "3+", "x+1", "3+-1", "3+nan"}) {
    EXPECT_THAT(ParseBias(text), Refuses(HasSubstr("as 15043+1"))) << text;
  }
}

TEST(SampleOptions, TakesWhatAModelRecommends) {
  Options options;
  const auto take = [&](std::string_view key, const MetadataValue& value) {
    return TakeMetadata(key, value, options);
  };
  EXPECT_TRUE(*take("general.sampling.temp", 0.6));
  EXPECT_TRUE(*take("general.sampling.top_k", int64_t{20}));
  EXPECT_TRUE(*take("general.sampling.penalty_repeat", int64_t{2}));
  EXPECT_TRUE(*take("general.sampling.mirostat_tau", 4.0));
  EXPECT_TRUE(*take("general.sampling.sequence", std::string("top_k;temp")));
  EXPECT_EQ(options.temperature, 0.6);
  EXPECT_EQ(options.top_k, 20);
  EXPECT_EQ(options.repeat_penalty, 2);
  EXPECT_EQ(options.mirostat_entropy, 4);
  EXPECT_THAT(options.chain, ElementsAre(Kind::kTopK, Kind::kTemperature));
  EXPECT_FALSE(*take("general.sampling.", 1.0));
  EXPECT_FALSE(*take("general.sampling.typical", 1.0)) << "no key of llama.cpp's";
  EXPECT_FALSE(*take("general.name", std::string("x")));
  EXPECT_THAT(
      take("general.sampling.top_p", 7.0),
      Refuses("general.sampling.top_p, as --top-p: expected a number from 0 to 1, found 7"));
  EXPECT_THAT(take("general.sampling.top_p", std::string("x")),
              Refuses("general.sampling.top_p: expected a number, found the string 'x'"));
  EXPECT_THAT(take("general.sampling.sequence", 1.0),
              Refuses("general.sampling.sequence: expected a string, found a number"));
  EXPECT_THAT(take("general.sampling.sequence", std::string("warmth")),
              Refuses(HasSubstr("general.sampling.sequence, as --samplers: expected names")));
}

TEST(SampleOptions, HaveTablesWithoutDoubles) {
  std::set<std::string_view> names, options, keys;
  std::set<char> letters;
  for (const SamplerRow& row : Samplers()) {
    EXPECT_TRUE(names.insert(row.name).second && letters.insert(row.letter).second) << row.name;
    for (std::string_view other : row.other_names) EXPECT_TRUE(names.insert(other).second);
  }
  for (const ParameterRow& row : Parameters()) {
    EXPECT_TRUE(options.insert(row.option).second) << row.option;
    if (!row.key.empty()) {
      EXPECT_TRUE(keys.insert(row.key).second) << row.key;
    }
  }
  EXPECT_EQ(keys.size(), 11u);  // and `sequence`
}

// "…," and "," and "\n" hold a breaker or a part of it.
TEST(Breakers, AreFoundWhereverTokensHoldThem) {
  const std::vector<std::string> texts = {"a", "b,", ",\n", "\nab", "x\n"};
  const Vocabulary vocabulary = {
      texts.size(), [&](int32_t id) { return texts[id]; },
      [](std::string_view text) { return std::vector<int32_t>(text.size(), 0); }};
  const Breakers breakers = Breakers::Of(vocabulary, {",", "\naa"});
  EXPECT_FALSE(breakers.IsOneToken(0));
  EXPECT_TRUE(breakers.IsOneToken(1));
  EXPECT_TRUE(breakers.IsOneToken(2));
  EXPECT_FALSE(breakers.IsOneToken(4)) << "\"\\n\" begins one, with \"aa\" after it";
  const std::vector<int32_t> history = {0, 0, 4, 1};  // the latest first
  const auto at = [&](size_t i) { return history[i]; };
  EXPECT_EQ(breakers.LongestAt(2, at), 3u);
  EXPECT_EQ(breakers.LongestAt(3, at), 1u);
  EXPECT_EQ(breakers.LongestAt(1, at), 0u);
  EXPECT_EQ(Breakers().LongestAt(0, at), 0u);
}

}  // namespace
}  // namespace emel::sample
