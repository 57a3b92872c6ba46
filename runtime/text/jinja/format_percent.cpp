#include "runtime/text/jinja/characters.h"
#include "runtime/text/jinja/escape.h"
#include "runtime/text/jinja/format.h"
#include "runtime/text/jinja/interpreter.h"
#include "runtime/text/jinja/numbers.h"
#include "runtime/text/jinja/operators.h"
#include "runtime/text/jinja/show.h"
#include "runtime/text/utf8.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cmath>

// `text % values`.
namespace emel::text::jinja {
namespace {

struct Conversion {
  bool left = false, plus = false, space = false, zero = false, alternate = false;
  int64_t width = 0;
  int64_t precision = -1;
  char type = 0;
};

class PercentFormatter {
 public:
  PercentFormatter(Interpreter& in, const Value& format, const Value& arguments)
      : in_(in),
        rest_(format.string()),
        markup_(format.is_markup()),
        arguments_(arguments),
        out_(in) {
    is_tuple_ = arguments.is(Kind::kTuple);
    is_mapping_ = !is_tuple_ && (arguments.is(Kind::kDict) || arguments.is(Kind::kList) ||
                                 arguments.is(Kind::kRange) || arguments.is_undefined());
  }

  Value Format() {
    while (!rest_.empty() && !in_.failed()) {
      const size_t percent = std::min(rest_.find('%'), rest_.size());
      out_ += rest_.substr(0, percent);
      rest_.remove_prefix(percent);
      if (rest_.empty()) break;
      rest_.remove_prefix(1);
      TakeConversion();
    }
    const size_t count = is_tuple_ ? arguments_.items().size() : 1;
    if (!in_.failed() && used_ < count && !is_mapping_)
      return in_.Fail("expected a place in the format for every value after %, found one too few");
    return out_.Finish(markup_);
  }

 private:
  char Take() {
    if (rest_.empty()) {
      in_.Fail("expected a letter after % in a format, found the end of the text");
      return 0;
    }
    const char c = rest_[0];
    rest_.remove_prefix(1);
    return c;
  }

