#ifndef EMEL_TOOLS_COMPILE_LAYOUT_FILE_H_
#define EMEL_TOOLS_COMPILE_LAYOUT_FILE_H_

#include <absl/status/statusor.h>

#include <string>
#include <vector>

namespace emel::tools {

// Reads {"tensor": "layout", ...}; gives "tensor:layout" for each.
absl::StatusOr<std::vector<std::string>> ReadLayoutFile(const std::string& path);

}  // namespace emel::tools

#endif  // EMEL_TOOLS_COMPILE_LAYOUT_FILE_H_
