// Layers with a window keep the pages that they still see, and what may be taken back: the bits are
// those of layers that keep everything.

#include "runtime/include/emel/emel.h"
#include "tests/support/build_kind.h"
#include "tests/support/matchers.h"
#include "tests/unit/models/compiled_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <optional>
#include <random>

namespace emel::testing {
namespace {

using ::testing::HasSubstr;

constexpr uint32_t kStep = 16;      // tokens
constexpr size_t kTokens = 250;     // of a context of 256
constexpr uint32_t kAllKept = 256;  // a step so large that a window keeps the whole context

std::vector<int32_t> drawTokens(size_t count, std::mt19937& random) {
  std::vector<int32_t> tokens(count);
  for (int32_t& token : tokens) token = static_cast<int32_t>(random() % 200);
  return tokens;
}

/// What nobody has holds NaN of every type of cells.
void poisonFreePages(const state::Sequences& sequences) {
  for (size_t c = 0; c < sequences.class_count(); ++c) {
    const state::PagePool& pool = sequences.pool(c);
    for (uint32_t i = 0; i < pool.page_count(); ++i) {
      const uint32_t page = pool.first() + i;
      if (pool.users(page) == 0) std::memset(pool.At(page), 0xff, pool.page_bytes());
    }
  }
}

class WindowsTest : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (kSanitized) GTEST_SKIP() << "the compiler takes minutes with sanitizers";
    if (variantsHere().empty()) GTEST_SKIP() << "this machine runs no code that we make";
    const std::string variant = variantsHere().front();
    const std::string gguf = EMEL_SOURCE_DIR "/tests/fixtures/models/" + std::string(GetParam());
    auto compile = [&](std::optional<CompiledModel>& model, uint32_t batch) {
      model.emplace(gguf + "/model.gguf", std::vector<std::string>{variant},
                    std::vector<std::string>{"--small=1", "--batch=" + std::to_string(batch)});
      EXPECT_EQ(model->error(), "");
      return model->error().empty() ? model->load(variant) : nullptr;
    };
    kept_ = compile(other_, kAllKept);
    windowed_ = compile(artifact_, kStep);
    ASSERT_TRUE(kept_ && windowed_);
    ASSERT_EQ(kept_->program().windows.size(), 0u);
    ASSERT_EQ(windowed_->program().windows.size(), 1u);
    ASSERT_EQ(windowed_->program().windows[0].pages, 2u);
  }

  std::unique_ptr<exec::Session> createSession(const exec::Program& program,
                                               uint32_t sequences = 1) {
    auto session = exec::Session::Create(program, {.workers = 1, .sequences = sequences});
    EXPECT_TRUE(session.ok()) << session.status();
    return *std::move(session);
  }

  /// The rows after the last `count` of the tokens.
  std::vector<float> expectedRows(const std::vector<int32_t>& tokens, uint32_t count) {
    auto session = createSession(kept_->program());
    return step(*session, *session->sequences().Add(), tokens, count);
  }
  static std::vector<float> step(exec::Session& session, state::SequenceId id,
                                 const std::vector<int32_t>& tokens, uint32_t rows) {
    poisonFreePages(session.sequences());
    std::vector<float> logits(uint64_t{rows} * session.program().vocabulary);
    const absl::Status status = session.Step({{id, tokens, rows}}, absl::MakeSpan(logits));
    EXPECT_TRUE(status.ok()) << status;
    return logits;
  }

  std::optional<CompiledModel> artifact_, other_;
  std::shared_ptr<const exec::Model> kept_, windowed_;
};

TEST_P(WindowsTest, GivesTheSameBits) {
  std::mt19937 random(1);
  const auto tokens = drawTokens(kTokens, random);
  const std::vector<double> rows = feed(kept_->program(), tokens, 2);
  for (size_t chunk : {SIZE_MAX, size_t{33}, size_t{7}, size_t{1}}) {
    SCOPED_TRACE("pieces of " + std::to_string(chunk));
    EXPECT_EQ(feed(windowed_->program(), tokens, 2, chunk), rows);
    if (chunk > 1) EXPECT_EQ(feedInCompany(windowed_->program(), tokens, 1, chunk), rows);
  }
}

/// Sequences grow, fork and go back at random; each row is that of a fresh run.
TEST_P(WindowsTest, GoesBackToTheBitsOfAFreshRun) {
  std::mt19937 random(2);
  auto session = createSession(windowed_->program(), 3);
  state::Sequences& sequences = session->sequences();
  struct Said {
    state::SequenceId id;
    std::vector<int32_t> tokens;
    size_t furthest = 0;
  };
  std::vector<Said> all = {{*sequences.Add(), {}}};
  for (int call = 0; call < 120; ++call) {
    SCOPED_TRACE("call " + std::to_string(call));
    Said& said = all[random() % all.size()];
    // Always within a step of the furthest position.
    const size_t least = said.furthest - std::min<size_t>(said.furthest, kStep);
    const auto to = static_cast<uint32_t>(least + random() % (said.tokens.size() - least + 1));
    if (random() % 4 == 0 && all.size() < 3) {
      const auto fork = sequences.Fork(said.id, to);
      ASSERT_TRUE(fork.ok()) << fork.status();
      all.push_back({*fork, {said.tokens.begin(), said.tokens.begin() + to}, said.furthest});
      if (to == 0) all.back().furthest = 0;
      continue;
    }
    if (said.tokens.size() + 40 > kTokens) {
      ASSERT_TRUE(sequences.Truncate(said.id, 0).ok());
      said.tokens.clear();
      said.furthest = 0;
    } else if (random() % 2) {
      ASSERT_TRUE(sequences.Truncate(said.id, to).ok());
      said.tokens.resize(to);
      if (to == 0) said.furthest = 0;
    }
    const uint32_t count = 1 + random() % (random() % 3 ? 3 : 40);
    const auto more = drawTokens(count, random);
    said.tokens.insert(said.tokens.end(), more.begin(), more.end());
    said.furthest = std::max(said.furthest, said.tokens.size());
    ASSERT_EQ(step(*session, said.id, more, count), expectedRows(said.tokens, count));
  }
}

