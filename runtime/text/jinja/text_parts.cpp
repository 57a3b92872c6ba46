#include "runtime/text/jinja/text_parts.h"

#include "runtime/text/jinja/characters.h"
#include "runtime/text/utf8.h"

#include <algorithm>

namespace emel::text::jinja {
namespace {

// Parts in the making, which count as memory.
class Parts {
 public:
  explicit Parts(Run& run) : run_(run) {}
  bool Add(std::string_view part) {
    if (!run_.Step() || !run_.HasRoom((parts_.size() + 1) * 3 * sizeof(Value))) return false;
    parts_.push_back(part);
    return true;
  }
  bool IsFull(int64_t limit) const {
    return limit >= 0 && static_cast<int64_t>(parts_.size()) >= limit;
  }
  std::vector<std::string_view> Take() { return std::move(parts_); }
  std::vector<std::string_view> TakeReversed() {
    std::reverse(parts_.begin(), parts_.end());
    return std::move(parts_);
  }

 private:
  Run& run_;
  std::vector<std::string_view> parts_;
};

size_t WordEnd(std::string_view text) {
  size_t end = 0, next = 0;
  while (end < text.size() && (next = end, !IsSpace(DecodeUtf8(text, next)))) end = next;
  return end;
}

size_t WordStart(std::string_view text) {
  size_t start = text.size(), next = start;
  while (start > 0 && (next = start, !IsSpace(DecodeBefore(text, next)))) start = next;
  return start;
}

bool IsAmong(std::string_view characters, char32_t c) {
  for (size_t i = 0; i < characters.size();)
    if (DecodeUtf8(characters, i) == c) return true;
  return false;
}

}  // namespace

std::vector<std::string_view> SplitSpaces(Run& run, std::string_view text, int64_t limit) {
  run.StepBytes(text.size());
  Parts parts(run);
  text = StripSpaces(text, true, false);
  while (!text.empty() && !run.failed()) {
    const bool last = parts.IsFull(limit);
    const size_t end = last ? StripSpaces(text, false, true).size() : WordEnd(text);
    parts.Add(text.substr(0, end));
    text = last ? "" : StripSpaces(text.substr(end), true, false);
  }
  return parts.Take();
}

std::vector<std::string_view> SplitSpacesRight(Run& run, std::string_view text, int64_t limit) {
  run.StepBytes(text.size());
  Parts parts(run);
  text = StripSpaces(text, false, true);
  while (!text.empty() && !run.failed()) {
    const bool last = parts.IsFull(limit);
    const std::string_view rest = last ? StripSpaces(text, true, false) : text;
    const size_t start = last ? 0 : WordStart(rest);
    parts.Add(rest.substr(start));
    text = last ? "" : StripSpaces(text.substr(0, start), false, true);
  }
  return parts.TakeReversed();
}

std::vector<std::string_view> Split(Run& run, std::string_view text, std::string_view separator,
                                    int64_t limit) {
  run.StepSearch(text.size());
  Parts parts(run);
  while (!parts.IsFull(limit)) {
    const size_t end = FindText(text, separator);
    if (end == text.npos || !parts.Add(text.substr(0, end))) break;
    text.remove_prefix(end + separator.size());
  }
  parts.Add(text);
  return parts.Take();
}

std::vector<std::string_view> SplitRight(Run& run, std::string_view text,
                                         std::string_view separator, int64_t limit) {
  run.StepSearch(text.size());
  const std::string backwards(text.rbegin(), text.rend());
  const std::string wanted(separator.rbegin(), separator.rend());
  Parts parts(run);
  size_t from = 0;
  while (!parts.IsFull(limit)) {
    const size_t found = FindText(backwards, wanted, from);
    if (found == text.npos || !parts.Add(text.substr(text.size() - found, found - from))) break;
    from = found + wanted.size();
  }
  parts.Add(text.substr(0, text.size() - from));
  return parts.TakeReversed();
}

std::vector<std::string_view> SplitLines(Run& run, std::string_view text, bool keep_ends) {
  run.StepBytes(text.size());
  Parts parts(run);
  size_t start = 0;
  for (size_t i = 0; i < text.size() && !run.failed();) {
    const size_t end = i;
    const char32_t c = DecodeUtf8(text, i);
    if (!IsLineBreak(c)) continue;
    if (c == '\r' && i < text.size() && text[i] == '\n') ++i;
    parts.Add(text.substr(start, (keep_ends ? i : end) - start));
    start = i;
  }
  if (start < text.size()) parts.Add(text.substr(start));
  return parts.Take();
}

namespace {

// Puts the replacement before each character and at the end.
std::string ReplaceNothing(Run& run, std::string_view text, std::string_view replacement,
                           int64_t limit) {
  Builder result(run);
  size_t i = 0;
  for (int64_t count = 0; (limit < 0 || count < limit) && !run.failed(); ++count) {
    result += replacement;
    const size_t start = i;
    if (i >= text.size()) return result.Take();
    DecodeUtf8(text, i);
    result += text.substr(start, i - start);
  }
  result += text.substr(i);
  return result.Take();
}

}  // namespace

std::string Replace(Run& run, std::string_view text, std::string_view old,
                    std::string_view replacement, int64_t limit) {
  if (old.empty()) return ReplaceNothing(run, text, replacement, limit);
  run.StepSearch(text.size());
  Builder result(run);
  for (int64_t count = 0; (limit < 0 || count < limit) && !run.failed(); ++count) {
    const size_t found = FindText(text, old);
    if (found == text.npos) break;
    result += text.substr(0, found);
    result += replacement;
    text.remove_prefix(found + old.size());
  }
  result += text;
  return result.Take();
}

std::string_view Strip(std::string_view text, const std::string_view* characters, bool left,
                       bool right) {
  if (!characters) return StripSpaces(text, left, right);
  while (left && !text.empty()) {
    size_t end = 0;
    if (!IsAmong(*characters, DecodeUtf8(text, end))) break;
    text.remove_prefix(end);
  }
  while (right && !text.empty()) {
    size_t start = text.size();
    if (!IsAmong(*characters, DecodeBefore(text, start))) break;
    text = text.substr(0, start);
  }
  return text;
}

std::string Center(Run& run, const Text& text, int64_t width, std::string_view fill) {
  const int64_t missing = std::max<int64_t>(width - static_cast<int64_t>(text.length), 0);
  const int64_t left = missing / 2 + (missing & width & 1);
  Builder result(run);
  result.Repeat(fill, left);
  result += text.bytes;
  result.Repeat(fill, missing - left);
  return result.Take();
}

}  // namespace emel::text::jinja
