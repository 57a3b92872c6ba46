#include "runtime/text/jinja/characters.h"
#include "runtime/text/jinja/filters.h"
#include "runtime/text/jinja/interpreter.h"
#include "runtime/text/jinja/json_writer.h"
#include "runtime/text/jinja/methods.h"
#include "runtime/text/jinja/operators.h"
#include "runtime/text/jinja/show.h"
#include "runtime/text/jinja/text_parts.h"
#include "runtime/text/jinja/wrap.h"
#include "runtime/text/utf8.h"

#include <absl/strings/str_cat.h>

namespace emel::text::jinja {
namespace {

// The value as text, which it may be already.
Value Soft(Interpreter& in, const Value& value) {
  return value.is_string() ? value : in.NewText(ShowText(in, value));
}

// A filter that is a method of text.
template <const char* kName>
Value AsMethod(Interpreter& in, const Value& value, Arguments& arguments) {
  const Value text = Soft(in, value);
  if (in.failed()) return {};
  while (!arguments.positional.empty() && arguments.positional.back().is(Kind::kMissing))
    arguments.positional.pop_back();
  return CallMethod(in, text, *FindMethod(text, kName), arguments);
}
constexpr char kUpper[] = "upper", kLower[] = "lower", kCapitalize[] = "capitalize",
               kStrip[] = "strip";

Value CenterIn(Interpreter& in, const Value& value, Arguments& arguments) {
  const Value text = Soft(in, value);
  const int64_t width = arguments.Integer(in, 0, 80);
  return in.failed() ? Value() : in.NewText(Center(in, text.text(), width, " "), text.is_markup());
}

Value TitleWords(Interpreter& in, const Value& value, Arguments&) {
  const std::string text = ShowText(in, value);
  if (!in.StepBytes(4 * text.size()) || !in.HasRoom(3 * text.size())) return {};
  const auto is_border = [](char32_t c) {
    return IsSpace(c) || c == '-' || c == '(' || c == '{' || c == '[' || c == '<';
  };
  std::string result;
  for (size_t i = 0; i < text.size();) {
    const char32_t first = DecodeUtf8(text, i);
    if (is_border(first)) {
      AppendUtf8(first, result);
      continue;
    }
    AppendUpper(first, result);
    const size_t start = i;
    for (size_t next = i; i < text.size() && !is_border(DecodeUtf8(text, next)); i = next) {
    }
    result += Lower(std::string_view(text).substr(start, i - start));
  }
  return in.NewText(std::move(result));
}

Value ReplaceIn(Interpreter& in, const Value& value, Arguments& arguments) {
  const std::string text = ShowText(in, value);
  const std::string old = ShowText(in, arguments[0]), replacement = ShowText(in, arguments[1]);
  const int64_t limit = arguments[2].is_none() ? -1 : arguments.Integer(in, 2, -1);
  return in.failed() ? Value() : in.NewText(Replace(in, text, old, replacement, limit));
}

Value Indent(Interpreter& in, const Value& value, Arguments& arguments) {
  std::string by(4, ' ');
  if (arguments[0].is_string())
    by = arguments[0].string();
  else if (arguments.has(0))
    by = Builder(in).Repeat(" ", arguments.Integer(in, 0)).Take();
  if (!value.is_string())
    return in.Fail(absl::StrCat("filter 'indent': expected a str, found ", Found(value)));
  const bool first = arguments.Truth(in, 1), blank = arguments.Truth(in, 2);
  const std::string text = value.string() + "\n";
  Builder result(in);
  if (first) result += by;
  bool begun = false;
  for (std::string_view line : SplitLines(in, text, false)) {
    if (begun) {
      result += '\n';
      if (blank || !line.empty()) result += by;
    }
    begun = true;
    result += line;
  }
  return result.Finish(value.is_markup());
}

Value Truncate(Interpreter& in, const Value& value, Arguments& arguments) {
  const std::string_view end = arguments.String(in, 2, "...");
  const int64_t length = arguments.Integer(in, 0, 255), marked = CharacterCount(end);
  const int64_t leeway = arguments[3].is_none() ? 5 : arguments.Integer(in, 3);
  const auto size = Length(value);
  if (in.failed()) return {};
  if (length < marked || leeway < 0)
    return in.Fail(
        "filter 'truncate': expected a length with room for the end and no negative leeway, found "
        "another");
  if (!size)
    return in.Fail(absl::StrCat("filter 'truncate': expected a str, found ", Found(value)));
  if (*size <= length || *size - length <= leeway) return value;
  if (!value.is_string())
    return in.Fail(absl::StrCat("filter 'truncate': expected a str, found ", Found(value)));
  std::string text = value.string().substr(0, ByteOffset(value.text(), length - marked));
  if (!arguments.Truth(in, 1)) text.resize(std::min(text.rfind(' '), text.size()));
  return in.NewText(text.append(end), value.is_markup());
}

Value WordCount(Interpreter& in, const Value& value, Arguments&) {
  const std::string text = ShowText(in, value);
  int64_t count = 0;
  bool in_word = false;
  for (size_t i = 0; i < text.size();) {
    const bool is_word = IsWordCharacter(DecodeUtf8(text, i));
    count += is_word && !in_word;
    in_word = is_word;
  }
  return count;
}

Value WordWrap(Interpreter& in, const Value& value, Arguments& arguments) {
  if (!value.is_string())
    return in.Fail(absl::StrCat("filter 'wordwrap': expected a str, found ", Found(value)));
  const WrapOptions options = {.width = arguments.Integer(in, 0, 79),
                               .break_long_words = arguments.Truth(in, 1, true),
                               .break_on_hyphens = arguments.Truth(in, 3, true)};
  const std::string_view newline = arguments[2].is_none() ? "\n" : arguments.String(in, 2);
  Builder result(in);
  bool first = true;
  for (std::string_view line : SplitLines(in, value.string(), false)) {
    if (!first) result += newline;
    first = false;
    bool begun = false;
    for (const std::string& part : WrapText(in, line, options)) {
      if (begun) result += newline;
      begun = true;
      result += part;
    }
  }
  return result.Finish();
}

Value FormatWith(Interpreter& in, const Value& value, Arguments& arguments) {
  if (!arguments.positional.empty() && !arguments.named.empty())
    return in.Fail("filter 'format': expected arguments with names or without, found both");
  const Value text = Soft(in, value);
  if (arguments.named.empty())
    return FormatPercent(in, text, in.NewTuple(std::move(arguments.positional)));
  auto dict = std::make_shared<Dict>();
  for (auto& [name, named] : arguments.named) dict->Set(Value(name), std::move(named));
  return FormatPercent(in, text, in.NewDict(std::move(dict)));
}

Value ToJson(Interpreter& in, const Value& value, Arguments& arguments) {
  JsonStyle style;
  style.ascii = arguments.Truth(in, 0);
  style.sort_keys = arguments.Truth(in, 3);
  const Value& indent = arguments[1];
  if (indent.is_string())
    style.indent = indent.string();
  else if (!indent.is_none())
    style.indent = Builder(in).Repeat(" ", arguments.Integer(in, 1)).Take();
  if (style.indent) style.item_separator = ",";
  if (!arguments[2].is_none()) {
    const std::vector<Value> separators = Collect(in, arguments[2]);
    if (separators.size() != 2 || !separators[0].is_string() || !separators[1].is_string())
      return in.Fail("filter 'tojson': expected two str as separators, found something else");
    style.item_separator = separators[0].string();
    style.key_separator = separators[1].string();
  }
  Builder out(in);
  WriteJson(in, value, style, out);
  return out.Finish();
}

constexpr Filter kTextFilters[] = {
    {"upper", "", AsMethod<kUpper>},
    {"lower", "", AsMethod<kLower>},
    {"capitalize", "", AsMethod<kCapitalize>},
    {"trim", "chars", AsMethod<kStrip>},
    {"title", "", TitleWords},
    {"center", "width", CenterIn},
    {"replace", "old! new! count", ReplaceIn},
    {"indent", "width first blank", Indent},
    {"truncate", "length killwords end leeway", Truncate},
    {"wordcount", "", WordCount},
    {"wordwrap", "width break_long_words wrapstring break_on_hyphens", WordWrap},
    {"format", "*", FormatWith},
    {"string", "", [](Interpreter& in, const Value& v, Arguments&) { return Soft(in, v); }},
    {"pprint", "",
     [](Interpreter& in, const Value& v, Arguments&) { return in.NewText(PrettyText(in, v)); }},
    {"tojson", "ensure_ascii indent separators sort_keys", ToJson},
};

}  // namespace

std::span<const Filter> TextFilters() { return kTextFilters; }

}  // namespace emel::text::jinja
