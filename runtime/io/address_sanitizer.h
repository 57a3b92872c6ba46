#ifndef EMEL_RUNTIME_IO_ADDRESS_SANITIZER_H_
#define EMEL_RUNTIME_IO_ADDRESS_SANITIZER_H_

// Whether this is a build with AddressSanitizer: gcc's way of telling, then clang's. What tells it
// of memory is nothing elsewhere.
#if defined(__SANITIZE_ADDRESS__)
#define EMEL_KNOWS_ADDRESSES 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define EMEL_KNOWS_ADDRESSES 1
#endif
#endif

#ifdef EMEL_KNOWS_ADDRESSES
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(begin, bytes) ((void)0)
#define ASAN_UNPOISON_MEMORY_REGION(begin, bytes) ((void)0)
#endif

#endif  // EMEL_RUNTIME_IO_ADDRESS_SANITIZER_H_
