#include "runtime/text/jinja/numbers.h"

#include "runtime/text/jinja/characters.h"
#include "runtime/text/jinja/run.h"

#include <absl/strings/str_cat.h>

#include <charconv>
#include <cmath>
#include <cstdio>
#include <limits>
#include <system_error>

namespace emel::text::jinja {
namespace {

constexpr double kTwo63 = 9223372036854775808.0;

// Digits with single underscores between them, which it takes out.
std::optional<std::string> WithoutUnderscores(std::string_view text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_') {
      plain += text[i];
      continue;
    }
    const auto is_digit = [&](size_t at) { return at < text.size() && IsAsciiAlnum(text[at]); };
    if (i == 0 || !is_digit(i - 1) || !is_digit(i + 1)) return std::nullopt;
  }
  return plain;
}

// Takes a prefix such as 0x off, and says what base it stands for.
int TakePrefix(std::string& digits, int base) {
  if (digits.size() < 2 || digits[0] != '0') return base == 0 ? 10 : base;
  const char letter = static_cast<char>(digits[1] | 0x20);
  const int announced = letter == 'x' ? 16 : letter == 'o' ? 8 : letter == 'b' ? 2 : 0;
  if (announced == 0 || (base != 0 && base != announced)) return base == 0 ? 10 : base;
  digits.erase(0, digits.size() > 2 && digits[2] == '_' ? 3 : 2);
  return announced;
}

}  // namespace

Value FailOverflow(Run& run) {
  return run.Fail("expected integers of at most 64 bits, found a larger result");
}

std::string FloatText(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  char buffer[40];
  const auto end =
      std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific);
  const std::string_view text(buffer, end.ptr - buffer);
  const size_t e = text.find('e');
  int exponent = 0;
  std::from_chars(text.data() + e + 1 + (text[e + 1] == '+'), end.ptr, exponent);
  if (exponent < -4 || exponent >= 16) return std::string(text);
  const bool negative = text[0] == '-';
  std::string digits;
  for (char c : text.substr(0, e))
    if (IsAsciiDigit(c)) digits += c;
  std::string result = negative ? "-" : "";
  if (exponent < 0) {
    result += "0." + std::string(-exponent - 1, '0') + digits;
    return result;
  }
  const auto whole = static_cast<size_t>(exponent) + 1;
  if (digits.size() < whole) digits.append(whole - digits.size(), '0');
  result += digits.substr(0, whole) + ".";
  result += digits.size() > whole ? digits.substr(whole) : "0";
  return result;
}

std::optional<int64_t> ParseInteger(Run& run, std::string_view text, int base) {
  text = StripSpaces(text);
  if (text.empty()) return std::nullopt;
  const bool negative = text[0] == '-';
  if (negative || text[0] == '+') text.remove_prefix(1);
  std::string digits(text);
  const bool counts_zeros = base == 0;
  const int actual = TakePrefix(digits, base);
  const auto plain = WithoutUnderscores(digits);
  if (!plain || plain->empty() || (*plain)[0] == '-' || (*plain)[0] == '+') return std::nullopt;
  // int("012", 0) is an error in Python.
  if (counts_zeros && actual == 10 && (*plain)[0] == '0' &&
      plain->find_first_not_of('0') != std::string::npos)
    return std::nullopt;
  const std::string signed_digits = (negative ? "-" : "") + *plain;
  int64_t value = 0;
  const char* last = signed_digits.data() + signed_digits.size();
  const auto [end, error] = std::from_chars(signed_digits.data(), last, value, actual);
  if (end != last || error == std::errc::invalid_argument) return std::nullopt;
  if (error == std::errc::result_out_of_range) FailOverflow(run);
  return value;
}

std::optional<double> ParseFloat(std::string_view text) {
  text = StripSpaces(text);
  const auto plain = WithoutUnderscores(text);
  if (!plain || plain->empty()) return std::nullopt;
  const char* first = plain->data();
  const char* last = first + plain->size();
  if (*first == '+') {
    ++first;
    if (first == last || *first == '-') return std::nullopt;
  }
  double value = 0;
  const auto [end, error] = std::from_chars(first, last, value);
  if (end != last || error == std::errc::invalid_argument || plain->find('(') != plain->npos)
    return std::nullopt;
  if (error == std::errc::result_out_of_range) value = std::strtod(first, nullptr);
  return value;
}

