#include "runtime/text/jinja/characters.h"
#include "runtime/text/jinja/format.h"
#include "runtime/text/jinja/interpreter.h"
#include "runtime/text/jinja/numbers.h"
#include "runtime/text/jinja/show.h"
#include "runtime/text/utf8.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

// What stands after the colon of a format field.
namespace emel::text::jinja {
namespace {

constexpr int64_t kMaxPrecision = 10'000;

struct Specification {
  std::string fill;
  char align = 0;
  char sign = 0;
  bool alternate = false;
  int64_t width = 0;
  char grouping = 0;
  int64_t precision = -1;
  char type = 0;
};

bool TakeNumber(std::string_view& text, int64_t& number) {
  size_t digits = 0;
  number = 0;
  for (; digits < text.size() && IsAsciiDigit(text[digits]); ++digits)
    number = std::min<int64_t>(number * 10 + (text[digits] - '0'), int64_t{1} << 40);
  text.remove_prefix(digits);
  return digits > 0;
}

bool TakeOne(std::string_view& text, std::string_view characters, char& taken) {
  if (text.empty() || characters.find(text[0]) == characters.npos) return false;
  taken = text[0];
  text.remove_prefix(1);
  return true;
}

void TakeAlignment(std::string_view& text, Specification& s) {
  size_t second = 0;
  if (!text.empty()) DecodeUtf8(text, second);
  std::string_view after = text.substr(second);
  if (TakeOne(after, "<>=^", s.align)) {
    s.fill = std::string(text.substr(0, second));
    text = after;
  } else {
    TakeOne(text, "<>=^", s.align);
  }
}

bool Parse(Run& run, std::string_view text, Specification& s) {
  const std::string_view whole = text;
  char taken = 0;
  TakeAlignment(text, s);
  TakeOne(text, "+- ", s.sign);
  s.alternate = TakeOne(text, "#", taken);
  if (s.fill.empty() && TakeOne(text, "0", taken)) {
    s.fill = "0";
    if (s.align == 0) s.align = '0';  // = for numbers
  }
  if (s.fill.empty()) s.fill = " ";
  TakeNumber(text, s.width);
  TakeOne(text, ",_", s.grouping);
  const bool has_precision = TakeOne(text, ".", taken);
  const bool complete = !has_precision || TakeNumber(text, s.precision);
  TakeOne(text, "bcdeEfFgGnosxX%", s.type);
  const bool groups = s.grouping == 0 || s.type == 0 ||
                      std::string_view("nsc").find(s.type) == std::string_view::npos;
  if (!complete || !groups || !text.empty())
    run.Fail(absl::StrCat("expected a format specification, found '",
                          std::string(whole.substr(0, 100)), "'"));
  return !run.failed();
}

bool FailType(Run& run, const Specification& s, const Value& value) {
  run.Fail(absl::StrCat("expected a format that fits a value, found '",
                        s.type ? std::string(1, s.type) : "options", "' for ", Found(value)));
  return false;
}

// Digits in groups, with so many zeros before them that they are `width` long.
std::string Group(std::string digits, char separator, size_t group, int64_t width) {
  size_t rest = digits.find_first_not_of("0123456789abcdefABCDEF");
  rest = std::min(rest, digits.size());
  std::string tail = digits.substr(rest);
  digits.resize(rest);
  const auto length = [&](size_t count) {
    return static_cast<int64_t>(count + (separator && count > 0 ? (count - 1) / group : 0) +
                                tail.size());
  };
  size_t count = digits.size();
  while (length(count) < width) ++count;
  digits.insert(0, count - digits.size(), '0');
  std::string grouped;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (separator && i > 0 && (digits.size() - i) % group == 0) grouped += separator;
    grouped += digits[i];
  }
  return grouped + tail;
}

std::string Pad(Run& run, const std::string& text, const Specification& s, char align) {
  const int64_t missing = std::max<int64_t>(s.width - CharacterCount(text), 0);
  const int64_t left = align == '<' ? 0 : align == '^' ? missing / 2 : missing;
  Builder padded(run);
  padded.Repeat(s.fill, left);
  padded += text;
  padded.Repeat(s.fill, missing - left);
  return padded.Take();
}

std::string FormatText(Interpreter& in, const Value& value, const Specification& s) {
  const bool fits = (s.type == 0 || s.type == 's') && s.sign == 0 && !s.alternate &&
                    s.grouping == 0 && s.align != '=';
  if (!fits && !FailType(in, s, value)) return {};
  std::string text = value.string();
  if (s.precision >= 0) text.resize(ByteOffset(value.text(), s.precision));
  return Pad(in, text, s, s.align == 0 || s.align == '0' ? '<' : s.align);
}

// A sign, a prefix and digits, filled up.
std::string FinishNumber(Interpreter& in, const Specification& s, bool negative,
                         const std::string& prefix, std::string digits, size_t group) {
  std::string head = negative ? "-" : s.sign == 0 || s.sign == '-' ? "" : std::string(1, s.sign);
  head += prefix;
  const bool inside = s.align == '=' || s.align == '0';
  if (!in.HasRoom(2 * static_cast<size_t>(s.width))) return {};
  const int64_t zeros = inside && s.fill == "0" ? s.width - static_cast<int64_t>(head.size()) : 0;
  digits = Group(std::move(digits), s.grouping, group, zeros);
  if (!inside) return Pad(in, head + digits, s, s.align == 0 ? '>' : s.align);
  Specification rest = s;
  rest.width -= static_cast<int64_t>(head.size());
  return head + Pad(in, digits, rest, '>');
}

std::string FormatInteger(Interpreter& in, const Value& value, const Specification& s) {
  const int64_t number = value.integer();
  if (s.precision >= 0 && !FailType(in, s, value)) return {};
  if (s.type == 'c') {
    if ((s.sign != 0 || s.alternate) && !FailType(in, s, value)) return {};
    if (number < 0 || number > 0x10FFFF)
      in.Fail("expected the number of a character, found another");
    std::string text;
    AppendUtf8(static_cast<char32_t>(number), text);
    return Pad(in, text, s, s.align == 0 ? '>' : s.align);
  }
  const uint32_t base = s.type == 'b' ? 2 : s.type == 'o' ? 8 : (s.type | 0x20) == 'x' ? 16 : 10;
  if (s.grouping == ',' && base != 10 && !FailType(in, s, value)) return {};
  const uint64_t size =
      number < 0 ? ~static_cast<uint64_t>(number) + 1 : static_cast<uint64_t>(number);
  const std::string prefix = s.alternate && base != 10 ? std::string("0") + s.type : "";
  return FinishNumber(in, s, number < 0, prefix, DigitsOf(size, base, s.type == 'X'),
                      base == 10 ? 3 : 4);
}

// Up to `precision` digits, and at least one after the point.
std::string ShortReal(Run& run, double value, int64_t precision, bool keep_zeros) {
  if (precision == 0) precision = 1;
  const std::string scientific = FormatReal(run, value, 'e', precision - 1, false);
  if (!std::isfinite(value) || run.failed()) return scientific;
  const size_t e = scientific.find('e');
  const int exponent = std::atoi(scientific.c_str() + e + 1);
  const bool is_scientific = exponent < -4 || exponent + 1 > precision - 1;
  std::string digits = is_scientific ? scientific.substr(0, e)
                                     : FormatReal(run, value, 'f', precision - 1 - exponent, false);
  const bool has_point = digits.find('.') != digits.npos;
  if (keep_zeros && !has_point) digits += '.';
  if (!keep_zeros && has_point) {
    digits.resize(digits.find_last_not_of('0') + 1);
    if (digits.back() == '.') digits.pop_back();
  }
  if (is_scientific) return digits + scientific.substr(e);
  return digits.find('.') == digits.npos ? digits + ".0" : digits;
}

std::string FormatFloat(Interpreter& in, const Value& value, const Specification& s) {
  double number = value.number();
  if (s.type == 's' && !FailType(in, s, value)) return {};
  const bool negative = std::signbit(number) && !std::isnan(number);
  number = std::fabs(number);
  std::string digits;
  if (s.type == 0)
    digits = s.precision < 0 ? FloatText(number) : ShortReal(in, number, s.precision, s.alternate);
  else if (s.type == '%')
    digits = FormatReal(in, number * 100, 'f', s.precision, s.alternate) + "%";
  else
    digits = FormatReal(in, number, s.type == 'n' ? 'g' : s.type, s.precision, s.alternate);
  return FinishNumber(in, s, negative, "", std::move(digits), 3);
}

}  // namespace

