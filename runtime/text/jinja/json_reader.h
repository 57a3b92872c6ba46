#ifndef EMEL_RUNTIME_TEXT_JINJA_JSON_READER_H_
#define EMEL_RUNTIME_TEXT_JINJA_JSON_READER_H_

#include "runtime/text/jinja/value.h"

#include <absl/status/statusor.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace emel::text::jinja {

struct JsonLimits {
  size_t bytes = size_t{64} << 20;
  int depth = 100;
};

// Reads JSON by RFC 8259 and nothing else: each key of an object once, integers of 64 bits at most.
// `name` stands in errors, with the line and the column.
absl::StatusOr<Value> ParseJson(std::string_view text, const std::string& name = "JSON",
                                const JsonLimits& limits = {});

}  // namespace emel::text::jinja

#endif  // EMEL_RUNTIME_TEXT_JINJA_JSON_READER_H_
