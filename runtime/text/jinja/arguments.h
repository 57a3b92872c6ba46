#ifndef EMEL_RUNTIME_TEXT_JINJA_ARGUMENTS_H_
#define EMEL_RUNTIME_TEXT_JINJA_ARGUMENTS_H_

#include "runtime/text/jinja/run.h"
#include "runtime/text/jinja/value.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace emel::text::jinja {

// What a call passes.
struct Arguments {
  std::vector<Value> positional;
  std::vector<std::pair<std::string, Value>> named;

  // Puts what was passed in the order of `parameters`, such as "old! new! count": `!` marks those
  // that must be there, a leading `/` that none can be passed by name; "*" takes anything as it is.
  // `what` opens the message of a failure.
  bool Bind(Run& run, std::string_view parameters, std::string_view what);

  bool has(size_t index) const {
    return index < positional.size() && !positional[index].is(Kind::kMissing);
  }
  const Value& operator[](size_t index) const;

  // Each fails where something else was passed.
  int64_t Integer(Run& run, size_t index, int64_t otherwise = 0) const;
  bool Truth(Run& run, size_t index, bool otherwise = false) const;
  std::string_view String(Run& run, size_t index, std::string_view otherwise = {}) const;
  const Value* FindNamed(std::string_view name) const;
  // The one that nests deepest, of these and `value`.
  Value Deepest(const Value& value) const;
};

}  // namespace emel::text::jinja

#endif  // EMEL_RUNTIME_TEXT_JINJA_ARGUMENTS_H_
