#ifndef EMEL_TESTS_UNIT_JINJA_RENDER_TEST_UTIL_H_
#define EMEL_TESTS_UNIT_JINJA_RENDER_TEST_UTIL_H_

#include "runtime/text/jinja/json_reader.h"
#include "runtime/text/jinja/template.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace emel::text::jinja::testing {

inline absl::StatusOr<std::string> Render(std::string_view source, std::string_view context = "{}",
                                          const RenderOptions& options = {}) {
  const auto variables = ParseJson(context);
  if (!variables.ok()) return variables.status();
  const auto parsed = Template::Parse(source, "t", options.limits);
  if (!parsed.ok()) return parsed.status();
  return parsed->Render(*variables, options);
}

// The text, or the message of the error.
inline std::string Rendered(std::string_view source, std::string_view context = "{}") {
  const auto text = Render(source, context);
  return text.ok() ? *text : std::string(text.status().message());
}

}  // namespace emel::text::jinja::testing

#endif  // EMEL_TESTS_UNIT_JINJA_RENDER_TEST_UTIL_H_
