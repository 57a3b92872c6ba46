#ifndef EMEL_RUNTIME_TEXT_JINJA_HOST_H_
#define EMEL_RUNTIME_TEXT_JINJA_HOST_H_

#include "runtime/text/jinja/arguments.h"
#include "runtime/text/jinja/value.h"

#include <optional>
#include <string>
#include <string_view>

namespace emel::text::jinja {

class Interpreter;

// What only templates can make: functions, namespaces, loops.
struct Host : Object {
  virtual std::string_view type() const = 0;
  virtual std::string Describe(Interpreter& in) const = 0;  // as printed
  virtual bool callable() const { return false; }
  virtual Value Call(Interpreter& in, Arguments& arguments);
  // The attribute of that name, if it has one.
  virtual std::optional<Value> Attribute(Interpreter& in, std::string_view name);
  virtual std::optional<int64_t> length(Interpreter& in) { return std::nullopt; }
};

inline Host& Value::host() const { return *static_cast<Host*>(object_.get()); }

}  // namespace emel::text::jinja

#endif  // EMEL_RUNTIME_TEXT_JINJA_HOST_H_
