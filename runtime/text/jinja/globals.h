#ifndef EMEL_RUNTIME_TEXT_JINJA_GLOBALS_H_
#define EMEL_RUNTIME_TEXT_JINJA_GLOBALS_H_

#include "runtime/text/jinja/value.h"

#include <optional>
#include <string_view>

namespace emel::text::jinja {

class Interpreter;

// A function that every template has.
std::optional<Value> FindGlobal(Interpreter& in, std::string_view name);

}  // namespace emel::text::jinja

#endif  // EMEL_RUNTIME_TEXT_JINJA_GLOBALS_H_
