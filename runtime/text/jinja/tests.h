#ifndef EMEL_RUNTIME_TEXT_JINJA_TESTS_H_
#define EMEL_RUNTIME_TEXT_JINJA_TESTS_H_

#include "runtime/text/jinja/arguments.h"
#include "runtime/text/jinja/value.h"

#include <string_view>

namespace emel::text::jinja {

class Interpreter;

// A test, what stands after `is`.
struct Test {
  std::string_view name;
  std::string_view parameters;
  bool (*holds)(Interpreter& in, const Value& value, const Arguments& arguments);
};

const Test* FindTest(std::string_view name);

}  // namespace emel::text::jinja

#endif  // EMEL_RUNTIME_TEXT_JINJA_TESTS_H_
