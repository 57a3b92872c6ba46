#ifndef EMEL_RUNTIME_EXEC_WORKERS_H_
#define EMEL_RUNTIME_EXEC_WORKERS_H_

#include "runtime/exec/barrier.h"
#include "runtime/include/emel/step.h"

#include <absl/status/statusor.h>

#include <cstdint>
#include <memory>
#include <pthread.h>
#include <unistd.h>
#include <vector>

namespace emel::exec {

// Threads that stay for as long as a session does; the one that calls Run is worker 0. Where there
// are as many workers as CPUs, each thread stays on a CPU of its own; the caller's is never pinned,
// since it is not ours.
class Workers {
 public:
  static absl::StatusOr<std::unique_ptr<Workers>> Create(uint32_t count);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  // Runs a step on all workers; fills in its barrier. Floating point has its default modes
  // meanwhile, whatever the caller's are, so that results are the same bits in any program.
  void Run(emel_step_fn* function, emel_step_t& step);

  uint32_t count() const { return count_; }
  // A process made by fork(2) has the memory of its parent, but not the parent's threads.
  bool live() const;
  uint64_t parked_count() const { return barrier_.parked_count(); }

 private:
  struct Start {
    Workers* workers;
    uint32_t worker;
  };
  Workers(uint32_t count, std::chrono::nanoseconds patience)
      : barrier_(count, patience), count_(count), process_(getpid()) {}
  absl::Status StartThread(uint32_t worker, const std::vector<uint32_t>& cpus);
  static void* Main(void* start);

  Barrier barrier_;
  const uint32_t count_;
  const pid_t process_;
  std::vector<Start> starts_;
  std::vector<pthread_t> threads_;
  emel_step_fn* function_ = nullptr;  // null: threads end
  const emel_step_t* step_ = nullptr;
};

}  // namespace emel::exec

#endif  // EMEL_RUNTIME_EXEC_WORKERS_H_
