#include "tests/unit/plan/scarce_memory.h"

#include <cstdlib>
#include <new>

namespace {
thread_local int64_t allowed = -1;
}  // namespace

void emel::tests::AllowAllocations(int64_t count) { allowed = count; }

void* operator new(size_t size, const std::nothrow_t&) noexcept {
  if (allowed == 0) return nullptr;
  if (allowed > 0) --allowed;
  return std::malloc(size ? size : 1);
}
void* operator new(size_t size) {
  if (void* memory = operator new(size, std::nothrow)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
