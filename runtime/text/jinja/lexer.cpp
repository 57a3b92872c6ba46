#include "runtime/text/jinja/lexer.h"

#include "runtime/text/jinja/characters.h"
#include "runtime/text/jinja/literals.h"
#include "runtime/text/utf8.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <array>

namespace emel::text::jinja {
namespace {

// Longest first.
constexpr std::string_view kOperators[] = {"//", "**", "==", "!=", ">=", "<=", "+", "-", "/",
                                           "*",  "%",  "~",  "[",  "]",  "(",  ")", "{", "}",
                                           ">",  "<",  "=",  ".",  ":",  "|",  ",", ";"};

// All line ends as one character, and one less at the end.
std::string Normalize(std::string_view source) {
  std::string text;
  text.reserve(source.size());
  for (size_t i = 0; i < source.size(); ++i) {
    if (source[i] == '\r' && i + 1 < source.size() && source[i + 1] == '\n') continue;
    text += source[i] == '\r' ? '\n' : source[i];
  }
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

class Lexer {
 public:
  Lexer(Run& run, std::string_view source) : run_(run), source_(Normalize(source)) {}

  std::vector<Token> Tokenize() {
    while (!run_.failed() && position_ < source_.size()) TakeText();
    Add(Token::kEnd, "");
    return std::move(tokens_);
  }

 private:
  std::string_view rest() const { return std::string_view(source_).substr(position_); }
  bool At(std::string_view text) const { return rest().starts_with(text); }

  void Add(Token::Type type, std::string text, Value number = {}) {
    tokens_.push_back({type, line_, std::move(text), std::move(number)});
  }

  void Advance(size_t bytes) {
    line_ += static_cast<int>(
        std::count(source_.begin() + position_, source_.begin() + position_ + bytes, '\n'));
    position_ += bytes;
  }

  size_t SpacesAt(size_t position) const {
    const std::string_view text = std::string_view(source_).substr(position);
    return text.size() - StripSpaces(text, true, false).size();
  }

  Value Fail(std::string message) {
    run_.set_line(line_);
    return run_.Fail(std::move(message));
  }

  void TakeText();
  void AddText(size_t end, char sign, bool may_strip);
  char TakeSign();
  bool TakeRaw(size_t begin);
  void TakeComment();
  void TakeCode(std::string_view close, Token::Type end);
  bool TakeEnd(std::string_view close, Token::Type end);
  void TakeToken();
  bool TakeNumber();
  void TakeString();
  void TakeName(size_t first);
  bool TakeOperator();
  bool Balance(char symbol);

  Run& run_;
  const std::string source_;
  size_t position_ = 0;
  int line_ = 1;
  bool line_starts_ = true;  // nothing but what was taken off stands before this on its line
  std::string open_;         // brackets that are to be closed
  std::vector<Token> tokens_;
};

// Up to the next tag, and that.
void Lexer::TakeText() {
  size_t begin = position_;
  while ((begin = source_.find('{', begin)) != source_.npos) {
    const char next = begin + 1 < source_.size() ? source_[begin + 1] : '\0';
    if (next == '%' || next == '{' || next == '#') break;
    ++begin;
  }
  if (begin == source_.npos) {
    Add(Token::kText, source_.substr(position_));
    position_ = source_.size();
    return;
  }
  const char kind = source_[begin + 1];
  if (kind == '%' && TakeRaw(begin)) return;
  const char sign = begin + 2 < source_.size() ? source_[begin + 2] : '\0';
  AddText(begin, sign, kind != '{');
  Advance(2 + (sign == '-' || sign == '+'));
  line_starts_ = false;
  if (kind == '#') return TakeComment();
  const bool is_tag = kind == '%';
  Add(is_tag ? Token::kTagBegin : Token::kOutputBegin, "");
  TakeCode(is_tag ? "%}" : "}}", is_tag ? Token::kTagEnd : Token::kOutputEnd);
}

// The text before a tag, without the white space that the tag takes off.
void Lexer::AddText(size_t end, char sign, bool may_strip) {
  std::string_view text = std::string_view(source_).substr(position_, end - position_);
  if (sign == '-') {
    text = StripSpaces(text, false, true);
  } else if (sign != '+' && may_strip) {
    const size_t line = text.rfind('\n') + 1;
    if ((line > 0 || line_starts_) && StripSpaces(text.substr(line)).empty())
      text = text.substr(0, line);
  }
  if (!text.empty()) Add(Token::kText, std::string(text));
  Advance(end - position_);
}

// Whether a raw block starts there; takes all of it.
bool Lexer::TakeRaw(size_t begin) {
  const auto skip = [&](size_t at) { return at + SpacesAt(at); };
  const auto signed_at = [&](size_t at) {
    return at < source_.size() && (source_[at] == '-' || source_[at] == '+');
  };
  const std::string_view all = source_;
  size_t at = begin + 2 + signed_at(begin + 2);
  at = skip(at);
  if (!all.substr(at).starts_with("raw")) return false;
  at = skip(at + 3);
  const bool strips = at < all.size() && all[at] == '-';
  if (!all.substr(at + strips).starts_with("%}")) return false;
  at += strips + 2;
  AddText(begin, source_[begin + 2], true);
  Advance(at - begin + (strips ? SpacesAt(at) : 0));
  line_starts_ = position_ > 0 && source_[position_ - 1] == '\n';
  for (size_t end = position_; (end = all.find("{%", end)) != all.npos; end += 2) {
    at = skip(end + 2 + signed_at(end + 2));
    if (!all.substr(at).starts_with("endraw")) continue;
    at = skip(at + 6);
    const char sign = at < all.size() ? all[at] : '\0';
    const bool has_sign = sign == '-' || sign == '+';
    if (!all.substr(at + has_sign).starts_with("%}")) continue;
    at += has_sign + 2;
    AddText(end, source_[end + 2], true);
    Advance(at - end);
    if (sign == '-') Advance(SpacesAt(position_));
    if (!has_sign && At("\n")) Advance(1);
    line_starts_ = source_[position_ - 1] == '\n';
    return true;
  }
  Fail("expected {% endraw %}, found the end of the template");
  return true;
}

void Lexer::TakeComment() {
  const size_t end = source_.find("#}", position_);
  if (end == source_.npos) {
    Fail("expected #} after this comment, found the end of the template");
    return;
  }
  const char sign = end > position_ ? source_[end - 1] : '\0';
  Advance(end + 2 - position_);
  if (sign == '-')
    Advance(SpacesAt(position_));
  else if (sign != '+' && At("\n"))
    Advance(1);
  line_starts_ = source_[position_ - 1] == '\n';
}

void Lexer::TakeCode(std::string_view close, Token::Type end) {
  open_.clear();
  while (!run_.failed()) {
    if (open_.empty() && TakeEnd(close, end)) return;
    if (position_ >= source_.size()) return;  // the parser knows what is missing
    const size_t spaces = SpacesAt(position_);
    if (spaces > 0)
      Advance(spaces);
    else
      TakeToken();
  }
}

bool Lexer::TakeEnd(std::string_view close, Token::Type end) {
  const char sign = At("-") ? '-' : At("+") && end == Token::kTagEnd ? '+' : '\0';
  if (!rest().substr(sign != '\0').starts_with(close)) return false;
  Add(end, "");
  Advance(2 + (sign != '\0'));
  if (sign == '-')
    Advance(SpacesAt(position_));
  else if (sign == '\0' && end == Token::kTagEnd && At("\n"))
    Advance(1);
  line_starts_ = source_[position_ - 1] == '\n';
  return true;
}

void Lexer::TakeToken() {
  size_t first = position_;
  const char32_t c = DecodeUtf8(source_, first);
  if (c < 0x80 && IsAsciiDigit(static_cast<char>(c)) && TakeNumber()) return;
  if (IsIdentifierPart(c)) return TakeName(first);
  if (c == '\'' || c == '"') return TakeString();
  if (TakeOperator()) return;
  Fail(absl::StrCat("expected an expression, found '", source_.substr(position_, first - position_),
                    "'"));
}

bool Lexer::TakeNumber() {
  const bool after_dot = position_ > 0 && source_[position_ - 1] == '.';
  const NumberLiteral literal = ReadNumber(rest(), !after_dot);
  std::string digits(rest().substr(0, literal.length));
  digits.erase(std::remove(digits.begin(), digits.end(), '_'), digits.end());
  run_.set_line(line_);
  Value number = ParseNumber(run_, digits, literal.is_float);
  Add(literal.is_float ? Token::kFloat : Token::kInteger, digits, std::move(number));
  Advance(literal.length);
  return true;
}

void Lexer::TakeString() {
  const char quote = source_[position_];
  size_t end = position_ + 1;
  while (end < source_.size() && source_[end] != quote) end += source_[end] == '\\' ? 2 : 1;
  if (end >= source_.size()) {
    Fail(absl::StrCat("expected ", std::string(1, quote),
                      " at the end of this string, found the end of the template"));
    return;
  }
  run_.set_line(line_);
  Add(Token::kString,
      Unescape(run_, std::string_view(source_).substr(position_ + 1, end - position_ - 1)));
  Advance(end + 1 - position_);
}

void Lexer::TakeName(size_t end) {
  for (size_t next = end; next < source_.size(); end = next) {
    if (!IsIdentifierPart(DecodeUtf8(source_, next))) break;
  }
  std::string name = source_.substr(position_, end - position_);
  size_t first = 0;
  if (!IsIdentifierStart(DecodeUtf8(name, first)))
    Fail(absl::StrCat("expected a name, found '", name, "'"));
  Add(Token::kName, name);
  Advance(end - position_);
}

bool Lexer::TakeOperator() {
  for (std::string_view symbol : kOperators) {
    if (!At(symbol)) continue;
    if (!Balance(symbol[0])) return true;
    Add(Token::kOperator, std::string(symbol));
    Advance(symbol.size());
    return true;
  }
  return false;
}

// Keeps count of brackets, within which no end of the tag is looked for.
bool Lexer::Balance(char symbol) {
  static constexpr std::string_view kOpening = "([{", kClosing = ")]}";
  if (const size_t kind = kOpening.find(symbol); kind != kOpening.npos) open_ += kClosing[kind];
  if (kClosing.find(symbol) == kClosing.npos) return true;
  if (open_.empty() || open_.back() != symbol) {
    Fail(absl::StrCat(
        "expected ",
        open_.empty() ? "no bracket to close" : "'" + std::string(1, open_.back()) + "'",
        ", found '", std::string(1, symbol), "'"));
    return false;
  }
  open_.pop_back();
  return true;
}

}  // namespace

std::string Token::Describe() const {
  static constexpr std::string_view kNames[] = {"text", "{{", "}}", "{%", "%}"};
  switch (type) {
    case kText:
      return "text";
    case kString:
      return "a string";
    case kName:
    case kInteger:
    case kFloat:
    case kOperator:
      return "'" + text + "'";
    case kEnd:
      return "the end of the template";
    default:
      return std::string(kNames[type]);
  }
}

std::vector<Token> Tokenize(Run& run, std::string_view source) {
  return Lexer(run, source).Tokenize();
}

}  // namespace emel::text::jinja
