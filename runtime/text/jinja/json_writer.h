#ifndef EMEL_RUNTIME_TEXT_JINJA_JSON_WRITER_H_
#define EMEL_RUNTIME_TEXT_JINJA_JSON_WRITER_H_

#include "runtime/text/jinja/run.h"

#include <optional>
#include <string>

namespace emel::text::jinja {

class Interpreter;

// As Python's json.dumps has them.
struct JsonStyle {
  bool ascii = false;
  bool sort_keys = false;
  std::optional<std::string> indent;  // a line for each item
  std::string item_separator = ", ";
  std::string key_separator = ": ";
};

void WriteJson(Interpreter& in, const Value& value, const JsonStyle& style, Builder& out);

}  // namespace emel::text::jinja

#endif  // EMEL_RUNTIME_TEXT_JINJA_JSON_WRITER_H_
