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

// Windows for steps of so many positions: as many pages as hold what is read, written and taken
// back.
constexpr uint32_t kStepPositions = 20;
std::vector<Window> Windows(std::initializer_list<uint32_t> sizes) {
  std::vector<Window> windows;
  for (uint32_t size : sizes) {
    windows.push_back({size, (size + kStepPositions + 61) / 32, kPageBytes * (2 + windows.size())});
  }
  return windows;
}

// Sequences whose positions hold numbers, in each class of pages, beside what they should hold.
class Numbers {
 public:
  explicit Numbers(const Limits& limits, const std::vector<Window>& windows = {})
      : sequences(*Sequences::Create(limits, kPageBytes, windows)), windows_(windows) {}

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
    if (positions > 0) furthest[*id] = furthest[from];
    return *id;
  }
  void Truncate(SequenceId id, uint32_t positions) {
    ASSERT_THAT(sequences.Truncate(id, positions), IsOk());
    expected[id].resize(positions);
  }
  void Remove(SequenceId id) {
    ASSERT_THAT(sequences.Remove(id), IsOk());
    expected.erase(id);
    furthest.erase(id);
  }
  absl::Status Step(const std::vector<Sequences::Growth>& batch) {
    const absl::Status status = sequences.Begin(batch);
    if (!status.ok()) return status;
    for (const auto& growth : batch) {
      for (uint32_t from = 0; from < growth.positions; from += kStepPositions) {
        WritePiece(growth.sequence, std::min(kStepPositions, growth.positions - from));
      }
    }
    sequences.Finish(batch);
    return status;
  }

  // Everything is as it should be: contents, and the users of every page.
  void Check() {
    for (size_t c = 0; c < sequences.class_count(); ++c) {
      std::map<uint32_t, uint32_t> users;
      for (const auto& [id, numbers] : expected) {
        ASSERT_EQ(*sequences.Length(id), numbers.size());
        ASSERT_NO_FATAL_FAILURE(CheckFrom(id, c, c == 0 ? 0 : Seen(c, numbers.size())));
        const size_t pages = (numbers.size() + kPagePositions - 1) / kPagePositions;
        for (size_t i = c == 0 ? 0 : First(id, c); i < pages; ++i) {
          ++users[PageOf(id, c, i * kPagePositions)];
        }
      }
      const PagePool& pool = sequences.pool(c);
      for (uint32_t i = 0; i < pool.page_count(); ++i) {
        const uint32_t page = pool.first() + i;
        ASSERT_EQ(pool.users(page), users.count(page) ? users[page] : 0u) << c << ", " << page;
      }
      ASSERT_EQ(pool.free_count(), pool.page_count() - users.size());
    }
  }

  // The positions that can be gone on from, besides 0.
  uint32_t Least(SequenceId id) {
    size_t least = 0;
    for (size_t c = 1; c < sequences.class_count(); ++c) {
      const size_t first = First(id, c);
      if (first > 0) least = std::max(least, first * kPagePositions + Window(c) - 1);
    }
    return static_cast<uint32_t>(least);
  }

  Sequences sequences;
  std::map<SequenceId, std::vector<uint32_t>> expected;
  // Of each sequence the most positions that it had since it had none.
  std::map<SequenceId, size_t> furthest;

 private:
  uint32_t Window(size_t c) const { return windows_[c - 1].positions; }
  // The first position that the token after so many sees.
  size_t Seen(size_t c, size_t positions) const {
    return positions - std::min<size_t>(positions, Window(c) - 1);
  }
  // The first page that is left.
  size_t First(SequenceId id, size_t c) {
    const size_t pages = (furthest[id] + kPagePositions - 1) / kPagePositions;
    return pages - std::min<size_t>(pages, windows_[c - 1].pages);
  }
  void WritePiece(SequenceId id, uint32_t positions) {
    auto& numbers = expected[id];
    const size_t begin = numbers.size();
    sequences.Advance(id, positions);
    if (begin == 0) furthest[id] = 0;
    furthest[id] = std::max(furthest[id], begin + positions);
    for (uint32_t i = 0; i < positions; ++i) {
      numbers.push_back(++latest_);
      for (size_t c = 0; c < sequences.class_count(); ++c) {
        std::memcpy(At(id, c, numbers.size() - 1), &latest_, sizeof latest_);
      }
    }
    // What the piece itself sees.
    for (size_t c = 1; c < sequences.class_count(); ++c) CheckFrom(id, c, Seen(c, begin));
  }
  void CheckFrom(SequenceId id, size_t c, size_t from) const {
    const auto& numbers = expected.at(id);
    for (size_t i = from; i < numbers.size(); ++i) {
      uint32_t found;
      std::memcpy(&found, At(id, c, i), sizeof found);
      ASSERT_EQ(found, numbers[i]) << "sequence " << id << ", class " << c << ", position " << i;
    }
  }
  uint32_t PageOf(SequenceId id, size_t c, size_t position) const {
    return sequences.page_table()[sequences.SlotOf(id) * sequences.page_table_stride() +
                                  position / kPagePositions * sequences.class_count() + c];
  }
  uint8_t* At(SequenceId id, size_t c, size_t position) const {
    return sequences.memory() + PageOf(id, c, position) * sequences.pool(c).page_bytes() +
           position % kPagePositions * sizeof(uint32_t);
  }
  std::vector<state::Window> windows_;
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

