#ifndef EMEL_RUNTIME_EXEC_BARRIER_H_
#define EMEL_RUNTIME_EXEC_BARRIER_H_

#include <atomic>
#include <chrono>
#include <cstdint>

namespace emel::exec {

// Where workers wait for each other: first in a loop, since most barriers of a step are a few
// microseconds apart, then in the kernel, so that whoever waits long leaves the CPU to others. How
// long they loop is learnt from how long they then sleep: on a machine that others use as well, who
// waits for a worker without a CPU does so asleep, and has a claim to a CPU when it is awaited.
//
//     arrived   0 1 2 … W-1 0     the last to arrive sets it back and moves the phase on,
//     phase     7 7 7 …   7 8     which is what the others wait for
class alignas(64) Barrier {
 public:
  // Loops for at most so long; 0: never.
  Barrier(uint32_t workers, std::chrono::nanoseconds most_patience)
      : workers_(workers), patience_(most_patience.count()), most_patience_(most_patience) {}

  // Returns when all have called it; what they did before is seen by all after.
  void Wait();

  // Fewer workers from now on. Whoever calls has not arrived yet, nor have those that stay away.
  void SetWorkers(uint32_t workers) { workers_.store(workers, std::memory_order_relaxed); }

  // Times that a worker gave up looping.
  uint64_t parked_count() const { return parked_count_.load(std::memory_order_relaxed); }

 private:
  using Clock = std::chrono::steady_clock;
  bool Spin(uint32_t phase, Clock::time_point end) const;
  void Park(uint32_t phase);
  void Learn(std::chrono::nanoseconds patience, std::chrono::nanoseconds waited);

  std::atomic<uint32_t> arrived_ = 0;
  std::atomic<uint32_t> phase_ = 0;
  std::atomic<uint32_t> parked_ = 0;
  std::atomic<uint32_t> workers_;
  std::atomic<uint64_t> parked_count_ = 0;
  std::atomic<int64_t> patience_;  // nanoseconds
  const std::chrono::nanoseconds most_patience_;
};
static_assert(sizeof(Barrier) == 64);

}  // namespace emel::exec

#endif  // EMEL_RUNTIME_EXEC_BARRIER_H_
