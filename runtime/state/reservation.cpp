#include "runtime/state/reservation.h"

#include "runtime/io/address_sanitizer.h"

#include <absl/strings/str_cat.h>

#include <sys/mman.h>

namespace emel::state {
namespace {

// Before and behind the bytes: AddressSanitizer knows where an object of malloc's ends, of a map it
// has to be told.
#ifdef EMEL_KNOWS_ADDRESSES
constexpr uint64_t kGuardBytes = 1 << 16;
#else
constexpr uint64_t kGuardBytes = 0;
#endif

}  // namespace

absl::StatusOr<Reservation> Reservation::Create(uint64_t bytes, absl::string_view what) {
  // Well within what any 64-bit kernel gives a process; more would overflow sums of sizes.
  constexpr uint64_t kMostBytes = uint64_t{1} << 46;
  Reservation reservation;
  if (bytes == 0) return reservation;
  void* map = bytes > kMostBytes ? MAP_FAILED
                                 : mmap(nullptr, bytes + 2 * kGuardBytes, PROT_READ | PROT_WRITE,
                                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (map == MAP_FAILED) {
    return absl::ResourceExhaustedError(
        absl::StrCat("cannot reserve ", bytes, " bytes of memory for ", what));
  }
  reservation.data_ = static_cast<uint8_t*>(map) + kGuardBytes;
  reservation.bytes_ = bytes;
  ASAN_POISON_MEMORY_REGION(map, kGuardBytes);
  ASAN_POISON_MEMORY_REGION(reservation.data_ + bytes, kGuardBytes);
  return reservation;
}

Reservation::~Reservation() {
  if (data_ == nullptr) return;
  ASAN_UNPOISON_MEMORY_REGION(data_ - kGuardBytes, bytes_ + 2 * kGuardBytes);
  munmap(data_ - kGuardBytes, bytes_ + 2 * kGuardBytes);
}

}  // namespace emel::state
