// What tests/reference/sampling.py expects of each sampler and of chains.
#include "runtime/sample/sampler.h"
#include "tests/support/matchers.h"

#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_split.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <string>
#include <vector>

namespace emel::sample {
namespace {

using ::emel::testing::IsOk;

struct Case {
  std::string name;
  Options options;
  std::vector<int32_t> history;
  std::vector<float> logits;
  std::map<int32_t, double> expected;
};

// Each sampler does nothing unless the case says otherwise.
Options Idle() {
  Options options;
  options.seed = 1;
  options.temperature = 1;
  options.top_k = 0;
  options.top_p = 1;
  options.min_p = 0;
  options.dry_breakers.clear();
  return options;
}

void Read(const std::string& line, Case& one) {
  const std::vector<std::string> words = absl::StrSplit(line, ' ');
  if (words[0] == "option") {
    EXPECT_THAT(SetOption(words[1], words[2], one.options), IsOk());
  } else if (words[0] == "samplers") {
    auto chain = ParseSamplers(words[1]);
    ASSERT_THAT(chain, IsOk());
    one.options.chain = *chain;
  } else if (words[0] == "breaker") {
    one.options.dry_breakers.push_back(words[1]);
  }
  for (size_t i = 1; i < words.size(); ++i) {
    if (words[0] == "history") one.history.push_back(std::stoi(words[i]));
    if (words[0] == "logits") one.logits.push_back(std::stof(words[i]));
    if (words[0] != "expect") continue;
    const std::vector<std::string> pair = absl::StrSplit(words[i], ':');
    one.expected[std::stoi(pair[0])] = std::stod(pair[1]);
  }
}

std::vector<Case> Cases() {
  std::ifstream file(EMEL_SOURCE_DIR "/tests/fixtures/sampling/cases.txt");
  std::vector<Case> cases;
  std::string line;
  while (std::getline(file, line)) {
    if (line.substr(0, 5) == "case ") cases.push_back({line.substr(5), Idle()});
    if (!line.empty()) Read(line, cases.back());
  }
  return cases;
}

// The token 0 is "A", and so on.
Vocabulary Letters(size_t size) {
  return {size,
          [](int32_t id) { return std::string(1, static_cast<char>(id < 26 ? 'A' + id : '.')); },
          [](std::string_view text) {
            std::vector<int32_t> tokens;
            for (char letter : text) tokens.push_back(letter - 'A');
            return tokens;
          }};
}

TEST(Reference, AgreesWithDefinitions) {
  const std::vector<Case> cases = Cases();
  EXPECT_GT(cases.size(), 200u);
  for (const Case& one : cases) {
    SCOPED_TRACE(one.name);
    auto sampler = Sampler::Create(Letters(one.logits.size()), one.options);
    ASSERT_THAT(sampler, IsOk());
    for (int32_t token : one.history) ASSERT_THAT(sampler->Accept(token), IsOk());
    ASSERT_THAT(sampler->Sample(one.logits), IsOk());
    std::vector<Candidate> found(one.logits.size());
    found.resize(sampler->Best(absl::MakeSpan(found)));
    EXPECT_EQ(found.size(), one.expected.size());
    for (const Candidate& candidate : found) {
      ASSERT_TRUE(one.expected.contains(candidate.id)) << candidate.id << ' ' << candidate.p;
      const double expected = one.expected.at(candidate.id);
      // An edited row has 32 bits.
      EXPECT_NEAR(candidate.p, expected, 1e-6 * expected + 1e-11) << candidate.id;
      EXPECT_EQ(candidate.logit, one.logits[candidate.id]);
      if (expected > 1e-300) {
        EXPECT_NEAR(candidate.log_p, std::log(candidate.p), 1e-9);
      }
    }
  }
}

}  // namespace
}  // namespace emel::sample
