#include "runtime/state/reservation.h"

#include "tests/support/build_kind.h"
#include "tests/support/matchers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

namespace emel::state {
namespace {

using ::emel::testing::Fails;
using ::emel::testing::IsOk;
using ::testing::HasSubstr;

TEST(Reservation, IsZeroAndMayBeWritten) {
  auto memory = Reservation::Create(5000, "tests");
  ASSERT_THAT(memory, IsOk());
  EXPECT_EQ(reinterpret_cast<uintptr_t>(memory->data()) % 4096, 0u);
  for (uint64_t i = 0; i < memory->bytes(); ++i) ASSERT_EQ(std::exchange(memory->data()[i], 1), 0);
  Reservation moved = *std::move(memory);
  EXPECT_EQ(moved.bytes(), 5000u);
  EXPECT_EQ(moved.data()[4999], 1);
}

TEST(Reservation, RefusesWhatNoMachineHas) {
  EXPECT_THAT(Reservation::Create(uint64_t{1} << 60, "tests"),
              Fails(absl::StatusCode::kResourceExhausted,
                    HasSubstr("cannot reserve 1152921504606846976 bytes of memory for tests")));
  EXPECT_THAT(Reservation::Create(0, "nothing"), IsOk());
}

TEST(ReservationDeathTest, HasEndsThatASanitizerSees) {
#ifdef EMEL_KNOWS_ADDRESSES
  auto memory = Reservation::Create(5000, "tests");
  ASSERT_THAT(memory, IsOk());
  volatile uint8_t* data = memory->data();
  EXPECT_DEATH(data[5000] = 1, "AddressSanitizer");
  EXPECT_DEATH(data[-1] = 1, "AddressSanitizer");
#else
  GTEST_SKIP() << "this build has no AddressSanitizer";
#endif
}

}  // namespace
}  // namespace emel::state
