#include "runtime/exec/barrier.h"

#include <algorithm>
#include <climits>
#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace emel::exec {
namespace {

// Most barriers are passed by then where every worker has a CPU.
constexpr std::chrono::microseconds kUndisturbed{10};

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
  if (!Spin(phase)) Park(phase);
}

bool Barrier::Spin(uint32_t phase) const {
  const auto moved = [&] { return phase_.load(std::memory_order_acquire) != phase; };
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  auto time = std::chrono::nanoseconds(0);
  while (time < std::min<std::chrono::nanoseconds>(patience_, kUndisturbed)) {
    for (int i = 0; i < 16; ++i) {
      if (moved()) return true;
      Pause();
    }
    time = Clock::now() - begin;
  }
  // By now someone may need this CPU, who may be the one that is awaited.
  do {
    sched_yield();
    if (moved()) return true;
    time = Clock::now() - begin;
  } while (time < patience_);
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

}  // namespace emel::exec
