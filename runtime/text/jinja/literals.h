#ifndef EMEL_RUNTIME_TEXT_JINJA_LITERALS_H_
#define EMEL_RUNTIME_TEXT_JINJA_LITERALS_H_

#include "runtime/text/jinja/run.h"

#include <string>
#include <string_view>

// Numbers and strings as templates write them.
namespace emel::text::jinja {

struct NumberLiteral {
  size_t length = 0;
  bool is_float = false;
};

// Of text that starts with a digit.
NumberLiteral ReadNumber(std::string_view text, bool may_be_float);
Value ParseNumber(Run& run, const std::string& digits, bool is_float);

// What stands between quotes, with its escapes resolved.
std::string Unescape(Run& run, std::string_view text);

}  // namespace emel::text::jinja

#endif  // EMEL_RUNTIME_TEXT_JINJA_LITERALS_H_
