#include "tools/run/prompt.h"

#include "runtime/io/status.h"
#include "tools/support/exit.h"
#include "tools/support/input_text.h"

#include <string>

namespace emel::tools {

absl::Status ReadPrompt(RunOptions& options) {
  if (options.prompt || options.tokens) return absl::OkStatus();
  const std::string file = options.file.value_or("-");
  EMEL_ASSIGN_OR_RETURN(std::string text, ReadInput(file));
  // Whoever is not a terminal may have no prompt in mind at all.
  if (text.empty() && !options.file) {
    return UsageError(
        "expected a prompt: -p TEXT, -f FILE, --tokens IDS or text on standard input, which is "
        "empty");
  }
  if (!text.empty() && text.back() == '\n') text.pop_back();
  options.prompt = std::move(text);
  options.prompt_source = file == "-" ? "standard input" : file;
  return absl::OkStatus();
}

}  // namespace emel::tools
