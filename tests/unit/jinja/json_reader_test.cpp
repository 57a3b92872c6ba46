#include "runtime/text/jinja/json_reader.h"

#include "tests/unit/jinja/render_test_util.h"

namespace emel::text::jinja {
namespace {

std::string Error(std::string_view text) {
  const auto value = ParseJson(text, "m.json");
  return value.ok() ? "no error" : std::string(value.status().message());
}

TEST(JsonReader, ReadsEveryKind) {
  const auto value =
      ParseJson(R"( {"a": [1, -2.5e1, true, false, null, "x\n\u00e9\ud83d\ude00\/"], "b": {}} )");
  ASSERT_TRUE(value.ok()) << value.status();
  const auto& items = value->dict().FindName("a")->items();
  EXPECT_EQ(items[0].integer(), 1);
  EXPECT_EQ(items[1].real(), -25);
  EXPECT_TRUE(items[2].boolean());
  EXPECT_TRUE(items[4].is_none());
  EXPECT_EQ(items[5].string(), "x\né😀/");
  EXPECT_TRUE(value->dict().FindName("b")->dict().entries.empty());
}

TEST(JsonReader, FindsKeysOfLargeObjects) {
  std::string text = "{";
  for (int i = 0; i < 1000; ++i)
    text += (i ? ",\"" : "\"") + std::to_string(i) + "\":" + std::to_string(i);
  const auto value = ParseJson(text + "}");
  ASSERT_TRUE(value.ok());
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(value->dict().FindName(std::to_string(i))->integer(), i);
  EXPECT_EQ(value->dict().FindName("1000"), nullptr);
}

TEST(JsonReader, SaysWhatIsWrongWhere) {
  EXPECT_EQ(Error(""), "expected a value, found the end (m.json, line 1, column 1)");
  EXPECT_EQ(Error("[1,\n  x]"), "expected a value, found 'x' (m.json, line 2, column 3)");
  EXPECT_EQ(Error("[1,]"), "expected a value, found ']' (m.json, line 1, column 4)");
  EXPECT_EQ(Error("{\"a\" 1}"), "expected ':', found '1' (m.json, line 1, column 6)");
  EXPECT_EQ(Error("{a: 1}"), "expected a key in quotes, found 'a' (m.json, line 1, column 2)");
  EXPECT_EQ(Error("[1 2]"), "expected ',' or ']', found '2' (m.json, line 1, column 4)");
  EXPECT_EQ(Error("1 2"), "expected the end, found '2' (m.json, line 1, column 3)");
  EXPECT_EQ(Error("\"é"), "expected '\"', found the end (m.json, line 1, column 3)");
  EXPECT_EQ(Error("\"\\q\""), "expected an escape, found 'q' (m.json, line 1, column 3)");
  EXPECT_EQ(Error("\"\\ud800\""),
            "expected both halves of a character, found one (m.json, line 1, column 8)");
  EXPECT_EQ(Error("\"\t\""),
            "expected control characters as escapes in a text, found one as it is (m.json, line 1, "
            "column 2)");
  EXPECT_EQ(Error("01"), "expected a number as JSON has it, found '0' (m.json, line 1, column 1)");
  EXPECT_EQ(Error("NaN"), "expected a value, found 'N' (m.json, line 1, column 1)");
  EXPECT_EQ(
      Error("9223372036854775808"),
      "expected an integer of at most 64 bits, found a larger one (m.json, line 1, column 1)");
  EXPECT_EQ(Error("{\"a\": 1, \"a\": 2}"),
            "expected each key of an object once, found 'a' again (m.json, line 1, column 10)");
  EXPECT_EQ(Error("\"a\xFF\""), "expected UTF-8, found another byte (m.json, line 1, column 3)");
  EXPECT_EQ(
      Error(std::string(101, '[')),
      "expected values that nest at most 100 deep, found deeper ones (m.json, line 1, column 101)");
}

}  // namespace
}  // namespace emel::text::jinja
