#ifndef EMEL_TOOLS_RUN_PROMPT_H_
#define EMEL_TOOLS_RUN_PROMPT_H_

#include "tools/run/options.h"

#include <absl/status/status.h>

namespace emel::tools {

// Reads the text to go on from where neither -p nor --tokens gives it: a file, or standard input.
absl::Status ReadPrompt(RunOptions& options);

}  // namespace emel::tools

#endif  // EMEL_TOOLS_RUN_PROMPT_H_
