#include "tools/support/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace emel::tools {
namespace {

using testing::HasSubstr;
using testing::internal::CaptureStderr;
using testing::internal::CaptureStdout;
using testing::internal::GetCapturedStderr;
using testing::internal::GetCapturedStdout;

struct Example {
  std::string file, format = "table";
  std::optional<std::string> dump;
  std::vector<std::string> keys;
  uint64_t layers = 2;
  double scale = 1;
  bool map = false;
  CommandLine line{"emel-example", "shows how options work"};

  Example() {
    line.Operand("FILE", "what to read", &file);
    line.Choice("--format", {"table", "json"}, "how to print", &format);
    line.Value("--dump", "TENSOR", "tensor to dump", &dump);
    line.List("--key", "KEY", "keys to print", &keys);
    line.Number("--layers", "N", "how many layers", 1, 100, &layers);
    line.Alias("-y");
    line.Real("--scale", "X", "a factor", 0, 10, &scale);
    line.Flag("--map", "prints the map", &map);
    line.Example("emel-example x", "reads x");
  }
  std::optional<int> Parse(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "emel-example");
    return line.Parse(static_cast<int>(arguments.size()), arguments.data());
  }
  // The message of a command line that is refused.
  std::string Refusal(std::vector<const char*> arguments) {
    CaptureStderr();
    std::optional<int> code = Parse(std::move(arguments));
    std::string message = GetCapturedStderr();
    EXPECT_EQ(code, 2) << message;
    return message;
  }
};

TEST(CommandLine, TakesValuesAttachedAndApart) {
  Example e;
  EXPECT_EQ(e.Parse({"--format=json", "model", "--dump", "blk.0", "--layers", "7", "--scale=2.5"}),
            std::nullopt);
  EXPECT_EQ(e.format, "json");
  EXPECT_EQ(e.file, "model");
  EXPECT_EQ(e.dump, "blk.0");
  EXPECT_EQ(e.layers, 7u);
  EXPECT_EQ(e.scale, 2.5);
  EXPECT_FALSE(e.map);
  EXPECT_TRUE(e.line.given("--dump"));
  EXPECT_FALSE(e.line.given("--map"));
}

TEST(CommandLine, KeepsDefaults) {
  Example e;
  EXPECT_EQ(e.Parse({"model"}), std::nullopt);
  EXPECT_EQ(e.format, "table");
  EXPECT_EQ(e.layers, 2u);
  EXPECT_EQ(e.dump, std::nullopt);
}

TEST(CommandLine, CollectsRepeatedOptionsOfAList) {
  Example e;
  EXPECT_EQ(e.Parse({"--key", "a", "--key=b", "model"}), std::nullopt);
  EXPECT_EQ(e.keys, (std::vector<std::string>{"a", "b"}));
}

TEST(CommandLine, KnowsOptionsByFurtherNames) {
  Example e;
  EXPECT_EQ(e.Parse({"-y", "7", "model"}), std::nullopt);
  EXPECT_EQ(e.layers, 7u);
  EXPECT_TRUE(e.line.given("--layers"));
  EXPECT_THAT(Example().Refusal({"-y", "7", "--layers", "8", "m"}),
              HasSubstr("--layers is given twice"));
}

TEST(CommandLine, EndsOptionsAtTwoDashes) {
  Example e;
  EXPECT_EQ(e.Parse({"--", "--help"}), std::nullopt);
  EXPECT_EQ(e.file, "--help");
}

TEST(CommandLine, TakesASingleDashAsAnOperand) {
  Example e;
  EXPECT_EQ(e.Parse({"-"}), std::nullopt);
  EXPECT_EQ(e.file, "-");
}

TEST(CommandLine, SuggestsTheNearestOption) {
  EXPECT_THAT(Example().Refusal({"--fromat=json", "m"}), HasSubstr("did you mean '--format'?"));
  EXPECT_THAT(Example().Refusal({"--lay", "m"}), HasSubstr("did you mean '--layers'?"));
  EXPECT_THAT(Example().Refusal({"--quux", "m"}), HasSubstr("unknown option '--quux'\n"));
}

TEST(CommandLine, RefusesBadValues) {
  EXPECT_THAT(Example().Refusal({"--format=xml", "m"}),
              HasSubstr("option --format: expected one of table, json, found 'xml'"));
  EXPECT_THAT(Example().Refusal({"--layers=0", "m"}),
              HasSubstr("expected a whole number from 1 to 100, found '0'"));
  EXPECT_THAT(Example().Refusal({"--layers=-1", "m"}), HasSubstr("found '-1'"));
  EXPECT_THAT(Example().Refusal({"--layers=99999999999999999999", "m"}), HasSubstr("found '9999"));
  EXPECT_THAT(Example().Refusal({"--scale=nan", "m"}), HasSubstr("a number from 0 to 10"));
  EXPECT_THAT(Example().Refusal({"--map=yes", "m"}), HasSubstr("takes no value"));
}

TEST(CommandLine, RefusesAWrongNumberOfArguments) {
  EXPECT_THAT(Example().Refusal({"--map"}), HasSubstr("missing FILE: what to read"));
  EXPECT_THAT(Example().Refusal({"a", "b"}), HasSubstr("unexpected argument 'b'"));
  EXPECT_THAT(Example().Refusal({"m", "--dump"}), HasSubstr("--dump needs a value: TENSOR"));
  EXPECT_THAT(Example().Refusal({"m", "--dump", "--map"}), HasSubstr("--dump needs a value"));
  EXPECT_THAT(Example().Refusal({"m", "--map", "--map"}), HasSubstr("--map is given twice"));
}

TEST(CommandLine, SaysWhatTheToolIsWhereNothingIsGiven) {
  EXPECT_EQ(Example().Refusal({}),
            "emel-example shows how options work\nusage: emel-example [options] FILE\n"
            "example: emel-example x\nTry 'emel-example --help'.\n");
}

TEST(CommandLine, HelpNamesEveryOptionWithItsDefault) {
  Example e;
  CaptureStdout();
  EXPECT_EQ(e.Parse({"--bad", "--help"}), 0);
  std::string help = GetCapturedStdout();
  EXPECT_THAT(help, HasSubstr("usage: emel-example [options] FILE\n"));
  EXPECT_THAT(help, HasSubstr("  --format=table|json     how to print (default: table)\n"));
  EXPECT_THAT(help, HasSubstr("  -y, --layers=N          how many layers (default: 2)\n"));
  EXPECT_THAT(help, HasSubstr("exit codes: 0 done"));
}

}  // namespace
}  // namespace emel::tools
