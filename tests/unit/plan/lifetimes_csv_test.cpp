#include "tools/plan/lifetimes_csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace emel::tools {
namespace {

std::string Error(std::string_view text) {
  return std::string(ReadLifetimes(text, "in.csv").status().message());
}

TEST(LifetimesCsv, ReadsColumnsInAnyOrder) {
  const auto problem = ReadLifetimes(
      "\xEF\xBB\xBFsize, offset,id,upper,lower\r\n\r\n7,100, x y ,3,1\r\n9,,z,5,3", "in.csv");
  ASSERT_TRUE(problem.ok()) << problem.status();
  EXPECT_THAT(problem->names, testing::ElementsAre("x y", "z"));
  ASSERT_EQ(problem->buffers.size(), 2u);
  EXPECT_EQ(problem->buffers[0].lower, 1);
  EXPECT_EQ(problem->buffers[0].upper, 3);
  EXPECT_EQ(problem->buffers[0].size, 7);
  const plan::Plan plan{.places = {{0, 0}, {0, 16}}, .chunk_bytes = {25}, .total = 25};
  EXPECT_EQ(WriteOffsets(*problem, plan), "id,lower,upper,size,offset\nx y,1,3,7,0\nz,3,5,9,16\n");
}

TEST(LifetimesCsv, NoRowsAreFine) {
  const auto problem = ReadLifetimes("id,lower,upper,size\n", "in.csv");
  ASSERT_TRUE(problem.ok()) << problem.status();
  EXPECT_TRUE(problem->buffers.empty());
}

TEST(LifetimesCsv, NamesTheLineOfEachDefect) {
  using std::string_view_literals::operator""sv;
  const std::string head = "id,lower,upper,size\n";
  const std::string number = "expected a whole number from 0 to 9223372036854775807 as ";
  EXPECT_EQ(Error(""), "in.csv, line 0: expected the columns id,lower,upper,size, found no text");
  EXPECT_EQ(Error("id,lower,size\n"),
            "in.csv, line 1: expected the columns id, lower, upper and size, found no 'upper'");
  EXPECT_EQ(
      Error("id,lower,upper,size,entry\n"),
      "in.csv, line 1: expected the columns id, lower, upper, size, and perhaps offset, found "
      "\"entry\"");
  EXPECT_EQ(Error("id,lower,upper,size,id\n"),
            "in.csv, line 1: expected each column once, found 'id' twice");
  EXPECT_EQ(Error(head + "a,1,2\n"), "in.csv, line 2: expected 4 fields, found 3");
  EXPECT_EQ(Error(head + "a,1,2,3,4\n"), "in.csv, line 2: expected 4 fields, found 5");
  EXPECT_EQ(Error(head + "\na,-1,2,3\n"), "in.csv, line 3: " + number + "lower, found \"-1\"");
  EXPECT_EQ(Error(head + "a,1,2,\n"), "in.csv, line 2: " + number + "size, found \"\"");
  EXPECT_EQ(Error(head + "a,1,2,1e3\n"), "in.csv, line 2: " + number + "size, found \"1e3\"");
  EXPECT_EQ(Error(head + "a,1,9223372036854775808,1\n"),
            "in.csv, line 2: " + number + "upper, found \"9223372036854775808\"");
  EXPECT_EQ(Error(head + "a,2,2,1\n"), "in.csv, line 2: expected lower < upper, found 2 and 2");
  EXPECT_EQ(Error(head + ",1,2,1\n"), "in.csv, line 2: expected an id, found nothing");
  EXPECT_EQ(Error(head + "a,1,2,1\nb,1,2,1\na,1,2,1\n"),
            "in.csv, line 4: expected an id of its own, found \"a\", which line 2 has too");
  EXPECT_EQ(Error("id,lower,upper,size\na,1,2,\0\n"sv),
            "in.csv, line 2: expected text without quotation marks and control characters, found "
            "\"\\u0000\" at column 7");
}

}  // namespace
}  // namespace emel::tools
