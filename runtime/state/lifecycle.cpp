#include "runtime/state/lifecycle.h"

namespace emel::state {
namespace {

constexpr Transition To(State next) { return {true, next}; }
constexpr Transition Refuse(State stays) { return {false, stays}; }

constexpr State kFree = State::kFree, kReady = State::kReady, kStepping = State::kStepping;
constexpr Transition kNo = Refuse(kFree), kNot = Refuse(kReady), kNever = Refuse(kStepping);

}  // namespace

// clang-format off
const std::array<std::array<Transition, kEventCount>, kStateCount> kSlotLifecycle = {{
    // create    fork         truncate     begin          finish      destroy
    {To(kReady), kNo,         kNo,         kNo,           kNo,        kNo},        // free
    {kNot,       To(kReady),  To(kReady),  To(kStepping), kNot,       To(kFree)},  // ready
    {kNever,     kNever,      kNever,      kNever,        To(kReady), kNever},     // stepping
}};
// clang-format on

std::string_view Name(State state) {
  constexpr std::string_view kNames[kStateCount] = {"free", "ready", "stepping"};
  return kNames[static_cast<size_t>(state)];
}

std::string_view Name(Event event) {
  constexpr std::string_view kNames[kEventCount] = {"create", "fork",   "truncate",
                                                    "begin",  "finish", "destroy"};
  return kNames[static_cast<size_t>(event)];
}

}  // namespace emel::state
