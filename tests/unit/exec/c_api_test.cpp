#include "runtime/artifact/format.h"
#include "runtime/include/emel/emel.h"
#include "tests/support/process.h"
#include "tests/support/runnable_artifact.h"
#include "tests/unit/exec/count_allocations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

using emel::testing::RunnableArtifact;
using testing::HasSubstr;

#define ASSERT_FINE(call) ASSERT_EQ(call, EMEL_OK) << emel_get_message()
#define EXPECT_FINE(call) EXPECT_EQ(call, EMEL_OK) << emel_get_message()
#define EXPECT_STATUS(call, status, message)  \
  do {                                        \
    EXPECT_EQ(call, status);                  \
    EXPECT_THAT(emel_get_message(), message); \
  } while (false)

constexpr uint32_t kVocabulary = RunnableArtifact::kVocabulary;

class CApi : public testing::Test {
 protected:
  void SetUp() override {
    if (!RunnableArtifact::RunsHere()) GTEST_SKIP() << "the artifact's code is for x86-64";
    Write(RunnableArtifact().Build());
    ASSERT_FINE(emel_model_load(path_.c_str(), nullptr, &model_));
    const emel_session_options_t options = {
        .struct_size = sizeof options, .threads = 2, .max_sequences = 2};
    ASSERT_FINE(emel_session_create(model_, &options, &session_));
  }
  void TearDown() override {
    emel_session_destroy(session_);
    emel_model_destroy(model_);
    std::filesystem::remove(path_);
  }
  void Write(const std::string& bytes) { std::ofstream(path_, std::ios::binary) << bytes; }

  std::vector<float> Step(emel_sequence_t sequence, const std::vector<int32_t>& tokens) {
    std::vector<float> row(kVocabulary);
    const emel_segment_t segment = {sequence, tokens.data(), static_cast<uint32_t>(tokens.size()),
                                    1};
    EXPECT_FINE(emel_session_step(session_, &segment, 1, row.data(), row.size()));
    return row;
  }

  const std::string path_ = testing::TempDir() + "c_api" + std::to_string(getpid()) + ".emel";
  emel_model_t* model_ = nullptr;
  emel_session_t* session_ = nullptr;
};

TEST_F(CApi, TheDemoRuns) {
  const auto run = emel::testing::Run({EMEL_BINARY_DIR "/tests/emel_demo", path_});
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("code for any, 40 tokens, 100 positions\n"));
  EXPECT_THAT(run.out, HasSubstr("rolled back and fed at once: the same bits\n"));
  EXPECT_THAT(run.out, HasSubstr("destroyed twice: bad argument\n"));
}

TEST_F(CApi, StepsSequencesThatForkAndRollBack) {
  emel_sequence_t a, b, c;
  ASSERT_FINE(emel_sequence_create(session_, &a));
  EXPECT_EQ(Step(a, {1, 5, 7}), RunnableArtifact::Logits({1, 5, 7}));
  ASSERT_FINE(emel_sequence_fork(session_, a, 2, &b));
  EXPECT_STATUS(emel_sequence_create(session_, &c), EMEL_NO_ROOM, HasSubstr("all 2 sequences"));
  EXPECT_EQ(Step(b, {9}), RunnableArtifact::Logits({1, 5, 9}));
  EXPECT_EQ(Step(a, {8}), RunnableArtifact::Logits({1, 5, 7, 8}));
  ASSERT_FINE(emel_sequence_truncate(session_, a, 1));
  uint32_t length;
  ASSERT_FINE(emel_sequence_get_length(session_, a, &length));
  EXPECT_EQ(length, 1u);
  EXPECT_EQ(Step(a, {2}), RunnableArtifact::Logits({1, 2}));
  ASSERT_FINE(emel_sequence_destroy(session_, b));
  EXPECT_STATUS(emel_sequence_destroy(session_, b), EMEL_BAD_ARGUMENT, HasSubstr("which is none"));
}

