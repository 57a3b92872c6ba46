#include "runtime/plan/strategy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace emel::plan {
namespace {

using testing::ElementsAre;

const Options kBestFit{.strategy = "best-fit"};

std::vector<int64_t> Offsets(const Plan& plan) {
  std::vector<int64_t> offsets;
  for (const Place& place : plan.places) offsets.push_back(place.offset);
  return offsets;
}

TEST(BestFit, TakesTheSmallestHoleThatHoldsIt) {
  const Problem problem{.buffers = {{0, 1, 32}, {0, 9, 8}, {0, 1, 16}, {0, 9, 8}, {1, 9, 12}}};
  const auto solution = Solve(problem, kBestFit);
  ASSERT_TRUE(solution.ok()) << solution.status();
  EXPECT_THAT(Offsets(solution->plan), ElementsAre(0, 32, 40, 56, 40));
}

TEST(BestFit, MergesNeighbours) {
  const Problem problem{
      .buffers = {{0, 2, 8}, {0, 3, 8}, {0, 1, 8}, {0, 9, 8}, {3, 9, 24}, {3, 9, 8}}};
  const auto solution = Solve(problem, kBestFit);
  ASSERT_TRUE(solution.ok()) << solution.status();
  EXPECT_THAT(Offsets(solution->plan), ElementsAre(0, 8, 16, 24, 0, 32));
}

TEST(BestFit, PrefersBytesThatAreThere) {
  // At moment 1, chunk 0 has a tail of 8 bytes beyond what it ever used, chunk 1 has 24 freed ones.
  const Problem problem{.buffers = {{0, 9, 24}, {0, 1, 24}, {1, 9, 8}}, .max_chunk = 32};
  const auto solution = Solve(problem, kBestFit);
  ASSERT_TRUE(solution.ok()) << solution.status();
  EXPECT_THAT(solution->plan.chunk_bytes, ElementsAre(24, 24));
  EXPECT_EQ(solution->plan.places[2].chunk, 1);
}

TEST(BestFit, ChunksHaveTwoWaysToBeLarger) {
  const Problem problem{
      .buffers = {{0, 9, 24}, {0, 9, 8}, {0, 9, 16}}, .max_chunk = 16, .max_chunks = 2};
  const auto solution = Solve(problem, kBestFit);
  ASSERT_TRUE(solution.ok()) << solution.status();
  EXPECT_THAT(solution->plan.chunk_bytes, ElementsAre(24, 24));
}

TEST(BestFit, BuffersOfNoBytes) {
  const Problem problem{.buffers = {{0, 1, 0}, {0, 2, 4}, {1, 2, 0}}};
  const auto solution = Solve(problem, kBestFit);
  ASSERT_TRUE(solution.ok()) << solution.status();
  EXPECT_EQ(solution->plan.total, 4);
}

}  // namespace
}  // namespace emel::plan
