#include "runtime/text/jinja/filters.h"
#include "runtime/text/jinja/format.h"
#include "runtime/text/jinja/interpreter.h"
#include "runtime/text/jinja/numbers.h"
#include "runtime/text/jinja/operators.h"

#include <absl/strings/str_cat.h>

#include <cmath>
#include <cstdlib>

namespace emel::text::jinja {
namespace {

Value FailNumber(Interpreter& in, std::string_view filter, const Value& value) {
  return in.Fail(
      absl::StrCat("filter '", std::string(filter), "': expected a number, found ", Found(value)));
}

Value Absolute(Interpreter& in, const Value& value, Arguments&) {
  if (!value.is_number()) return FailNumber(in, "abs", value);
  if (value.is(Kind::kFloat)) return std::fabs(value.real());
  return value.integer() < 0 ? Unary(in, Op::kNegative, value) : Value(value.integer());
}

std::optional<double> RealOf(const Value& value) {
  if (value.is_number()) return value.number();
  return value.is_string() ? ParseFloat(value.string()) : std::nullopt;
}

Value ToInteger(Interpreter& in, const Value& value, Arguments& arguments) {
  const Value otherwise = arguments.has(0) ? arguments[0] : Value(0);
  const int64_t base = arguments[1].is_integer() ? arguments[1].integer()
                       : arguments.has(1)        ? -1
                                                 : 10;
  if (value.is_undefined()) return FailNumber(in, "int", value);
  if (value.is_integer()) return value.integer();
  if (value.is_string() && (base == 0 || (base >= 2 && base <= 36))) {
    const auto parsed = ParseInteger(in, value.string(), static_cast<int>(base));
    if (parsed || in.failed()) return parsed.value_or(0);
  }
  const auto real = RealOf(value);
  return real && !std::isnan(*real) ? Truncate(in, *real) : otherwise;
}

Value ToReal(Interpreter& in, const Value& value, Arguments& arguments) {
  if (value.is_undefined()) return FailNumber(in, "float", value);
  const auto real = RealOf(value);
  return real ? Value(*real) : arguments.has(0) ? arguments[0] : Value(0.0);
}

Value Round(Interpreter& in, const Value& value, Arguments& arguments) {
  const int64_t digits = arguments.Integer(in, 0);
  const std::string_view method = arguments.String(in, 1, "common");
  if (method != "common" && method != "ceil" && method != "floor")
    return in.Fail("filter 'round': expected the method common, ceil or floor, found another");
  if (!value.is_number()) return FailNumber(in, "round", value);
  if (method == "common") return RoundTo(in, value, digits);
  if (value.is_integer() && digits >= 0) return value.number();
  const double unit = std::strtod(absl::StrCat("1e", digits).c_str(), nullptr);
  const double scaled = value.number() * unit;
  if (!std::isfinite(scaled))
    return in.Fail("filter 'round': expected a finite number, found another");
  const double whole = method == "ceil" ? std::ceil(scaled) : std::floor(scaled);
  if (unit == 0)
    return in.Fail("filter 'round': expected fewer digits before the point, found more");
  if (digits < 0) return whole / unit + 0.0;  // never -0
  // An integer divided by a power of ten: the nearest to that decimal fraction.
  const std::string fraction =
      FormatReal(in, std::fabs(whole), 'f', 0, false) + absl::StrCat("e-", digits);
  return std::copysign(std::strtod(fraction.c_str(), nullptr), whole) + 0.0;
}

Value FileSize(Interpreter& in, const Value& value, Arguments& arguments) {
  static constexpr std::string_view kLetters = "kMGTPEZY";
  const bool binary = arguments.Truth(in, 0);
  const double base = binary ? 1024 : 1000;
  const auto bytes = RealOf(value);
  if (!bytes) return FailNumber(in, "filesizeformat", value);
  if (*bytes == 1) return in.NewText("1 Byte");
  if (*bytes < base) {
    const Value whole = Truncate(in, *bytes);
    return in.failed() ? Value() : in.NewText(absl::StrCat(whole.integer(), " Bytes"));
  }
  double unit = base * base;
  size_t i = 0;
  for (; i + 1 < kLetters.size() && !(*bytes < unit); ++i) unit *= base;
  const char letter = binary && i == 0 ? 'K' : kLetters[i];
  return in.NewText(absl::StrCat(FormatReal(in, base * *bytes / unit, 'f', 1, false), " ",
                                 std::string(1, letter), binary ? "iB" : "B"));
}

constexpr Filter kNumberFilters[] = {
    {"abs", "", Absolute},
    {"int", "default base", ToInteger},
    {"float", "default", ToReal},
    {"round", "precision method", Round},
    {"filesizeformat", "binary", FileSize},
};

}  // namespace

std::span<const Filter> NumberFilters() { return kNumberFilters; }

}  // namespace emel::text::jinja
