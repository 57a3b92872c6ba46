#ifndef EMEL_RUNTIME_TEXT_JINJA_FILTERS_H_
#define EMEL_RUNTIME_TEXT_JINJA_FILTERS_H_

#include "runtime/text/jinja/arguments.h"
#include "runtime/text/jinja/value.h"

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace emel::text::jinja {

class Interpreter;

// A filter: its name, its parameters as Arguments::Bind takes them.
struct Filter {
  std::string_view name;
  std::string_view parameters;
  Value (*apply)(Interpreter& in, const Value& value, Arguments& arguments);
};

std::span<const Filter> TextFilters();
std::span<const Filter> HtmlFilters();
std::span<const Filter> NumberFilters();
std::span<const Filter> SequenceFilters();
std::span<const Filter> SelectFilters();  // map, select and what else looks at attributes

const Filter* FindFilter(std::string_view name);

// What the parameter `attribute` of many filters says: names and indices with dots between them.
class AttributePath {
 public:
  explicit AttributePath(const Value& attribute);  // none: the value itself
  Value Get(Interpreter& in, Value value, const Value* otherwise = nullptr) const;

 private:
  std::vector<Value> keys_;
};

// Text in lower case, other values as they are.
Value IgnoreCase(Interpreter& in, const Value& value);

}  // namespace emel::text::jinja

#endif  // EMEL_RUNTIME_TEXT_JINJA_FILTERS_H_
