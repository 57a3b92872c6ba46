#include "runtime/plan/problem.h"

#include "runtime/plan/strategy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace emel::plan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string Message(const absl::Status& status) { return std::string(status.message()); }

TEST(Problem, BoundsCountAlignedBytes) {
  const Problem problem{.buffers = {{0, 2, 5}, {1, 3, 8}, {2, 4, 1}}, .alignment = 8};
  EXPECT_EQ(NoReuse(problem), 24);
  EXPECT_EQ(LowerBound(problem), 16);
  const Peak peak = FindPeak(problem);
  EXPECT_EQ(peak.moment, 1);
  EXPECT_THAT(peak.live, ElementsAre(1, 0));
}

TEST(Problem, EmptyIsFine) {
  const auto solution = Solve(Problem{});
  ASSERT_TRUE(solution.ok()) << solution.status();
  EXPECT_EQ(solution->plan.total, 0);
}

TEST(Problem, ChecksArguments) {
  const auto code = [](Problem problem) { return Check(problem).code(); };
  EXPECT_EQ(code({.buffers = {{1, 1, 4}}}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code({.buffers = {{-1, 1, 4}}}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code({.buffers = {{0, 1, -4}}}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code({.names = {"a"}}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code({.capacity = -1}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code({.max_chunk = 0}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code({.buffers = {{0, 1, 4}}, .in_place = {{0, 1}}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code({.buffers = {{0, 1, 4}, {1, 2, 4}}, .in_place = {{0, 1}}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code({.alignment = 0}), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(code({.alignment = 24}), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(code({.buffers = {{0, 1, kUnlimited}, {1, 2, 1}}}), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(code({.buffers = {{0, 1, kUnlimited}}, .alignment = 2}), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(code({.buffers = {{0, 1, kUnlimited}}}), absl::StatusCode::kOk);
}

TEST(Problem, CapacityErrorSaysWhatIsLive) {
  const Problem problem{
      .buffers = {{0, 2, 5}, {1, 3, 8}, {2, 4, 1}}, .names = {"x", "y", "z"}, .capacity = 12};
  const absl::Status status = Solve(problem).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(
      Message(status),
      "no plan fits: 13 bytes are live at moment 1, the capacity is 12; live then: buffer 'y' "
      "(8 bytes), buffer 'x' (5 bytes)");
}

TEST(InPlace, SharesAndLowersTheBound) {
  // 1 takes 0's bytes at moment 1, 2 takes 1's.
  const Problem problem{.buffers = {{0, 2, 8}, {1, 4, 8}, {3, 5, 8}}, .in_place = {{0, 1}, {1, 2}}};
  EXPECT_EQ(LowerBound(problem), 8);
  const auto solution = Solve(problem);
  ASSERT_TRUE(solution.ok()) << solution.status();
  EXPECT_EQ(solution->plan.total, 8);
  EXPECT_EQ(solution->no_reuse, 24);
}

TEST(InPlace, OneTakerAndOneGiver) {
  // Both 1 and 2 may take 0, and 3 may take either.
  const Problem problem{.buffers = {{0, 2, 8}, {1, 4, 8}, {1, 4, 8}, {3, 5, 8}},
                        .in_place = {{0, 1}, {0, 2}, {1, 3}, {2, 3}}};
  EXPECT_EQ(LowerBound(problem), 16);
  const auto solution = Solve(problem);
  ASSERT_TRUE(solution.ok()) << solution.status();
  EXPECT_EQ(solution->plan.total, 16);
}

TEST(InPlace, ChainWithinOneMomentAndCircles) {
  const Problem problem{.buffers = {{0, 2, 8}, {1, 2, 8}, {1, 2, 8}, {1, 3, 8}},
                        .in_place = {{0, 1}, {1, 2}, {2, 1}, {2, 3}}};
  ASSERT_TRUE(Check(problem).ok());
  const auto solution = Solve(problem);
  ASSERT_TRUE(solution.ok()) << solution.status();
  EXPECT_EQ(solution->plan.total, 8);
}

TEST(InPlace, NeedsOneSize) {
  const Problem problem{.buffers = {{0, 2, 8}, {1, 4, 4}}, .in_place = {{0, 1}}};
  EXPECT_EQ(LowerBound(problem), 12);
  EXPECT_EQ(Solve(problem)->plan.total, 12);
}

TEST(Validate, NamesTheTwoOffenders) {
  const Problem problem{.buffers = {{0, 2, 8}, {1, 3, 8}}};
  const Plan plan{.places = {{0, 0}, {0, 4}}, .chunk_bytes = {12}, .total = 12};
  EXPECT_EQ(
      Message(Validate(problem, plan)),
      "buffer 0 (moments [0, 2), chunk 0, bytes [0, 8)) and buffer 1 (moments [1, 3), chunk 0, "
      "bytes [4, 12)) share bytes while both are live");
}

TEST(Validate, RefusesWrongPlaces) {
  const Problem problem{
      .buffers = {{0, 2, 8}, {1, 3, 8}}, .alignment = 8, .max_chunk = 8, .max_chunks = 3};
  const auto message = [&](Plan plan) { return Message(Validate(problem, plan)); };
  EXPECT_EQ(message({.places = {{0, 0}, {1, 0}}, .chunk_bytes = {8, 8}, .total = 16}), "");
  EXPECT_THAT(message({.places = {{0, 0}}}), HasSubstr("expected places for 2 buffers"));
  EXPECT_THAT(message({.places = {{0, 0}, {1, 0}}, .chunk_bytes = {8}, .total = 8}),
              HasSubstr("expected one of 1 chunks"));
  EXPECT_THAT(message({.places = {{0, 0}, {0, 12}}, .chunk_bytes = {20}, .total = 20}),
              HasSubstr("multiple of 8"));
  EXPECT_THAT(message({.places = {{0, 0}, {0, 8}}, .chunk_bytes = {12}, .total = 12}),
              HasSubstr("expected to end within"));
  EXPECT_THAT(message({.places = {{0, 0}, {0, 8}}, .chunk_bytes = {16}, .total = 16}),
              HasSubstr("chunk 0: expected at most 8 bytes, found 16"));
  EXPECT_THAT(message({.places = {{0, 0}, {1, 0}}, .chunk_bytes = {8, 8}, .total = 15}),
              HasSubstr("expected a total of 16"));
}

TEST(Validate, SharingNeedsPermissionInOnePlace) {
  Problem problem{.buffers = {{0, 2, 8}, {1, 4, 8}, {1, 4, 8}}, .in_place = {{0, 1}, {0, 2}}};
  const auto valid = [&](int64_t one, int64_t two) {
    return Validate(problem,
                    {.places = {{0, 0}, {0, one}, {0, two}}, .chunk_bytes = {24}, .total = 24})
        .ok();
  };
  EXPECT_TRUE(valid(0, 8));
  EXPECT_TRUE(valid(8, 0));
  EXPECT_FALSE(valid(0, 0));
  EXPECT_FALSE(valid(4, 12));
}

TEST(Validate, EmptyBuffersAreInNobodysWay) {
  const Problem problem{.buffers = {{0, 2, 8}, {1, 4, 0}}};
  EXPECT_TRUE(Validate(problem, {.places = {{0, 0}, {0, 4}}, .chunk_bytes = {8}, .total = 8}).ok());
}

}  // namespace
}  // namespace emel::plan
