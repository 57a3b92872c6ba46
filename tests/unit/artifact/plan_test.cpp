#include "runtime/artifact/plan.h"

#include "tests/support/matchers.h"
#include "tests/support/tiny_artifact.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <ostream>

namespace emel::artifact {
namespace {

using ::emel::testing::Fails;
using ::emel::testing::IsOk;
using ::emel::testing::TinyArtifact;
using ::testing::AnyOf;
using ::testing::HasSubstr;

// Gives the second layer pages of its own.
void AddWindow(Plan& plan, Window window) {
  plan.windows = {window};
  plan.layers[1].offset = 0;
  plan.layers[1].page_class = 1;
}
Plan WindowedPlan() {
  Plan plan = TinyArtifact().plan;
  AddWindow(plan, {10, 1024});
  return plan;
}

struct PlanDefect {
  const char* name;
  std::function<void(Plan&)> change;
  const char* message;
};
void PrintTo(const PlanDefect& defect, std::ostream* os) { *os << defect.name; }

const PlanDefect kPlanDefects[] = {
    {"step_version", [](auto& p) { p.step_version = 0; }, "speaks version 0 of the step interface"},
    {"vocabulary", [](auto& p) { p.vocabulary = 0; },
     "plan: vocabulary: expected 1 to 2147483647, found 0"},
    {"context", [](auto& p) { p.context = 1u << 31; }, "plan: context: expected 1 to 2147483647"},
    {"workers", [](auto& p) { p.max_workers = 0; }, "plan: workers: expected 1 to 4096, found 0"},
    {"weights", [](auto& p) { p.weights_bytes = ~uint64_t{0}; }, "plan: bytes of weights: "},
    {"arena", [](auto& p) { p.arena_bytes = kMaxBytes + 1; }, "plan: bytes of the arena: "},
    {"scratch", [](auto& p) { p.scratch_bytes = kMaxBytes / 8 + 1; },
     "plan: bytes of scratch, for all workers: "},
    {"page", [](auto& p) { p.page_bytes = kMaxBytes / 4 + 1; },
     "plan: bytes of a page, for a whole context: "},
    {"alignment", [](auto& p) { p.arena_align = 48; },
     "plan: alignment of the arena: expected a power of two up to 4096, found 48"},
    {"alignment_0", [](auto& p) { p.arena_align = 0; }, "plan: alignment of the arena: "},
    {"alignment_8192", [](auto& p) { p.arena_align = 8192; }, "plan: alignment of the arena: "},
    {"positions", [](auto& p) { p.page_positions = 16; },
     "plan: positions of a page: expected 32, found 16"},
    {"element", [](auto& p) { p.layers[1].element = PageElement{2}; },
     "plan: layer 1: expected elements of type 0, 1 or 8, found 2"},
    {"element_size",
     [](auto& p) {
       p.layers[1].element = PageElement::kQ8_0;
       p.layers[1].key_dim = 48;
     },
     "plan: layer 1: expected heads of a multiple of 32 elements of Q8_0, found 48 and "},
    {"heads", [](auto& p) { p.layers[0].heads = 0; },
     "plan: layer 0: heads and their widths: expected 1 to 65536, found 0"},
    {"key_dim", [](auto& p) { p.layers[0].key_dim = 1 << 20; }, "plan: layer 0: heads and their"},
    {"layers_overlap", [](auto& p) { p.layers[1].offset = 960; },
     "plan: layer 1: expected a multiple of 64 between 1024 and 2048, found offset 960"},
    {"layer_misaligned", [](auto& p) { p.layers[1].offset = 1032; },
     "plan: layer 1: expected a multiple of 64"},
    {"layer_outside", [](auto& p) { p.layers[1].heads = 2; },
     "plan: layer 1: expected at most 1024 bytes from its offset on, found 2048"},
    {"layer_class", [](auto& p) { AddWindow(p, {10, 1024}), p.layers[1].page_class = 2; },
     "plan: layer 1: class of pages: expected 0 to 1, found 2"},
    {"layer_outside_its_window", [](auto& p) { AddWindow(p, {10, 512}); },
     "plan: layer 1: expected at most 512 bytes from its offset on, found 1024"},
    {"no_window", [](auto& p) { AddWindow(p, {0, 1024}); },
     "plan: positions of a window, ascending: expected 1 to 2147483647, found 0"},
    {"windows_descend",
     [](auto& p) {
       AddWindow(p, {10, 1024});
       p.windows.push_back({10, 64});
     },
     "plan: positions of a window, ascending: expected 11 to 2147483647, found 10"},
    {"window_page", [](auto& p) { AddWindow(p, {10, kMaxBytes / 4 + 1}); },
     "plan: bytes of a window's page, for a whole context: "},
    {"no_entries",
     [](auto& p) {
       p.entries.clear();
       for (auto& variant : p.variants) variant.entry_offsets.clear();
     },
     "plan: entries: expected 1 to 64, found 0"},
    {"entry_name", [](auto& p) { p.entries[0].name = ""; },
     "plan: expected a name for every entry"},
    {"entry_twice", [](auto& p) { p.entries[1].name = "decode"; },
     "plan: entry 'decode': expected it once"},
    {"entries_descend", [](auto& p) { p.entries[1].max_tokens = 1; },
     "plan: entry 'bulk': tokens, ascending: expected 2 to 1048576, found 1"},
    {"rows", [](auto& p) { p.entries[0].max_rows = 2; },
     "plan: entry 'decode': rows: expected 0 to 1, found 2"},
    {"tickets", [](auto& p) { p.entries[0].ticket_count = ~0u; },
     "plan: entry 'decode': tickets: "},
    {"rounding", [](auto& p) { p.entries[1].rounding = Rounding{2}; },
     "plan: entry 'bulk': rounding, exact first: expected 0 to 1, found 2"},
    {"no_exact_entry", [](auto& p) { p.entries[0].rounding = Rounding::kBf16; },
     "plan: entry 'decode': rounding, exact first: expected 0 to 0, found 1"},
    {"no_variants", [](auto& p) { p.variants.clear(); },
     "plan: variants: expected 1 to 12, found 0"},
    {"variant_name", [](auto& p) { p.variants[0].name = "a b"; },
     "plan: expected a name for every variant"},
    {"variant_twice", [](auto& p) { p.variants[1].name = "first"; },
     "plan: variant 'first': expected it once"},
};

class DefectivePlan : public ::testing::TestWithParam<PlanDefect> {};

TEST_P(DefectivePlan, IsRefused) {
  Plan plan = TinyArtifact().plan;
  GetParam().change(plan);
  const auto expected =
      Fails(AnyOf(absl::StatusCode::kInvalidArgument, absl::StatusCode::kFailedPrecondition),
            HasSubstr(GetParam().message));
  EXPECT_FALSE(Check(plan).ok());
  EXPECT_THAT(std::string(Check(plan).message()), HasSubstr(GetParam().message));
  EXPECT_THAT(std::string(DecodePlan(Encode(plan)).status().message()),
              HasSubstr(GetParam().message));
}
INSTANTIATE_TEST_SUITE_P(Plans, DefectivePlan, ::testing::ValuesIn(kPlanDefects),
                         [](const auto& info) { return info.param.name; });

TEST(Plan, EntriesOfVariantsAreCounted) {
  Plan plan = TinyArtifact().plan;
  plan.variants[0].entry_offsets.pop_back();
  EXPECT_THAT(Check(plan), Fails(absl::StatusCode::kInvalidArgument,
                                 "plan: variant 'first': expected 2 entries, found 1"));
}

TEST(Plan, EveryLengthFails) {
  for (const Plan& plan : {TinyArtifact().plan, WindowedPlan()}) {
    const std::vector<uint8_t> bytes = Encode(plan);
    for (size_t length = 0; length < bytes.size(); ++length) {
      EXPECT_FALSE(DecodePlan(absl::MakeConstSpan(bytes).first(length)).ok()) << length;
    }
  }
  std::vector<uint8_t> bytes = Encode(WindowedPlan());
  bytes.push_back(0);
  EXPECT_THAT(DecodePlan(bytes), Fails(absl::StatusCode::kInvalidArgument,
                                       HasSubstr("expected nothing more, found 1 bytes")));
  bytes = Encode(TinyArtifact().plan);
  bytes.resize(bytes.size() + 4);
  EXPECT_THAT(DecodePlan(bytes),
              Fails(absl::StatusCode::kInvalidArgument,
                    HasSubstr("windows: expected at least 1, or nothing more; found 0")));
}

// Whatever is accepted has one encoding.
TEST(Plan, EveryBitIsRefusedOrKept) {
  for (const Plan& whole : {TinyArtifact().plan, WindowedPlan()}) {
    std::vector<uint8_t> bytes = Encode(whole);
    for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
      bytes[bit / 8] ^= 1 << bit % 8;
      const auto plan = DecodePlan(bytes);
      EXPECT_TRUE(!plan.ok() || Encode(*plan) == bytes) << bit;
      bytes[bit / 8] ^= 1 << bit % 8;
    }
  }
}

TEST(Plan, CountsDoNotAllocateMoreThanThereIs) {
  std::vector<uint8_t> bytes = Encode(TinyArtifact().plan);
  constexpr size_t kLayerCountAt = 56;
  std::fill_n(bytes.begin() + kLayerCountAt, 4, 0xff);
  EXPECT_THAT(DecodePlan(bytes), Fails(absl::StatusCode::kInvalidArgument,
                                       HasSubstr("plan: layers: expected at most ")));
}

TEST(Plan, SizesThatFollow) {
  const Plan plan = TinyArtifact().plan;
  EXPECT_EQ(plan.scratch_stride(), 128u);
  EXPECT_EQ(plan.pages_of_context(), 4u);
  EXPECT_EQ(plan.layers[0].HeadBytes(plan.page_positions), 1024u);
  EXPECT_EQ(plan.state_bytes(33), 2 * 2048u);
  // 10 positions that are seen and steps of 16: two pages at most.
  const Plan windowed = WindowedPlan();
  EXPECT_EQ(windowed.pages_of(windowed.windows[0]), 2u);
  EXPECT_EQ(windowed.window_bytes(1), 1024u);
  EXPECT_EQ(windowed.window_bytes(100), 2 * 1024u);
  EXPECT_EQ(windowed.state_bytes(100), 4 * 2048u + 2 * 1024u);
}

}  // namespace
}  // namespace emel::artifact
