#include "runtime/exec/workers.h"

#include "runtime/exec/barrier.h"
#include "runtime/exec/cpus.h"
#include "tests/support/matchers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cfenv>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sched.h>
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

// Takes turns of the CPUs away while it lives.
class BusyMachine {
 public:
  explicit BusyMachine(size_t threads) {
    for (size_t i = 0; i < threads; ++i) {
      threads_.emplace_back([this] {
        while (!over_.load(std::memory_order_relaxed)) {
        }
      });
    }
  }
  ~BusyMachine() {
    over_ = true;
    for (std::thread& thread : threads_) thread.join();
  }

 private:
  std::atomic<bool> over_ = false;
  std::vector<std::thread> threads_;
};

// Rounds of a fixed amount of work each, which the workers share.
void ShareWork(const emel_step_t* step, uint32_t worker, uint32_t workers) {
  const uint32_t rounds = *reinterpret_cast<const uint32_t*>(step->arena);
  for (uint32_t round = 0; round < rounds; ++round) {
    volatile uint32_t sum = 0;
    for (uint32_t i = 0; i < 100000 / workers; ++i) sum = sum + i;
    step->barrier(step, worker);
  }
}

double SecondsOfWork(uint32_t workers, uint32_t rounds) {
  const auto created = Workers::Create(workers);
  EXPECT_THAT(created, IsOk());
  emel_step_t step{};
  step.arena = reinterpret_cast<uint8_t*>(&rounds);
  const auto begin = std::chrono::steady_clock::now();
  (*created)->Run(ShareWork, step);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

// Where others want every CPU too, each worker runs part of the time, and the others wait for it at
// every barrier: that must not cost more than what sharing the work gains, or not much. What else
// the machine does comes on top, so that the best of some attempts counts.
TEST(Workers, AreOfUseOnABusyMachine) {
  const auto cpus = static_cast<uint32_t>(AllowedCpus().size());
  if (cpus < 2) GTEST_SKIP() << "one CPU";
  const BusyMachine busy(2 * size_t{cpus});
  double best = 1e9;
  for (int attempt = 0; attempt < 12 && best > 1.5; ++attempt) {
    const double alone = SecondsOfWork(1, 300), shared = SecondsOfWork(2, 300);
    best = std::min(best, shared / alone);
  }
  RecordProperty("times_one_worker", std::to_string(best));
  EXPECT_LT(best, 4);
}

// Thousands of phases with more workers than CPUs, at a barrier that never loops.
TEST(Barrier, WithMoreWorkersThanCpus) {
  const auto workers = static_cast<uint32_t>(AllowedCpus().size()) * 4 + 1;
  constexpr uint32_t kPhases = 5000;
  for (auto patience : {std::chrono::microseconds(0), std::chrono::microseconds(200)}) {
    Barrier barrier(workers, patience);
    const auto begin = std::chrono::steady_clock::now();
    std::vector<std::thread> threads;
    for (uint32_t i = 0; i < workers; ++i) {
      threads.emplace_back([&] {
        for (uint32_t phase = 0; phase < kPhases; ++phase) barrier.Wait();
      });
    }
    for (std::thread& thread : threads) thread.join();
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
    RecordProperty("seconds_with_patience_" + std::to_string(patience.count()),
                   std::to_string(time.count()));
    EXPECT_LT(time.count(), 60);
  }
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

TEST_F(Quota, AndAffinityDecideHowManyWorkersThereAre) {
  const std::vector<uint32_t> cpus = AllowedCpus();
  EXPECT_EQ(DefaultWorkers(root_), cpus.size());
  cpu_set_t before, one;
  ASSERT_EQ(sched_getaffinity(0, sizeof(before), &before), 0);
  CPU_ZERO(&one);
  CPU_SET(cpus.back(), &one);
  ASSERT_EQ(sched_setaffinity(0, sizeof(one), &one), 0);
  EXPECT_EQ(AllowedCpus(), std::vector<uint32_t>{cpus.back()});
  EXPECT_EQ(DefaultWorkers(root_), 1u);
  ASSERT_EQ(sched_setaffinity(0, sizeof(before), &before), 0);
  Put("/proc/self/cgroup", "0::/a\n");
  Put("/sys/fs/cgroup/a/cpu.max", "100000 100000\n");
  EXPECT_EQ(DefaultWorkers(root_), 1u);
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
