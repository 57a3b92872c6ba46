#include "runtime/artifact/sanitizers.h"

#include <absl/strings/match.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <iterator>

// Present where the sanitizer's runtime is linked, else null. Called by compiled code alone, so
// that their types do not matter here; compilers know some of the names and have types of their own
// for them.
extern "C" {
[[gnu::weak]] void emel_asan_load() __asm__("__asan_loadN");
[[gnu::weak]] void emel_asan_store() __asm__("__asan_storeN");
[[gnu::weak]] void emel_tsan_read() __asm__("__tsan_read_range");
[[gnu::weak]] void emel_tsan_write() __asm__("__tsan_write_range");
[[gnu::weak]] void emel_tsan_fetch_add() __asm__("__tsan_atomic64_fetch_add");
}

namespace emel::artifact {
namespace {

struct FunctionRow {
  const char* name;
  void (*function)();
};
const FunctionRow kFunctions[] = {
    {"__asan_loadN", emel_asan_load},
    {"__asan_storeN", emel_asan_store},
    {"__tsan_read_range", emel_tsan_read},
    {"__tsan_write_range", emel_tsan_write},
    {"__tsan_atomic64_fetch_add", emel_tsan_fetch_add},
};

}  // namespace

absl::StatusOr<std::vector<const void*>> FindFunctions(absl::Span<const std::string> names) {
  std::vector<const void*> addresses;
  for (const std::string& name : names) {
    const FunctionRow* row =
        std::find_if(std::begin(kFunctions), std::end(kFunctions),
                     [&](const FunctionRow& known) { return known.name == name; });
    if (row == std::end(kFunctions)) {
      return absl::FailedPreconditionError(
          absl::StrCat("calls ", name, ", which this version does not know"));
    }
    if (row->function == nullptr) {
      const bool address = absl::StartsWith(name, "__asan_");
      return absl::FailedPreconditionError(
          absl::StrCat("is instrumented for ", address ? "AddressSanitizer" : "ThreadSanitizer",
                       ", which this program is built without: run it with one of `cmake --preset ",
                       address ? "asan`" : "tsan`"));
    }
    addresses.push_back(reinterpret_cast<const void*>(row->function));
  }
  return addresses;
}

}  // namespace emel::artifact
