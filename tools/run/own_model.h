#ifndef EMEL_TOOLS_RUN_OWN_MODEL_H_
#define EMEL_TOOLS_RUN_OWN_MODEL_H_

#include <absl/status/statusor.h>

#include <optional>
#include <string>

namespace emel::tools {

// An executable of emel-compile --emit=exe is the runner with an artifact behind it. Where `path`
// is one: itself, behind links. None where nothing follows the program; an error where something
// does that cannot be found any more, so that a download that broke off is called that.
absl::StatusOr<std::optional<std::string>> FindOwnModel(const std::string& path = "/proc/self/exe");

}  // namespace emel::tools

#endif  // EMEL_TOOLS_RUN_OWN_MODEL_H_
