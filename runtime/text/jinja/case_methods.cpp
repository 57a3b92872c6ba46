#include "runtime/text/jinja/characters.h"
#include "runtime/text/jinja/interpreter.h"
#include "runtime/text/jinja/methods.h"
#include "runtime/text/utf8.h"

#include <algorithm>

// Methods of str that look at or change the case and the kind of characters.
namespace emel::text::jinja {
namespace {

// Text no longer than three times its source.
Value Mapped(Interpreter& in, const Value& self, std::string (*map)(std::string_view)) {
  const std::string& text = self.string();
  if (!in.StepBytes(4 * text.size()) || !in.HasRoom(3 * text.size())) return {};
  return in.NewText(map(text));
}

void AppendLowerAt(std::string_view text, size_t start, size_t end, char32_t c, std::string& out) {
  if (c == 0x3A3)
    AppendUtf8(IsFinalSigma(text, start, end) ? 0x3C2 : 0x3C3, out);
  else
    AppendLower(c, out);
}

std::string Title(std::string_view text) {
  std::string result;
  bool in_word = false;
  for (size_t i = 0; i < text.size();) {
    const size_t start = i;
    const char32_t c = DecodeUtf8(text, i);
    if (in_word)
      AppendLowerAt(text, start, i, c, result);
    else
      AppendTitle(c, result);
    in_word = IsCased(c);
  }
  return result;
}

std::string Capitalize(std::string_view text) {
  std::string result;
  for (size_t i = 0; i < text.size();) {
    const size_t start = i;
    const char32_t c = DecodeUtf8(text, i);
    if (start == 0)
      AppendTitle(c, result);
    else
      AppendLowerAt(text, start, i, c, result);
  }
  return result;
}

std::string SwapCase(std::string_view text) {
  std::string result;
  for (size_t i = 0; i < text.size();) {
    const size_t start = i;
    const char32_t c = DecodeUtf8(text, i);
    if (IsUpper(c))
      AppendLowerAt(text, start, i, c, result);
    else if (IsLower(c))
      AppendUpper(c, result);
    else
      result += text.substr(start, i - start);
  }
  return result;
}

// Whether there are characters, all of them so.
template <bool (*kIs)(char32_t)>
Value All(Interpreter& in, const Value& self, Arguments&) {
  const std::string& text = self.string();
  in.StepBytes(text.size());
  for (size_t i = 0; i < text.size();)
    if (!kIs(DecodeUtf8(text, i))) return false;
  return !text.empty();
}

Value IsAscii(Interpreter&, const Value& self, Arguments&) { return self.text().is_ascii(); }

Value IsPrintableText(Interpreter& in, const Value& self, Arguments& arguments) {
  return self.string().empty() ? Value(true) : All<IsPrintable>(in, self, arguments);
}

Value IsIdentifier(Interpreter&, const Value& self, Arguments&) {
  const std::string& text = self.string();
  size_t i = 0;
  if (text.empty() || !IsIdentifierStart(DecodeUtf8(text, i))) return false;
  while (i < text.size())
    if (!IsIdentifierPart(DecodeUtf8(text, i))) return false;
  return true;
}

template <bool (*kIs)(char32_t)>
Value AllCased(Interpreter&, const Value& self, Arguments&) {
  const std::string& text = self.string();
  bool found = false;
  for (size_t i = 0; i < text.size();) {
    const char32_t c = DecodeUtf8(text, i);
    if (!IsCased(c)) continue;
    if (!kIs(c)) return false;
    found = true;
  }
  return found;
}

Value IsTitleText(Interpreter&, const Value& self, Arguments&) {
  const std::string& text = self.string();
  bool found = false, in_word = false;
  for (size_t i = 0; i < text.size();) {
    const char32_t c = DecodeUtf8(text, i);
    const bool starts = IsUpper(c) || IsTitle(c);
    if ((starts && in_word) || (IsLower(c) && !in_word)) return false;
    in_word = IsCased(c);
    found = found || in_word;
  }
  return found;
}

template <std::string (*kMap)(std::string_view)>
Value Map(Interpreter& in, const Value& self, Arguments&) {
  return Mapped(in, self, kMap);
}

constexpr Method kCaseMethods[] = {
    {"upper", "", Map<Upper>},
    {"lower", "", Map<Lower>},
    {"casefold", "", Map<CaseFold>},
    {"title", "", Map<Title>},
    {"capitalize", "", Map<Capitalize>},
    {"swapcase", "", Map<SwapCase>},
    {"isalpha", "", All<IsAlpha>},
    {"isdecimal", "", All<IsDecimal>},
    {"isdigit", "", All<IsDigit>},
    {"isnumeric", "", All<IsNumeric>},
    {"isalnum", "", All<IsAlnum>},
    {"isspace", "", All<IsSpace>},
    {"isprintable", "", IsPrintableText},
    {"isascii", "", IsAscii},
    {"isidentifier", "", IsIdentifier},
    {"isupper", "", AllCased<IsUpper>},
    {"islower", "", AllCased<IsLower>},
    {"istitle", "", IsTitleText},
};

}  // namespace

std::span<const Method> CaseMethods() { return kCaseMethods; }

}  // namespace emel::text::jinja
