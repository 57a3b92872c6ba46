#ifndef EMEL_RUNTIME_STATE_LIFECYCLE_H_
#define EMEL_RUNTIME_STATE_LIFECYCLE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

// The life of a slot that sequences live in.
//
//            create, fork into         begin
//     free ──────────────────▶ ready ─────────▶ stepping
//       ▲                      │  ▲  ◀─────────
//       └──────────────────────┘  │ finish
//               destroy           └ fork from, truncate
namespace emel::state {

enum class State : uint8_t { kFree, kReady, kStepping };
enum class Event : uint8_t {
  kCreate,  // also for the slot that a fork goes to
  kFork,    // for the slot that it comes from
  kTruncate,
  kBegin,   // a step has pages for its positions
  kFinish,  // and has written them
  kDestroy,
};
inline constexpr size_t kStateCount = 3;
inline constexpr size_t kEventCount = 6;
std::string_view Name(State state);
std::string_view Name(Event event);

// A refused event leaves the state as it is and is an error.
struct Transition {
  bool allowed;
  State next;
};
extern const std::array<std::array<Transition, kEventCount>, kStateCount> kSlotLifecycle;

}  // namespace emel::state

#endif  // EMEL_RUNTIME_STATE_LIFECYCLE_H_
