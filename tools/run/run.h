#ifndef EMEL_TOOLS_RUN_RUN_H_
#define EMEL_TOOLS_RUN_RUN_H_

#include "tools/run/options.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/types/span.h>

#include <cstdint>
#include <string_view>
#include <vector>

namespace emel::tools {

// Feeds a compiled model, writes what was asked for.
absl::Status RunModel(const RunOptions& options);

// "1,5,7"; one may stand as "5,".
absl::StatusOr<std::vector<int32_t>> ParseTokens(std::string_view text);

// Whether a model of so many tokens has all of these.
absl::Status CheckTokens(absl::Span<const int32_t> tokens, uint32_t vocabulary);

}  // namespace emel::tools

#endif  // EMEL_TOOLS_RUN_RUN_H_
