#include "runtime/exec/workers.h"

#include "runtime/exec/barrier.h"
#include "runtime/exec/cpus.h"
#include "tests/support/matchers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cfenv>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

namespace emel::exec {
namespace {

using ::emel::testing::IsOk;
using ::testing::Each;

struct Job {
  std::vector<uint32_t> counts;
  uint32_t rounds = 0;
  uint32_t wrong = 0;
};

// Each worker adds to its count, and sees the others' in between.
void CountRounds(const emel_step_t* step, uint32_t worker, uint32_t workers) {
  auto& job = *reinterpret_cast<Job*>(step->arena);
  for (uint32_t round = 1; round <= job.rounds; ++round) {
    ++job.counts[worker];
    step->barrier(step, worker);
    if (job.counts[(worker + 1) % workers] != round) {
      std::atomic_ref<uint32_t>(job.wrong).fetch_add(1);
    }
    step->barrier(step, worker);
  }
}

class WorkersOf : public ::testing::TestWithParam<uint32_t> {};

TEST_P(WorkersOf, MeetAtEveryBarrier) {
  const auto workers = Workers::Create(GetParam());
  ASSERT_THAT(workers, IsOk());
  for (uint32_t run = 0; run < 50; ++run) {
    Job job;
    job.counts.resize(GetParam());
    job.rounds = run % 7 == 0 ? 200 : run;
    emel_step_t step{};
    step.arena = reinterpret_cast<uint8_t*>(&job);
    (*workers)->Run(CountRounds, step);
    EXPECT_EQ(job.wrong, 0u);
    EXPECT_THAT(job.counts, Each(job.rounds));
  }
}

// Threads that were never asked to do anything end as well.
TEST_P(WorkersOf, EndWithoutWork) { EXPECT_THAT(Workers::Create(GetParam()), IsOk()); }

INSTANTIATE_TEST_SUITE_P(Counts, WorkersOf, ::testing::Values(1, 2, 3, 7, 16));

// Far more workers than CPUs: a barrier costs each of them a turn, not a time slice.
TEST(Workers, DoNotCrawlWhereThereAreTooMany) {
  const auto workers = Workers::Create(static_cast<uint32_t>(AllowedCpus().size()) * 3 + 1);
  ASSERT_THAT(workers, IsOk());
  Job job;
  job.counts.resize((*workers)->count());
  job.rounds = 500;
  emel_step_t step{};
  step.arena = reinterpret_cast<uint8_t*>(&job);
  const auto begin = std::chrono::steady_clock::now();
  (*workers)->Run(CountRounds, step);
  const std::chrono::duration<double, std::micro> time = std::chrono::steady_clock::now() - begin;
  RecordProperty("microseconds_per_barrier", std::to_string(time.count() / (2 * job.rounds)));
  EXPECT_LT(time.count() / (2 * job.rounds), 5000);
}

TEST(Workers, ParkWhenNothingIsToDo) {
  const auto workers = Workers::Create(2);
  ASSERT_THAT(workers, IsOk());
  for (int wait = 0; wait < 1000 && (*workers)->parked_count() == 0; ++wait) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_EQ((*workers)->parked_count(), 1u);
}

TEST(Workers, ComputeInDefaultModesWhateverTheCallers) {
  const auto workers = Workers::Create(2);
  ASSERT_THAT(workers, IsOk());
  std::fesetround(FE_UPWARD);
#if defined(__x86_64__)
  const unsigned before = __builtin_ia32_stmxcsr() | 0x8040;  // flush denormals to zero
  __builtin_ia32_ldmxcsr(before);
#endif
  double results[2] = {};
  emel_step_t step{};
  step.arena = reinterpret_cast<uint8_t*>(results);
  (*workers)->Run(
      [](const emel_step_t* s, uint32_t worker, uint32_t) {
        volatile double one = 1, tiny = 1e-300;
        volatile double denormal = tiny * 1e-10;
        reinterpret_cast<double*>(s->arena)[worker] =
            denormal > 0 && std::fegetround() == FE_TONEAREST ? one / 3 : 0;
      },
      step);
  EXPECT_EQ(std::fegetround(), FE_UPWARD);
#if defined(__x86_64__)
  EXPECT_EQ(__builtin_ia32_stmxcsr() & 0xffc0, before & 0xffc0);
  __builtin_ia32_ldmxcsr(0x1f80);
#endif
  std::fesetround(FE_TONEAREST);
  EXPECT_EQ(results[0], 1.0 / 3);
  EXPECT_EQ(results[1], 1.0 / 3);
}

TEST(Workers, LeaveTheCallersCpusAlone) {
  const auto before = AllowedCpus();
  EXPECT_FALSE(before.empty());
  const auto workers = Workers::Create(static_cast<uint32_t>(before.size()));
  ASSERT_THAT(workers, IsOk());
  EXPECT_EQ(AllowedCpus(), before);
  EXPECT_GE(DefaultWorkers(), 1u);
  EXPECT_LE(DefaultWorkers(), before.size());
}

class Quota : public ::testing::Test {
 protected:
  void Put(const std::string& path, const std::string& text) {
    const std::filesystem::path full = root_ + path;
    std::filesystem::create_directories(full.parent_path());
    std::ofstream(full) << text;
  }
  ~Quota() override { std::filesystem::remove_all(root_); }
  const std::string root_ = ::testing::TempDir() + "quota" + std::to_string(getpid());
};

TEST_F(Quota, IsThatOfTheGroupOrOneAbove) {
  EXPECT_EQ(CpuQuota(root_), UINT32_MAX);
  Put("/proc/self/cgroup", "0::/a/b\n");
  EXPECT_EQ(CpuQuota(root_), UINT32_MAX);
  Put("/sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
  EXPECT_EQ(CpuQuota(root_), UINT32_MAX);
  Put("/sys/fs/cgroup/a/cpu.max", "350000 100000\n");
  EXPECT_EQ(CpuQuota(root_), 3u);
  Put("/sys/fs/cgroup/cpu.max", "50000 100000\n");
  EXPECT_EQ(CpuQuota(root_), 1u);
}

TEST_F(Quota, OfVersionOne) {
  Put("/proc/self/cgroup", "5:memory:/a\n4:cpu,cpuacct:/a\n");
  Put("/sys/fs/cgroup/cpu/a/cpu.cfs_quota_us", "-1\n");
  Put("/sys/fs/cgroup/cpu/a/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(CpuQuota(root_), UINT32_MAX);
  Put("/sys/fs/cgroup/cpu/a/cpu.cfs_quota_us", "200000\n");
  EXPECT_EQ(CpuQuota(root_), 2u);
}

TEST_F(Quota, OfNonsenseIsNone) {
  Put("/proc/self/cgroup", "0::/\n\n:\nabc\n");
  for (const char* text : {"", "x y", "1", "0 0", "-5 100", "99999999999999999999 1"}) {
    Put("/sys/fs/cgroup/cpu.max", text);
    EXPECT_EQ(CpuQuota(root_), UINT32_MAX) << text;
  }
}

}  // namespace
}  // namespace emel::exec
