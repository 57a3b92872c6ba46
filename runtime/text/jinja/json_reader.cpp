#include "runtime/text/jinja/json_reader.h"

#include "runtime/text/jinja/characters.h"
#include "runtime/text/utf8.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <utility>

namespace emel::text::jinja {
namespace {

// The first failure stays, and every step after it returns at once.
class Reader {
 public:
  Reader(std::string_view text, const std::string& name, const JsonLimits& limits)
      : text_(text), name_(name), limits_(limits) {}

  absl::StatusOr<Value> Read() {
    if (text_.size() > limits_.bytes)
      Fail(absl::StrCat("expected at most ", limits_.bytes, " bytes, found ", text_.size()));
    std::string storage;
    const std::string_view valid = ToValidUtf8(text_, storage);
    if (valid.data() != text_.data()) {
      position_ = std::mismatch(text_.begin(), text_.end(), valid.begin(), valid.end()).first -
                  text_.begin();
      Fail("expected UTF-8, found another byte");
    }
    Value value = ReadValue();
    SkipSpaces();
    if (position_ < text_.size()) FailHere("the end");
    if (!status_.ok()) return status_;
    return value;
  }

 private:
  bool failed() const { return !status_.ok(); }

  Value Fail(std::string message) {
    if (failed()) return {};
    const std::string_view before = text_.substr(0, position_);
    const size_t line_start = before.rfind('\n') + 1;
    status_ = absl::InvalidArgumentError(absl::StrCat(
        message, " (", name_, ", line ", 1 + std::count(before.begin(), before.end(), '\n'),
        ", column ", 1 + CharacterCount(before.substr(line_start)), ")"));
    return {};
  }

  Value FailHere(std::string_view expected) {
    std::string found = "the end";
    if (position_ < text_.size()) {
      size_t end = position_;
      DecodeUtf8(text_, end);
      found = absl::StrCat("'", std::string(text_.substr(position_, end - position_)), "'");
    }
    return Fail(absl::StrCat("expected ", std::string(expected), ", found ", found));
  }

  void SkipSpaces() {
    position_ = std::min(text_.find_first_not_of(" \t\n\r", position_), text_.size());
  }

  bool TakeIf(char c) {
    SkipSpaces();
    if (failed() || position_ >= text_.size() || text_[position_] != c) return false;
    ++position_;
    return true;
  }

  Value ReadValue() {
    SkipSpaces();
    if (failed() || position_ >= text_.size()) return FailHere("a value");
    const char c = text_[position_];
    if (c == '{' || c == '[') {
      if (++depth_ > limits_.depth)
        Fail(absl::StrCat("expected values that nest at most ", limits_.depth,
                          " deep, found deeper ones"));
      Value value = failed() ? Value() : c == '{' ? ReadObject() : ReadArray();
      --depth_;
      return value;
    }
    if (c == '"') return ReadText();
    if (c == '-' || IsAsciiDigit(c)) return ReadNumber();
    return ReadWord();
  }

  Value ReadWord() {
    static const std::pair<std::string_view, Value> kWords[] = {
        {"true", true}, {"false", false}, {"null", nullptr}};
    for (const auto& [word, value] : kWords) {
      if (!text_.substr(position_).starts_with(word)) continue;
      position_ += word.size();
      return value;
    }
    return FailHere("a value");
  }

  Value ReadArray() {
    ++position_;
    std::vector<Value> items;
    if (TakeIf(']')) return Value::MakeList({});
    do items.push_back(ReadValue());
    while (TakeIf(','));
    if (!TakeIf(']')) FailHere("',' or ']'");
    return failed() ? Value() : Value::MakeList(std::move(items));
  }

  Value ReadObject() {
    ++position_;
    auto dict = std::make_shared<Dict>();
    if (TakeIf('}')) return {Kind::kDict, std::move(dict)};
    do {
      SkipSpaces();
      if (position_ >= text_.size() || text_[position_] != '"') return FailHere("a key in quotes");
      const size_t start = position_;
      const Value key = ReadText();
      if (!TakeIf(':')) return FailHere("':'");
      Value value = ReadValue();
      if (failed()) return {};
      if (!dict->Set(key, std::move(value))) {
        position_ = start;
        return Fail(absl::StrCat("expected each key of an object once, found '",
                                 key.string().substr(0, 100), "' again"));
      }
    } while (TakeIf(','));
    if (!TakeIf('}')) FailHere("',' or '}'");
    return failed() ? Value() : Value(Kind::kDict, std::move(dict));
  }

