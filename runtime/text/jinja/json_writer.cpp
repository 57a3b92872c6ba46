#include "runtime/text/jinja/json_writer.h"

#include "runtime/text/jinja/interpreter.h"
#include "runtime/text/jinja/numbers.h"
#include "runtime/text/jinja/operators.h"
#include "runtime/text/utf8.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>

#include <algorithm>
#include <cmath>

namespace emel::text::jinja {
namespace {

constexpr std::string_view kEscapedInText = "\"\\\n\r\t\b\f", kLetters = "\"\\nrtbf";

class Writer {
 public:
  Writer(Interpreter& in, const JsonStyle& style, Builder& out)
      : in_(in), style_(style), out_(out) {}

  void Write(const Value& value) {
    if (in_.Enter() && in_.Step()) WriteKind(value);
    in_.Leave();
  }

 private:
  void WriteKind(const Value& value) {
    switch (value.kind()) {
      case Kind::kNone:
      case Kind::kBool:
      case Kind::kInt:
      case Kind::kFloat:
        out_ += Scalar(value);
        break;
      case Kind::kString:
        WriteText(value.string());
        break;
      case Kind::kList:
      case Kind::kTuple:
        WriteList(value.items());
        break;
      case Kind::kDict:
        WriteDict(value.dict());
        break;
      default:
        in_.Fail(absl::StrCat("expected a value that JSON has, found ", Found(value)));
    }
  }

  static std::string Scalar(const Value& value) {
    if (value.is_none()) return "null";
    if (value.is(Kind::kBool)) return value.boolean() ? "true" : "false";
    if (value.is(Kind::kInt)) return absl::StrCat(value.integer());
    const double real = value.real();
    if (std::isnan(real)) return "NaN";
    return std::isinf(real) ? (real < 0 ? "-Infinity" : "Infinity") : FloatText(real);
  }

  void WriteText(const std::string& text) {
    std::string quoted = "\"";
    for (size_t i = 0; i < text.size();) {
      const size_t start = i;
      const char32_t c = DecodeUtf8(text, i);
      const size_t kind =
          c < 0x80 ? kEscapedInText.find(static_cast<char>(c)) : kEscapedInText.npos;
      if (kind != kEscapedInText.npos)
        quoted += {'\\', kLetters[kind]};
      else if (c < 0x20 || (style_.ascii && c >= 0x7F))
        AppendCode(c, quoted);
      else
        quoted.append(text, start, i - start);
    }
    out_ += quoted += '"';
  }

  void AppendCode(char32_t c, std::string& quoted) {
    if (c == 0x7F) {
      quoted += static_cast<char>(c);
    } else if (c < 0x10000) {
      absl::StrAppendFormat(&quoted, "\\u%04x", static_cast<uint32_t>(c));
    } else {
      const uint32_t rest = c - 0x10000;
      absl::StrAppendFormat(&quoted, "\\u%04x\\u%04x", 0xD800 + (rest >> 10),
                            0xDC00 + (rest & 0x3FF));
    }
  }

  void BreakLine() {
    if (!style_.indent) return;
    out_ += '\n';
    out_.Repeat(*style_.indent, level_);
  }

  template <typename Items, typename WriteItem>
  void WriteItems(char open, char close, const Items& items, WriteItem write) {
    out_ += open;
    ++level_;
    for (size_t i = 0; i < items.size() && !in_.failed(); ++i) {
      if (i > 0) out_ += style_.item_separator;
      BreakLine();
      write(items[i]);
    }
    --level_;
    if (!items.empty()) BreakLine();
    out_ += close;
  }

  void WriteList(const std::vector<Value>& items) {
    WriteItems('[', ']', items, [&](const Value& item) { Write(item); });
  }

  void WriteDict(const Dict& dict) {
    const auto write = [&](const std::pair<Value, Value>& entry) {
      WriteKey(entry.first);
      out_ += style_.key_separator;
      Write(entry.second);
    };
    if (!style_.sort_keys) return WriteItems('{', '}', dict.entries, write);
    auto entries = dict.entries;
    std::stable_sort(entries.begin(), entries.end(), [&](const auto& a, const auto& b) {
      return Order(in_, Op::kLess, a.first, b.first);
    });
    WriteItems('{', '}', entries, write);
  }

  void WriteKey(const Value& key) {
    if (key.is_string()) return WriteText(key.string());
    if (key.is_none() || key.is_number()) return WriteText(Scalar(key));
    in_.Fail(absl::StrCat("expected keys that JSON has, found ", Found(key)));
  }

  Interpreter& in_;
  const JsonStyle& style_;
  Builder& out_;
  int64_t level_ = 0;
};

}  // namespace

void WriteJson(Interpreter& in, const Value& value, const JsonStyle& style, Builder& out) {
  Writer(in, style, out).Write(value);
}

}  // namespace emel::text::jinja
