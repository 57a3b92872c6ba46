#include "runtime/exec/session.h"

#include "tests/support/matchers.h"
#include "tests/unit/exec/count_allocations.h"
#include "tests/unit/exec/small_program.h"
#include "tools/support/best_tokens.h"

#include <absl/strings/match.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <random>
#include <sys/wait.h>
#include <unistd.h>

namespace emel::exec {
namespace {

using ::emel::testing::Fails;
using ::emel::testing::IsOk;
using ::testing::HasSubstr;

// A session beside the tokens that its sequences should have.
class Small {
 public:
  explicit Small(const SessionOptions& options = {.workers = 2})
      : session(*Session::Create(SmallProgram(), options)) {}

  state::SequenceId Add() { return *session->sequences().Add(); }

  absl::StatusOr<std::vector<float>> Step(const std::vector<Segment>& batch) {
    uint64_t rows = 0;
    for (const Segment& segment : batch) rows += segment.rows;
    std::vector<float> logits(rows * kSmallVocabulary, -1);
    const absl::Status status = session->Step(batch, absl::MakeSpan(logits));
    if (!status.ok()) return status;
    return logits;
  }
  std::unique_ptr<Session> session;
};

std::vector<int32_t> Tokens(size_t count, int32_t from = 0) {
  std::vector<int32_t> tokens(count);
  for (size_t i = 0; i < count; ++i) {
    tokens[i] = static_cast<int32_t>((i * 7 + static_cast<size_t>(from)) % kSmallVocabulary);
  }
  return tokens;
}

// The rows after each of the last `rows` tokens.
std::vector<float> Expected(const std::vector<int32_t>& tokens, size_t rows) {
  std::vector<float> all;
  for (size_t end = tokens.size() - rows + 1; end <= tokens.size(); ++end) {
    const auto row = SmallLogits({tokens.begin(), tokens.begin() + static_cast<ptrdiff_t>(end)});
    all.insert(all.end(), row.begin(), row.end());
  }
  return all;
}

class SessionOf : public ::testing::TestWithParam<uint32_t> {};

TEST_P(SessionOf, FeedsAnyNumberOfTokens) {
  for (size_t count : {1, 2, 4, 5, 16, 17, 40, 199}) {
    for (uint32_t rows : {size_t{0}, size_t{1}, std::min<size_t>(count, 9), count}) {
      Small small({.workers = GetParam()});
      const auto tokens = Tokens(count);
      const auto logits = small.Step({{small.Add(), tokens, rows}});
      ASSERT_THAT(logits, IsOk());
      EXPECT_EQ(*logits, Expected(tokens, rows)) << count << " tokens, " << rows << " rows";
    }
  }
}

TEST_P(SessionOf, FeedsOneByOne) {
  Small small({.workers = GetParam()});
  const auto sequence = small.Add();
  const auto tokens = Tokens(kSmallContext);
  for (size_t i = 0; i < tokens.size(); ++i) {
    const auto logits = small.Step({{sequence, absl::MakeConstSpan(&tokens[i], 1), 1}});
    ASSERT_THAT(logits, IsOk());
    ASSERT_EQ(*logits, SmallLogits({tokens.begin(), tokens.begin() + i + 1}));
  }
  EXPECT_THAT(small.Step({{sequence, absl::MakeConstSpan(tokens).first(1), 1}}),
              Fails(absl::StatusCode::kOutOfRange, HasSubstr("no room for 1 more positions")));
}

// The small program, giving the best 3 tokens of each row; nobody asks for logits beside them.
template <int kEntry>
void StepForBest(const emel_step_t* step, uint32_t worker, uint32_t workers) {
  EXPECT_EQ(step->logits, nullptr);
  float rows[8 * kSmallVocabulary];
  emel_step_t own = *step;
  own.logits = rows;
  SmallProgram().entries[kEntry].function(&own, worker, workers);
  for (uint32_t i = 0; step->best != nullptr && i < step->row_count * 3; ++i) {
    const auto row = absl::MakeConstSpan(rows).subspan(i / 3 * kSmallVocabulary, kSmallVocabulary);
    const int32_t token = tools::BestTokens(row, 3)[i % 3];
    step->best[i] = {token, row[static_cast<size_t>(token)]};
  }
}

TEST(Session, GivesTheBestTokens) {
  Program program = SmallProgram();
  program.sample = 3;
  program.entries[0].function = StepForBest<0>;
  program.entries[1].function = StepForBest<1>;
  program.entries[2].function = StepForBest<2>;
  for (uint32_t wanted : {1, 2, 3}) {
    for (uint32_t rows : {0, 1, 9, 40}) {
      const auto session = *Session::Create(program, {.workers = 1});
      const auto tokens = Tokens(40);
      std::vector<emel_candidate_t> best(rows * wanted);
      const auto sequence = *session->sequences().Add();
      ASSERT_THAT(session->StepBest({{sequence, tokens, rows}}, wanted, absl::MakeSpan(best)),
                  IsOk());
      const auto all = Expected(tokens, rows);
      for (size_t i = 0; i < best.size(); ++i) {
        const auto row =
            absl::MakeConstSpan(all).subspan(i / wanted * kSmallVocabulary, kSmallVocabulary);
        const int32_t token = tools::BestTokens(row, 3)[i % wanted];
        ASSERT_EQ(best[i].token, token) << i;
        ASSERT_EQ(best[i].logit, row[static_cast<size_t>(token)]) << i;
      }
      // A token alone whose row nobody wants.
      EXPECT_THAT(session->StepBest({{sequence, absl::MakeConstSpan(tokens).first(1), 0}}, 1, {}),
                  IsOk());
    }
  }
}

// The entry for one token writes its row whether or not it was asked for.
TEST_P(SessionOf, FeedsOneByOneWithoutRows) {
  Program program = SmallProgram();
  program.entries[0].function = [](const emel_step_t* step, uint32_t worker, uint32_t workers) {
    emel_step_t with_row = *step;
    with_row.row_count = 1;
    SmallProgram().entries[0].function(&with_row, worker, workers);
  };
  const auto session = *Session::Create(program, {.workers = GetParam()});
  const auto sequence = *session->sequences().Add();
  const auto tokens = Tokens(70);
  for (size_t i = 0; i + 1 < tokens.size(); ++i) {
    ASSERT_THAT(session->Step({{sequence, absl::MakeConstSpan(&tokens[i], 1), 0}}, {}), IsOk());
  }
  std::vector<float> logits(kSmallVocabulary);
  ASSERT_THAT(session->Step({{sequence, absl::MakeConstSpan(&tokens.back(), 1), 1}},
                            absl::MakeSpan(logits)),
              IsOk());
  EXPECT_EQ(logits, SmallLogits(tokens));
}

TEST_P(SessionOf, StepsSeveralSequencesTogether) {
  Small small({.workers = GetParam(), .sequences = 5});
  std::mt19937 random(GetParam());
  std::vector<state::SequenceId> ids;
  std::vector<std::vector<int32_t>> said(5);
  for (int i = 0; i < 5; ++i) ids.push_back(small.Add());
  for (int step = 0; step < 30; ++step) {
    std::vector<std::vector<int32_t>> tokens;
    std::vector<Segment> batch;
    std::vector<float> expected;
    tokens.reserve(5);
    for (size_t i = 0; i < 5; ++i) {
      const size_t count = random() % 3 ? 1 : 1 + random() % 30;
      if (random() % 4 == 0 || said[i].size() + count > kSmallContext) continue;
      tokens.push_back(Tokens(count, static_cast<int32_t>(random() % 50)));
      said[i].insert(said[i].end(), tokens.back().begin(), tokens.back().end());
      const auto rows = static_cast<uint32_t>(random() % (count + 1));
      batch.push_back({ids[i], tokens.back(), rows});
      const auto logits = Expected(said[i], rows);
      expected.insert(expected.end(), logits.begin(), logits.end());
    }
    const auto logits = small.Step(batch);
    ASSERT_THAT(logits, IsOk());
    ASSERT_EQ(*logits, expected) << "step " << step;
  }
}

INSTANTIATE_TEST_SUITE_P(Workers, SessionOf, ::testing::Values(1, 2, 3, 7));

TEST(Session, ForksAndRollsBack) {
  Small small({.workers = 2, .sequences = 2});
  const auto a = small.Add();
  auto tokens = Tokens(40);
  ASSERT_THAT(small.Step({{a, tokens, 0}}), IsOk());
  const auto b = small.session->sequences().Fork(a, 35);
  ASSERT_THAT(b, IsOk());
  ASSERT_THAT(small.session->sequences().Truncate(a, 33), IsOk());
  const std::vector<int32_t> left = {1, 2}, right = {3};
  const auto logits = small.Step({{a, left, 1}, {*b, right, 1}});
  ASSERT_THAT(logits, IsOk());
  std::vector<int32_t> at_a(tokens.begin(), tokens.begin() + 33);
  std::vector<int32_t> at_b(tokens.begin(), tokens.begin() + 35);
  at_a.insert(at_a.end(), left.begin(), left.end());
  at_b.insert(at_b.end(), right.begin(), right.end());
  auto expected = SmallLogits(at_a);
  const auto second = SmallLogits(at_b);
  expected.insert(expected.end(), second.begin(), second.end());
  EXPECT_EQ(*logits, expected);
}

TEST(Session, RefusesABadBatchAndChangesNothing) {
  Small small({.workers = 2, .sequences = 2});
  const auto a = small.Add(), b = small.Add();
  const std::vector<int32_t> good = {1, 2, 3}, high = {1, 50}, low = {-1}, none;
  const auto refuses = [&](const std::vector<Segment>& batch, const std::string& message) {
    EXPECT_THAT(small.Step(batch), Fails(absl::StatusCode::kInvalidArgument, HasSubstr(message)));
  };
  refuses({{a, good, 1}, {b, high, 1}}, "token 1: expected a number below 50, found 50");
  refuses({{a, good, 1}, {b, low, 1}}, "token 0: expected a number below 50, found -1");
  refuses({{a, none, 0}}, "expected 1 to 200 tokens, found 0");
  refuses({{a, good, 4}}, "expected at most 3 rows of logits, found 4");
  refuses({{a, good, 1}, {a, good, 1}}, "is in the step twice");
  refuses({{a, good, 1}, {99, good, 1}}, "found number 99, which is none");
  refuses({{a, good, 1}, {b, good, 1}, {a, good, 1}}, "expected at most 2 segments, found 3");
  const auto long_one = Tokens(201);
  refuses({{a, long_one, 1}}, "expected 1 to 200 tokens, found 201");
  std::vector<float> small_room(kSmallVocabulary);
  EXPECT_THAT(small.session->Step({{a, good, 2}}, absl::MakeSpan(small_room)),
              Fails(absl::StatusCode::kInvalidArgument,
                    HasSubstr("logits: expected room for 100 numbers, found 50")));
  EXPECT_EQ(*small.session->sequences().Length(a), 0u);
  EXPECT_EQ(*small.session->sequences().Length(b), 0u);
  EXPECT_THAT(small.Step({}), IsOk());
}

TEST(Session, RefusesWhatTheCodeDoesNotAllow) {
  const auto create = [](const SessionOptions& options) {
    return Session::Create(SmallProgram(), options);
  };
  EXPECT_THAT(create({.workers = 65}),
              Fails(absl::StatusCode::kInvalidArgument,
                    HasSubstr("threads: expected at most 64, which it is compiled for, found 65")));
  EXPECT_THAT(create({.context = 201}), Fails(absl::StatusCode::kInvalidArgument,
                                              HasSubstr("context: expected at most 200")));
  EXPECT_THAT(create({.sequences = 0}), Fails(absl::StatusCode::kInvalidArgument, HasSubstr("")));
  Program program = SmallProgram();
  program.arena_bytes = uint64_t{1} << 60;
  EXPECT_THAT(Session::Create(program, {}),
              Fails(absl::StatusCode::kResourceExhausted,
                    HasSubstr("cannot reserve 1152921504606846976 bytes of memory for the arena")));
}

// A fork has the session's memory and none of its threads.
TEST(Session, SaysThatItIsOfAnotherProcess) {
  Small small({.workers = 2});
  const auto a = small.Add();
  const std::vector<int32_t> tokens = {1, 2, 3};
  const pid_t child = fork();
  if (child == 0) {
    const absl::Status status = small.Step({{a, tokens, 1}}).status();
    small.session.reset();
    _exit(absl::IsInvalidArgument(status) && absl::StrContains(status.message(), "after a fork")
              ? 0
              : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_THAT(small.Step({{a, tokens, 1}}), IsOk());
}

// Code that keeps a pointer to the arena, so that the test can look into it.
SmallArena* arena_seen = nullptr;

TEST(Session, TakesTheSmallestEntryAndSharesTheWork) {
  Program program = SmallProgram();
  static emel_step_fn* const kWhole = program.entries[2].function;
  program.entries[2].function = [](const emel_step_t* step, uint32_t worker, uint32_t workers) {
    if (worker == 0) arena_seen = reinterpret_cast<SmallArena*>(step->arena);
    kWhole(step, worker, workers);
  };
  const auto session = *Session::Create(program, {.workers = 3, .sequences = 2});
  const auto a = *session->sequences().Add(), b = *session->sequences().Add();
  const auto tokens = Tokens(20), few = Tokens(3), one = Tokens(1);
  std::vector<float> logits(20 * kSmallVocabulary);
  const auto step = [&](std::vector<Segment> batch) {
    ASSERT_THAT(session->Step(batch, absl::MakeSpan(logits)), IsOk());
  };
  step({{a, tokens, 0}});               // 16 and 4
  step({{a, one, 1}});                  // 1
  step({{a, few, 3}, {b, one, 1}});     // 4
  step({{a, few, 0}, {b, few, 0}});     // 6
  step({{a, few, 0}, {b, tokens, 9}});  // 3 and, since 16 more are too many, 16; 4
  ASSERT_NE(arena_seen, nullptr);
  EXPECT_THAT(arena_seen->steps, ::testing::ElementsAre(1, 4, 3));
  for (uint32_t worker = 0; worker < 3; ++worker) EXPECT_GT(arena_seen->written_by[worker], 0u);
  EXPECT_EQ(std::accumulate(arena_seen->rows_of, arena_seen->rows_of + 3, 0u), 14u);
  EXPECT_EQ(arena_seen->scratch_apart, 3u * 8);
}

TEST(Session, ChoosesRoundingByTheSegmentAlone) {
  Program program = SmallProgram();
  program.entries[2].exact = false;
  static emel_step_fn* const kWhole = program.entries[2].function;
  program.entries[2].function = [](const emel_step_t* step, uint32_t worker, uint32_t workers) {
    if (worker == 0) arena_seen = reinterpret_cast<SmallArena*>(step->arena);
    kWhole(step, worker, workers);
  };
  const auto session = *Session::Create(program, {.workers = 2, .sequences = 3});
  const auto a = *session->sequences().Add(), b = *session->sequences().Add(),
             c = *session->sequences().Add();
  const auto many = Tokens(17), few = Tokens(4), one = Tokens(1);
  std::vector<float> logits(10 * kSmallVocabulary);
  const auto step = [&](std::vector<Segment> batch) {
    ASSERT_THAT(session->Step(batch, absl::MakeSpan(logits)), IsOk());
  };
  step({{a, many, 1}});                            // 16 and 1, both as the whole segment
  step({{a, few, 1}, {b, few, 1}, {c, one, 1}});   // twice 4 and 1, however many they are together
  step({{a, one, 1}, {b, many, 1}, {c, one, 1}});  // 1; 16 and 1; 1
  EXPECT_THAT(arena_seen->steps, ::testing::ElementsAre(3, 2, 4));
  auto sequence = few;
  sequence.insert(sequence.end(), many.begin(), many.end());
  const std::vector<float> row(logits.begin() + kSmallVocabulary,
                               logits.begin() + 2 * kSmallVocabulary);
  EXPECT_EQ(row, SmallLogits(sequence));
}

TEST(Session, WantsAnExactEntry) {
  Program program = SmallProgram();
  for (auto& entry : program.entries) entry.exact = false;
  EXPECT_THAT(Session::Create(program, {}),
              Fails(absl::StatusCode::kFailedPrecondition, HasSubstr("gives no logits")));
}

TEST(Session, AllocatesNothingInAThousandSteps) {
  if (!tests::CountAllocations()) GTEST_SKIP() << "a sanitizer has malloc";
  Small small({.workers = 3, .sequences = 3});
  const auto a = small.Add(), b = small.Add();
  const auto many = Tokens(20);
  std::vector<float> logits(22 * kSmallVocabulary);
  auto& sequences = small.session->sequences();
  const uint64_t before = *tests::CountAllocations();
  EXPECT_GT(before, 0u);  // it does count
  bool good = true;
  for (int step = 0; step < 1000; ++step) {
    const auto fork = sequences.Fork(a, *sequences.Length(a));
    const Segment batch[] = {{a, absl::MakeConstSpan(many).first(1), 1},
                             {b, many, 20},
                             {*fork, absl::MakeConstSpan(many).first(1), 1}};
    good &= small.session->Step(batch, absl::MakeSpan(logits)).ok();
    good &= sequences.Remove(*fork).ok();
    if (step % 100 == 99) good &= sequences.Truncate(a, 10).ok();
    good &= sequences.Truncate(b, static_cast<uint32_t>(step % 20)).ok();
  }
  const uint64_t after = *tests::CountAllocations();
  EXPECT_TRUE(good);
  EXPECT_EQ(after - before, 0u);
}

}  // namespace
}  // namespace emel::exec
