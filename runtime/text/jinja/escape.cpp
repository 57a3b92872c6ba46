#include "runtime/text/jinja/escape.h"

#include "runtime/text/jinja/characters.h"
#include "runtime/text/jinja/interpreter.h"
#include "runtime/text/jinja/show.h"
#include "runtime/text/utf8.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>

#include <algorithm>
#include <charconv>

namespace emel::text::jinja {
namespace {

struct Entity {
  std::string_view name, text;
};
constexpr Entity kEscaped[] = {
    {"&amp;", "&"}, {"&lt;", "<"}, {"&gt;", ">"}, {"&#39;", "'"}, {"&#34;", "\""}};

// Of the 2231 names that HTML has, those that text is escaped with and the commonest others.
constexpr Entity kNamed[] = {{"amp", "&"},   {"lt", "<"},        {"gt", ">"},    {"quot", "\""},
                             {"apos", "'"},  {"nbsp", "\u00A0"}, {"copy", "©"},  {"reg", "®"},
                             {"trade", "™"}, {"hellip", "…"},    {"mdash", "—"}, {"ndash", "–"},
                             {"lsquo", "‘"}, {"rsquo", "’"},     {"ldquo", "“"}, {"rdquo", "”"},
                             {"laquo", "«"}, {"raquo", "»"},     {"bull", "•"},  {"middot", "·"},
                             {"deg", "°"},   {"euro", "€"},      {"pound", "£"}, {"times", "×"},
                             {"larr", "←"},  {"rarr", "→"}};

// The character of a numeric reference such as &#39; or &#x27;.
bool AppendReference(std::string_view digits, std::string& out) {
  const bool hex = digits.starts_with('x') || digits.starts_with('X');
  if (hex) digits.remove_prefix(1);
  uint32_t code = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), code, hex ? 16 : 10);
  if (digits.empty() || end != digits.data() + digits.size()) return false;
  const bool valid =
      error == std::errc{} && code != 0 && code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
  AppendUtf8(valid ? code : kReplacement, out);
  return true;
}

bool AppendEntity(std::string_view name, std::string& out) {
  if (name.starts_with('#')) return AppendReference(name.substr(1), out);
  for (const Entity& entity : kNamed) {
    if (entity.name != name) continue;
    out += entity.text;
    return true;
  }
  return false;
}

std::string Unescape(std::string_view text) {
  std::string result;
  for (size_t i = 0; i < text.size();) {
    const size_t end = text[i] == '&' ? text.substr(i, 34).find(';') : text.npos;
    if (end != text.npos && AppendEntity(text.substr(i + 1, end - 1), result))
      i += end + 1;
    else
      result += text[i++];
  }
  return result;
}

std::string Without(std::string_view text, std::string_view open, std::string_view close) {
  std::string result;
  while (true) {
    const size_t begin = text.find(open);
    const size_t end = begin == text.npos ? begin : text.find(close, begin + open.size());
    if (end == text.npos) return result.append(text);
    result += text.substr(0, begin);
    text.remove_prefix(end + close.size());
  }
}

}  // namespace

std::string EscapeHtml(Run& run, std::string_view text) {
  Builder out(run);
  size_t copied = 0;
  for (size_t i = 0; i < text.size() && !run.failed(); ++i) {
    const auto* found = std::find_if(std::begin(kEscaped), std::end(kEscaped),
                                     [&](const Entity& e) { return e.text[0] == text[i]; });
    if (found == std::end(kEscaped)) continue;
    out += text.substr(copied, i - copied);
    out += found->name;
    copied = i + 1;
  }
  out += text.substr(copied);
  return out.Take();
}

std::string EscapeHtml(Run& run, const Value& text) {
  return text.is_markup() ? text.string() : EscapeHtml(run, std::string_view(text.string()));
}

std::string EscapeShown(Interpreter& in, const Value& value) {
  return value.is_string() ? EscapeHtml(in, value)
                           : EscapeHtml(in, std::string_view(ShowText(in, value)));
}

std::string QuoteUrl(Run& run, std::string_view text, bool in_query) {
  std::string quoted;
  if (!run.StepBytes(text.size()) || !run.HasRoom(3 * text.size())) return quoted;
  for (char c : text) {
    const bool plain =
        IsAsciiAlnum(c) || std::string_view("_.-~").find(c) != std::string_view::npos;
    if (plain || (c == '/' && !in_query))
      quoted += c;
    else if (c == ' ' && in_query)
      quoted += '+';
    else
      absl::StrAppendFormat(&quoted, "%%%02X", static_cast<unsigned char>(c));
  }
  return quoted;
}

std::string StripTags(Run& run, std::string_view text) {
  if (!run.StepBytes(3 * text.size()) || !run.HasRoom(3 * text.size())) return {};
  const std::string plain = Without(Without(text, "<!--", "-->"), "<", ">");
  std::string words;
  std::string_view rest = StripSpaces(plain);
  while (!rest.empty()) {
    size_t end = 0, next = 0;
    while (end < rest.size() && (next = end, !IsSpace(DecodeUtf8(rest, next)))) end = next;
    if (!words.empty()) words += ' ';
    words += rest.substr(0, end);
    rest = StripSpaces(rest.substr(end), true, false);
  }
  return Unescape(words);
}

}  // namespace emel::text::jinja
