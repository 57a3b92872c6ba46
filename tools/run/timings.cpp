#include "tools/run/timings.h"

#include <absl/strings/str_format.h>

#include <cstdio>

namespace emel::tools {
namespace {

double Milliseconds(Timings::Clock::duration time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

}  // namespace

void Timings::PrintLoad(const std::string& variant, uint32_t workers) const {
  absl::FPrintF(stderr, "load      %9.2f ms, code for %s, %d workers\n",
                Milliseconds(loaded - start), variant, workers);
}

void Timings::PrintTokens() const {
  const double feed = Milliseconds(first_token - loaded);
  const double rest = Milliseconds(end - first_token);
  absl::FPrintF(stderr, "prompt    %9.2f ms, %d tokens, %.1f tokens/s\n", feed, prompt,
                static_cast<double>(prompt) / feed * 1e3);
  if (generated < 2) return;
  // The first one came with the prompt.
  const double count = static_cast<double>(generated - 1);
  absl::FPrintF(stderr, "generate  %9.2f ms, %.0f tokens, %.2f ms each, %.1f tokens/s\n", rest,
                count, rest / count, count / rest * 1e3);
}

}  // namespace emel::tools