  Value ReadText() {
    ++position_;
    std::string text;
    while (!failed()) {
      const size_t end = std::min(text_.find_first_of("\"\\", position_), text_.size());
      const auto control = std::find_if(text_.begin() + position_, text_.begin() + end, [](char c) {
        return static_cast<unsigned char>(c) < 0x20;
      });
      text += text_.substr(position_, end - position_);
      position_ = control - text_.begin();
      if (position_ != end)
        return Fail("expected control characters as escapes in a text, found one as it is");
      if (end == text_.size()) return FailHere("'\"'");
      ++position_;
      if (text_[end] == '"') return text;
      ReadEscape(text);
    }
    return {};
  }

  void ReadEscape(std::string& text) {
    static constexpr std::string_view kLetters = "\"\\/bfnrt", kMeanings = "\"\\/\b\f\n\r\t";
    const char letter = position_ < text_.size() ? text_[position_] : '\0';
    const size_t kind = kLetters.find(letter);
    if (letter == 'u') {
      ++position_;
      AppendUtf8(ReadCharacter(), text);
    } else if (kind == kLetters.npos || letter == '\0') {
      FailHere("an escape");
    } else {
      ++position_;
      text += kMeanings[kind];
    }
  }

  uint32_t ReadUnit() {
    const std::string_view digits = text_.substr(position_, 4);
    uint32_t unit = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), unit, 16);
    if (digits.size() < 4 || end != digits.data() + 4) FailHere("four hexadecimal digits");
    position_ = std::min(position_ + 4, text_.size());
    return unit;
  }

  // Of \u, which characters beyond 16 bits take two of.
  char32_t ReadCharacter() {
    const uint32_t first = ReadUnit();
    if (first < 0xD800 || first > 0xDFFF) return first;
    const bool pairs = first < 0xDC00 && text_.substr(position_).starts_with("\\u");
    position_ += pairs ? 2 : 0;
    const uint32_t second = pairs ? ReadUnit() : 0;
    if (second < 0xDC00 || second > 0xDFFF) {
      Fail("expected both halves of a character, found one");
      return kReplacement;
    }
    return 0x10000 + ((first & 0x3FF) << 10) + (second & 0x3FF);
  }

  bool TakeDigits(size_t& at) const {
    const size_t start = at;
    while (at < text_.size() && IsAsciiDigit(text_[at])) ++at;
    return at > start;
  }

  Value ReadNumber() {
    const size_t start = position_;
    size_t end = start + (text_[start] == '-');
    const size_t whole = end;
    bool valid = TakeDigits(end) && (text_[whole] != '0' || end == whole + 1), is_real = false;
    if (valid && end < text_.size() && text_[end] == '.') {
      is_real = true;
      valid = TakeDigits(++end);
    }
    if (valid && end < text_.size() && (text_[end] | 0x20) == 'e') {
      is_real = true;
      ++end;
      if (end < text_.size() && (text_[end] == '+' || text_[end] == '-')) ++end;
      valid = TakeDigits(end);
    }
    if (!valid) return FailHere("a number as JSON has it");
    const std::string number(text_.substr(start, end - start));
    int64_t integer = 0;
    const auto parsed = std::from_chars(number.data(), number.data() + number.size(), integer);
    if (!is_real && parsed.ec != std::errc{})
      return Fail("expected an integer of at most 64 bits, found a larger one");
    position_ = end;
    return is_real ? Value(std::strtod(number.c_str(), nullptr)) : Value(integer);
  }

  std::string_view text_;
  const std::string& name_;
  const JsonLimits& limits_;
  size_t position_ = 0;
  int depth_ = 0;
  absl::Status status_;
};

}  // namespace

absl::StatusOr<Value> ParseJson(std::string_view text, const std::string& name,
                                const JsonLimits& limits) {
  return Reader(text, name, limits).Read();
}

}  // namespace emel::text::jinja
