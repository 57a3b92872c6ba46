// Every strategy, on random problems: its plans are valid, within what the bounds allow, and the
// same each time. Small problems are solved by trying everything, to which the search is held.

#include "runtime/plan/strategy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>

namespace emel::plan {
namespace {

using testing::HasSubstr;

Problem RandomProblem(uint32_t seed, int32_t count, int64_t moments, int64_t largest) {
  std::mt19937 random(seed);
  const auto below = [&](int64_t limit) { return static_cast<int64_t>(random() % limit); };
  Problem problem;
  for (int32_t b = 0; b < count; ++b) {
    const int64_t lower = below(moments);
    const int64_t length = 1 + below(below(4) == 0 ? moments : 1 + moments / 4);
    problem.buffers.push_back({lower, lower + length, below(largest + 1)});
  }
  for (int32_t from = 0; from < count; ++from) {
    for (int32_t into = 0; into < count; ++into) {
      const Buffer &a = problem.buffers[from], &b = problem.buffers[into];
      if (from != into && a.upper - 1 == b.lower && below(3) == 0) {
        problem.in_place.push_back({from, into});
      }
    }
  }
  return problem;
}

// Cuts a rectangle into buffers: a plan without any gap exists.
Problem Jigsaw(uint32_t seed, size_t count, int64_t length, int64_t height) {
  std::mt19937 random(seed);
  const auto between = [&](int64_t a, int64_t b) {
    return a + static_cast<int64_t>(random() % (b - a + 1));
  };
  std::vector<Buffer> pieces = {{0, length, height}};
  while (pieces.size() < count) {
    Buffer& piece = pieces[between(0, static_cast<int64_t>(pieces.size()) - 1)];
    Buffer other = piece;
    if (between(0, 1) == 0 && piece.size > 1) {
      piece.size = between(1, piece.size - 1);
      other.size -= piece.size;
    } else if (piece.upper - piece.lower > 1) {
      piece.upper = other.lower = between(piece.lower + 1, piece.upper - 1);
    } else {
      continue;
    }
    pieces.push_back(other);
  }
  std::shuffle(pieces.begin(), pieces.end(), random);
  return {.buffers = pieces};
}

// The fewest bytes, by trying every order, each buffer as low as it can go.
int64_t BruteForce(const Problem& problem) {
  std::vector<int32_t> order(problem.buffers.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int32_t>(i);
  int64_t best = kUnlimited;
  do {
    std::vector<int64_t> tops(64, 0);
    int64_t total = 0;
    for (const int32_t b : order) {
      const Buffer& buffer = problem.buffers[b];
      int64_t offset = 0;
      for (int64_t t = buffer.lower; t < buffer.upper; ++t) offset = std::max(offset, tops[t]);
      for (int64_t t = buffer.lower; t < buffer.upper; ++t) tops[t] = offset + buffer.size;
      total = std::max(total, offset + buffer.size);
    }
    best = std::min(best, total);
  } while (std::next_permutation(order.begin(), order.end()));
  return best;
}

std::vector<std::string> Names() {
  std::vector<std::string> names = {"auto"};
  for (const Strategy& strategy : Strategies()) names.emplace_back(strategy.name);
  return names;
}

class EveryStrategy : public testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Plan, EveryStrategy, testing::ValuesIn(Names()), [](const auto& info) {
  std::string name = info.param;
  std::erase(name, '-');
  return name;
});

TEST_P(EveryStrategy, MakesValidPlans) {
  for (uint32_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    Problem problem = RandomProblem(seed, 1 + seed % 40, 30, 100);
    problem.alignment = int64_t{1} << (seed % 7);
    if (seed % 3 == 0) problem.max_chunk = problem.alignment * (1 + seed % 5);
    if (seed % 6 == 0) problem.max_chunks = 1 + seed % 4;
    const auto solution = Solve(problem, {.strategy = GetParam(), .node_limit = 2000});
    ASSERT_TRUE(solution.ok()) << solution.status();  // Solve validates
    EXPECT_GE(solution->plan.total, LowerBound(problem));
    EXPECT_EQ(solution->lower_bound, LowerBound(problem));
    EXPECT_EQ(solution->no_reuse, NoReuse(problem));
  }
}

TEST_P(EveryStrategy, IsDeterministic) {
  const Problem problem = RandomProblem(7, 120, 200, 1000);
  const Options options{.strategy = GetParam(), .node_limit = 5000};
  const auto first = Solve(problem, options), second = Solve(problem, options);
  ASSERT_TRUE(first.ok() && second.ok());
  for (size_t b = 0; b < problem.buffers.size(); ++b) {
    EXPECT_EQ(first->plan.places[b].offset, second->plan.places[b].offset);
  }
  EXPECT_EQ(first->nodes, second->nodes);
}

TEST_P(EveryStrategy, TakesHugeSizes) {
  const Problem problem{.buffers = {{0, 2, kUnlimited / 2}, {1, 3, kUnlimited / 2}, {2, 9, 1}},
                        .capacity = kUnlimited - 1};
  const auto solution = Solve(problem, {.strategy = GetParam()});
  ASSERT_TRUE(solution.ok()) << solution.status();
  EXPECT_EQ(solution->plan.total, kUnlimited / 2 * 2);
}

TEST_P(EveryStrategy, SplitsIntoChunks) {
  const Problem problem{.buffers = {{0, 4, 8}, {0, 4, 8}, {0, 4, 24}, {2, 4, 8}}, .max_chunk = 16};
  const auto solution = Solve(problem, {.strategy = GetParam()});
  ASSERT_TRUE(solution.ok()) << solution.status();
  EXPECT_EQ(solution->plan.total, 48);
  EXPECT_EQ(*std::max_element(solution->plan.chunk_bytes.begin(), solution->plan.chunk_bytes.end()),
            24);
}

TEST(Search, FindsTheOptimumOfSmallProblems) {
  for (uint32_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    Problem problem = RandomProblem(seed, 7, 10, 9);
    problem.in_place.clear();
    const int64_t optimum = BruteForce(problem);
    const auto solution = Solve(problem, {.strategy = "search"});
    ASSERT_TRUE(solution.ok()) << solution.status();
    EXPECT_EQ(solution->plan.total, optimum);
    EXPECT_TRUE(solution->optimal);
  }
}

TEST(Search, SolvesJigsaws) {
  for (uint32_t seed = 0; seed < 30; ++seed) {
    SCOPED_TRACE(seed);
    const auto solution = Solve(Jigsaw(seed, 60, 1000, 1 << 20), {.strategy = "search"});
    ASSERT_TRUE(solution.ok()) << solution.status();
    EXPECT_EQ(solution->plan.total, 1 << 20);
  }
}

TEST(Search, ProvesThatNothingFits) {
  // 10 bytes are live at the most, 11 are needed.
  Problem problem{.buffers = {{3, 5, 3},
                              {1, 4, 1},
                              {0, 2, 2},
                              {0, 2, 4},
                              {0, 1, 4},
                              {5, 6, 2},
                              {5, 6, 4},
                              {2, 5, 2},
                              {1, 4, 2},
                              {4, 6, 4},
                              {1, 5, 1}},
                  .capacity = 10};
  const absl::Status status = Solve(problem).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(status.message()), HasSubstr("no plan fits: proved by search"));
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("; live at moment 0: buffer 3 (4 bytes), buffer 4 (4 bytes), buffer 2"));
  problem.capacity = 11;
  EXPECT_TRUE(Solve(problem).ok());
  problem.capacity = kUnlimited;
  const auto smallest = Solve(problem);
  ASSERT_TRUE(smallest.ok());
  EXPECT_EQ(smallest->plan.total, 11);
  EXPECT_TRUE(smallest->optimal);
}

