#include "runtime/sample/sampler.h"

#include "tests/support/matchers.h"
#include "tests/unit/exec/count_allocations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace emel::sample {
namespace {

using ::emel::testing::Fails;
using ::emel::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

Options Seeded(std::initializer_list<std::pair<const char*, const char*>> settings = {}) {
  Options options;
  options.seed = 7;
  options.dry_breakers.clear();
  for (const auto& [option, value] : settings) {
    EXPECT_THAT(SetOption(option, value, options), IsOk());
  }
  return options;
}

Sampler Make(size_t vocabulary, const Options& options, absl::Span<const Bias> biases = {}) {
  auto sampler = Sampler::Create({vocabulary}, options, biases);
  EXPECT_THAT(sampler, IsOk());
  return *std::move(sampler);
}

int32_t Choose(Sampler& sampler, const std::vector<float>& logits) {
  auto id = sampler.Sample(logits);
  EXPECT_THAT(id, IsOk());
  return id.ok() ? *id : -1;
}

std::vector<int32_t> Survivors(Sampler& sampler) {
  std::vector<Candidate> all(sampler.survivors());
  sampler.Best(absl::MakeSpan(all));
  std::vector<int32_t> ids;
  for (const Candidate& one : all) ids.push_back(one.id);
  return ids;
}

std::vector<float> Normal(size_t count, unsigned seed) {
  std::mt19937 random(seed);  // the same numbers everywhere, as a distribution's would not be
  std::vector<float> row(count);
  for (float& logit : row) {
    double sum = -6;
    for (int i = 0; i < 12; ++i) sum += static_cast<double>(random()) / 4294967296.0;
    logit = static_cast<float>(3 * sum);
  }
  return row;
}

TEST(Sampler, TakesTheLowestOfEquals) {
  Sampler greedy = Make(6, Seeded({{"--temp", "0"}}));
  EXPECT_EQ(Choose(greedy, {1, 3, 2, 3, 3, 0}), 1);
  EXPECT_EQ(greedy.chosen().p, 1);
  EXPECT_EQ(greedy.chosen().log_p, 0);
  Sampler top = Make(100, Seeded({{"--top-k", "3"}, {"--min-p", "0"}, {"--top-p", "1"}}));
  Choose(top, std::vector<float>(100, 2.5f));
  EXPECT_THAT(Survivors(top), ElementsAre(0, 1, 2));
}

// Selection from a row, block by block, keeps what a full sort would.
TEST(Sampler, SelectsWhatSortingWould) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    std::vector<float> row = Normal(5000, seed);
    if (seed % 2 == 1) {
      for (float& logit : row) logit = std::round(logit);  // with many equals
    }
    if (seed == 4) std::sort(row.begin(), row.end());
    std::vector<int32_t> order(row.size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int32_t>(i);
    std::stable_sort(order.begin(), order.end(),
                     [&](int32_t a, int32_t b) { return row[a] > row[b]; });
    for (const char* k : {"1", "40", "600", "1000", "4999", "6000"}) {
      Sampler top = Make(5000, Seeded({{"--top-k", k}, {"--min-p", "0"}, {"--top-p", "1"}}));
      Choose(top, row);
      const size_t count = std::min<size_t>(std::stoi(k), 5000);
      EXPECT_EQ(Survivors(top), std::vector<int32_t>(order.begin(), order.begin() + count)) << k;
    }
  }
}

TEST(Sampler, RefusesRowsWithoutAChoice) {
  Sampler sampler = Make(3, Seeded());
  EXPECT_THAT(sampler.Sample({1, kNan, 2}),
              Fails(kInvalid, "logits: expected numbers, found NaN for token 1"));
  EXPECT_THAT(sampler.Sample({-kInf, -kInf, -kInf}),
              Fails(kInvalid, "logits: expected one above -inf, found none among 3"));
  EXPECT_THAT(sampler.Sample({1, 2}), Fails(kInvalid, "expected a row of 3 logits, found 2"));
  EXPECT_THAT(sampler.Accept(3), Fails(kInvalid, "expected a token from 0 to 2, found 3"));
  EXPECT_THAT(sampler.Accept(-1), Fails(kInvalid, "expected a token from 0 to 2, found -1"));
  EXPECT_EQ(Choose(sampler, {-kInf, 5, -kInf}), 1);
}

TEST(Sampler, TakesInfinityForCertain) {
  Sampler sampler = Make(4, Seeded());
  Choose(sampler, {1, kInf, 9, kInf});
  EXPECT_THAT(Survivors(sampler), ElementsAre(1, 3));
  EXPECT_EQ(sampler.chosen().p, 0.5);
  EXPECT_EQ(sampler.chosen().logit, kInf);
  Sampler forced = Make(4, Seeded(), {{2, kInf}});
  EXPECT_EQ(Choose(forced, {1, 5, -kInf, 3}), 2);
  const float most = std::numeric_limits<float>::max();
  Sampler large = Make(3, Seeded({{"--temp", "0.001"}, {"--repeat-penalty", "1e6"}}));
  ASSERT_THAT(large.Accept(1), IsOk());
  EXPECT_EQ(Choose(large, {-most, -most, most}), 2);
  EXPECT_EQ(Choose(large, {-kInf, -most, -kInf}), 1);
}

TEST(Sampler, AddsBiases) {
  const Options greedy = Seeded({{"--temp", "0"}});
  Sampler banned = Make(3, greedy, {{1, -kInf}});
  EXPECT_EQ(Choose(banned, {1, 9, 2}), 2);
  Sampler summed = Make(3, greedy, {{0, 3.0f}, {2, 1.0f}, {0, -3.0f}, {0, 0.5f}});
  EXPECT_EQ(Choose(summed, {1, 1, 0.25f}), 0);
  EXPECT_EQ(summed.chosen().logit, 1) << "as the model has it";
  EXPECT_THAT(Sampler::Create({3}, greedy, {{3, 1.0f}}),
              Fails(kInvalid, "--logit-bias: expected a token from 0 to 2, found 3"));
  EXPECT_THAT(Sampler::Create({3}, greedy, {{1, kInf}, {1, -kInf}}),
              Fails(kInvalid, HasSubstr("sum for token 1")));
}

