// What kind of build this is, for tests that measure.
#ifndef EMEL_TESTS_SUPPORT_BUILD_KIND_H_
#define EMEL_TESTS_SUPPORT_BUILD_KIND_H_

#include "runtime/io/address_sanitizer.h"

// gcc's way of telling, then clang's.
#if defined(EMEL_KNOWS_ADDRESSES) || defined(__SANITIZE_THREAD__)
#define EMEL_SANITIZED_BUILD 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define EMEL_SANITIZED_BUILD 1
#endif
#endif

namespace emel::testing {

#ifdef EMEL_SANITIZED_BUILD
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

// Whether bounds on cost hold: they are promised to users, who run optimised code without
// sanitizers.
#ifdef __OPTIMIZE__
inline constexpr bool kMeasures = !kSanitized;
#else
inline constexpr bool kMeasures = false;
#endif

}  // namespace emel::testing

#endif  // EMEL_TESTS_SUPPORT_BUILD_KIND_H_
