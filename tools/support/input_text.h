#ifndef EMEL_TOOLS_SUPPORT_INPUT_TEXT_H_
#define EMEL_TOOLS_SUPPORT_INPUT_TEXT_H_

#include <absl/status/statusor.h>

#include <string>

namespace emel::tools {

// All bytes of a file, a pipe or, for "-", of standard input.
absl::StatusOr<std::string> ReadInput(const std::string& path);

}  // namespace emel::tools

#endif  // EMEL_TOOLS_SUPPORT_INPUT_TEXT_H_