TEST_F(CApi, TellsWhatThereIs) {
  emel_model_info_t info = {.struct_size = sizeof info};
  ASSERT_FINE(emel_model_get_info(model_, &info));
  EXPECT_EQ(info.struct_size, sizeof info);
  EXPECT_EQ(info.vocabulary, kVocabulary);
  EXPECT_EQ(info.context, 100u);
  EXPECT_EQ(info.step_tokens, 16u);
  EXPECT_EQ(info.page_positions, 32u);
  EXPECT_STREQ(info.variant, "any");
  EXPECT_EQ(std::string(info.contract, info.contract_bytes), "{\"arena\": 4096}");
  emel_session_info_t session = {.struct_size = sizeof session};
  ASSERT_FINE(emel_session_get_info(session_, &session));
  EXPECT_EQ(session.threads, 2u);
  EXPECT_EQ(session.max_sequences, 2u);
  EXPECT_EQ(session.context, 100u);
  EXPECT_EQ(session.pages, 8u);
  EXPECT_EQ(session.free_pages, 8u);
  EXPECT_EQ(session.reserved_bytes, info.arena_bytes + 2 * 128 + 8 * info.page_bytes);
  EXPECT_EQ(emel_get_version(), uint32_t{EMEL_VERSION});
  EXPECT_STREQ(emel_describe_status(EMEL_NO_ROOM), "no room");
  EXPECT_STREQ(emel_describe_status(99), "unknown status");
}

// Before any code runs.
TEST_F(CApi, RefusesMoreTokensThanThereAre) {
  const int32_t token = 1;
  emel_candidate_t best[4];
  emel_sequence_t a;
  ASSERT_FINE(emel_sequence_create(session_, &a));
  emel_segment_t segment = {a, &token, 1, 1};
  EXPECT_STATUS(emel_session_step_best(session_, &segment, 1, 1, best, 4), EMEL_UNSUPPORTED,
                HasSubstr("found code that gives logits alone; emel-compile --sample makes it"));
  emel_model_info_t info = {.struct_size = sizeof info};
  ASSERT_FINE(emel_model_get_info(model_, &info));
  EXPECT_EQ(info.sample, 0u);

  RunnableArtifact runnable;
  const auto bytes = emel::artifact::EncodeSample(3);
  runnable.sections.push_back(
      {emel::artifact::SectionKind::kSample, "", {bytes.begin(), bytes.end()}});
  std::filesystem::remove(path_);
  Write(runnable.Build());
  emel_model_t* model;
  emel_session_t* session;
  ASSERT_FINE(emel_model_load(path_.c_str(), nullptr, &model));
  ASSERT_FINE(emel_model_get_info(model, &info));
  EXPECT_EQ(info.sample, 3u);
  ASSERT_FINE(emel_session_create(model, nullptr, &session));
  ASSERT_FINE(emel_sequence_create(session, &segment.sequence));
  EXPECT_STATUS(emel_session_step_best(session, &segment, 1, 4, best, 4), EMEL_BAD_ARGUMENT,
                HasSubstr("expected 1 to 3 of the best tokens, which the code gives, found 4"));
  EXPECT_STATUS(emel_session_step_best(session, &segment, 1, 3, best, 2), EMEL_BAD_ARGUMENT,
                HasSubstr("best: expected room for 3 tokens, found 2"));
  EXPECT_STATUS(emel_session_step_best(session, &segment, 1, 3, nullptr, 3), EMEL_BAD_ARGUMENT,
                HasSubstr("best"));
  EXPECT_FINE(emel_session_destroy(session));
  EXPECT_FINE(emel_model_destroy(model));
}

