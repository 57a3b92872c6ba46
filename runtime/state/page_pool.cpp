#include "runtime/state/page_pool.h"

#include "runtime/io/status.h"

#include <absl/strings/str_cat.h>

#include <cstring>

namespace emel::state {

absl::StatusOr<PagePool> PagePool::Create(uint32_t page_count, uint64_t page_bytes) {
  // Bookkeeping is touched at once, so it has a bound of its own.
  constexpr uint32_t kMostPages = 1 << 26;
  uint64_t bytes;
  if (page_count > kMostPages || __builtin_mul_overflow(uint64_t{page_count}, page_bytes, &bytes)) {
    return absl::ResourceExhaustedError(
        absl::StrCat("cannot reserve ", page_count, " KV pages of ", page_bytes, " bytes"));
  }
  PagePool pool;
  EMEL_ASSIGN_OR_RETURN(pool.memory_, Reservation::Create(bytes, "KV pages"));
  pool.page_bytes_ = page_bytes;
  pool.users_.resize(page_count);
  pool.free_.resize(page_count);
  for (uint32_t i = 0; i < page_count; ++i) pool.free_[i] = page_count - 1 - i;
  return pool;
}

uint32_t PagePool::Take() {
  const uint32_t page = free_.back();
  free_.pop_back();
  users_[page] = 1;
  return page;
}

void PagePool::Drop(uint32_t page) {
  if (--users_[page] == 0) free_.push_back(page);
}

uint32_t PagePool::Copy(uint32_t page) {
  const uint32_t copy = Take();
  if (page_bytes_ != 0) std::memcpy(At(copy), At(page), page_bytes_);
  return copy;
}

}  // namespace emel::state
