#include "runtime/text/jinja/characters.h"
#include "runtime/text/jinja/escape.h"
#include "runtime/text/jinja/interpreter.h"
#include "runtime/text/jinja/methods.h"
#include "runtime/text/jinja/text_parts.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <limits>

// Methods of str that find, split, join and replace.
namespace emel::text::jinja {
namespace {

constexpr int64_t kEnd = std::numeric_limits<int64_t>::max();

// The part of the text that the arguments 1 and 2 name; none where it starts past its end.
struct Window {
  std::string_view text;
  int64_t start = 0;  // in characters
  bool valid = false;
};

Window MakeWindow(Interpreter& in, const Value& self, const Arguments& arguments) {
  const auto length = static_cast<int64_t>(self.text().length);
  const auto bound = [&](size_t index, int64_t otherwise) {
    const bool given = arguments.has(index) && !arguments[index].is_none();
    int64_t value = given ? arguments.Integer(in, index) : otherwise;
    if (value < 0) value = std::max<int64_t>(value < -length ? 0 : value + length, 0);
    return value;
  };
  const int64_t start = bound(1, 0), end = std::min(bound(2, kEnd), length);
  in.StepSearch(self.string().size());
  if (start > end) return {};
  const size_t first = ByteOffset(self.text(), start), last = ByteOffset(self.text(), end);
  return {std::string_view(self.string()).substr(first, last - first), start, true};
}

// Where the first argument is, in characters; -1 where it is not.
int64_t Position(Interpreter& in, const Value& self, const Arguments& arguments, bool last) {
  const std::string_view part = arguments.String(in, 0);
  const Window window = MakeWindow(in, self, arguments);
  if (!window.valid || in.failed()) return -1;
  const size_t found = last ? FindLastText(window.text, part) : FindText(window.text, part);
  if (found == window.text.npos) return -1;
  return window.start + CharacterCount(window.text.substr(0, found));
}

template <bool kLast>
Value FindPosition(Interpreter& in, const Value& self, Arguments& arguments) {
  return Position(in, self, arguments, kLast);
}

template <bool kLast>
Value IndexText(Interpreter& in, const Value& self, Arguments& arguments) {
  const int64_t position = Position(in, self, arguments, kLast);
  return position < 0 ? in.Fail("expected the text to hold what is looked for, found it nowhere")
                      : Value(position);
}

Value CountText(Interpreter& in, const Value& self, Arguments& arguments) {
  const std::string_view part = arguments.String(in, 0);
  const Window window = MakeWindow(in, self, arguments);
  if (!window.valid || in.failed()) return 0;
  if (part.empty()) return CharacterCount(window.text) + 1;
  int64_t count = 0;
  for (size_t from = 0; (from = FindText(window.text, part, from)) != window.text.npos;
       from += part.size())
    ++count;
  return count;
}

bool Matches(std::string_view text, std::string_view part, bool at_end) {
  return at_end ? text.ends_with(part) : text.starts_with(part);
}

template <bool kAtEnd>
Value HasAffix(Interpreter& in, const Value& self, Arguments& arguments) {
  const Window window = MakeWindow(in, self, arguments);
  const std::vector<Value> single = {arguments[0]};
  for (const Value& part : arguments[0].is(Kind::kTuple) ? arguments[0].items() : single) {
    if (!part.is_string())
      return in.Fail(absl::StrCat("expected a str or a tuple of them, found ", Found(part)));
    if (window.valid && Matches(window.text, part.string(), kAtEnd)) return true;
  }
  return false;
}

template <bool kAtEnd>
Value RemoveAffix(Interpreter& in, const Value& self, Arguments& arguments) {
  std::string_view text = self.string();
  const std::string_view part = arguments.String(in, 0);
  if (Matches(text, part, kAtEnd))
    text = text.substr(kAtEnd ? 0 : part.size(), text.size() - part.size());
  return in.NewText(std::string(text));
}

Value ReplaceAll(Interpreter& in, const Value& self, Arguments& arguments) {
  const std::string_view old = arguments.String(in, 0), replacement = arguments.String(in, 1);
  const int64_t limit = arguments.Integer(in, 2, -1);
  return in.failed() ? Value() : in.NewText(Replace(in, self.string(), old, replacement, limit));
}

Value Texts(Interpreter& in, const std::vector<std::string_view>& parts) {
  std::vector<Value> items;
  items.reserve(parts.size());
  for (std::string_view part : parts) items.push_back(in.NewText(std::string(part)));
  return in.NewList(std::move(items));
}

template <bool kRight>
Value SplitAt(Interpreter& in, const Value& self, Arguments& arguments) {
  const int64_t limit = arguments.Integer(in, 1, -1);
  const std::string& text = self.string();
  if (arguments[0].is_none())
    return Texts(in, kRight ? SplitSpacesRight(in, text, limit) : SplitSpaces(in, text, limit));
  const std::string_view separator = arguments.String(in, 0);
  if (in.failed()) return {};
  if (separator.empty())
    return in.Fail("expected a separator of at least one character, found none");
  return Texts(in,
               kRight ? SplitRight(in, text, separator, limit) : Split(in, text, separator, limit));
}

Value LinesOf(Interpreter& in, const Value& self, Arguments& arguments) {
  return Texts(in, SplitLines(in, self.string(), arguments.Truth(in, 0)));
}

template <bool kRight>
Value Partition(Interpreter& in, const Value& self, Arguments& arguments) {
  const std::string_view text = self.string(), separator = arguments.String(in, 0);
  if (in.failed() || !in.StepSearch(text.size())) return {};
  if (separator.empty())
    return in.Fail("expected a separator of at least one character, found none");
  const size_t found = kRight ? FindLastText(text, separator) : FindText(text, separator);
  const auto part = [&](std::string_view piece) { return in.NewText(std::string(piece)); };
  if (found == text.npos)
    return kRight ? in.NewTuple({part(""), part(""), part(text)})
                  : in.NewTuple({part(text), part(""), part("")});
  return in.NewTuple(
      {part(text.substr(0, found)), part(separator), part(text.substr(found + separator.size()))});
}

Value JoinTexts(Interpreter& in, const Value& self, Arguments& arguments) {
  Builder text(in);
  Iteration iteration(in, arguments[0]);
  bool first = true;
  for (Value item; iteration.Next(item);) {
    if (!first) text += self.string();
    first = false;
    if (self.is_markup())
      text += EscapeShown(in, item);
    else if (item.is_string())
      text += item.string();
    else
      return in.Fail(absl::StrCat("join: expected items that are str, found ", Found(item)));
  }
  return text.Finish();
}

constexpr Method kSearchMethods[] = {
    {"find", "/sub! start end", FindPosition<false>},
    {"rfind", "/sub! start end", FindPosition<true>},
    {"index", "/sub! start end", IndexText<false>},
    {"rindex", "/sub! start end", IndexText<true>},
    {"count", "/sub! start end", CountText},
    {"startswith", "/prefix! start end", HasAffix<false>},
    {"endswith", "/suffix! start end", HasAffix<true>},
    {"removeprefix", "/prefix!", RemoveAffix<false>},
    {"removesuffix", "/suffix!", RemoveAffix<true>},
    {"replace", "/old! new! count", ReplaceAll},
    {"split", "sep maxsplit", SplitAt<false>},
    {"rsplit", "sep maxsplit", SplitAt<true>},
    {"splitlines", "keepends", LinesOf},
    {"partition", "/sep!", Partition<false>},
    {"rpartition", "/sep!", Partition<true>},
    {"join", "/iterable!", JoinTexts},
};

}  // namespace

std::span<const Method> SearchMethods() { return kSearchMethods; }

}  // namespace emel::text::jinja
