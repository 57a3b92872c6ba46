#include "runtime/text/jinja/literals.h"

#include "runtime/text/jinja/characters.h"
#include "runtime/text/jinja/numbers.h"
#include "runtime/text/utf8.h"

#include <absl/strings/str_cat.h>

#include <charconv>
#include <cstdlib>

namespace emel::text::jinja {
namespace {

bool IsDigitOf(char c, int base) {
  if (IsAsciiDigit(c)) return c - '0' < base;
  return base == 16 && (c | 0x20) >= 'a' && (c | 0x20) <= 'f';
}

// Digits, each of which one underscore may come before.
size_t TakeDigits(std::string_view text, size_t at, int base, bool underscore_first = false) {
  bool may_skip = underscore_first;
  while (at < text.size()) {
    const bool skips = may_skip && text[at] == '_' && at + 1 < text.size();
    if (!IsDigitOf(text[at + skips], base)) break;
    at += 1 + skips;
    may_skip = true;
  }
  return at;
}

// The exponent that starts at `at`, or `at` itself.
size_t TakeExponent(std::string_view text, size_t at) {
  if (at >= text.size() || (text[at] | 0x20) != 'e') return at;
  size_t digits = at + 1;
  if (digits < text.size() && (text[digits] == '+' || text[digits] == '-')) ++digits;
  const size_t end = TakeDigits(text, digits, 10);
  return end > digits ? end : at;
}

constexpr std::string_view kEscapes = "\\'\"abfnrtv";
constexpr std::string_view kMeanings = "\\'\"\a\b\f\n\r\t\v";

// A character by its number: \xhh, \uhhhh, \Uhhhhhhhh.
bool TakeHex(Run& run, std::string_view text, size_t& at, size_t digits, std::string& out) {
  uint32_t code = 0;
  const std::string_view number = text.substr(at, digits);
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), code, 16);
  if (number.size() < digits || error != std::errc{} || end != number.data() + digits ||
      code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) {
    run.Fail(absl::StrCat("expected ", digits, " hexadecimal digits of a character, found '",
                          std::string(number), "'"));
    return false;
  }
  at += digits;
  AppendUtf8(code, out);
  return true;
}

void TakeOctal(std::string_view text, size_t& at, std::string& out) {
  char32_t code = 0;
  for (size_t end = at + 3; at < end && at < text.size() && IsDigitOf(text[at], 8); ++at)
    code = code * 8 + (text[at] - '0');
  AppendUtf8(code, out);
}

}  // namespace

NumberLiteral ReadNumber(std::string_view text, bool may_be_float) {
  const size_t whole = TakeDigits(text, 0, 10);
  if (may_be_float) {
    size_t fraction = whole;
    if (whole + 1 < text.size() && text[whole] == '.' && IsAsciiDigit(text[whole + 1]))
      fraction = TakeDigits(text, whole + 1, 10);
    const size_t exponent = TakeExponent(text, fraction);
    if (exponent > whole) return {exponent, true};
  }
  if (text.size() > 1 && text[0] == '0') {
    const char letter = static_cast<char>(text[1] | 0x20);
    const int base = letter == 'x' ? 16 : letter == 'o' ? 8 : letter == 'b' ? 2 : 0;
    const size_t end = base == 0 ? 2 : TakeDigits(text, 2, base, true);
    if (end > 2) return {end, false};
    size_t zeros = 1;
    while (zeros < text.size() &&
           (text[zeros] == '0' || (text[zeros] == '_' && text.substr(zeros + 1).starts_with('0'))))
      ++zeros;
    return {zeros, false};
  }
  return {text[0] == '0' ? 1 : whole, false};
}

Value ParseNumber(Run& run, const std::string& digits, bool is_float) {
  if (is_float) return std::strtod(digits.c_str(), nullptr);
  const auto value = ParseInteger(run, digits, 0);
  return value ? Value(*value) : run.Fail(absl::StrCat("expected a number, found '", digits, "'"));
}

std::string Unescape(Run& run, std::string_view text) {
  std::string result;
  for (size_t i = 0; i < text.size() && !run.failed();) {
    if (text[i] != '\\') {
      result += text[i++];
      continue;
    }
    const char c = text[i + 1];
    i += 2;
    if (const size_t kind = kEscapes.find(c); kind != kEscapes.npos)
      result += kMeanings[kind];
    else if (c == 'x' || c == 'u' || c == 'U')
      TakeHex(run, text, i, c == 'x' ? 2 : c == 'u' ? 4 : 8, result);
    else if (IsDigitOf(c, 8))
      TakeOctal(text, --i, result);
    else if (c == 'N')
      run.Fail("expected a character or its number, found the escape \\N, which names one");
    else if (c != '\n')
      result += {'\\', c};
  }
  return result;
}

}  // namespace emel::text::jinja
