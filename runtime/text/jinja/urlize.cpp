#include "runtime/text/jinja/characters.h"
#include "runtime/text/jinja/escape.h"
#include "runtime/text/jinja/text_parts.h"
#include "runtime/text/utf8.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_cat.h>

#include <algorithm>

// Links from what looks like an address.
namespace emel::text::jinja {
namespace {

bool AllOf(std::string_view text, bool (*is)(char32_t)) {
  for (size_t i = 0; i < text.size();)
    if (!is(DecodeUtf8(text, i))) return false;
  return true;
}

bool IsLabelCharacter(char32_t c) { return IsWordCharacter(c) || c == '%' || c == '-'; }
bool IsHostCharacter(char32_t c) { return IsLabelCharacter(c) || c == '.'; }
bool IsHex(char c) { return IsAsciiDigit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f'); }

bool TakePrefix(std::string_view& text, std::string_view prefix) {
  if (text.size() < prefix.size()) return false;
  for (size_t i = 0; i < prefix.size(); ++i)
    if (absl::ascii_tolower(static_cast<unsigned char>(text[i])) != prefix[i]) return false;
  text.remove_prefix(prefix.size());
  return true;
}

// A port, then a path, a query or a fragment; or nothing.
bool IsTail(std::string_view text) {
  if (text.starts_with(':')) {
    size_t digits = 1;
    while (digits < text.size() && digits < 6 && IsAsciiDigit(text[digits])) ++digits;
    if (digits == 1) return false;
    text.remove_prefix(digits);
  }
  return text.empty() || text[0] == '/' || text[0] == '?' || text[0] == '#';
}

std::string_view TakeHost(std::string_view& text) {
  size_t end = 0;
  for (size_t next = 0; end < text.size() && IsHostCharacter(DecodeUtf8(text, next)); end = next) {
  }
  const std::string_view host = text.substr(0, end);
  text.remove_prefix(end);
  return host;
}

bool IsTopLevel(std::string_view label) {
  const bool letters = std::all_of(label.begin(), label.end(), [](char c) {
    return absl::ascii_isalpha(static_cast<unsigned char>(c));
  });
  if (letters && label.size() >= 2 && label.size() <= 63) return true;
  const auto is_encoded = [](char32_t c) { return IsWordCharacter(c) || c == '%'; };
  return TakePrefix(label, "xn--") && CharacterCount(label) >= 2 && CharacterCount(label) <= 59 &&
         AllOf(label, is_encoded);
}

bool IsAddress4(Run& run, std::string_view host) {
  const auto parts = Split(run, host, ".", -1);
  return parts.size() == 4 && std::all_of(parts.begin(), parts.end(), [](std::string_view part) {
           return !part.empty() && part.size() <= 3 &&
                  std::all_of(part.begin(), part.end(), IsAsciiDigit);
         });
}

bool IsAddress6(std::string_view text) {
  size_t groups = 0;
  for (; !text.empty(); ++groups) {
    size_t digits = 0;
    while (digits < text.size() && digits < 4 && IsHex(text[digits])) ++digits;
    text.remove_prefix(digits);
    const bool colon = text.starts_with(':');
    if (colon) text.remove_prefix(1);
    if (!colon && (groups < 2 || digits == 0)) return false;
  }
  return groups >= 2 && groups <= 8;
}

// Names with dots between them, the last of them a top level.
bool IsNamedHost(Run& run, std::string_view host) {
  const auto labels = Split(run, host, ".", -1);
  return IsTopLevel(labels.back()) &&
         std::all_of(labels.begin(), labels.end() - 1, [](std::string_view label) {
           return !label.empty() && AllOf(label, IsLabelCharacter);
         });
}

bool IsPlainHost(Run& run, std::string_view host) {
  static constexpr std::string_view kTops[] = {"com", "net", "int",  "edu",
                                               "gov", "org", "info", "mil"};
  const auto labels = Split(run, host, ".", -1);
  const std::string top = absl::AsciiStrToLower(std::string(labels.back()));
  return labels.size() > 1 &&
         std::find(std::begin(kTops), std::end(kTops), top) != std::end(kTops) &&
         std::all_of(labels.begin(), labels.end() - 1, [](std::string_view label) {
           const int64_t length = CharacterCount(label);
           return length >= 2 && length <= 63 && AllOf(label, IsLabelCharacter);
         });
}

bool IsUrl(Run& run, std::string_view text) {
  std::string_view rest = text;
  const bool has_scheme = TakePrefix(rest, "https://") || TakePrefix(rest, "http://");
  if (has_scheme && rest.starts_with('[')) {
    const size_t close = rest.find(']');
    return close != rest.npos && IsAddress6(rest.substr(1, close - 1)) &&
           IsTail(rest.substr(close + 1));
  }
  if (has_scheme || TakePrefix(rest, "www.")) {
    std::string_view tail = rest;
    const std::string_view host = TakeHost(tail);
    if (!host.empty() && IsTail(tail) &&
        (IsNamedHost(run, host) || (has_scheme && IsAddress4(run, host))))
      return true;
  }
  rest = text;
  const std::string_view host = TakeHost(rest);
  return !host.empty() && IsTail(rest) && IsPlainHost(run, host);
}

bool IsEmail(std::string_view text) {
  const size_t at = text.rfind('@');
  if (at == text.npos || at == 0) return false;
  const std::string_view domain = text.substr(at + 1);
  const size_t dot = domain.rfind('.');
  size_t first = 0;
  return dot != domain.npos && dot > 0 && dot + 1 < domain.size() &&
         IsWordCharacter(DecodeUtf8(domain, first)) &&
         AllOf(domain.substr(0, dot),
               [](char32_t c) { return IsWordCharacter(c) || c == '.' || c == '-'; }) &&
         AllOf(domain.substr(dot + 1), IsWordCharacter);
}

std::string Link(std::string_view target, std::string_view attributes, std::string_view text) {
  return absl::StrCat("<a href=\"", std::string(target), "\"", std::string(attributes), ">",
                      std::string(text), "</a>");
}

std::string Shortened(std::string_view text, std::optional<int64_t> limit) {
  const int64_t length = CharacterCount(text);
  if (!limit || length <= *limit) return std::string(text);
  const int64_t shown = *limit < 0 ? std::max<int64_t>(length + *limit, 0) : *limit;
  return std::string(text.substr(0, ByteOffset(Text(std::string(text)), shown))) + "...";
}

std::string LinkMiddle(Run& run, const std::string& text, const LinkOptions& options) {
  if (IsUrl(run, text)) {
    const bool has_scheme = text.starts_with("https://") || text.starts_with("http://");
    return Link(has_scheme ? text : "https://" + text, options.attributes,
                Shortened(text, options.limit));
  }
  if (text.starts_with("mailto:") && IsEmail(std::string_view(text).substr(7)))
    return Link(text, "", text.substr(7));
  if (!text.starts_with("www.") && text.find(':') == text.npos && IsEmail(text))
    return Link("mailto:" + text, "", text);
  std::string result = text;
  for (const std::string& scheme : options.schemes)
    if (result != scheme && result.starts_with(scheme))
      result = Link(result, options.attributes, result);
  return result;
}

size_t CountOf(std::string_view text, std::string_view part) {
  size_t count = 0;
  for (size_t at = 0; (at = text.find(part, at)) != text.npos; at += part.size()) ++count;
  return count;
}

// Takes brackets before and punctuation after off, but for what closes a bracket inside.
std::string LinkWord(Run& run, std::string_view word, const LinkOptions& options) {
  static constexpr std::string_view kHeads[] = {"(", "<", "&lt;"};
  static constexpr std::string_view kTails[] = {")", ">", ".", ",", "\n", "&gt;"};
  static constexpr std::pair<std::string_view, std::string_view> kPairs[] = {
      {"(", ")"}, {"<", ">"}, {"&lt;", "&gt;"}};
  size_t head = 0, tail = word.size();
  for (bool found = true; found;) {
    found = false;
    for (std::string_view part : kHeads)
      if (word.substr(head).starts_with(part)) head += part.size(), found = true;
  }
  for (bool found = true; found && tail > head;) {
    found = false;
    for (std::string_view part : kTails)
      if (word.substr(head, tail - head).ends_with(part)) tail -= part.size(), found = true;
  }
  std::string middle(word.substr(head, tail - head));
  std::string_view rest = word.substr(tail);
  for (const auto& [open, close] : kPairs) {
    const size_t opened = CountOf(middle, open);
    if (opened <= CountOf(middle, close)) continue;
    for (size_t i = std::min(opened, CountOf(rest, close)); i > 0; --i) {
      const size_t end = rest.find(close) + close.size();
      middle += rest.substr(0, end);
      rest.remove_prefix(end);
    }
  }
  return absl::StrCat(std::string(word.substr(0, head)), LinkMiddle(run, middle, options),
                      std::string(rest));
}

}  // namespace

std::string LinkUrls(Run& run, std::string_view text, const LinkOptions& options) {
  Builder result(run);
  while (!text.empty() && !run.failed()) {
    const size_t spaces = text.size() - StripSpaces(text, true, false).size();
    result += text.substr(0, spaces);
    text.remove_prefix(spaces);
    size_t end = 0;
    for (size_t next = 0; end < text.size() && !IsSpace(DecodeUtf8(text, next)); end = next) {
    }
    if (run.StepBytes(8 * end)) result += LinkWord(run, text.substr(0, end), options);
    text.remove_prefix(end);
  }
  return result.Take();
}

}  // namespace emel::text::jinja
