#include "tests/unit/exec/count_allocations.h"

#include "tests/support/build_kind.h"

#include <atomic>
#include <cerrno>
#include <cstddef>

#ifdef EMEL_SANITIZED_BUILD

std::optional<uint64_t> emel::tests::CountAllocations() { return std::nullopt; }

#else

namespace {
std::atomic<uint64_t> count = 0;
}  // namespace

std::optional<uint64_t> emel::tests::CountAllocations() { return count; }

// The program's own functions come before the C library's, which has them under these names too.
extern "C" {
void* __libc_malloc(size_t size);
void* __libc_calloc(size_t items, size_t size);
void* __libc_realloc(void* memory, size_t size);
void* __libc_memalign(size_t alignment, size_t size);

void* malloc(size_t size) {
  ++count;
  return __libc_malloc(size);
}
void* calloc(size_t items, size_t size) {
  ++count;
  return __libc_calloc(items, size);
}
void* realloc(void* memory, size_t size) {
  ++count;
  return __libc_realloc(memory, size);
}
void* aligned_alloc(size_t alignment, size_t size) {
  ++count;
  return __libc_memalign(alignment, size);
}
void* memalign(size_t alignment, size_t size) {
  ++count;
  return __libc_memalign(alignment, size);
}
int posix_memalign(void** memory, size_t alignment, size_t size) {
  ++count;
  *memory = __libc_memalign(alignment, size);
  return *memory == nullptr ? ENOMEM : 0;
}
}

#endif