std::string FormatReal(Run& run, double value, char type, int64_t precision, bool alternate) {
  if (precision > kMaxPrecision) {
    run.FailLimit(absl::StrCat("expected at most ", kMaxPrecision,
                               " digits after the point, found ", precision));
    return {};
  }
  if (!std::isfinite(value)) {
    std::string text = std::isnan(value) ? "nan" : "inf";
    return type >= 'a' ? text : absl::AsciiStrToUpper(text);
  }
  const std::string format = absl::StrCat("%", alternate ? "#" : "", ".*", std::string(1, type));
  const int digits = static_cast<int>(precision < 0 ? 6 : precision);
  std::vector<char> buffer(static_cast<size_t>(digits) + 400);
  const int length = std::snprintf(buffer.data(), buffer.size(), format.c_str(), digits, value);
  return {buffer.data(), static_cast<size_t>(length)};
}

std::string DigitsOf(uint64_t value, uint32_t base, bool upper) {
  std::string digits;
  do {
    digits += (upper ? "0123456789ABCDEF" : "0123456789abcdef")[value % base];
    value /= base;
  } while (value > 0);
  return {digits.rbegin(), digits.rend()};
}

std::string FormatValue(Interpreter& in, const Value& value, std::string_view specification) {
  if (specification.empty()) return ShowText(in, value);
  Specification s;
  if (!Parse(in, specification, s)) return {};
  if (value.is_string()) return FormatText(in, value, s);
  const bool is_real =
      value.is(Kind::kFloat) || std::string_view("eEfFgG%").find(s.type) != std::string_view::npos;
  const bool is_integral =
      s.type && std::string_view("bcdoxX").find(s.type) != std::string_view::npos;
  if (value.is_number() && s.type != 's' && !(value.is(Kind::kFloat) && is_integral))
    return is_real && s.type + value.is(Kind::kFloat) != 0 ? FormatFloat(in, value, s)
                                                           : FormatInteger(in, value, s);
  FailType(in, s, value);
  return {};
}

}  // namespace emel::text::jinja
