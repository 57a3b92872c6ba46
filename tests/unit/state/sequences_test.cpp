#include "runtime/state/sequences.h"

#include "tests/support/matchers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <random>
#include <set>

namespace emel::state {
namespace {

using ::emel::testing::Fails;
using ::emel::testing::IsOk;
using ::testing::HasSubstr;

constexpr uint64_t kPageBytes = kPagePositions * sizeof(uint32_t);  // a number per position

// Sequences whose positions hold numbers, beside what they should hold.
class Numbers {
 public:
  explicit Numbers(const Limits& limits) : sequences(*Sequences::Create(limits, kPageBytes)) {}

  SequenceId Add() {
    const auto id = sequences.Add();
    if (!id.ok()) return 0;
    expected[*id];
    return *id;
  }
  SequenceId Fork(SequenceId from, uint32_t positions) {
    const auto id = sequences.Fork(from, positions);
    if (!id.ok()) return 0;
    const auto& source = expected[from];
    expected[*id] = {source.begin(), source.begin() + positions};
    return *id;
  }
  void Truncate(SequenceId id, uint32_t positions) {
    ASSERT_THAT(sequences.Truncate(id, positions), IsOk());
    expected[id].resize(positions);
  }
  void Remove(SequenceId id) {
    ASSERT_THAT(sequences.Remove(id), IsOk());
    expected.erase(id);
  }
  absl::Status Step(const std::vector<Sequences::Growth>& batch) {
    const absl::Status status = sequences.Begin(batch);
    if (!status.ok()) return status;
    for (const auto& growth : batch) {
      for (uint32_t i = 0; i < growth.positions; ++i) {
        auto& numbers = expected[growth.sequence];
        numbers.push_back(++latest_);
        std::memcpy(At(growth.sequence, numbers.size() - 1), &latest_, sizeof latest_);
      }
    }
    sequences.Finish(batch);
    return status;
  }

  // Everything is as it should be: contents, and the users of every page.
  void Check() {
    std::map<uint32_t, uint32_t> users;
    for (const auto& [id, numbers] : expected) {
      ASSERT_EQ(*sequences.Length(id), numbers.size());
      for (size_t i = 0; i < numbers.size(); ++i) {
        uint32_t found;
        std::memcpy(&found, At(id, i), sizeof found);
        ASSERT_EQ(found, numbers[i]) << "sequence " << id << ", position " << i;
        if (i % kPagePositions == 0) ++users[PageOf(id, i)];
      }
    }
    const PagePool& pool = sequences.pool();
    for (uint32_t page = 0; page < pool.page_count(); ++page) {
      ASSERT_EQ(pool.users(page), users.count(page) ? users[page] : 0u) << page;
    }
    ASSERT_EQ(pool.free_count(), pool.page_count() - users.size());
  }

  Sequences sequences;
  std::map<SequenceId, std::vector<uint32_t>> expected;