TEST(Sequences, LetGoOfWhatLiesBehindAWindow) {
  // The step takes 20 positions: two pages hold what 10 see and 20 more.
  Numbers numbers({.sequences = 1, .context = 1000}, Windows({10}));
  EXPECT_EQ(numbers.sequences.pool(1).page_count(), 2u);
  EXPECT_EQ(numbers.sequences.memory_bytes(), (32 + 2 * 2) * kPageBytes);
  const SequenceId a = numbers.Add();
  for (uint32_t grow : {1, 63, 20, 500, 7, 300}) {
    ASSERT_THAT(numbers.Step({{a, grow}}), IsOk());
    ASSERT_NO_FATAL_FAILURE(numbers.Check());
    const auto length = static_cast<uint32_t>(numbers.expected[a].size());
    EXPECT_LE(numbers.Least(a), length - std::min(length, kStepPositions));
  }
  EXPECT_EQ(numbers.sequences.pool(1).free_count(), 0u);
  EXPECT_EQ(numbers.Least(a), (28 - 2) * 32 + 9u);
  EXPECT_THAT(numbers.sequences.Truncate(a, 840),
              Fails(absl::StatusCode::kDataLoss,
                    HasSubstr("expected 0 or 841 to 891 positions, found 840: layers with a window "
                              "of 10 have let go of what lies further back; truncate to 0")));
  EXPECT_THAT(numbers.sequences.Fork(a, 100), Fails(absl::StatusCode::kDataLoss, HasSubstr("841")));
  ASSERT_NO_FATAL_FAILURE(numbers.Check());
  numbers.Truncate(a, 841);
  ASSERT_THAT(numbers.Step({{a, 40}}), IsOk());
  ASSERT_NO_FATAL_FAILURE(numbers.Check());
  numbers.Truncate(a, 0);
  EXPECT_EQ(numbers.sequences.pool(1).free_count(), 2u);
  ASSERT_THAT(numbers.Step({{a, 200}}), IsOk());
  ASSERT_NO_FATAL_FAILURE(numbers.Check());
}

TEST(Sequences, AWindowWiderThanTheContextKeepsEverything) {
  Numbers numbers({.sequences = 2, .context = 100}, Windows({90, 400}));
  EXPECT_EQ(numbers.sequences.pool(1).page_count(), 8u);
  EXPECT_EQ(numbers.sequences.pool(2).page_count(), 8u);
  const SequenceId a = numbers.Add();
  ASSERT_THAT(numbers.Step({{a, 100}}), IsOk());
  for (uint32_t to : {99, 33, 1, 0}) {
    numbers.Truncate(a, to);
    ASSERT_NO_FATAL_FAILURE(numbers.Check());
  }
}

TEST(Sequences, ForksShareWhatAWindowKeeps) {
  Numbers numbers({.sequences = 3, .context = 640}, Windows({40}));
  const SequenceId a = numbers.Add();
  ASSERT_THAT(numbers.Step({{a, 305}}), IsOk());
  const SequenceId b = numbers.Fork(a, 305), c = numbers.Fork(a, 290);
  EXPECT_EQ(numbers.sequences.pool(1).page_count() - numbers.sequences.pool(1).free_count(), 3u);
  for (int i = 0; i < 12; ++i) {
    ASSERT_THAT(numbers.Step({{a, 1}, {b, 20}, {c, 9}}), IsOk());
    ASSERT_NO_FATAL_FAILURE(numbers.Check());
  }
  numbers.Remove(a);
  ASSERT_NO_FATAL_FAILURE(numbers.Check());
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
  for (uint32_t seed = 0; seed < 120; ++seed) {
    std::mt19937 random(seed);
    const auto below = [&](size_t end) { return static_cast<uint32_t>(random() % end); };
    static const std::vector<Window> kWindows[] = {
        {}, Windows({1}), Windows({33}), Windows({5, 70})};
    const uint32_t context = 150 + seed / 4 % 3 * 100;
    Numbers numbers({.sequences = 4, .context = context, .pages = 6 + seed % 15},
                    kWindows[seed % 4]);
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
        const uint32_t to = below(length + 1);
        const bool kept = to == 0 || to >= numbers.Least(id);
        const SequenceId fork = numbers.Fork(id, to);
        ASSERT_TRUE(kept || fork == 0) << to;
      } else if (what == 2) {
        const uint32_t to =
            below(2) ? length - std::min(length, below(kStepPositions + 1)) : below(length + 1);
        if (to == 0 || to >= numbers.Least(id)) {
          ASSERT_NO_FATAL_FAILURE(numbers.Truncate(id, to));
        } else {
          ASSERT_EQ(numbers.sequences.Truncate(id, to).code(), absl::StatusCode::kDataLoss);
        }
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
