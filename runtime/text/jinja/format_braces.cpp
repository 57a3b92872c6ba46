#include "runtime/text/jinja/characters.h"
#include "runtime/text/jinja/escape.h"
#include "runtime/text/jinja/format.h"
#include "runtime/text/jinja/interpreter.h"
#include "runtime/text/jinja/show.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <charconv>

namespace emel::text::jinja {
namespace {

std::optional<int64_t> IndexOf(std::string_view text) {
  int64_t index = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
  const bool whole = !text.empty() && IsAsciiDigit(text[0]) && end == text.data() + text.size();
  return whole && error == std::errc{} ? std::optional(index) : std::nullopt;
}

class Formatter {
 public:
  Formatter(Interpreter& in, Arguments& arguments, bool markup)
      : in_(in), arguments_(arguments), markup_(markup) {}

  std::string Format(std::string_view format, int depth) {
    Builder out(in_);
    if (depth > 2) in_.Fail("expected at most two levels of fields in a format, found more");
    while (!format.empty() && !in_.failed()) {
      const size_t brace = std::min(format.find_first_of("{}"), format.size());
      out += format.substr(0, brace);
      format.remove_prefix(brace);
      if (format.empty()) break;
      if (format.size() > 1 && format[1] == format[0]) {
        out += format[0];
        format.remove_prefix(2);
      } else if (format[0] == '}') {
        in_.Fail("expected '{' before '}' in a format, found none");
      } else {
        format.remove_prefix(1);
        out += Field(TakeField(format), depth);
      }
    }
    return out.Take();
  }

 private:
  // Up to the brace that closes the field, which is taken as well.
  std::string_view TakeField(std::string_view& format) {
    int open = 1;
    bool in_brackets = false;
    for (size_t i = 0; i < format.size(); ++i) {
      if (format[i] == '[' && open == 1) in_brackets = true;
      if (format[i] == ']') in_brackets = false;
      if (in_brackets) continue;
      open += format[i] == '{' ? 1 : format[i] == '}' ? -1 : 0;
      if (open > 0) continue;
      const std::string_view field = format.substr(0, i);
      format.remove_prefix(i + 1);
      return field;
    }
    in_.Fail("expected '}' after a field of a format, found the end of the text");
    format = {};
    return {};
  }

  std::string Field(std::string_view field, int depth) {
    if (in_.failed()) return {};
    const size_t bracket = field.find('[');
    size_t end = field.find_first_of("!:");
    if (bracket < end)
      end = field.find_first_of("!:", std::min(field.find(']', bracket), field.size()));
    end = std::min(end, field.size());
    Value value = Lookup(field.substr(0, end));
    field.remove_prefix(end);
    if (field.starts_with('!')) {
      if (field.size() < 2 || (field.size() > 2 && field[2] != ':'))
        in_.Fail("expected one letter after '!' in a format");
      value = Convert(value, field.size() > 1 ? field[1] : ' ');
      field.remove_prefix(std::min<size_t>(2, field.size()));
    }
    if (in_.failed()) return {};
    const std::string specification = field.empty() ? "" : Format(field.substr(1), depth + 1);
    const std::string text = in_.failed() ? "" : FormatValue(in_, value, specification);
    return markup_ && !value.is_markup() ? EscapeHtml(in_, std::string_view(text)) : text;
  }

  Value Convert(const Value& value, char how) {
    Builder out(in_);
    if (how == 's')
      Show(in_, value, out);
    else if (how == 'r')
      Represent(in_, value, out);
    else if (how == 'a')
      RepresentAscii(in_, value, out);
    else
      in_.Fail("expected !s, !r or !a in a format, found another letter");
    return out.Finish();
  }

  // A name or an index, then attributes and items of it.
  Value Lookup(std::string_view path) {
    const size_t end = std::min(path.find_first_of(".["), path.size());
    Value value = First(path.substr(0, end));
    path.remove_prefix(end);
    while (!path.empty() && !in_.failed()) {
      const bool is_item = path[0] == '[';
      path.remove_prefix(1);
      const size_t stop =
          is_item ? path.find(']') : std::min(path.find_first_of(".["), path.size());
      if (stop == path.npos || stop == 0) {
        in_.Fail("expected a name in a format's field, found none");
        break;
      }
      const std::string_view name = path.substr(0, stop);
      path.remove_prefix(stop + is_item);
      if (is_item && !path.empty() && path[0] != '.' && path[0] != '[')
        in_.Fail("expected '.' or '[' after ']' in a format's field");
      const auto index = is_item ? IndexOf(name) : std::nullopt;
      value = !is_item ? in_.Attribute(value, name)
                       : in_.Item(value, index ? Value(*index) : Value(name));
    }
    return value;
  }

  Value First(std::string_view name) {
    auto index = IndexOf(name);
    if (name.empty() || index) {
      const bool automatic = name.empty();
      if (numbering_ && *numbering_ != automatic)
        return in_.Fail("expected fields with numbers or without them, found both");
      numbering_ = automatic;
      if (automatic) index = next_++;
      if (*index < static_cast<int64_t>(arguments_.positional.size()))
        return arguments_.positional[static_cast<size_t>(*index)];
      return in_.Fail(
          absl::StrCat("expected an argument for each field, found none for field ", *index));
    }
    const Value* named = arguments_.FindNamed(name);
    return named ? *named
                 : in_.Fail(absl::StrCat("expected an argument '", std::string(name.substr(0, 100)),
                                         "' for a field, found none"));
  }

  Interpreter& in_;
  Arguments& arguments_;
  bool markup_;
  std::optional<bool> numbering_;  // automatic or not
  int64_t next_ = 0;
};

}  // namespace

Value FormatBraces(Interpreter& in, const Value& format, Arguments& arguments) {
  return in.NewText(Formatter(in, arguments, format.is_markup()).Format(format.string(), 1));
}

}  // namespace emel::text::jinja
