#ifndef EMEL_RUNTIME_TEXT_JINJA_OPERATORS_H_
#define EMEL_RUNTIME_TEXT_JINJA_OPERATORS_H_

#include "runtime/text/jinja/value.h"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Python's operators.
namespace emel::text::jinja {

class Interpreter;
class Run;

enum class Op : uint8_t {
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kFloorDivide,
  kModulo,
  kPower,
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kIn,
  kNotIn,
  kNegative,
  kPositive,
};
std::string_view Symbol(Op op);

bool Truth(const Value& value);
bool Equal(Run& run, const Value& left, const Value& right);
// The order of two numbers, exact where an integer meets a float; unordered with NaN.
std::partial_ordering OrderNumbers(const Value& left, const Value& right);
// One of kLess … kGreaterEqual; fails where Python has no order.
bool Order(Run& run, Op op, const Value& left, const Value& right);
// Any comparison.
bool Compare(Interpreter& in, Op op, const Value& left, const Value& right);
bool Contains(Interpreter& in, const Value& container, const Value& item);

Value Binary(Interpreter& in, Op op, const Value& left, const Value& right);
Value Unary(Interpreter& in, Op op, const Value& operand);
// `left % right` for text on the left, in format_percent.cpp.
Value FormatPercent(Interpreter& in, const Value& format, const Value& arguments);

// The positions that a slice takes of a sequence: first, step and how many.
struct Positions {
  int64_t start = 0, stop = 0, step = 1, count = 0;
};
std::optional<Positions> SlicePositions(Run& run, int64_t length, const Value& start,
                                        const Value& stop, const Value& step);
Value Slice(Interpreter& in, const Value& value, const Value& start, const Value& stop,
            const Value& step);

}  // namespace emel::text::jinja

#endif  // EMEL_RUNTIME_TEXT_JINJA_OPERATORS_H_
