#ifndef EMEL_RUNTIME_STATE_RESERVATION_H_
#define EMEL_RUNTIME_STATE_RESERVATION_H_

#include <absl/status/statusor.h>
#include <absl/strings/string_view.h>

#include <cstdint>
#include <utility>

namespace emel::state {

// Zeroed memory that is reserved at once and becomes resident page by page as it is touched: what a
// session may need at most costs nothing until it does. Aligned to the machine's pages.
class Reservation {
 public:
  // `what` is named where there is not so much: "KV pages".
  static absl::StatusOr<Reservation> Create(uint64_t bytes, absl::string_view what);

  Reservation() = default;  // no bytes
  Reservation(Reservation&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
  Reservation& operator=(Reservation&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~Reservation();

  uint8_t* data() const { return data_; }
  uint64_t bytes() const { return bytes_; }

 private:
  uint8_t* data_ = nullptr;
  uint64_t bytes_ = 0;
};

}  // namespace emel::state

#endif  // EMEL_RUNTIME_STATE_RESERVATION_H_