  bool TakeIf(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  Value Next() {
    const size_t index = used_++;
    if (is_tuple_ && index < arguments_.items().size()) return arguments_.items()[index];
    if (!is_tuple_ && index == 0) return arguments_;
    return in_.Fail("expected a value after % for every place in the format, found one too few");
  }

  // A width or a precision, which may be a value itself.
  int64_t TakeNumber() {
    if (TakeIf('*')) {
      const Value value = Next();
      if (!value.is_integer())
        in_.Fail(absl::StrCat("expected an int for *, found ", Found(value)));
      return value.is_integer() ? value.integer() : 0;
    }
    int64_t number = 0;
    while (!rest_.empty() && IsAsciiDigit(rest_[0]))
      number = std::min<int64_t>(number * 10 + (Take() - '0'), int64_t{1} << 40);
    return number;
  }

  void TakeFlags(Conversion& c) {
    for (;; rest_.remove_prefix(1)) {
      const char flag = rest_.empty() ? 0 : rest_[0];
      if (flag == '-')
        c.left = true;
      else if (flag == '+')
        c.plus = true;
      else if (flag == ' ')
        c.space = true;
      else if (flag == '0')
        c.zero = true;
      else if (flag == '#')
        c.alternate = true;
      else
        return;
    }
  }

  std::optional<Value> TakeKey() {
    if (!TakeIf('(')) return std::nullopt;
    size_t end = 0;
    for (int open = 1; end < rest_.size(); ++end) {
      open += rest_[end] == '(' ? 1 : rest_[end] == ')' ? -1 : 0;
      if (open == 0) break;
    }
    if (end == rest_.size() || !arguments_.is(Kind::kDict)) {
      in_.Fail(end == rest_.size()
                   ? "expected ')' after a name in a format, found the end of the text"
                   : absl::StrCat("expected a dict after % for names in the format, found ",
                                  Found(arguments_)));
      return Value();
    }
    const std::string_view key = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    const Value* found = arguments_.dict().FindName(key);
    if (!found)
      return in_.Fail(absl::StrCat("expected a value for '", std::string(key.substr(0, 100)),
                                   "' after %, found none"));
    return *found;
  }

  void TakeConversion() {
    Conversion c;
    const std::optional<Value> named = TakeKey();
    TakeFlags(c);
    c.width = TakeNumber();
    if (c.width < 0) {
      c.left = true;
      c.width = -c.width;
    }
    if (TakeIf('.')) c.precision = std::max<int64_t>(TakeNumber(), 0);
    if (!rest_.empty() && std::string_view("hlL").find(rest_[0]) != std::string_view::npos)
      rest_.remove_prefix(1);
    c.type = Take();
    if (in_.failed()) return;
    if (c.type == '%') {
      out_ += '%';
      return;
    }
    const Value value = named ? *named : Next();
    if (!in_.failed()) Convert(c, value);
  }

  void Convert(const Conversion& c, const Value& value) {
    switch (c.type) {
      case 's':
      case 'r':
      case 'a':
        return ConvertText(c, value);
      case 'c':
        return ConvertCharacter(c, value);
      case 'd':
      case 'i':
      case 'u':
      case 'x':
      case 'X':
      case 'o':
        return ConvertInteger(c, value);
      case 'e':
      case 'E':
      case 'f':
      case 'F':
      case 'g':
      case 'G':
        return ConvertReal(c, value);
      default:
        in_.Fail(absl::StrCat("expected a letter that says how to format, found '",
                              std::string(1, c.type), "'"));
    }
  }

  void Pad(const Conversion& c, std::string_view text) {
    const int64_t missing = c.width - CharacterCount(text);
    if (!c.left) out_.Repeat(" ", missing);
    out_ += text;
    if (c.left) out_.Repeat(" ", missing);
  }

  void ConvertText(const Conversion& c, const Value& value) {
    Builder shown(in_);
    if (c.type == 's')
      Show(in_, value, shown);
    else if (c.type == 'r')
      Represent(in_, value, shown);
    else
      RepresentAscii(in_, value, shown);
    std::string text = shown.Take();
    if (markup_ && !(c.type == 's' && value.is_markup()))
      text = EscapeHtml(in_, std::string_view(text));
    if (c.precision >= 0) text.resize(ByteOffset(Text(text), c.precision));
    Pad(c, text);
  }

  void ConvertCharacter(const Conversion& c, const Value& value) {
    std::string text;
    if (value.is_string() && value.text().length == 1)
      text = value.string();
    else if (value.is_integer() && value.integer() >= 0 && value.integer() <= 0x10FFFF)
      AppendUtf8(static_cast<char32_t>(value.integer()), text);
    else
      in_.Fail(absl::StrCat("expected a character or its number for %c, found ", Found(value)));
    Pad(c, text);
  }

  void PadNumber(const Conversion& c, bool negative, const std::string& prefix,
                 std::string_view digits) {
    const std::string head = (negative ? "-" : c.plus ? "+" : c.space ? " " : "") + prefix;
    const int64_t missing = c.width - static_cast<int64_t>(head.size() + digits.size());
    if (!c.zero && !c.left) out_.Repeat(" ", missing);
    out_ += head;
    if (c.zero && !c.left) out_.Repeat("0", missing);
    out_ += digits;
    if (c.left) out_.Repeat(" ", missing);
  }

  void ConvertInteger(const Conversion& c, const Value& value) {
    const bool decimal = c.type == 'd' || c.type == 'i' || c.type == 'u';
    if (!value.is_integer() && !(decimal && value.is(Kind::kFloat))) {
      in_.Fail(absl::StrCat("expected a number for %", std::string(1, c.type), ", found ",
                            Found(value)));
      return;
    }
    const Value whole = value.is_integer() ? value : Truncate(in_, value.real());
    if (in_.failed()) return;
    const int64_t number = whole.integer();
    const uint32_t base = decimal ? 10 : c.type == 'o' ? 8 : 16;
    const uint64_t size =
        number < 0 ? ~static_cast<uint64_t>(number) + 1 : static_cast<uint64_t>(number);
    const std::string digits = DigitsOf(size, base, c.type == 'X');
    Builder filled(in_);
    filled.Repeat("0", c.precision - static_cast<int64_t>(digits.size()));
    filled += digits;
    PadNumber(c, number < 0, c.alternate && !decimal ? std::string("0") + c.type : "",
              filled.Take());
  }

  void ConvertReal(const Conversion& c, const Value& value) {
    if (!value.is_number()) {
      in_.Fail(absl::StrCat("expected a number for %", std::string(1, c.type), ", found ",
                            Found(value)));
      return;
    }
    const double number = value.number();
    PadNumber(c, std::signbit(number) && !std::isnan(number), "",
              FormatReal(in_, std::fabs(number), c.type, c.precision, c.alternate));
  }

  Interpreter& in_;
  std::string_view rest_;
  bool markup_;
  const Value& arguments_;
  Builder out_;
  bool is_tuple_ = false, is_mapping_ = false;
  size_t used_ = 0;
};

}  // namespace

Value FormatPercent(Interpreter& in, const Value& format, const Value& arguments) {
  return PercentFormatter(in, format, arguments).Format();
}

}  // namespace emel::text::jinja
