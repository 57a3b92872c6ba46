#include "runtime/state/reservation.h"

#include <absl/strings/str_cat.h>

#include <sys/mman.h>

namespace emel::state {

absl::StatusOr<Reservation> Reservation::Create(uint64_t bytes, absl::string_view what) {
  // Well within what any 64-bit kernel gives a process; more would overflow sums of sizes.
  constexpr uint64_t kMostBytes = uint64_t{1} << 46;
  Reservation reservation;
  if (bytes == 0) return reservation;
  void* map = bytes > kMostBytes ? MAP_FAILED
                                 : mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (map == MAP_FAILED) {
    return absl::ResourceExhaustedError(
        absl::StrCat("cannot reserve ", bytes, " bytes of memory for ", what));
  }
  reservation.data_ = static_cast<uint8_t*>(map);
  reservation.bytes_ = bytes;
  return reservation;
}

Reservation::~Reservation() {
  if (data_ != nullptr) munmap(data_, bytes_);
}

}  // namespace emel::state
