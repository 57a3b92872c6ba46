#ifndef EMEL_TOOLS_RUN_RUN_H_
#define EMEL_TOOLS_RUN_RUN_H_

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/types/span.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace emel::tools {

struct RunOptions {
  std::string artifact;
  std::string cpu;                    // empty: the best variant
  std::vector<int32_t> tokens;        // where there is no prompt
  std::optional<std::string> prompt;  // text, which needs the model's vocabulary
  std::optional<std::string> logits;  // a file for the rows after each token that is fed
  std::optional<uint64_t> generate;   // tokens; none: text until its end, or nothing
  uint64_t threads = 0, context = 0;  // 0: chosen
  bool one_by_one = false, ids = false, timings = false, verify = false, profile = false;
};

// Feeds a compiled model, writes what was asked for.
absl::Status RunModel(const RunOptions& options);

// "1,5,7"; one may stand as "5,".
absl::StatusOr<std::vector<int32_t>> ParseTokens(std::string_view text);

// Whether a model of so many tokens has all of these.
absl::Status CheckTokens(absl::Span<const int32_t> tokens, uint32_t vocabulary);

}  // namespace emel::tools

#endif  // EMEL_TOOLS_RUN_RUN_H_
