#include "runtime/text/jinja/show.h"

#include "runtime/text/jinja/characters.h"
#include "runtime/text/jinja/interpreter.h"
#include "runtime/text/jinja/numbers.h"
#include "runtime/text/utf8.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>

namespace emel::text::jinja {
namespace {

void RepresentItems(Interpreter& in, const std::vector<Value>& items, Builder& out) {
  for (size_t i = 0; i < items.size() && !in.failed(); ++i) {
    if (i > 0) out += ", ";
    Represent(in, items[i], out);
  }
}

void RepresentDict(Interpreter& in, const Dict& dict, Builder& out) {
  out += '{';
  for (size_t i = 0; i < dict.entries.size() && !in.failed(); ++i) {
    if (i > 0) out += ", ";
    Represent(in, dict.entries[i].first, out);
    out += ": ";
    Represent(in, dict.entries[i].second, out);
  }
  out += '}';
}

void RepresentRange(const Range& range, Builder& out) {
  out += range.step == 1
             ? absl::StrCat("range(", range.start, ", ", range.stop, ")")
             : absl::StrCat("range(", range.start, ", ", range.stop, ", ", range.step, ")");
}

void RepresentView(Interpreter& in, const Value& view, Builder& out) {
  out += TypeName(view);
  out += "([";
  Iteration iteration(in, view);
  bool first = true;
  for (Value item; iteration.Next(item);) {
    if (!first) out += ", ";
    first = false;
    Represent(in, item, out);
  }
  out += "])";
}

std::string Escape(char32_t c) {
  switch (c) {
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      return c < 0x100     ? absl::StrFormat("\\x%02x", static_cast<uint32_t>(c))
             : c < 0x10000 ? absl::StrFormat("\\u%04x", static_cast<uint32_t>(c))
                           : absl::StrFormat("\\U%08x", static_cast<uint32_t>(c));
  }
}

void Quote(const Value& value, Builder& out) {
  if (value.is_markup()) out += "Markup(";
  QuoteText(value.string(), false, out);
  if (value.is_markup()) out += ')';
}

void RepresentKind(Interpreter& in, const Value& value, Builder& out) {
  switch (value.kind()) {
    case Kind::kMissing:
    case Kind::kUndefined:
      out += "Undefined";
      break;
    case Kind::kNone:
      out += "None";
      break;
    case Kind::kBool:
      out += value.boolean() ? "True" : "False";
      break;
    case Kind::kInt:
      out += absl::StrCat(value.integer());
      break;
    case Kind::kFloat:
      out += FloatText(value.real());
      break;
    case Kind::kString:
      Quote(value, out);
      break;
    case Kind::kList:
      out += '[';
      RepresentItems(in, value.items(), out);
      out += ']';
      break;
    case Kind::kTuple:
      out += '(';
      RepresentItems(in, value.items(), out);
      out += value.items().size() == 1 ? ",)" : ")";
      break;
    case Kind::kDict:
      RepresentDict(in, value.dict(), out);
      break;
    case Kind::kRange:
      RepresentRange(value.range(), out);
      break;
    case Kind::kView:
      RepresentView(in, value, out);
      break;
    case Kind::kIterator:
      out += absl::StrCat("<", std::string(value.iterator().type), " object>");
      break;
    case Kind::kHost:
      out += value.host().Describe(in);
  }
}

}  // namespace

void Represent(Interpreter& in, const Value& value, Builder& out) {
  if (in.Enter() && in.Step()) RepresentKind(in, value, out);
  in.Leave();
}

void Show(Interpreter& in, const Value& value, Builder& out) {
  if (value.is_string())
    out += value.string();
  else if (!value.is_undefined())
    Represent(in, value, out);
}

std::string ShowText(Interpreter& in, const Value& value) {
  if (value.is_string()) return in.HasRoom(value.string().size()) ? value.string() : "";
  Builder out(in);
  Show(in, value, out);
  return out.Take();
}

std::string RepresentText(Interpreter& in, const Value& value) {
  Builder out(in);
  Represent(in, value, out);
  return out.Take();
}

void QuoteText(std::string_view text, bool ascii, Builder& out) {
  const bool has_single = text.find('\'') != text.npos, has_double = text.find('"') != text.npos;
  const char quote = has_single && !has_double ? '"' : '\'';
  std::string quoted(1, quote);
  for (size_t i = 0; i < text.size();) {
    const size_t start = i;
    const char32_t c = DecodeUtf8(text, i);
    if (c == static_cast<unsigned char>(quote) || c == '\\')
      quoted += {'\\', static_cast<char>(c)};
    else if (!IsPrintable(c) || (ascii && c >= 0x80))
      quoted += Escape(c);
    else
      quoted += text.substr(start, i - start);
  }
  quoted += quote;
  out += quoted;
}

// ascii(value): what repr gives, its other characters as escapes.
void RepresentAscii(Interpreter& in, const Value& value, Builder& out) {
  const std::string text = RepresentText(in, value);
  std::string escaped;
  for (size_t i = 0; i < text.size();) {
    const char32_t c = DecodeUtf8(text, i);
    escaped += c < 0x80 ? std::string(1, static_cast<char>(c)) : Escape(c);
  }
  out += escaped;
}

}  // namespace emel::text::jinja
