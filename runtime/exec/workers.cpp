#include "runtime/exec/workers.h"

#include "runtime/exec/cpus.h"
#include "runtime/io/status.h"

#include <absl/strings/str_cat.h>

#include <cfenv>
#include <csignal>
#include <sched.h>
#include <unistd.h>

namespace emel::exec {
namespace {

// Longer than it takes the slowest worker to follow, shorter than anyone minds a busy CPU for.
constexpr std::chrono::microseconds kPatience{200};

void PinTo(pthread_t thread, uint32_t cpu) {
  cpu_set_t* set = CPU_ALLOC(cpu + 1);
  if (set == nullptr) return;
  const size_t bytes = CPU_ALLOC_SIZE(cpu + 1);
  CPU_ZERO_S(bytes, set);
  CPU_SET_S(cpu, bytes, set);
  // Where it is refused, the scheduler places the thread as well as it can.
  pthread_setaffinity_np(thread, bytes, set);
  CPU_FREE(set);
}

// A thread without the signals of the program, which belong to the program's own threads; those of
// a fault reach the thread that made it, or else whoever handles them.
int CreateThread(pthread_t* thread, void* (*main)(void*), void* argument) {
  sigset_t all, before;
  sigfillset(&all);
  for (int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS}) sigdelset(&all, fault);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const int error = pthread_create(thread, nullptr, main, argument);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return error;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Workers>> Workers::Create(uint32_t count) {
  const std::vector<uint32_t> cpus = AllowedCpus();
  const uint32_t at_once = DefaultWorkers();
  const auto patience = count <= at_once ? kPatience : std::chrono::microseconds(0);
  std::unique_ptr<Workers> workers(new Workers(count, patience));
  workers->starts_.reserve(count);
  workers->threads_.reserve(count);
  const bool pinned = count == cpus.size() && count <= at_once;
  for (uint32_t i = 1; i < count; ++i) {
    EMEL_RETURN_IF_ERROR(workers->StartThread(i, pinned ? cpus : std::vector<uint32_t>()));
  }
  return workers;
}

absl::Status Workers::StartThread(uint32_t worker, const std::vector<uint32_t>& cpus) {
  starts_.push_back({this, worker});
  pthread_t thread;
  if (const int error = CreateThread(&thread, Main, &starts_.back()); error != 0) {
    return absl::ErrnoToStatus(error, absl::StrCat("cannot start worker ", worker));
  }
  threads_.push_back(thread);
  if (!cpus.empty()) PinTo(thread, cpus[worker]);
  return absl::OkStatus();
}

Workers::~Workers() {
  if (!live()) return;
  barrier_.SetWorkers(static_cast<uint32_t>(threads_.size()) + 1);
  function_ = nullptr;
  barrier_.Wait();
  for (pthread_t thread : threads_) pthread_join(thread, nullptr);
}

bool Workers::live() const { return getpid() == process_; }

void* Workers::Main(void* argument) {
  const Start start = *static_cast<const Start*>(argument);
  Workers& workers = *start.workers;
  std::fesetenv(FE_DFL_ENV);
  while (true) {
    workers.barrier_.Wait();
    if (workers.function_ == nullptr) return nullptr;
    workers.function_(workers.step_, start.worker, workers.count_);
    workers.barrier_.Wait();
  }
}

void Workers::Run(emel_step_fn* function, emel_step_t& step) {
  step.user = this;
  step.barrier = [](const emel_step_t* of, uint32_t) {
    static_cast<Workers*>(of->user)->barrier_.Wait();
  };
  std::fenv_t before;
  std::fegetenv(&before);
  std::fesetenv(FE_DFL_ENV);
  function_ = function;
  step_ = &step;
  barrier_.Wait();
  function(&step, 0, count_);
  barrier_.Wait();
  std::fesetenv(&before);
}

}  // namespace emel::exec