Value Truncate(Run& run, double real) {
  if (!std::isfinite(real)) return run.Fail("expected a finite number, found " + FloatText(real));
  if (real >= kTwo63 || real < -kTwo63) return FailOverflow(run);
  return static_cast<int64_t>(real);
}

namespace {

// To tens, hundreds and so on.
Value RoundInteger(Run& run, int64_t value, int64_t digits) {
  if (digits >= 0) return value;
  if (digits < -18) return 0;
  int64_t unit = 1;
  for (int64_t i = digits; i < 0; ++i) unit *= 10;
  const int64_t rest = ((value % unit) + unit) % unit;
  int64_t low;
  if (__builtin_sub_overflow(value, rest, &low)) return FailOverflow(run);
  const bool is_odd = low / unit % 2 != 0;
  const bool up = rest > unit - rest || (rest == unit - rest && is_odd);
  if (up && __builtin_add_overflow(low, unit, &low)) return FailOverflow(run);
  return low;
}

double RoundReal(double value, int64_t digits) {
  if (!std::isfinite(value) || value == 0 || digits > 323) return value;
  if (digits < -308) return std::copysign(0.0, value);
  char buffer[700];
  if (digits >= 0) {
    std::snprintf(buffer, sizeof buffer, "%.*f", static_cast<int>(digits), value);
    return std::strtod(buffer, nullptr);
  }
  // Digits before the point: let printf round at that place.
  std::snprintf(buffer, sizeof buffer, "%.17e", value);
  const int exponent = std::atoi(std::strchr(buffer, 'e') + 1);
  const int64_t kept = exponent + digits;
  if (kept < -1) return std::copysign(0.0, value);
  if (kept == -1) {
    const double unit = std::pow(10.0, static_cast<double>(-digits));
    return std::copysign(std::fabs(value) > unit / 2 ? unit : 0.0, value);
  }
  std::snprintf(buffer, sizeof buffer, "%.*e", static_cast<int>(kept), value);
  return std::strtod(buffer, nullptr);
}

Value IntegerPower(Run& run, int64_t base, int64_t exponent) {
  int64_t result = 1;
  if (base == 0 || base == 1) return exponent == 0 ? 1 : base;
  if (base == -1) return exponent % 2 == 0 ? 1 : -1;
  for (int64_t i = 0; i < exponent; ++i)
    if (__builtin_mul_overflow(result, base, &result)) return FailOverflow(run);
  return result;
}

}  // namespace

Value RoundTo(Run& run, const Value& value, int64_t digits) {
  if (value.is_integer()) return RoundInteger(run, value.integer(), digits);
  const double rounded = RoundReal(value.real(), digits);
  if (std::isinf(rounded) && !std::isinf(value.real()))
    return run.Fail("expected a rounded value that a float can hold, found a larger one");
  return rounded;
}

Value Power(Run& run, const Value& base, const Value& exponent) {
  if (base.is_integer() && exponent.is_integer() && exponent.integer() >= 0)
    return IntegerPower(run, base.integer(), exponent.integer());
  const double left = base.number(), right = exponent.number();
  if (left == 0 && right < 0) return run.Fail("expected no negative power of zero, found one");
  if (left < 0 && std::isfinite(left) && std::isfinite(right) && std::trunc(right) != right)
    return run.Fail("expected a whole power of a negative number, found a fraction");
  const double result = std::pow(left, right);
  if (std::isinf(result) && std::isfinite(left) && std::isfinite(right))
    return run.Fail("expected a power that a float can hold, found a larger one");
  return result;
}

double FloorModulo(double left, double right) {
  double rest = std::fmod(left, right);
  if (rest == 0) return std::copysign(0.0, right);
  if ((right < 0) != (rest < 0)) rest += right;
  return rest;
}

}  // namespace emel::text::jinja
