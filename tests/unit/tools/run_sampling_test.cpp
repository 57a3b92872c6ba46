#include "tests/unit/tools/run_tool_test.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

namespace emel::tools {
namespace {

using ::testing::HasSubstr;

class RunSamplingTest : public RunTest {
 protected:
  std::string Ids(std::vector<std::string> options) {
    options.insert(options.begin(), {"--tokens", "1,5,7", "--generate", "20", "--ids"});
    const Outcome run = RunIt(options);
    EXPECT_EQ(run.code, 0) << run.err;
    return run.out;
  }
  // What is printed about the first token after some.
  std::string First(const std::vector<std::string>& prompt, std::vector<std::string> options) {
    options.insert(options.begin(), prompt.begin(), prompt.end());
    options.insert(options.end(), {"--generate", "1", "--candidates", "0"});
    const Outcome run = RunIt(options);
    EXPECT_EQ(run.code, 0) << run.err;
    return run.out;
  }
  // The token that has a logit, each of 0 to 39, after some.
  static int64_t Ranked(const std::vector<int32_t>& tokens, float logit) {
    const auto row = RunnableArtifact::Logits(tokens);
    return std::find(row.begin(), row.end(), logit) - row.begin();
  }
};

TEST_F(RunSamplingTest, TemperatureZeroTakesTheMostLikely) {
  EXPECT_EQ(Ids({"--temp", "0"}), absl::StrJoin(Continue({1, 5, 7}, 20), ",") + "\n");
  EXPECT_EQ(Ids({"--temperature=0", "--seed", "3"}), Ids({}));
}

TEST_F(RunSamplingTest, TheSeedDecides) {
  const std::vector<std::string> even = {"--temp", "50", "--samplers", "temperature", "--seed"};
  const auto with = [&](const std::string& seed) {
    auto options = even;
    options.push_back(seed);
    return Ids(options);
  };
  EXPECT_EQ(with("7"), with("7"));
  EXPECT_NE(with("7"), with("8"));
  EXPECT_EQ(with("7"), Ids({"--temp", "50", "--sampler-seq", "t", "-s", "7", "--one-by-one"}));
  EXPECT_NE(with("-1"), with("-1"));
}

TEST_F(RunSamplingTest, PrintsWhatSamplersLeave) {
  const int64_t best = Ranked({1, 5, 7}, 39), second = Ranked({1, 5, 7}, 38);
  EXPECT_EQ(First({"--tokens", "1,5,7"}, {"--samplers", "top_k", "--top-k", "2"}),
            absl::StrCat("{\"step\":0,\"candidates\":[{\"id\":", best,
                         ",\"logit\":39,\"p\":0.7310585786300049},{\"id\":", second,
                         ",\"logit\":38,\"p\":0.2689414213699951}]}\n"));
  const std::string greedy =
      absl::StrCat("{\"step\":0,\"candidates\":[{\"id\":", best, ",\"logit\":39,\"p\":1}]}\n");
  EXPECT_EQ(First({"--tokens", "1,5,7"}, {}), greedy);
  EXPECT_EQ(First({"--tokens", "1,5,7"}, {"--temp", "0"}), greedy);
  const Outcome steps = RunIt({"--tokens", "1,5,7", "--generate", "3", "--candidates", "1"});
  EXPECT_EQ(std::count(steps.out.begin(), steps.out.end(), '\n'), 3);
  EXPECT_THAT(steps.out, HasSubstr("\n{\"step\":2,\"candidates\":[{\"id\":"));
}

TEST_F(RunSamplingTest, AddsToLogits) {
  const int64_t low = Ranked({1, 5, 7}, 0);
  EXPECT_EQ(First({"--tokens", "1,5,7"}, {"-l", absl::StrCat(low, "+99"), "--temp", "0"}),
            absl::StrCat("{\"step\":0,\"candidates\":[{\"id\":", low, ",\"logit\":0,\"p\":1}]}\n"));
}

// The prompt is part of what must not be repeated.
TEST_F(RunSamplingTest, PenalisesThePrompt) {
  std::string line = First({"--tokens", "1,5,7"}, {"--samplers", "penalties;temperature", "--temp",
                                                   "0", "-l", "5+1000", "--seed", "1"});
  EXPECT_THAT(line, HasSubstr("\"id\":5,"));
  line = First({"--tokens", "1,5,7"}, {"--samplers", "penalties;temperature", "--temp", "0", "-l",
                                       "5+1000", "--presence-penalty", "2000"});
  EXPECT_THAT(line, HasSubstr(absl::StrCat("\"id\":", Ranked({1, 5, 7}, 39), ",")));
}

TEST_F(RunSamplingTest, TakesWhatTheFileRecommends) {
  Write(RunnableArtifact([](gguf::Writer& writer) {
          writer.AddString("general.sampling.sequence", "top_k");
          writer.AddInt32("general.sampling.top_k", 3);
        }).Build());
  const auto count = [](const std::string& line) {
    size_t ids = 0;
    for (size_t at = 0; (at = line.find("\"id\"", at)) != line.npos; ++at) ++ids;
    return ids;
  };
  EXPECT_EQ(count(First({"-p", "ab"}, {})), 3u);
  EXPECT_EQ(count(First({"-p", "ab"}, {"--top-k", "5"})), 5u);
  EXPECT_EQ(count(First({"--tokens", "1,5"}, {})), 1u);
  EXPECT_EQ(count(First({"--tokens", "1,5"}, {"--seed", "1"})), 3u);
  EXPECT_EQ(Ids({}), absl::StrJoin(Continue({1, 5, 7}, 20), ",") + "\n");
}

TEST_F(RunSamplingTest, RefusesBadRecommendations) {
  Write(RunnableArtifact([](gguf::Writer& writer) {
          writer.AddString("general.sampling.top_k", "many");
        }).Build());
  const Outcome run = RunIt({"-p", "ab"});
  EXPECT_EQ(run.code, 1);
  EXPECT_THAT(run.err, HasSubstr("general.sampling.top_k: expected a number, found the string"));
}

TEST_F(RunSamplingTest, BadUsage) {
  const auto fails = [&](std::vector<std::string> options, const std::string& message) {
    options.insert(options.end(), {"-p", "a"});
    const Outcome run = RunIt(options);
    EXPECT_EQ(run.code, 2) << message;
    EXPECT_EQ(run.out, "");
    EXPECT_THAT(run.err, HasSubstr(message));
  };
  fails({"--samplers", "top_k;best"}, "--samplers: expected names among penalties, dry, ");
  fails({"--sampler-seq", "kq"}, "--sampler-seq: expected letters among e (penalties), ");
  fails({"--samplers", "top_k", "--sampler-seq", "k"}, "expected one of them");
  fails({"--top-p", "1.5"}, "--top-p: expected a number from 0 to 1, found '1.5'");
  fails({"-l", "5"}, "--logit-bias: expected a token and what to add");
  fails({"--candidates", "2", "--ids"}, "--candidates and --ids each say what is printed");
  fails({"--generate", "0", "--temp", "1"}, "nothing is generated that could be chosen");
}

}  // namespace
}  // namespace emel::tools