TEST_F(CApi, RefusesBadArguments) {
  emel_sequence_t a;
  ASSERT_FINE(emel_sequence_create(session_, &a));
  const int32_t tokens[2] = {1, 40};
  float row[kVocabulary];
  const auto step = [&](const emel_segment_t* segments, uint32_t count, float* logits,
                        uint64_t room) {
    return emel_session_step(session_, segments, count, logits, room);
  };
  emel_segment_t segment = {a, tokens, 2, 1};
  EXPECT_STATUS(step(&segment, 1, row, kVocabulary), EMEL_BAD_ARGUMENT,
                HasSubstr("token 1: expected a number below 40, found 40"));
  segment.token_count = 1;
  EXPECT_STATUS(step(&segment, 1, row, 39), EMEL_BAD_ARGUMENT,
                HasSubstr("room for 40 numbers, found 39"));
  EXPECT_STATUS(step(&segment, 1, nullptr, 40), EMEL_BAD_ARGUMENT, HasSubstr("found a null"));
  EXPECT_STATUS(step(nullptr, 1, row, 40), EMEL_BAD_ARGUMENT, HasSubstr("segments"));
  EXPECT_STATUS(step(&segment, UINT32_MAX, row, 40), EMEL_BAD_ARGUMENT,
                HasSubstr("expected at most 2, found 4294967295"));
  segment.tokens = nullptr;
  EXPECT_STATUS(step(&segment, 1, row, 40), EMEL_BAD_ARGUMENT, HasSubstr("tokens"));
  EXPECT_FINE(step(nullptr, 0, nullptr, 0));
  EXPECT_STATUS(emel_sequence_fork(session_, a, 1, &a), EMEL_BAD_ARGUMENT,
                HasSubstr("cannot fork at 1 positions, it has 0"));
  EXPECT_STATUS(emel_sequence_create(session_, nullptr), EMEL_BAD_ARGUMENT, HasSubstr("null"));
  EXPECT_STATUS(emel_session_step(nullptr, nullptr, 0, nullptr, 0), EMEL_BAD_ARGUMENT,
                HasSubstr("expected a session, found a null or dead handle"));
  emel_model_info_t small = {.struct_size = 8};
  EXPECT_STATUS(emel_model_get_info(model_, &small), EMEL_BAD_ARGUMENT, HasSubstr("struct_size"));
}

TEST_F(CApi, RefusesBadOptions) {
  emel_session_t* session;
  emel_session_options_t options = {.struct_size = sizeof options, .threads = 9};
  EXPECT_STATUS(emel_session_create(model_, &options, &session), EMEL_BAD_ARGUMENT,
                HasSubstr("threads: expected at most 8"));
  options = {.struct_size = sizeof options, .context = 101};
  EXPECT_STATUS(emel_session_create(model_, &options, &session), EMEL_BAD_ARGUMENT,
                HasSubstr("context: expected at most 100"));
  options = {.struct_size = sizeof options, .max_sequences = UINT32_MAX};
  EXPECT_STATUS(emel_session_create(model_, &options, &session), EMEL_OUT_OF_MEMORY,
                HasSubstr("cannot keep 4294967295 sequences"));
  emel_model_t* model;
  emel_model_options_t load = {.struct_size = sizeof load, .flags = 4};
  EXPECT_STATUS(emel_model_load(path_.c_str(), &load, &model), EMEL_BAD_ARGUMENT,
                HasSubstr("flags"));
  load = {.struct_size = sizeof load, .variant = "z80"};
  EXPECT_STATUS(emel_model_load(path_.c_str(), &load, &model), EMEL_UNSUPPORTED,
                HasSubstr("expected code for z80, found code for any"));
  EXPECT_STATUS(emel_model_load(nullptr, nullptr, &model), EMEL_BAD_ARGUMENT, HasSubstr("path"));
}

