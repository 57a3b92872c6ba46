#ifndef EMEL_RUNTIME_TEXT_JINJA_FORMAT_H_
#define EMEL_RUNTIME_TEXT_JINJA_FORMAT_H_

#include "runtime/text/jinja/arguments.h"
#include "runtime/text/jinja/value.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace emel::text::jinja {

class Interpreter;
class Run;

// text.format(…).
Value FormatBraces(Interpreter& in, const Value& format, Arguments& arguments);
// format(value, specification).
std::string FormatValue(Interpreter& in, const Value& value, std::string_view specification);

// Of a number's absolute value, as both ways to format have it. Type is one of e E f F g G.
std::string FormatReal(Run& run, double value, char type, int64_t precision, bool alternate);
// In base 2, 8, 10 or 16.
std::string DigitsOf(uint64_t value, uint32_t base, bool upper);

}  // namespace emel::text::jinja

#endif  // EMEL_RUNTIME_TEXT_JINJA_FORMAT_H_
