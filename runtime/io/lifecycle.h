#ifndef EMEL_RUNTIME_IO_LIFECYCLE_H_
#define EMEL_RUNTIME_IO_LIFECYCLE_H_

#include <absl/base/thread_annotations.h>
#include <absl/status/status.h>
#include <absl/synchronization/mutex.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace emel::io {

enum class State : uint8_t { kClosed, kOpen, kFailed };
enum class Event : uint8_t { kOpen, kRead, kClose, kFault };
inline constexpr size_t kStateCount = 3;
inline constexpr size_t kEventCount = 4;
std::string_view Name(State state);
std::string_view Name(Event event);

// What an event does in a state. A refused event leaves the state as it is and is an error.
struct Transition {
  bool allowed;
  State next;
};
using TransitionTable = std::array<std::array<Transition, kEventCount>, kStateCount>;

// The lifecycle of a source that holds one file open.
extern const TransitionTable kFileLifecycle;

// A state that moves along a table. Safe to use from several threads.
class Lifecycle {
 public:
  explicit Lifecycle(const TransitionTable& table) : table_(table) {}

  // Moves on, or returns kFailedPrecondition naming `subject`, the event and the state.
  absl::Status Fire(Event event, std::string_view subject);
  State state() const {
    absl::MutexLock lock(&mutex_);
    return state_;
  }

 private:
  const TransitionTable& table_;
  mutable absl::Mutex mutex_;
  State state_ ABSL_GUARDED_BY(mutex_) = State::kClosed;
};

}  // namespace emel::io

#endif  // EMEL_RUNTIME_IO_LIFECYCLE_H_