class OneWindowTest : public WindowsTest {};

/// A page that is read after it went shows: two pages are what it takes, and one is not.
TEST_P(OneWindowTest, WhatGoesTooEarlyShows) {
  std::mt19937 random(3);
  const auto tokens = drawTokens(34, random);
  const auto slice = [&](size_t from, size_t to) {
    return std::vector<int32_t>(tokens.begin() + from, tokens.begin() + to);
  };
  for (uint32_t pages : {2, 1}) {
    exec::Program program = windowed_->program();
    program.windows[0].pages = pages;
    auto session = createSession(program, 2);
    const auto id = *session->sequences().Add();
    step(*session, id, slice(0, 32), 0);
    // Keeps the first page from being the next one, too.
    const auto fork = session->sequences().Fork(id, 32);
    ASSERT_TRUE(fork.ok()) << fork.status();
    step(*session, id, slice(32, 33), 0);
    ASSERT_TRUE(session->sequences().Remove(*fork).ok());
    const auto rows = step(*session, id, slice(33, 34), 1);
    if (pages == 2) EXPECT_EQ(rows, expectedRows(tokens, 1));
    if (pages == 1) EXPECT_TRUE(std::isnan(rows[0]));
  }
}

TEST_P(OneWindowTest, TellsCallersOfCWhatIsGone) {
  emel_model_t* model = nullptr;
  emel_session_t* session = nullptr;
  emel_sequence_t sequence = 0, fork = 0;
  ASSERT_EQ(emel_model_load(artifact_->path().c_str(), nullptr, &model), EMEL_OK);
  const emel_session_options_t options = {.struct_size = sizeof options,
                                          .threads = 1,
                                          .max_sequences = 2,
                                          .context = 0,
                                          .max_pages = 0,
                                          .reserved = 0};
  ASSERT_EQ(emel_session_create(model, &options, &session), EMEL_OK);
  emel_session_info_t info = {.struct_size = sizeof info};
  ASSERT_EQ(emel_session_get_info(session, &info), EMEL_OK);
  const artifact::Plan& plan = windowed_->plan();
  EXPECT_EQ(info.reserved_bytes,
            plan.arena_bytes + plan.scratch_stride() + 2 * plan.state_bytes(plan.context));
  ASSERT_EQ(emel_sequence_create(session, &sequence), EMEL_OK);
  const std::vector<int32_t> tokens(200, 7);
  const emel_segment_t prompt = {sequence, tokens.data(), 200, 0};
  ASSERT_EQ(emel_session_step(session, &prompt, 1, nullptr, 0), EMEL_OK);

  const uint32_t least = (7 - 2) * 32 + windowed_->program().windows[0].positions - 1;
  EXPECT_EQ(emel_sequence_truncate(session, sequence, least - 1), EMEL_GONE);
  EXPECT_THAT(emel_get_message(), HasSubstr("expected 0 or " + std::to_string(least) + " to 200"));
  EXPECT_THAT(emel_get_message(), HasSubstr("truncate to 0 and feed the sequence again"));
  EXPECT_EQ(emel_sequence_fork(session, sequence, 10, &fork), EMEL_GONE);
  EXPECT_EQ(emel_describe_status(EMEL_GONE), std::string("gone"));
  uint32_t length = 0;
  EXPECT_EQ(emel_sequence_get_length(session, sequence, &length), EMEL_OK);
  EXPECT_EQ(length, 200u);
  EXPECT_EQ(emel_sequence_fork(session, sequence, 200 - kStep, &fork), EMEL_OK);
  EXPECT_EQ(emel_sequence_truncate(session, sequence, 200 - kStep), EMEL_OK);
  EXPECT_EQ(emel_sequence_truncate(session, sequence, 0), EMEL_OK);
  EXPECT_EQ(emel_session_destroy(session), EMEL_OK);
  EXPECT_EQ(emel_model_destroy(model), EMEL_OK);
}

const auto modelName = [](const auto& info) { return std::string(info.param); };
INSTANTIATE_TEST_SUITE_P(Models, WindowsTest, ::testing::Values("gemma2", "gemma3", "phi3"),
                         modelName);
INSTANTIATE_TEST_SUITE_P(Models, OneWindowTest, ::testing::Values("gemma2"), modelName);

}  // namespace
}  // namespace emel::testing
