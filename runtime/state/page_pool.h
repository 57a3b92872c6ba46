#ifndef EMEL_RUNTIME_STATE_PAGE_POOL_H_
#define EMEL_RUNTIME_STATE_PAGE_POOL_H_

#include <cstdint>
#include <vector>

namespace emel::state {

// Pages of equal size, each with the number of its users. The page that was given back last is
// taken first, so that resident memory grows no further than the most that was in use at once.
class PagePool {
 public:
  // Page number n lies `page_bytes` times n behind `memory`, which others own; there are those from
  // `first` on. `page_bytes` may be 0: pages are then counted, and hold nothing.
  PagePool(uint8_t* memory, uint32_t first, uint32_t page_count, uint64_t page_bytes);

  uint32_t Take();  // of one user; there must be a free one
  void Share(uint32_t page) { ++users_[page - first_]; }
  void Drop(uint32_t page);      // the last user's page is free
  uint32_t Copy(uint32_t page);  // a page of one user with the same bytes

  uint8_t* At(uint32_t page) const { return memory_ + page * page_bytes_; }
  uint64_t page_bytes() const { return page_bytes_; }
  uint32_t first() const { return first_; }
  uint32_t page_count() const { return static_cast<uint32_t>(users_.size()); }
  uint32_t free_count() const { return static_cast<uint32_t>(free_.size()); }
  uint32_t users(uint32_t page) const { return users_[page - first_]; }

 private:
  uint8_t* memory_;
  uint32_t first_;
  uint64_t page_bytes_;
  std::vector<uint32_t> users_;
  std::vector<uint32_t> free_;  // as long as users_ at most, which it has room for
};

}  // namespace emel::state

#endif  // EMEL_RUNTIME_STATE_PAGE_POOL_H_
