#ifndef EMEL_RUNTIME_TEXT_JINJA_SHOW_H_
#define EMEL_RUNTIME_TEXT_JINJA_SHOW_H_

#include "runtime/text/jinja/value.h"

#include <string>
#include <string_view>

namespace emel::text::jinja {

class Builder;
class Interpreter;

// str(value) and repr(value).
void Show(Interpreter& in, const Value& value, Builder& out);
void Represent(Interpreter& in, const Value& value, Builder& out);
std::string ShowText(Interpreter& in, const Value& value);
std::string RepresentText(Interpreter& in, const Value& value);

// In quotes, with what cannot be printed as escapes; of all that is not ASCII as well with `ascii`.
void QuoteText(std::string_view text, bool ascii, Builder& out);
void RepresentAscii(Interpreter& in, const Value& value, Builder& out);

// The filter pprint, whose lines are up to 80 characters wide.
std::string PrettyText(Interpreter& in, const Value& value);

}  // namespace emel::text::jinja

#endif  // EMEL_RUNTIME_TEXT_JINJA_SHOW_H_
