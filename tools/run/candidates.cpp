#include "tools/run/candidates.h"

#include <absl/strings/str_cat.h>

#include <array>
#include <charconv>
#include <cmath>

namespace emel::tools {
namespace {

// JSON knows no infinity; what is beyond all numbers reads as one.
template <typename Number>
std::string Exactly(Number number) {
  if (std::isinf(number)) return number < 0 ? "-1e999" : "1e999";
  std::array<char, 32> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  return {text.data(), end};
}

}  // namespace

std::string CandidatesLine(uint64_t step, absl::Span<const sample::Candidate> candidates) {
  std::string line = absl::StrCat("{\"step\":", step, ",\"candidates\":[");
  const char* separator = "";
  for (const sample::Candidate& each : candidates) {
    absl::StrAppend(&line, separator, "{\"id\":", each.id, ",\"logit\":", Exactly(each.logit),
                    ",\"p\":", Exactly(each.p), "}");
    separator = ",";
  }
  return line + "]}\n";
}

}  // namespace emel::tools
