// Attention and the cells that it reads, on every CPU that this machine is or emulates, against the
// interpreter: near what it computes in double precision, and the bits of the prescribed order.

#include "tests/kernels/attention_case.h"
#include "tests/support/build_kind.h"
#include "tests/support/depth.h"
#include "tests/support/matchers.h"
#include "tests/support/same_bits.h"

#include <gtest/gtest.h>

namespace emel::testing {
namespace {

// How far a result may be from the interpreter's, where values are normal numbers: a score is a sum
// of up to 96 products of some magnitude 10, and a weight errs by as much of itself as its score
// does; weights come to 1 together.
constexpr double kTolerance = 4e-6;

// Several pages of two sequences at once, a few tokens of both, tokens alone, and all others.
std::vector<std::vector<Piece>> Batches(int64_t positions) {
  return {{{0, 0, 70}, {1, 0, 33}},
          {{1, 33, 3}, {0, 70, 1}},
          {{0, 71, 1}},
          {{1, 36, 1}},
          {{0, 72, positions - 72}, {1, 37, positions - 37}}};
}

// The same positions in other pieces: some one by one across the end of a page.
std::vector<std::vector<Piece>> OtherBatches(int64_t positions) {
  std::vector<std::vector<Piece>> batches{{{1, 0, 40}}, {{0, 0, 30}}};
  for (int64_t position = 30; position < 36; ++position) batches.push_back({{0, position, 1}});
  batches.push_back({{0, 36, 2}, {1, 40, 1}});
  batches.push_back({{1, 41, positions - 41}, {0, 38, 27}});
  batches.push_back({{0, 65, positions - 65}});
  return batches;
}

class EveryAttention : public ::testing::TestWithParam<AttentionSpec> {
 protected:
  using Rows = std::vector<std::vector<float>>;  // of each sequence, of all positions

  void SetUp() override {
    if (kSanitized) GTEST_SKIP() << "the compiler takes minutes with sanitizers";
    auto made = AttentionCase::Create(GetParam());
    ASSERT_THAT(made, IsOk());
    case_ = *std::move(made);
    for (int64_t slot = 0; slot < GetParam().sequences; ++slot) {
      auto rows = case_->Interpret(slot), ordered = case_->Interpret(slot, StepModule::kOrdered);
      ASSERT_THAT(rows, IsOk());
      ASSERT_THAT(ordered, IsOk());
      expected_.push_back(*rows);
      ordered_.push_back(*ordered);
    }
  }

  // What batches give, by sequence and position.
  absl::StatusOr<Rows> Run(const TestForm& form, const CompiledKernel& compiled,
                           const std::vector<std::vector<Piece>>& batches) const {
    std::vector<StepTokens> steps;
    for (const std::vector<Piece>& batch : batches) steps.push_back(case_->Tokens(batch));
    auto results = RunOn(form, compiled, steps);
    if (!results.ok()) return results.status();
    Rows rows(expected_.size(), std::vector<float>(expected_.front().size(), 1e9f));
    for (size_t i = 0; i < steps.size(); ++i)
      for (size_t t = 0; t < steps[i].tokens.size(); ++t)
        std::copy_n((*results)[i].begin() + t * compiled.width, compiled.width,
                    rows[steps[i].slots[t]].begin() + steps[i].positions[t] * compiled.width);
    return rows;
  }

