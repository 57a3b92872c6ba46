#include "runtime/state/page_pool.h"

#include "runtime/io/address_sanitizer.h"

#include <cstring>

namespace emel::state {

PagePool::PagePool(uint8_t* memory, uint32_t first, uint32_t page_count, uint64_t page_bytes)
    : memory_(memory),
      first_(first),
      page_bytes_(page_bytes),
      users_(page_count),
      free_(page_count) {
  for (uint32_t i = 0; i < page_count; ++i) free_[i] = first + page_count - 1 - i;
}

uint32_t PagePool::Take() {
  const uint32_t page = free_.back();
  free_.pop_back();
  users_[page - first_] = 1;
  ASAN_UNPOISON_MEMORY_REGION(At(page), page_bytes_);
  return page;
}

void PagePool::Drop(uint32_t page) {
  if (--users_[page - first_] > 0) return;
  free_.push_back(page);
  ASAN_POISON_MEMORY_REGION(At(page), page_bytes_);
}

uint32_t PagePool::Copy(uint32_t page) {
  const uint32_t copy = Take();
  if (page_bytes_ != 0) std::memcpy(At(copy), At(page), page_bytes_);
  return copy;
}

}  // namespace emel::state
