#include "tests/unit/tools/run_tool_test.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <cstring>
#include <random>

namespace emel::tools {
namespace {

using ::testing::HasSubstr;

TEST_F(RunTest, WritesARowForEachToken) {
  std::vector<int32_t> tokens;
  std::string expected;
  for (int i = 0; i < 37; ++i) {
    tokens.push_back(i * 11 % 40);
    const auto row = RunnableArtifact::Logits(tokens);
    expected.append(reinterpret_cast<const char*>(row.data()), row.size() * sizeof(float));
  }
  const std::string ids = absl::StrJoin(tokens, ",");
  for (const char* threads : {"1", "2", "3", "7"}) {
    for (const char* mode : {"--timings", "--one-by-one"}) {
      const Outcome run =
          RunIt({"--tokens", ids, "--logits", Path("l.f32"), "--threads", threads, mode});
      EXPECT_EQ(run.code, 0) << run.err;
      EXPECT_EQ(run.out, "");
      EXPECT_EQ(Read(Path("l.f32")), expected);
    }
  }
}

TEST_F(RunTest, GeneratesIds) {
  const Outcome run = RunIt({"--tokens", "1,5,7", "--generate", "9", "--ids", "--verify"});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(run.out, absl::StrJoin(Continue({1, 5, 7}, 9), ",") + "\n");
}

TEST_F(RunTest, GeneratesTextUntilItEnds) {
  const Outcome ids = RunIt({"-p", "ab", "--generate", "90", "--ids"});
  EXPECT_EQ(ids.code, 0) << ids.err;
  const Outcome text = RunIt({"-p", "ab"});
  EXPECT_EQ(text.code, 0) << text.err;
  EXPECT_THAT(text.out, ::testing::StartsWith("ab"));
  const auto few = RunIt({"-p", "ab", "--generate", "1", "--timings"});
  EXPECT_EQ(few.code, 0) << few.err;
  EXPECT_THAT(few.err, HasSubstr("prompt"));
  EXPECT_EQ(few.out.substr(0, 2), "ab");
}

// With a number, ids go on behind the end token; without, they end before it as text does.
TEST_F(RunTest, GeneratesIdsUntilTheEnd) {
  int ended = 0;
  for (char letter = 'a'; letter <= 'z'; ++letter) {
    const std::string prompt(1, letter);
    const std::string all =
        absl::StrCat(",", RunIt({"-p", prompt, "--generate", "90", "--ids"}).out);
    const size_t end = all.find(",2,");
    if (end == 0 || end == all.npos) continue;
    ++ended;
    const Outcome run = RunIt({"-p", prompt, "--ids"});
    EXPECT_EQ(run.code, 0) << run.err;
    EXPECT_EQ(absl::StrCat(",", run.out), all.substr(0, end) + "\n");
  }
  EXPECT_GT(ended, 0);
}

TEST_F(RunTest, FindsAnArtifactAtItsOwnEnd) {
  std::string runner = Read(std::string(EMEL_BINARY_DIR) + "/bin/emel-run");
  runner.resize((runner.size() + 4095) / 4096 * 4096);
  std::string whole = RunnableArtifact().Build(runner.size());
  std::copy(runner.begin(), runner.end(), whole.begin());
  std::ofstream(Path("story"), std::ios::binary) << whole;
  std::filesystem::permissions(Path("story"), std::filesystem::perms::owner_all);
  const Outcome run =
      emel::testing::Run({Path("story"), "--tokens", "1,5,7", "--generate", "2", "--ids"});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(run.out, absl::StrJoin(Continue({1, 5, 7}, 2), ",") + "\n");
}

TEST_F(RunTest, BadInputLeavesNothing) {
  const auto fails = [&](std::vector<std::string> arguments, const std::string& message) {
    arguments.insert(arguments.end(), {"--logits", Path("l.f32")});
    const Outcome run = RunIt(arguments);
    EXPECT_EQ(run.code, 1) << message;
    EXPECT_THAT(run.err, HasSubstr(message));
    EXPECT_EQ(FileCount(), 1u) << message;
  };
  fails({"--tokens", "1,40"}, "--tokens: token 2 of 2: expected an id below 40, found 40");
  fails(
      {"--tokens", "1", "--generate", "101"},
      "expected at most 100 positions, the context, found a prompt of 1 and 100 to feed after it");
  fails({"--tokens", "1,2,3", "--context", "2"}, "expected at most 2 positions");
  fails(
      {"--tokens", "1", "--context", "101"},
      "context: expected at most 100, which it is compiled for, found 101; emel-compile --context");
  fails({"--tokens", "1", "--threads", "9"},
        "threads: expected at most 8, which it is compiled for, found 9; emel-compile --workers");
  fails({"--tokens", "1", "--cpu", "z80"}, "expected code for z80, found code for any");
}

TEST_F(RunTest, BadUsage) {
  const auto fails = [&](const std::vector<std::string>& arguments, const std::string& message) {
    const Outcome run = RunIt(arguments);
    EXPECT_EQ(run.code, 2) << message;
    EXPECT_THAT(run.err, HasSubstr(message));
  };
  fails({}, "expected a prompt: -p TEXT, -f FILE, --tokens IDS or text on standard input");
  fails({"--tokens", "1", "-p", "a"}, "-p and --tokens each give a prompt: expected one of them");
  fails({"--tokens", "1"}, "--tokens needs --generate, --logits or both");
  fails({"--tokens", "1,,2", "--generate", "1"}, "expected ids separated by commas, found ''");
  fails({"--tokens", "+1", "--generate", "1"}, "expected ids separated by commas, found '+1'");
  fails({"--tokens", "1", "--logits", "-", "--generate", "1", "--ids"},
        "what is generated goes to standard output");
  fails({"--tokens", "1,-2", "--generate", "1"}, "expected ids separated by commas, found '-2'");
}

TEST_F(RunTest, TakesIdsAsTheTokenizerPrintsThem) {
  const Outcome run = RunIt({"--tokens", "[1, 5, 7]", "--generate", "3", "--ids"});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(run.out, absl::StrJoin(Continue({1, 5, 7}, 3), ",") + "\n");
}

TEST_F(RunTest, KeepsItsArtifact) {
  const Outcome run = RunIt({"--tokens", "1", "--logits", Path("m.emel")});
  EXPECT_EQ(run.code, 1);
  EXPECT_THAT(run.err, HasSubstr("m.emel', which is the input itself"));
  EXPECT_EQ(Read(Path("m.emel")), RunnableArtifact().Build());
}

// Whoever starts a tool may have closed its standard streams; what it writes goes to none of its
// files.
TEST_F(RunTest, WithoutStandardStreams) {
  const std::string command = absl::StrCat(EMEL_BINARY_DIR, "/bin/emel-run ", Path("m.emel"),
                                           " --tokens 1,2 --logits ", Path("l.f32"));
  const Outcome run = emel::testing::Run({"/bin/sh", "-c", command + " --timings <&- 2>&-"});
  EXPECT_EQ(run.code, 0);
  EXPECT_EQ(Read(Path("l.f32")).size(), 2 * RunnableArtifact::Logits({1}).size() * sizeof(float));
  const Outcome lost =
      emel::testing::Run({"/bin/sh", "-c", command + " --generate 1 --ids <&- >&-"});
  EXPECT_EQ(lost.code, 1);
  EXPECT_THAT(lost.err, HasSubstr("cannot write 'standard output'"));
}

TEST_F(RunTest, WithoutArtifact) {
  const Outcome run = RunTool("emel-run", {"--tokens", "1", "--generate", "1"});
  EXPECT_EQ(run.code, 2);
  EXPECT_THAT(run.err, HasSubstr("missing ARTIFACT"));
  const Outcome empty = RunTool("emel-run", {"", "--tokens", "1", "--generate", "1"});
  EXPECT_EQ(empty.code, 2);
  EXPECT_THAT(empty.err, HasSubstr("expected ARTIFACT, found ''"));
  const Outcome bare = RunTool("emel-run", {});
  EXPECT_EQ(bare.code, 2);
  EXPECT_EQ(bare.out, "");
  EXPECT_EQ(bare.err,
            "emel-run runs a compiled model\nusage: emel-run [options] [ARTIFACT]\n"
            "example: emel-run model.emel -p 'Once upon a time'\nTry 'emel-run --help'.\n");
}

// Any damage is noticed, and by nothing worse than an error.
TEST_F(RunTest, DamagedArtifacts) {
  const std::string whole = RunnableArtifact().Build();
  std::mt19937 random(7);
  for (int i = 0; i < 60; ++i) {
    std::string bytes = whole;
    if (i % 2 == 0) {
      bytes.resize(random() % bytes.size());
    } else {
      bytes[random() % bytes.size()] ^= static_cast<char>(1 << random() % 8);
    }
    Write(bytes);
    const Outcome run = RunIt({"--tokens", "1,5,7", "--generate", "2", "--ids", "--verify"});
    EXPECT_EQ(run.code, 1) << i << ": " << run.out;
    EXPECT_THAT(run.err, HasSubstr("emel-run: error: "));
  }
}

}  // namespace
}  // namespace emel::tools