TEST_F(CApi, TellsBadFilesFromUnsupportedOnes) {
  emel_model_t* model;
  EXPECT_STATUS(emel_model_load("/nowhere.emel", nullptr, &model), EMEL_BAD_FILE,
                HasSubstr("/nowhere.emel"));
  RunnableArtifact other;
  other.plan.variants[0].features.bits = uint64_t{1} << 62;
  other.SetPlan();
  Write(other.Build());
  EXPECT_STATUS(emel_model_load(path_.c_str(), nullptr, &model), EMEL_UNSUPPORTED,
                HasSubstr("code for any needs #62, which this CPU lacks"));
  std::string bytes = RunnableArtifact().Build();
  bytes[emel::artifact::kVersionAt] = 99;
  Write(bytes);
  EXPECT_STATUS(emel_model_load(path_.c_str(), nullptr, &model), EMEL_UNSUPPORTED,
                HasSubstr("found version 99"));
  bytes = RunnableArtifact().Build();
  bytes.back() ^= 1;  // the last weight
  Write(bytes);
  ASSERT_FINE(emel_model_load(path_.c_str(), nullptr, &model));
  EXPECT_FINE(emel_model_destroy(model));
  const emel_model_options_t verify = {.struct_size = sizeof verify, .flags = EMEL_LOAD_VERIFY};
  EXPECT_STATUS(emel_model_load(path_.c_str(), &verify, &model), EMEL_BAD_FILE,
                HasSubstr("is damaged"));
}

TEST_F(CApi, ASessionOutlivesItsModel) {
  emel_sequence_t a;
  ASSERT_FINE(emel_sequence_create(session_, &a));
  ASSERT_FINE(emel_model_destroy(model_));
  EXPECT_EQ(Step(a, {1, 5, 7}), RunnableArtifact::Logits({1, 5, 7}));
  EXPECT_STATUS(emel_model_destroy(model_), EMEL_BAD_ARGUMENT, HasSubstr("dead handle"));
}

TEST_F(CApi, AFullContextIsNoRoom) {
  emel_sequence_t a;
  ASSERT_FINE(emel_sequence_create(session_, &a));
  const std::vector<int32_t> tokens(101, 3);
  emel_segment_t segment = {a, tokens.data(), 100, 0};
  ASSERT_FINE(emel_session_step(session_, &segment, 1, nullptr, 0));
  segment.token_count = 1;
  EXPECT_STATUS(emel_session_step(session_, &segment, 1, nullptr, 0), EMEL_NO_ROOM,
                HasSubstr("no room for 1 more positions, it has 100 of 100"));
}

// Calls from other threads: each gets its turn or is told that there is none.
TEST_F(CApi, OneCallAtATime) {
  emel_sequence_t a;
  ASSERT_FINE(emel_sequence_create(session_, &a));
  std::atomic<int> done = 0, busy = 0, other = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&] {
      const int32_t token = 1;
      const emel_segment_t segment = {a, &token, 1, 0};
      for (int i = 0; i < 30; ++i) {
        const emel_status_t status = emel_session_step(session_, &segment, 1, nullptr, 0);
        ++(status == EMEL_OK ? done : status == EMEL_BUSY ? busy : other);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(done + busy, 90);
  uint32_t length;
  ASSERT_FINE(emel_sequence_get_length(session_, a, &length));
  EXPECT_EQ(length, static_cast<uint32_t>(done));
}

TEST_F(CApi, AllocatesNothingInAThousandSteps) {
  if (!emel::tests::CountAllocations()) GTEST_SKIP() << "a sanitizer has malloc";
  emel_sequence_t a;
  ASSERT_FINE(emel_sequence_create(session_, &a));
  const std::vector<int32_t> tokens(20, 3);
  float row[kVocabulary];
  const uint64_t before = *emel::tests::CountAllocations();
  EXPECT_GT(before, 0u);  // it does count
  emel_status_t status = EMEL_OK;
  for (int step = 0; step < 1000 && status == EMEL_OK; ++step) {
    const emel_segment_t segment = {a, tokens.data(), step % 2 ? 20u : 1u, 1};
    status = emel_session_step(session_, &segment, 1, row, kVocabulary);
    if (step % 4 == 3) status |= emel_sequence_truncate(session_, a, 0);
  }
  EXPECT_EQ(*emel::tests::CountAllocations() - before, 0u);
  EXPECT_EQ(status, EMEL_OK);
}

}  // namespace