  std::unique_ptr<AttentionCase> case_;
  Rows expected_, ordered_;
};

TEST_P(EveryAttention, HasTheInterpretersResults) {
  if (testing::IsLeftToChecks(2)) GTEST_SKIP() << testing::kLeftToChecks;
  for (const TestForm& form : KnownForms()) {
    SCOPED_TRACE(form.name());
    auto compiled = case_->Compile(form);
    ASSERT_THAT(compiled, IsOk());
    if (!RunnerOf(form).ok()) continue;
    int64_t positions = GetParam().positions;
    auto found = Run(form, *compiled, Batches(positions)),
         again = Run(form, *compiled, OtherBatches(positions));
    ASSERT_THAT(found, IsOk());
    ASSERT_THAT(again, IsOk());
    for (size_t slot = 0; slot < expected_.size(); ++slot) {
      SCOPED_TRACE("sequence " + std::to_string(slot));
      for (size_t i = 0; i < expected_[slot].size(); ++i)
        ASSERT_NEAR((*found)[slot][i], expected_[slot][i], kTolerance)
            << "position " << i / compiled->width << ", column " << i % compiled->width;
      // The bits do not depend on what else is in a step.
      for (const Rows& rows : {*found, *again})
        ASSERT_NO_FATAL_FAILURE(ExpectSameBits(rows[slot], ordered_[slot], compiled->width));
    }
  }
}

std::vector<AttentionSpec> Specs() {  // NOLINT(readability-function-size): a table
  std::vector<AttentionSpec> specs = {
      {.name = "alone", .heads = 3, .kv_heads = 3, .key_dim = 16, .value_dim = 16},
      {.name = "groups_of_2", .heads = 4, .kv_heads = 2, .key_dim = 20, .value_dim = 36},
      {.name = "groups_of_4", .heads = 8, .kv_heads = 2, .key_dim = 7, .value_dim = 5},
      {.name = "groups_of_8", .heads = 8, .kv_heads = 1, .key_dim = 80, .value_dim = 72},
      {.name = "window", .heads = 4, .kv_heads = 2, .key_dim = 24, .value_dim = 24, .window = 40},
      {.name = "window_of_1", .heads = 2, .kv_heads = 2, .key_dim = 8, .value_dim = 8, .window = 1},
      {.name = "softcap", .heads = 4, .kv_heads = 1, .key_dim = 33, .value_dim = 17, .softcap = 2},
      {.name = "sinks",
       .heads = 8,
       .kv_heads = 2,
       .key_dim = 16,
       .value_dim = 16,
       .has_sinks = true},
      // Slopes of powers of 2, and of a number of heads that is none.
      {.name = "alibi", .heads = 8, .kv_heads = 2, .key_dim = 16, .value_dim = 32, .max_bias = 8},
      {.name = "alibi_of_6",
       .heads = 6,
       .kv_heads = 2,
       .key_dim = 16,
       .value_dim = 16,
       .max_bias = 4},
      {.name = "all",
       .heads = 6,
       .kv_heads = 2,
       .key_dim = 40,
       .value_dim = 24,
       .softcap = 5,
       .max_bias = 8,
       .window = 33,
       .has_sinks = true},
      // More than what is written to the state at a time.
      {.name = "many_tokens",
       .heads = 2,
       .kv_heads = 1,
       .key_dim = 8,
       .value_dim = 8,
       .positions = 290,
       .bulk = 512},
      {.name = "f32_groups_of_2",
       .heads = 4,
       .kv_heads = 2,
       .key_dim = 20,
       .value_dim = 36,
       .cells = "keep"},
      {.name = "f32_all",
       .heads = 6,
       .kv_heads = 2,
       .key_dim = 40,
       .value_dim = 24,
       .cells = "keep",
       .softcap = 5,
       .max_bias = 8,
       .window = 33,
       .has_sinks = true},
      {.name = "q8_0_groups_of_2",
       .heads = 4,
       .kv_heads = 2,
       .key_dim = 32,
       .value_dim = 64,
       .cells = "q8_0"},
      {.name = "q8_0_groups_of_8",
       .heads = 8,
       .kv_heads = 1,
       .key_dim = 96,
       .value_dim = 32,
       .cells = "q8_0"},
      {.name = "q8_0_all",
       .heads = 6,
       .kv_heads = 2,
       .key_dim = 64,
       .value_dim = 32,
       .cells = "q8_0",
       .softcap = 5,
       .max_bias = 8,
       .window = 33,
       .has_sinks = true},
  };
  return specs;
}

INSTANTIATE_TEST_SUITE_P(Specs, EveryAttention, ::testing::ValuesIn(Specs()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace emel::testing
