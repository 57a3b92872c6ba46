// That tokens are chosen as often as their probabilities say, by chi-square with fixed seeds.
#include "runtime/sample/sampler.h"
#include "tests/support/matchers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <vector>

namespace emel::sample {
namespace {

using ::emel::testing::IsOk;

Sampler MakePlain(size_t vocabulary, Options options) {
  auto sampler = Sampler::Create({vocabulary}, options);
  EXPECT_THAT(sampler, IsOk());
  return *std::move(sampler);
}

Options Plain(uint32_t seed) {
  Options options;
  options.seed = seed;
  options.temperature = 1;
  options.top_p = 1;
  options.min_p = 0;
  options.top_k = 0;
  return options;
}

// With n - 1 degrees of freedom: mean n - 1, deviation sqrt(2 (n - 1)); five of them happen once in
// a million.
void ExpectFits(const std::vector<int>& counts, const std::vector<double>& p) {
  const double draws = std::accumulate(counts.begin(), counts.end(), 0);
  double square = 0, freedom = -1;
  for (size_t i = 0; i < p.size(); ++i) {
    if (p[i] == 0) {
      EXPECT_EQ(counts[i], 0) << i;
      continue;
    }
    square += (counts[i] - draws * p[i]) * (counts[i] - draws * p[i]) / (draws * p[i]);
    ++freedom;
  }
  EXPECT_LT(square, freedom + 5 * std::sqrt(2 * freedom));
  EXPECT_GT(square, freedom - 4 * std::sqrt(2 * freedom)) << "too even to be by chance";
}

std::vector<int> Draws(Sampler& sampler, const std::vector<float>& logits, int count) {
  std::vector<int> counts(logits.size());
  for (int i = 0; i < count; ++i) {
    auto id = sampler.Sample(logits);
    if (!id.ok()) break;
    ++counts[*id];
  }
  return counts;
}

TEST(Distribution, FollowsProbabilities) {
  std::vector<float> logits;
  std::vector<double> p;
  for (int i = 0; i < 40; ++i) {
    logits.push_back(static_cast<float>(std::sin(i * 12.9898) * 1.5));
    p.push_back(std::exp(static_cast<double>(logits.back())));
  }
  const double total = std::accumulate(p.begin(), p.end(), 0.0);
  for (double& one : p) one /= total;
  for (uint32_t seed : {1u, 2u, 4294967295u}) {
    Sampler sampler = MakePlain(40, Plain(seed));
    ExpectFits(Draws(sampler, logits, 100000), p);
  }
}

// More than one block of the search, of which each is chosen from.
TEST(Distribution, ReachesAllOfALargeVocabulary) {
  const size_t size = 2500;
  Sampler sampler = MakePlain(size, Plain(3));
  ExpectFits(Draws(sampler, std::vector<float>(size, 0.5f), 25000),
             std::vector<double>(size, 1.0 / static_cast<double>(size)));
}

TEST(Distribution, IsThatOfWhatRemains) {
  Options options = Plain(4);
  options.top_k = 2;
  options.temperature = 0.5;
  Sampler sampler = MakePlain(4, options);
  const float logits[] = {std::log(0.1f), std::log(0.2f), std::log(0.3f), std::log(0.4f)};
  ExpectFits(Draws(sampler, {logits, logits + 4}, 100000), {0, 0, 9.0 / 25, 16.0 / 25});
}

TEST(Distribution, DropsTheLikelyAsOftenAsXtcSays) {
  Options options = Plain(5);
  options.xtc_probability = 0.3;
  options.xtc_threshold = 0.25;
  Sampler sampler = MakePlain(3, options);
  const float logits[] = {std::log(0.5f), std::log(0.3f), std::log(0.2f)};
  // Without the first, in 3 of 10 draws: 0.3 and 0.2 of 0.5.
  ExpectFits(Draws(sampler, {logits, logits + 3}, 100000),
             {0.7 * 0.5, 0.7 * 0.3 + 0.3 * 0.6, 0.7 * 0.2 + 0.3 * 0.4});
}

// What is chosen surprises by what Mirostat wants, in the mean.
TEST(Distribution, HasTheSurpriseThatMirostatWants) {
  std::vector<float> logits(1000);
  for (size_t i = 0; i < logits.size(); ++i) {
    logits[i] = -1.1f * std::log(static_cast<float>(i + 1));
  }
  for (int version : {1, 2}) {
    Options options = Plain(6);
    options.mirostat = version;
    options.mirostat_entropy = 3;
    Sampler sampler = MakePlain(logits.size(), options);
    double bits = 0;
    for (int i = 0; i < 3000; ++i) {
      auto id = sampler.Sample(logits);
      ASSERT_THAT(id, IsOk());
      if (i >= 500) bits -= sampler.chosen().log_p / std::log(2.0) / 2500;
      ASSERT_THAT(sampler.Accept(*id), IsOk());
    }
    EXPECT_NEAR(bits, 3, 0.15) << version;
  }
}

// Step by step beside the definition, which its author gives with a decay of 0.9.
TEST(Distribution, IsPulledToTheProbabilityThatAdaptivePWants) {
  std::vector<float> logits;
  std::vector<double> p;
  for (int i = 0; i < 30; ++i) {
    logits.push_back(-0.3f * static_cast<float>(i));
    p.push_back(std::exp(static_cast<double>(logits.back())));
  }
  const double total = std::accumulate(p.begin(), p.end(), 0.0);
  Options options = Plain(8);
  options.chain = {Kind::kAdaptiveP};
  options.adaptive_target = 0.1;
  Sampler sampler = MakePlain(logits.size(), options);
  double near = 1, ones = 10;
  std::vector<Candidate> found(30);
  for (int step = 0; step < 50; ++step) {
    const double target = std::max(0.0, 0.2 - near / ones);
    double sum = 0;
    std::vector<double> wanted;
    for (double one : p) {
      const double d = std::abs(one / total - target) / 0.3;
      wanted.push_back(std::exp(5 - 10 * d * d / (1 + d)));
      sum += wanted.back();
    }
    auto id = sampler.Sample(logits);
    ASSERT_THAT(id, IsOk());
    ASSERT_EQ(sampler.Best(absl::MakeSpan(found)), 30u);
    for (const Candidate& one : found) EXPECT_NEAR(one.p, wanted[one.id] / sum, 1e-12);
    near = p[*id] / total + 0.9 * near;
    ones = 1 + 0.9 * ones;
    ASSERT_THAT(sampler.Accept(*id), IsOk());
  }
}

// A token that was accepted in place of the chosen one teaches nothing.
TEST(Distribution, LearnsFromWhatWasChosenAlone) {
  Options options = Plain(9);
  options.mirostat = 2;
  Sampler chosen = MakePlain(50, options), other = MakePlain(50, options);
  std::vector<float> logits(50);
  for (size_t i = 0; i < 50; ++i) logits[i] = -0.1f * static_cast<float>(i);
  ASSERT_THAT(chosen.Sample(logits), IsOk());
  const size_t first = chosen.survivors();
  for (int i = 0; i < 40; ++i) {
    ASSERT_THAT(chosen.Accept(*chosen.Sample(logits)), IsOk());
    ASSERT_THAT(other.Accept((*other.Sample(logits) + 1) % 50), IsOk());
  }
  EXPECT_EQ(other.survivors(), first);
  EXPECT_NE(chosen.survivors(), first);
}

}  // namespace
}  // namespace emel::sample
