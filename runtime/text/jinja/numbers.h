#ifndef EMEL_RUNTIME_TEXT_JINJA_NUMBERS_H_
#define EMEL_RUNTIME_TEXT_JINJA_NUMBERS_H_

#include "runtime/text/jinja/value.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Numbers as Python writes, reads and rounds them.
namespace emel::text::jinja {

class Run;

std::string FloatText(double value);  // the shortest that reads back the same: 0.1, 1e+16, inf

// As int(text, base) and float(text). No value: the text is no number. Too large an integer fails.
std::optional<int64_t> ParseInteger(Run& run, std::string_view text, int base);
std::optional<double> ParseFloat(std::string_view text);

// int(real); fails where it has no integer or too large a one.
Value Truncate(Run& run, double real);
// round(value, digits), which halves go to even in.
Value RoundTo(Run& run, const Value& value, int64_t digits);

Value Power(Run& run, const Value& base, const Value& exponent);
double FloorModulo(double left, double right);
Value FailOverflow(Run& run);

}  // namespace emel::text::jinja

#endif  // EMEL_RUNTIME_TEXT_JINJA_NUMBERS_H_
