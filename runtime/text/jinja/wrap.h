#ifndef EMEL_RUNTIME_TEXT_JINJA_WRAP_H_
#define EMEL_RUNTIME_TEXT_JINJA_WRAP_H_

#include "runtime/text/jinja/run.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace emel::text::jinja {

struct WrapOptions {
  int64_t width = 79;
  bool break_long_words = true;
  bool break_on_hyphens = true;
};

// One line as lines of a width, as Python's textwrap breaks it.
std::vector<std::string> WrapText(Run& run, std::string_view line, const WrapOptions& options);

}  // namespace emel::text::jinja

#endif  // EMEL_RUNTIME_TEXT_JINJA_WRAP_H_
