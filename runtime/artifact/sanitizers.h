#ifndef EMEL_RUNTIME_ARTIFACT_SANITIZERS_H_
#define EMEL_RUNTIME_ARTIFACT_SANITIZERS_H_

#include <absl/status/statusor.h>
#include <absl/types/span.h>

#include <string>
#include <vector>

namespace emel::artifact {

// Where this process has functions that instrumented code calls. kFailedPrecondition, with a
// message that continues "the code …": they are not of a sanitizer that this program is built with.
absl::StatusOr<std::vector<const void*>> FindFunctions(absl::Span<const std::string> names);

}  // namespace emel::artifact

#endif  // EMEL_RUNTIME_ARTIFACT_SANITIZERS_H_
