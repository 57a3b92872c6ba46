#include "runtime/io/lifecycle.h"

#include "tests/support/matchers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace emel::io {
namespace {

using ::emel::testing::Fails;
using ::emel::testing::IsOk;

TEST(LifecycleTableTest, ARefusedEventLeavesTheState) {
  for (size_t state = 0; state < kStateCount; ++state) {
    for (const Transition& transition : kFileLifecycle[state]) {
      EXPECT_TRUE(transition.allowed || transition.next == static_cast<State>(state));
    }
  }
}

TEST(LifecycleTableTest, EveryStateCanBeClosed) {
  for (size_t state = 0; state < kStateCount; ++state) {
    const Transition close = kFileLifecycle[state][static_cast<size_t>(Event::kClose)];
    EXPECT_TRUE(close.allowed);
    EXPECT_EQ(close.next, State::kClosed);
  }
}

TEST(LifecycleTableTest, MovesAlongItsTable) {
  Lifecycle lifecycle(kFileLifecycle);
  EXPECT_THAT(lifecycle.Fire(Event::kRead, "x"), Fails(absl::StatusCode::kFailedPrecondition,
                                                       "x: read refused: the source is closed"));
  EXPECT_THAT(lifecycle.Fire(Event::kOpen, "x"), IsOk());
  EXPECT_THAT(lifecycle.Fire(Event::kFault, "x"), IsOk());
  EXPECT_EQ(lifecycle.state(), State::kFailed);
  EXPECT_THAT(lifecycle.Fire(Event::kOpen, "x"), Fails(absl::StatusCode::kFailedPrecondition,
                                                       "x: open refused: the source is failed"));
}

}  // namespace
}  // namespace emel::io
