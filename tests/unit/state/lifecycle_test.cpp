#include "runtime/state/lifecycle.h"

#include <gtest/gtest.h>

#include <map>
#include <utility>

namespace emel::state {
namespace {

// Every event in every state: what is not here is refused and changes nothing.
TEST(SlotLifecycle, DeclaresEveryEventInEveryState) {
  const std::map<std::pair<State, Event>, State> kAllowed = {
      {{State::kFree, Event::kCreate}, State::kReady},
      {{State::kReady, Event::kFork}, State::kReady},
      {{State::kReady, Event::kTruncate}, State::kReady},
      {{State::kReady, Event::kBegin}, State::kStepping},
      {{State::kReady, Event::kDestroy}, State::kFree},
      {{State::kStepping, Event::kFinish}, State::kReady},
  };
  for (size_t s = 0; s < kStateCount; ++s) {
    for (size_t e = 0; e < kEventCount; ++e) {
      const auto state = static_cast<State>(s);
      const auto event = static_cast<Event>(e);
      const auto allowed = kAllowed.find({state, event});
      const Transition& transition = kSlotLifecycle[s][e];
      EXPECT_EQ(transition.allowed, allowed != kAllowed.end()) << Name(event) << ' ' << Name(state);
      EXPECT_EQ(transition.next, transition.allowed ? allowed->second : state);
    }
  }
}

}  // namespace
}  // namespace emel::state