 private:
  uint32_t PageOf(SequenceId id, size_t position) const {
    return sequences.page_table()[sequences.SlotOf(id) * sequences.page_table_stride() +
                                  position / kPagePositions];
  }
  uint8_t* At(SequenceId id, size_t position) const {
    return sequences.pool().data() + PageOf(id, position) * kPageBytes +
           position % kPagePositions * sizeof(uint32_t);
  }
  uint32_t latest_ = 0;
};

TEST(Sequences, TakePagesAsTheyGrow) {
  Numbers numbers({.sequences = 2, .context = 100});
  EXPECT_EQ(numbers.sequences.pool().page_count(), 8u);
  const SequenceId a = numbers.Add();
  for (uint32_t grow : {1, 30, 1, 1, 67}) {
    EXPECT_THAT(numbers.Step({{a, grow}}), IsOk());
    numbers.Check();
  }
  EXPECT_EQ(numbers.sequences.pool().free_count(), 4u);
  EXPECT_THAT(numbers.Step({{a, 1}}),
              Fails(absl::StatusCode::kOutOfRange,
                    HasSubstr("no room for 1 more positions, it has 100 of 100")));
  EXPECT_THAT(numbers.Step({{a, UINT32_MAX}}), Fails(absl::StatusCode::kOutOfRange, HasSubstr("")));
  numbers.Check();
}

TEST(Sequences, ShareACommonBeginning) {
  Numbers numbers({.sequences = 3, .context = 128});
  const SequenceId a = numbers.Add();
  ASSERT_THAT(numbers.Step({{a, 70}}), IsOk());
  const SequenceId b = numbers.Fork(a, 70), c = numbers.Fork(a, 40);
  EXPECT_EQ(numbers.sequences.pool().page_count() - numbers.sequences.pool().free_count(), 3u);
  // The page of positions 64 to 95 is copied once for two writers; c copies that of 32 to 63.
  ASSERT_THAT(numbers.Step({{a, 1}, {b, 1}, {c, 1}}), IsOk());
  EXPECT_EQ(numbers.sequences.pool().page_count() - numbers.sequences.pool().free_count(), 5u);
  numbers.Check();
  numbers.Remove(a);
  numbers.Check();
  ASSERT_THAT(numbers.Step({{c, 30}, {b, 5}}), IsOk());
  numbers.Check();
}

TEST(Sequences, AForkAtAPageEndCopiesNothing) {
  Numbers numbers({.sequences = 2, .context = 64});
  const SequenceId a = numbers.Add();
  ASSERT_THAT(numbers.Step({{a, 32}}), IsOk());
  const SequenceId b = numbers.Fork(a, 32);
  ASSERT_THAT(numbers.Step({{a, 1}, {b, 1}}), IsOk());
  EXPECT_EQ(numbers.sequences.pool().free_count(), 1u);
  numbers.Check();
}

TEST(Sequences, RollBack) {
  Numbers numbers({.sequences = 2, .context = 128});
  const SequenceId a = numbers.Add();
  ASSERT_THAT(numbers.Step({{a, 100}}), IsOk());
  const SequenceId b = numbers.Fork(a, 100);
  for (uint32_t to : {97, 96, 33, 32, 0}) {
    numbers.Truncate(a, to);
    numbers.Check();
    ASSERT_THAT(numbers.Step({{a, 3}}), IsOk());
    numbers.Check();
  }
  EXPECT_THAT(numbers.sequences.Truncate(b, 101),
              Fails(absl::StatusCode::kInvalidArgument,
                    HasSubstr("cannot truncate to 101 positions, it has 100")));
  EXPECT_THAT(numbers.sequences.Fork(a, 4),
              Fails(absl::StatusCode::kInvalidArgument, HasSubstr("cannot fork at 4 positions")));
}

TEST(Sequences, ANumberIsNeverUsedAgain) {
  Numbers numbers({.sequences = 1, .context = 32});
  const SequenceId a = numbers.Add();
  EXPECT_EQ(numbers.Add(), 0u);
  EXPECT_THAT(numbers.sequences.Add(), Fails(absl::StatusCode::kResourceExhausted,
                                             HasSubstr("all 1 sequences of the session")));
  numbers.Remove(a);
  const SequenceId b = numbers.Add();
  EXPECT_NE(a, b);
  for (SequenceId dead : {a, SequenceId{0}, SequenceId{2}, ~SequenceId{0}}) {
    const auto none = Fails(absl::StatusCode::kInvalidArgument, HasSubstr("which is none"));
    EXPECT_THAT(numbers.sequences.Remove(dead), none);
    EXPECT_THAT(numbers.sequences.Truncate(dead, 0), none);
    EXPECT_THAT(numbers.sequences.Fork(dead, 0), none);
    EXPECT_THAT(numbers.sequences.Length(dead), none);
    EXPECT_THAT(numbers.sequences.Begin({{dead, 1}}), none);
  }
}

TEST(Sequences, AStepThatFailsChangesNothing) {
  Numbers numbers({.sequences = 3, .context = 64, .pages = 3});
  const SequenceId a = numbers.Add(), b = numbers.Add();
  ASSERT_THAT(numbers.Step({{a, 10}, {b, 32}}), IsOk());
  EXPECT_THAT(
      numbers.Step({{a, 23}, {b, 1}}),
      Fails(absl::StatusCode::kResourceExhausted, HasSubstr("the step needs 2, 1 of 3 are free")));
  numbers.Check();
  EXPECT_THAT(numbers.Step({{a, 1}, {b, 1}, {a, 1}}),
              Fails(absl::StatusCode::kInvalidArgument, HasSubstr("is in the step twice")));
  EXPECT_THAT(numbers.Step({{a, 1}, {b, 33}}), Fails(absl::StatusCode::kOutOfRange, HasSubstr("")));
  EXPECT_THAT(numbers.Step({{a, 1}, {77, 1}}),
              Fails(absl::StatusCode::kInvalidArgument, HasSubstr("")));
  numbers.Check();
  // The last page goes to a copy.
  const SequenceId c = numbers.Fork(a, 10);
  EXPECT_THAT(numbers.Step({{a, 1}, {c, 1}}), IsOk());
  numbers.Check();
  EXPECT_THAT(numbers.Step({{a, 1}, {b, 1}}),
              Fails(absl::StatusCode::kResourceExhausted, HasSubstr("needs 1, 0 of 3")));
  EXPECT_THAT(numbers.Step({{a, 22 - 1}, {c, 1}}), IsOk());
  numbers.Check();
}

TEST(Sequences, RefuseWhatCannotBeReserved) {
  EXPECT_THAT(Sequences::Create({.sequences = 1, .context = 0}, 1),
              Fails(absl::StatusCode::kInvalidArgument, HasSubstr("expected room")));
  EXPECT_THAT(Sequences::Create({.sequences = UINT32_MAX, .context = UINT32_MAX}, 1),
              Fails(absl::StatusCode::kResourceExhausted, HasSubstr("cannot keep")));
  for (uint64_t bytes : {uint64_t{1} << 46, uint64_t{1} << 60, UINT64_MAX}) {
    EXPECT_THAT(Sequences::Create({.sequences = 4, .context = 1 << 20}, bytes),
                Fails(absl::StatusCode::kResourceExhausted, HasSubstr("cannot reserve")));
  }
  EXPECT_THAT(Sequences::Create({.sequences = 4, .context = 1 << 20}, 0), IsOk());
}

// Calls at random, also wrong ones; contents and users are checked after each.
TEST(Sequences, HoldWhatWasWrittenWhateverIsCalled) {
  for (uint32_t seed = 0; seed < 40; ++seed) {
    std::mt19937 random(seed);
    const auto below = [&](size_t end) { return static_cast<uint32_t>(random() % end); };
    Numbers numbers({.sequences = 4, .context = 150, .pages = 6 + seed % 15});
    const auto any = [&]() -> SequenceId {
      if (numbers.expected.empty()) return 0;
      return std::next(numbers.expected.begin(), below(numbers.expected.size()))->first;
    };
    for (int call = 0; call < 300; ++call) {
      const SequenceId id = any();
      const uint32_t length = id == 0 ? 0 : *numbers.sequences.Length(id);
      const uint32_t what = below(10);
      if (id == 0 || what == 0) {
        numbers.Add();
      } else if (what == 1) {
        numbers.Fork(id, below(length + 1));
      } else if (what == 2) {
        numbers.Truncate(id, below(length + 1));
      } else if (what == 3 && below(3) == 0) {
        numbers.Remove(id);
      } else {
        std::vector<Sequences::Growth> batch;
        for (const auto& [each, unused] : numbers.expected) {
          if (below(2)) batch.push_back({each, 1 + below(below(4) ? 3 : 50)});
        }
        (void)numbers.Step(batch);
      }
      ASSERT_NO_FATAL_FAILURE(numbers.Check()) << "seed " << seed << ", call " << call;
    }
  }
}

}  // namespace
}  // namespace emel::state
