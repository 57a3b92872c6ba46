#include "tools/support/exit.h"

#include "tools/support/signals.h"

#include <absl/strings/cord.h>

#include <cstdio>
#include <exception>
#include <new>
#include <string>

namespace emel::tools {

namespace {
constexpr char kUsage[] = "emel/usage";
}  // namespace

absl::Status UsageError(std::string_view message) {
  absl::Status status = absl::InvalidArgumentError({message.data(), message.size()});
  status.SetPayload(kUsage, absl::Cord());
  return status;
}

int Exit(std::string_view tool, const absl::Status& status) {
  if (status.ok()) return kDone;
  std::string message(status.message());
  std::fprintf(stderr, "%.*s: error: %s\n", static_cast<int>(tool.size()), tool.data(),
               message.c_str());
  if (status.GetPayload(kUsage)) return kBadUsage;
  bool ours = status.code() == absl::StatusCode::kInternal ||
              status.code() == absl::StatusCode::kUnimplemented;
  return ours ? kOurFault : kBadInput;
}

int RunTool(std::string_view tool, const std::function<absl::Status()>& work) {
  PrepareProcess();
  try {
    return Exit(tool, work());
  } catch (const std::bad_alloc&) {
    return Exit(tool, absl::ResourceExhaustedError("there is no memory left"));
  } catch (const std::exception& failure) {
    return Exit(tool, absl::InternalError(failure.what()));
  }
}

}  // namespace emel::tools
