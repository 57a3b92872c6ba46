#include "runtime/exec/barrier.h"

#include <algorithm>
#include <climits>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace emel::exec {
namespace {

// Less than any barrier takes whose workers all run.
constexpr std::chrono::nanoseconds kLeast{1000};

void Pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("isb");
#endif
}

static_assert(sizeof(std::atomic<uint32_t>) == sizeof(uint32_t));
void Futex(std::atomic<uint32_t>& word, int operation, uint32_t value) {
  syscall(SYS_futex, reinterpret_cast<uint32_t*>(&word), operation, value, nullptr, nullptr, 0);
}

}  // namespace

void Barrier::Wait() {
  // It cannot move on before this worker has arrived.
  const uint32_t phase = phase_.load(std::memory_order_relaxed);
  if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 ==
      workers_.load(std::memory_order_relaxed)) {
    arrived_.store(0, std::memory_order_relaxed);
    // In one order with Park's: either this sees who parks, or who parks sees the new phase.
    phase_.store(phase + 1, std::memory_order_seq_cst);
    if (parked_.load(std::memory_order_seq_cst) != 0) {
      Futex(phase_, FUTEX_WAKE_PRIVATE, INT_MAX);
    }
    return;
  }
  const auto begin = Clock::now();
  const std::chrono::nanoseconds patience(patience_.load(std::memory_order_relaxed));
  if (Spin(phase, begin + patience)) return;
  Park(phase);
  Learn(patience, Clock::now() - begin);
}

// Never sched_yield: it gives up the worker's turn for good, and the one that is awaited gets it
// only where it is next in line on this very CPU.
bool Barrier::Spin(uint32_t phase, Clock::time_point end) const {
  do {
    for (int i = 0; i < 16; ++i) {
      if (phase_.load(std::memory_order_acquire) != phase) return true;
      Pause();
    }
  } while (Clock::now() < end);
  return false;
}

void Barrier::Park(uint32_t phase) {
  parked_count_.fetch_add(1, std::memory_order_relaxed);
  parked_.fetch_add(1, std::memory_order_seq_cst);
  while (phase_.load(std::memory_order_seq_cst) == phase) {
    Futex(phase_, FUTEX_WAIT_PRIVATE, phase);
  }
  parked_.fetch_sub(1, std::memory_order_relaxed);
}

// Whoever slept for less than it may loop would rather have looped; whoever slept for longer has
// burnt a turn that it needs when it is awaited itself.
void Barrier::Learn(std::chrono::nanoseconds patience, std::chrono::nanoseconds waited) {
  const auto next = std::min(
      most_patience_, waited < most_patience_ ? 2 * patience : std::max(kLeast, patience / 2));
  if (next != patience) patience_.store(next.count(), std::memory_order_relaxed);
}

}  // namespace emel::exec
