#ifndef EMEL_RUNTIME_TEXT_JINJA_METHODS_H_
#define EMEL_RUNTIME_TEXT_JINJA_METHODS_H_

#include "runtime/text/jinja/arguments.h"
#include "runtime/text/jinja/value.h"

#include <span>
#include <string_view>

namespace emel::text::jinja {

class Interpreter;

// A method as a value's type has it: a name, its parameters as Arguments::Bind takes them.
struct Method {
  std::string_view name;
  std::string_view parameters;
  Value (*apply)(Interpreter& in, const Value& self, Arguments& arguments);
};

std::span<const Method> CaseMethods();    // str: upper, title, isdigit …
std::span<const Method> SearchMethods();  // str: find, replace, split …
std::span<const Method> LayoutMethods();  // str: strip, center, format …
std::span<const Method> ContainerMethods(Kind kind);
std::span<const Method> NumberMethods(Kind kind);

// Null where the type has no such method, or none that templates may use.
const Method* FindMethod(const Value& self, std::string_view name);
// Whether it would change the value, which the sandbox forbids.
bool IsMutator(const Value& self, std::string_view name);

Value BindMethod(Interpreter& in, const Value& self, const Method& method);
Value CallMethod(Interpreter& in, const Value& self, const Method& method, Arguments& arguments);

}  // namespace emel::text::jinja

#endif  // EMEL_RUNTIME_TEXT_JINJA_METHODS_H_
