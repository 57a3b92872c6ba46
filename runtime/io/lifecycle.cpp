#include "runtime/io/lifecycle.h"

#include "runtime/io/status.h"

#include <absl/strings/str_cat.h>

namespace emel::io {
namespace {

constexpr Transition To(State next) { return {true, next}; }
constexpr Transition Refuse(State stays) { return {false, stays}; }

constexpr State kClosed = State::kClosed, kOpen = State::kOpen, kFailed = State::kFailed;

}  // namespace

// A failed open is the pair open, fault; closing twice is harmless, so that cleanup need not ask.
// clang-format off
const TransitionTable kFileLifecycle = {{
    // open            read             close        fault
    {To(kOpen),        Refuse(kClosed), To(kClosed), Refuse(kClosed)},  // closed
    {Refuse(kOpen),    To(kOpen),       To(kClosed), To(kFailed)},      // open
    {Refuse(kFailed),  Refuse(kFailed), To(kClosed), To(kFailed)},      // failed
}};
// clang-format on

std::string_view Name(State state) {
  constexpr std::string_view kNames[kStateCount] = {"closed", "open", "failed"};
  return kNames[static_cast<size_t>(state)];
}

std::string_view Name(Event event) {
  constexpr std::string_view kNames[kEventCount] = {"open", "read", "close", "fault"};
  return kNames[static_cast<size_t>(event)];
}

absl::Status Lifecycle::Fire(Event event, std::string_view subject) {
  absl::MutexLock lock(&mutex_);
  const Transition& transition = table_[static_cast<size_t>(state_)][static_cast<size_t>(event)];
  if (!transition.allowed) {
    return absl::FailedPreconditionError(absl::StrCat(
        Text(subject), ": ", Text(Name(event)), " refused: the source is ", Text(Name(state_))));
  }
  state_ = transition.next;
  return absl::OkStatus();
}

}  // namespace emel::io