TEST(Search, SaysWhenItGaveUp) {
  Problem problem = Jigsaw(3, 200, 1000, 1 << 20);
  problem.capacity = 1 << 20;
  const absl::Status limited = Solve(problem, {.strategy = "search", .node_limit = 10}).status();
  EXPECT_EQ(limited.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(limited.message()), HasSubstr("no plan that fits was found"));
  EXPECT_THAT(std::string(limited.message()), HasSubstr("10 placements tried; live at the peak: "));
  const absl::Status stopped =
      Solve(problem,
            {.strategy = "search", .keep_going = [](int64_t nodes) { return nodes < 100; }})
          .status();
  EXPECT_THAT(std::string(stopped.message()), HasSubstr("until it was stopped"));
}

TEST(Solve, KnowsTheNamesOfStrategies) {
  const absl::Status status = Solve(Problem{}, {.strategy = "best"}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("greedy"));
}

TEST(Solve, PlansSeveralArenas) {
  const Problem arenas[] = {{.buffers = {{0, 2, 8}}}, {.buffers = {{0, 2, 8}, {2, 4, 16}}}};
  const auto solutions = Solve(arenas);
  ASSERT_TRUE(solutions.ok()) << solutions.status();
  ASSERT_EQ(solutions->size(), 2u);
  EXPECT_EQ((*solutions)[1].plan.total, 16);
  const Problem bad[] = {{}, {.alignment = 3}};
  EXPECT_THAT(std::string(Solve(bad).status().message()), HasSubstr("arena 1: alignment"));
}

TEST(Solve, ManyBuffersTakeNoLong) {
  const auto solution = Solve(RandomProblem(1, 4000, 100000, 1 << 20), {.node_limit = 1000});
  ASSERT_TRUE(solution.ok()) << solution.status();
}

}  // namespace
}  // namespace emel::plan
