#include "runtime/text/jinja/tests.h"

#include "runtime/text/jinja/characters.h"
#include "runtime/text/jinja/filters.h"
#include "runtime/text/jinja/interpreter.h"
#include "runtime/text/jinja/operators.h"
#include "runtime/text/jinja/show.h"
#include "runtime/text/utf8.h"

namespace emel::text::jinja {
namespace {

bool ModuloIs(Interpreter& in, const Value& value, const Value& divisor, int64_t expected) {
  return Equal(in, Binary(in, Op::kModulo, value, divisor), Value(expected)) && !in.failed();
}

template <Kind kKind>
bool Is(Interpreter&, const Value& value, const Arguments&) {
  return value.is(kKind);
}

template <Op kOp>
bool Compares(Interpreter& in, const Value& value, const Arguments& arguments) {
  return Compare(in, kOp, value, arguments[0]);
}

// Whether there are cased letters, all of them of that case.
bool HasCase(Interpreter& in, const Value& value, bool (*is)(char32_t)) {
  const std::string text = ShowText(in, value);
  bool found = false;
  for (size_t i = 0; i < text.size();) {
    const char32_t c = DecodeUtf8(text, i);
    if (!IsCased(c)) continue;
    if (!is(c)) return false;
    found = true;
  }
  return found;
}

bool IsSame(Interpreter& in, const Value& value, const Arguments& arguments) {
  const Value& other = arguments[0];
  if (value.kind() != other.kind()) return false;
  if (value.object() || other.object())
    return value.object() == other.object() ||
           (value.is_string() && value.string() == other.string());
  return SameKey(value, other);
}

bool IsCallable(Interpreter& in, const Value& value, const Arguments&) {
  return (value.is(Kind::kHost) && value.host().callable()) || value.is_undefined();
}

bool IsIn(Interpreter& in, const Value& value, const Arguments& arguments) {
  return Contains(in, arguments[0], value);
}

bool IsNamed(Interpreter& in, const Value& value, bool (*is_there)(std::string_view)) {
  if (!IsHashable(value)) in.Fail("expected a name that can be hashed, found " + Found(value));
  return value.is_string() && is_there(value.string());
}

const Test kTests[] = {
    {"odd", "", [](auto& in, const Value& v, const Arguments&) { return ModuloIs(in, v, 2, 1); }},
    {"even", "", [](auto& in, const Value& v, const Arguments&) { return ModuloIs(in, v, 2, 0); }},
    {"divisibleby", "num!",
     [](auto& in, const Value& v, const Arguments& a) { return ModuloIs(in, v, a[0], 0); }},
    {"defined", "", [](auto&, const Value& v, const Arguments&) { return !v.is_undefined(); }},
    {"undefined", "", Is<Kind::kUndefined>},
    {"none", "", Is<Kind::kNone>},
    {"boolean", "", Is<Kind::kBool>},
    {"integer", "", Is<Kind::kInt>},
    {"float", "", Is<Kind::kFloat>},
    {"string", "", Is<Kind::kString>},
    {"mapping", "", Is<Kind::kDict>},
    {"number", "", [](auto&, const Value& v, const Arguments&) { return v.is_number(); }},
    {"true", "",
     [](auto&, const Value& v, const Arguments&) { return v.is(Kind::kBool) && v.boolean(); }},
    {"false", "",
     [](auto&, const Value& v, const Arguments&) { return v.is(Kind::kBool) && !v.boolean(); }},
    {"sequence", "",
     [](auto&, const Value& v, const Arguments&) {
       return v.is_string() || v.is_sequence() || v.is(Kind::kDict) || v.is(Kind::kRange) ||
              v.is_undefined();
     }},
    {"iterable", "", [](auto&, const Value& v, const Arguments&) { return IsIterable(v); }},
    {"lower", "",
     [](auto& in, const Value& v, const Arguments&) { return HasCase(in, v, IsLower); }},
    {"upper", "",
     [](auto& in, const Value& v, const Arguments&) { return HasCase(in, v, IsUpper); }},
    {"escaped", "", [](auto&, const Value& v, const Arguments&) { return v.is_markup(); }},
    {"callable", "", IsCallable},
    {"sameas", "other!", IsSame},
    {"in", "seq!", IsIn},
    {"filter", "",
     [](auto& in, const Value& v, const Arguments&) {
       return IsNamed(in, v, [](std::string_view name) { return FindFilter(name) != nullptr; });
     }},
    {"test", "",
     [](auto& in, const Value& v, const Arguments&) {
       return IsNamed(in, v, [](std::string_view name) { return FindTest(name) != nullptr; });
     }},
    {"==", "/other!", Compares<Op::kEqual>},
    {"eq", "/other!", Compares<Op::kEqual>},
    {"equalto", "/other!", Compares<Op::kEqual>},
    {"!=", "/other!", Compares<Op::kNotEqual>},
    {"ne", "/other!", Compares<Op::kNotEqual>},
    {">", "/other!", Compares<Op::kGreater>},
    {"gt", "/other!", Compares<Op::kGreater>},
    {"greaterthan", "/other!", Compares<Op::kGreater>},
    {">=", "/other!", Compares<Op::kGreaterEqual>},
    {"ge", "/other!", Compares<Op::kGreaterEqual>},
    {"<", "/other!", Compares<Op::kLess>},
    {"lt", "/other!", Compares<Op::kLess>},
    {"lessthan", "/other!", Compares<Op::kLess>},
    {"<=", "/other!", Compares<Op::kLessEqual>},
    {"le", "/other!", Compares<Op::kLessEqual>},
};

}  // namespace

const Test* FindTest(std::string_view name) {
  for (const Test& test : kTests)
    if (test.name == name) return &test;
  return nullptr;
}

}  // namespace emel::text::jinja
