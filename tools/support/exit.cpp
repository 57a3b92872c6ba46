#include "tools/support/exit.h"

#include <cstdio>
#include <exception>
#include <string>

namespace emel::tools {

int Exit(std::string_view tool, const absl::Status& status) {
  if (status.ok()) return kDone;
  std::string message(status.message());
  std::fprintf(stderr, "%.*s: error: %s\n", static_cast<int>(tool.size()), tool.data(),
               message.c_str());
  bool ours = status.code() == absl::StatusCode::kInternal ||
              status.code() == absl::StatusCode::kUnimplemented;
  return ours ? kOurFault : kBadInput;
}

int RunTool(std::string_view tool, const std::function<absl::Status()>& work) {
  try {
    return Exit(tool, work());
  } catch (const std::exception& failure) {
    return Exit(tool, absl::InternalError(failure.what()));
  }
}

}  // namespace emel::tools
