#include "runtime/text/jinja/characters.h"
#include "runtime/text/jinja/escape.h"
#include "runtime/text/jinja/format.h"
#include "runtime/text/jinja/interpreter.h"
#include "runtime/text/jinja/methods.h"
#include "runtime/text/jinja/text_parts.h"
#include "runtime/text/utf8.h"

#include <absl/strings/str_cat.h>

#include <algorithm>

// Methods of str that strip, fill up and format, and how markup calls its methods.
namespace emel::text::jinja {
namespace {

template <bool kLeft, bool kRight>
Value StripSides(Interpreter& in, const Value& self, Arguments& arguments) {
  in.StepBytes(self.string().size());
  if (arguments[0].is_none())
    return in.NewText(std::string(StripSpaces(self.string(), kLeft, kRight)));
  const std::string_view characters = arguments.String(in, 0);
  // Each character of the one is looked for in the other.
  if (in.failed() || !in.Step(self.string().size() / 16 * (1 + characters.size() / 16))) return {};
  return in.NewText(std::string(Strip(self.string(), &characters, kLeft, kRight)));
}

std::string_view FillOf(Interpreter& in, const Arguments& arguments) {
  const std::string_view fill = arguments.String(in, 1, " ");
  if (CharacterCount(fill) != 1)
    in.Fail(absl::StrCat("expected one character to fill up with, found '",
                         std::string(fill.substr(0, 100)), "'"));
  return fill;
}

Value CenterText(Interpreter& in, const Value& self, Arguments& arguments) {
  const std::string_view fill = FillOf(in, arguments);
  const int64_t width = arguments.Integer(in, 0);
  return in.failed() ? Value() : in.NewText(Center(in, self.text(), width, fill));
}

template <bool kLeft>
Value Justify(Interpreter& in, const Value& self, Arguments& arguments) {
  const std::string_view fill = FillOf(in, arguments);
  const int64_t missing = arguments.Integer(in, 0) - static_cast<int64_t>(self.text().length);
  if (in.failed()) return {};
  Builder text(in);
  if (kLeft) text += self.string();
  text.Repeat(fill, missing);
  if (!kLeft) text += self.string();
  return text.Finish();
}

Value ZeroFill(Interpreter& in, const Value& self, Arguments& arguments) {
  const std::string& text = self.string();
  const int64_t missing = arguments.Integer(in, 0) - static_cast<int64_t>(self.text().length);
  if (in.failed()) return {};
  const size_t sign = text.starts_with('+') || text.starts_with('-') ? 1 : 0;
  Builder filled(in);
  filled += text.substr(0, sign);
  filled.Repeat("0", missing);
  filled += text.substr(sign);
  return filled.Finish();
}

Value ExpandTabs(Interpreter& in, const Value& self, Arguments& arguments) {
  const int64_t size = arguments.Integer(in, 0, 8);
  const std::string& text = self.string();
  Builder expanded(in);
  int64_t column = 0;
  for (size_t i = 0; i < text.size() && !in.failed();) {
    const size_t start = i;
    const char32_t c = DecodeUtf8(text, i);
    if (c == '\t') {
      const int64_t spaces = size > 0 ? size - column % size : 0;
      expanded.Repeat(" ", spaces);
      column += spaces;
      continue;
    }
    expanded += std::string_view(text).substr(start, i - start);
    column = c == '\n' || c == '\r' ? 0 : column + 1;
  }
  return expanded.Finish();
}

Value Translate(Interpreter& in, const Value& self, Arguments& arguments) {
  if (!arguments[0].is(Kind::kDict))
    return in.Fail(absl::StrCat("translate: expected a dict, found ", Found(arguments[0])));
  const Dict& table = arguments[0].dict();
  const std::string& text = self.string();
  Builder translated(in);
  for (size_t i = 0; i < text.size() && !in.failed();) {
    const size_t start = i;
    const char32_t c = DecodeUtf8(text, i);
    const Value* found = table.Find(Value(static_cast<int64_t>(c)));
    std::string character = text.substr(start, i - start);
    if (found && found->is_string()) character = found->string();
    if (found && found->is_none()) character.clear();
    if (found && found->is_integer()) {
      character.clear();
      AppendUtf8(static_cast<char32_t>(found->integer()), character);
    }
    translated += character;
  }
  return translated.Finish();
}

Value Format(Interpreter& in, const Value& self, Arguments& arguments) {
  return FormatBraces(in, self, arguments);
}

Value FormatMap(Interpreter& in, const Value& self, Arguments& arguments) {
  Arguments fields;
  const Value& mapping = arguments[0];
  if (!mapping.is(Kind::kDict))
    return in.Fail(absl::StrCat("format_map: expected a dict, found ", Found(mapping)));
  for (const auto& [key, value] : mapping.dict().entries)
    if (key.is_string()) fields.named.emplace_back(key.string(), value);
  return FormatBraces(in, self, fields);
}

constexpr Method kLayoutMethods[] = {
    {"strip", "/chars", StripSides<true, true>},
    {"lstrip", "/chars", StripSides<true, false>},
    {"rstrip", "/chars", StripSides<false, true>},
    {"center", "/width! fillchar", CenterText},
    {"ljust", "/width! fillchar", Justify<true>},
    {"rjust", "/width! fillchar", Justify<false>},
    {"zfill", "/width!", ZeroFill},
    {"expandtabs", "tabsize", ExpandTabs},
    {"translate", "/table!", Translate},
    {"format", "*", Format},
    {"format_map", "/mapping!", FormatMap},
};

// What markup escapes the arguments of and gives markup back from; of the others, the parts are
// markup.
constexpr std::string_view kEscaping[] = {
    "capitalize", "center",  "expandtabs", "ljust",      "lower",  "lstrip",
    "partition",  "replace", "rjust",      "rpartition", "rstrip", "strip",
    "swapcase",   "title",   "translate",  "upper",      "zfill"};
constexpr std::string_view kSplitting[] = {"format", "format_map", "join",
                                           "rsplit", "split",      "splitlines"};

Value AsMarkup(Interpreter& in, const Value& value) {
  if (value.is_string()) return in.NewText(value.string(), true);
  if (!value.is_sequence()) return value;
  std::vector<Value> items;
  for (const Value& item : value.items()) items.push_back(AsMarkup(in, item));
  return value.is(Kind::kList) ? in.NewList(std::move(items)) : in.NewTuple(std::move(items));
}

}  // namespace

std::span<const Method> LayoutMethods() { return kLayoutMethods; }

Value CallMethod(Interpreter& in, const Value& self, const Method& method, Arguments& arguments) {
  if (!arguments.Bind(in, method.parameters, method.name)) return {};
  if (!self.is_markup()) return method.apply(in, self, arguments);
  const auto is_among = [&](auto& names) {
    return std::find(std::begin(names), std::end(names), method.name) != std::end(names);
  };
  const bool escapes = is_among(kEscaping);
  if (!escapes && !is_among(kSplitting)) return method.apply(in, self, arguments);
  for (Value& value : arguments.positional)
    if (escapes && value.is_string()) value = in.NewText(EscapeHtml(in, value), true);
  return AsMarkup(in, method.apply(in, self, arguments));
}

}  // namespace emel::text::jinja