TEST(Sampler, RefusesVocabulariesItCannotUse) {
  EXPECT_THAT(Sampler::Create({0}, Seeded()),
              Fails(kInvalid, "expected a vocabulary of 1 to 16777216 tokens, found 0"));
  Options options = Seeded({{"--dry-multiplier", "0.8"}});
  EXPECT_THAT(Sampler::Create({8}, options), IsOk());
  options.dry_breakers = {"\n"};
  EXPECT_THAT(Sampler::Create({8}, options),
              Fails(kInvalid, HasSubstr("expected a vocabulary with the text of its tokens")));
  options.dry_breakers = {""};
  EXPECT_THAT(Sampler::Create({8}, options), Fails(kInvalid, HasSubstr("1 to 40 bytes, found 0")));
}

// Chosen on an x86-64; the same everywhere.
TEST(Sampler, ChoosesTheSameOnEveryMachine) {
  const std::vector<float> row = Normal(3000, 1);
  Sampler sampler = Make(3000, Seeded({{"--temp", "1.5"},
                                       {"--top-k", "0"},
                                       {"--xtc-probability", "0.5"},
                                       {"--repeat-penalty", "1.2"},
                                       {"--typical", "0.97"}}));
  std::vector<int32_t> ids;
  for (int i = 0; i < 8; ++i) {
    ids.push_back(Choose(sampler, row));
    ASSERT_THAT(sampler.Accept(ids.back()), IsOk());
  }
  EXPECT_THAT(ids, ElementsAre(2840, 1379, 122, 1453, 1136, 1431, 2738, 1136));
}

TEST(Sampler, RepeatsItselfAfterReset) {
  for (const char* mirostat : {"0", "1", "2"}) {
    Options options = Seeded({{"--mirostat", mirostat},
                              {"--repeat-penalty", "1.3"},
                              {"--dry-multiplier", "1"},
                              {"--adaptive-target", "0.3"}});
    options.chain.push_back(Kind::kAdaptiveP);
    Sampler sampler = Make(500, options);
    const auto run = [](Sampler& each) {
      std::vector<int32_t> ids;
      for (unsigned i = 0; i < 30; ++i) {
        ids.push_back(Choose(each, Normal(500, i)));
        EXPECT_THAT(each.Accept(ids.back()), IsOk());
      }
      return ids;
    };
    const std::vector<int32_t> first = run(sampler);
    Sampler clone = sampler.Clone();
    EXPECT_EQ(run(clone), run(sampler)) << "a clone goes on alike";
    sampler.Reset();
    EXPECT_EQ(run(sampler), first);
  }
}

TEST(Sampler, TakesAnotherSeedEachTime) {
  Options options = Seeded();
  options.seed = kRandomSeed;
  Sampler a = Make(4, options), b = Make(4, options), c = Make(4, options);
  EXPECT_FALSE(a.seed() == b.seed() && b.seed() == c.seed());
  EXPECT_EQ(Make(4, Seeded()).seed(), 7u);
}

TEST(Sampler, ListsCandidatesByProbability) {
  Sampler sampler = Make(5, Seeded({{"--temp", "1"}, {"--top-p", "1"}, {"--min-p", "0"}}));
  Choose(sampler, {1, 2, 2, -kInf, 0});
  EXPECT_THAT(Survivors(sampler), ElementsAre(1, 2, 0, 4));
  std::vector<Candidate> two(2);
  EXPECT_EQ(sampler.Best(absl::MakeSpan(two)), 2u);
  EXPECT_EQ(two[0].p, two[1].p);
  EXPECT_EQ(two[0].logit, 2);
  const double total = 2 + std::exp(-1.0) + std::exp(-2.0);
  EXPECT_NEAR(two[0].p, 1 / total, 1e-15);
  EXPECT_NEAR(two[0].log_p, -std::log(total), 1e-15);
}

TEST(Sampler, AllocatesNothingOnceMade) {
  Options everything = Seeded({{"--repeat-penalty", "1.1"},
                               {"--dry-multiplier", "0.8"},
                               {"--top-n-sigma", "3"},
                               {"--typical", "0.9"},
                               {"--xtc-probability", "1"},
                               {"--dynatemp-range", "0.3"},
                               {"--adaptive-target", "0.4"}});
  everything.chain.push_back(Kind::kAdaptiveP);
  Options whole = Seeded({{"--top-k", "0"}, {"--top-p", "0.99"}, {"--typical", "0.99"}});
  for (const Options& options : {Seeded(), everything, whole, Seeded({{"--mirostat", "1"}}),
                                 Seeded({{"--mirostat", "2"}})}) {
    Sampler sampler = Make(3000, options, {{4, 1.0f}});
    const std::vector<float> row = Normal(3000, 3);
    std::vector<Candidate> best(10);
    const auto before = tests::CountAllocations();
    if (!before) GTEST_SKIP() << "a sanitizer has the functions that are counted";
    for (int i = 0; i < 100; ++i) {
      auto id = sampler.Sample(row);
      if (!id.ok() || !sampler.Accept(*id).ok()) break;
      sampler.Best(absl::MakeSpan(best));
    }
    sampler.Reset();
    EXPECT_EQ(*tests::CountAllocations() - *before, 0u);
  }
}

}  // namespace
}  // namespace emel::sample
