#ifndef EMEL_RUNTIME_IO_STATUS_H_
#define EMEL_RUNTIME_IO_STATUS_H_

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/strings/string_view.h>

#include <string_view>
#include <utility>

// Debian's Abseil ships neither of these macros.
#define EMEL_RETURN_IF_ERROR(expression)                                    \
  do {                                                                      \
    if (absl::Status status_ = (expression); !status_.ok()) return status_; \
  } while (false)

// EMEL_ASSIGN_OR_RETURN(auto x, F()): declares x, or returns F's error.
#define EMEL_ASSIGN_OR_RETURN(target, expression) \
  EMEL_ASSIGN_OR_RETURN_NAMED(EMEL_STATUS_NAME(__LINE__), target, expression)
#define EMEL_ASSIGN_OR_RETURN_NAMED(result, target, expression) \
  auto result = (expression);                                   \
  if (!result.ok()) return std::move(result).status();          \
  target = *std::move(result)
#define EMEL_STATUS_NAME(line) EMEL_STATUS_NAME_PASTED(line)
#define EMEL_STATUS_NAME_PASTED(line) status_or_##line##_

namespace emel {

// Debian's Abseil has a string_view of its own that does not convert from the standard's.
inline absl::string_view Text(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace emel

#endif  // EMEL_RUNTIME_IO_STATUS_H_
