#include "runtime/text/jinja/characters.h"
#include "runtime/text/jinja/interpreter.h"
#include "runtime/text/jinja/operators.h"
#include "runtime/text/jinja/show.h"
#include "runtime/text/jinja/text_parts.h"
#include "runtime/text/utf8.h"

#include <algorithm>

// As Python's pprint writes values that one line does not hold.
namespace emel::text::jinja {
namespace {

constexpr int64_t kWidth = 80;

class Printer {
 public:
  explicit Printer(Interpreter& in) : in_(in), out_(in) {}

  // From column `indent` on, with so many characters to come after the value on its last line.
  void Print(const Value& value, int64_t indent, int64_t allowance, int level) {
    if (in_.Enter() && in_.Step()) {
      const std::string flat = Flat(value);
      if (CharacterCount(flat) <= kWidth - indent - allowance ||
          !PrintParts(value, indent, allowance, level + 1))
        out_ += flat;
    }
    in_.Leave();
  }

  std::string Take() { return out_.Take(); }

 private:
  // On one line, keys in order.
  std::string Flat(const Value& value) {
    Builder out(in_);
    AppendFlat(value, out);
    return out.Take();
  }

  void AppendFlat(const Value& value, Builder& out) {
    if (!in_.Enter()) {
      in_.Leave();
      return;
    }
    if (value.is(Kind::kDict)) {
      out += '{';
      bool first = true;
      for (const auto& [key, item] : Sorted(value.dict())) {
        if (!first) out += ", ";
        first = false;
        AppendFlat(key, out);
        out += ": ";
        AppendFlat(item, out);
      }
      out += '}';
    } else if (value.is_sequence()) {
      const bool list = value.is(Kind::kList);
      out += list ? '[' : '(';
      for (size_t i = 0; i < value.items().size() && !in_.failed(); ++i) {
        if (i > 0) out += ", ";
        AppendFlat(value.items()[i], out);
      }
      out += list ? "]" : value.items().size() == 1 ? ",)" : ")";
    } else {
      Represent(in_, value, out);
    }
    in_.Leave();
  }

  // Keys without an order among each other by their types' names.
  std::vector<std::pair<Value, Value>> Sorted(const Dict& dict) {
    auto entries = dict.entries;
    std::stable_sort(entries.begin(), entries.end(), [&](const auto& a, const auto& b) {
      const bool ordered = (a.first.is_number() && b.first.is_number()) ||
                           (a.first.is_string() && b.first.is_string());
      return ordered ? Order(in_, Op::kLess, a.first, b.first)
                     : TypeName(a.first) < TypeName(b.first);
    });
    return entries;
  }

  bool PrintParts(const Value& value, int64_t indent, int64_t allowance, int level) {
    switch (value.kind()) {
      case Kind::kDict:
        out_ += '{';
        PrintEntries(value.dict(), indent + 1, allowance + 1, level);
        out_ += '}';
        return true;
      case Kind::kList:
      case Kind::kTuple:
        PrintItems(value, indent + 1, allowance, level);
        return true;
      case Kind::kString:
        if (!value.string().empty() && !value.is_markup())
          PrintText(value.string(), indent, allowance, level);
        return !value.string().empty() && !value.is_markup();
      default:
        return false;
    }
  }

  void BreakLine(int64_t indent) {
    out_ += '\n';
    out_.Repeat(" ", indent);
  }

  void PrintEntries(const Dict& dict, int64_t indent, int64_t allowance, int level) {
    const auto entries = Sorted(dict);
    for (size_t i = 0; i < entries.size() && !in_.failed(); ++i) {
      const bool last = i + 1 == entries.size();
      const std::string key = Flat(entries[i].first);
      out_ += key;
      out_ += ": ";
      Print(entries[i].second, indent + CharacterCount(key) + 2, last ? allowance : 1, level);
      if (!last) out_ += ',';
      if (!last) BreakLine(indent);
    }
  }

  void PrintItems(const Value& value, int64_t indent, int64_t allowance, int level) {
    const auto& items = value.items();
    const bool list = value.is(Kind::kList);
    const std::string_view end = list ? "]" : items.size() == 1 ? ",)" : ")";
    out_ += list ? '[' : '(';
    for (size_t i = 0; i < items.size() && !in_.failed(); ++i) {
      const bool last = i + 1 == items.size();
      Print(items[i], indent, last ? allowance + static_cast<int64_t>(end.size()) : 1, level);
      if (!last) out_ += ',';
      if (!last) BreakLine(indent);
    }
    out_ += end;
  }

  std::string Quoted(std::string_view text) {
    Builder out(in_);
    QuoteText(text, false, out);
    return out.Take();
  }

  // Words with the spaces after them.
  static std::vector<std::string_view> Words(std::string_view line) {
    std::vector<std::string_view> words;
    while (!line.empty()) {
      size_t end = 0;
      for (size_t next = 0; end < line.size() && !IsSpace(DecodeUtf8(line, next)); end = next) {
      }
      for (size_t next = end; end < line.size() && IsSpace(DecodeUtf8(line, next)); end = next) {
      }
      words.push_back(line.substr(0, end));
      line.remove_prefix(end);
    }
    return words;
  }

  // A line of the text as pieces that each fit.
  void AddPieces(std::string_view line, int64_t width, int64_t last_width,
                 std::vector<std::string>& pieces) {
    const auto words = Words(line);
    std::string current;
    for (size_t i = 0; i < words.size() && !in_.failed(); ++i) {
      const std::string candidate = current + std::string(words[i]);
      const int64_t room = i + 1 == words.size() ? last_width : width;
      if (CharacterCount(Quoted(candidate)) > room) {
        if (!current.empty()) pieces.push_back(Quoted(current));
        current = words[i];
      } else {
        current = candidate;
      }
    }
    if (!current.empty()) pieces.push_back(Quoted(current));
  }

  void PrintText(const std::string& text, int64_t indent, int64_t allowance, int level) {
    const bool outermost = level == 1;
    indent += outermost;
    allowance += outermost;
    const int64_t width = kWidth - indent;
    std::vector<std::string> pieces;
    const auto lines = SplitLines(in_, text, true);
    for (size_t i = 0; i < lines.size() && !in_.failed(); ++i) {
      const int64_t last_width = i + 1 == lines.size() ? width - allowance : width;
      std::string quoted = Quoted(lines[i]);
      if (CharacterCount(quoted) <= last_width)
        pieces.push_back(std::move(quoted));
      else
        AddPieces(lines[i], width, last_width, pieces);
    }
    if (outermost && pieces.size() > 1) out_ += '(';
    for (size_t i = 0; i < pieces.size(); ++i) {
      if (i > 0) BreakLine(indent);
      out_ += pieces[i];
    }
    if (outermost && pieces.size() > 1) out_ += ')';
  }

  Interpreter& in_;
  Builder out_;
};

}  // namespace

std::string PrettyText(Interpreter& in, const Value& value) {
  Printer printer(in);
  printer.Print(value, 0, 0, 0);
  return printer.Take();
}

}  // namespace emel::text::jinja
