#include "runtime/text/jinja/filters.h"
#include "runtime/text/jinja/interpreter.h"
#include "runtime/text/jinja/operators.h"
#include "runtime/text/jinja/show.h"
#include "runtime/text/jinja/tests.h"

#include <absl/strings/str_cat.h>

// Expressions. A failure is on the line of the operation that failed, so that each sets the line
// after its operands are there.
namespace emel::text::jinja {

Value Interpreter::Evaluate(const Expression& expression) {
  Value value;
  if (Enter() && Step()) value = EvaluateKind(expression);
  Leave();
  return value;
}

Value Interpreter::EvaluateKind(const Expression& e) {
  switch (e.kind) {
    case Expression::kConstant:
      return e.constant;
    case Expression::kName:
    case Expression::kNamespaceAttribute:
      return EvaluateName(e);
    case Expression::kTuple:
    case Expression::kList:
      return EvaluateSequence(e);
    case Expression::kDict:
      return EvaluateDict(e);
    case Expression::kAttribute: {
      const Value object = Evaluate(*e.parts[0]);
      set_line(e.line);
      return failed() ? Value() : Attribute(object, e.name);
    }
    case Expression::kItem: {
      const Value object = Evaluate(*e.parts[0]), key = Evaluate(*e.parts[1]);
      set_line(e.line);
      return failed() ? Value() : Item(object, key);
    }
    case Expression::kSlice:
      return EvaluateSlice(e);
    case Expression::kCall:
      return EvaluateCall(e);
    case Expression::kFilter:
      return EvaluateFilter(e);
    case Expression::kTest:
      return EvaluateTest(e);
    case Expression::kUnary: {
      const Value operand = Evaluate(*e.parts[0]);
      set_line(e.line);
      return failed() ? Value() : Unary(*this, e.ops[0], operand);
    }
    case Expression::kBinary: {
      const Value left = Evaluate(*e.parts[0]), right = Evaluate(*e.parts[1]);
      set_line(e.line);
      return failed() ? Value() : Binary(*this, e.ops[0], left, right);
    }
    case Expression::kAnd: {
      Value left = Evaluate(*e.parts[0]);
      return failed() || !Truth(left) ? left : Evaluate(*e.parts[1]);
    }
    case Expression::kOr: {
      Value left = Evaluate(*e.parts[0]);
      return failed() || Truth(left) ? left : Evaluate(*e.parts[1]);
    }
    case Expression::kNot:
      return !Truth(Evaluate(*e.parts[0]));
    case Expression::kConcat:
      return EvaluateConcat(e);
    case Expression::kCompare:
      return EvaluateCompare(e);
    case Expression::kConditional:
      return EvaluateConditional(e);
  }
  return {};
}

Value Interpreter::EvaluateName(const Expression& e) {
  const Value& value = At(e.place);
  if (!value.is(Kind::kMissing)) return value;
  return NewUndefined(absl::StrCat("an undefined variable '", e.name, "'"));
}

Value Interpreter::EvaluateSequence(const Expression& e) {
  std::vector<Value> items;
  items.reserve(e.parts.size());
  for (const auto& part : e.parts) items.push_back(Evaluate(*part));
  set_line(e.line);
  return e.kind == Expression::kList ? NewList(std::move(items)) : NewTuple(std::move(items));
}

Value Interpreter::EvaluateDict(const Expression& e) {
  auto dict = std::make_shared<Dict>();
  for (size_t i = 0; i < e.parts.size() && !failed(); i += 2) {
    const Value key = Evaluate(*e.parts[i]);
    Value value = Evaluate(*e.parts[i + 1]);
    set_line(e.line);
    if (!IsHashable(key))
      return Fail(absl::StrCat("expected a key that can be hashed, found ", Found(key)));
    dict->Set(key, std::move(value));
  }
  return NewDict(std::move(dict));
}

Value Interpreter::EvaluateSlice(const Expression& e) {
  Value parts[4];
  for (size_t i = 0; i < 4; ++i)
    if (e.parts[i]) parts[i] = Evaluate(*e.parts[i]);
  set_line(e.line);
  return failed() ? Value() : Slice(*this, parts[0], parts[1], parts[2], parts[3]);
}

bool Interpreter::EvaluateArguments(const Expression& e, Arguments& arguments) {
  arguments.positional.reserve(e.parts.size() - 1);
  for (size_t i = 1; i < e.parts.size(); ++i) arguments.positional.push_back(Evaluate(*e.parts[i]));
  for (const auto& [name, value] : e.named) arguments.named.emplace_back(name, Evaluate(*value));
  if (e.star && !AddStar(*e.star, arguments)) return false;
  if (e.double_star && !AddDoubleStar(*e.double_star, arguments)) return false;
  set_line(e.line);
  return !failed();
}

bool Interpreter::AddStar(const Expression& star, Arguments& arguments) {
  const Value items = Evaluate(star);
  set_line(star.line);
  for (Value& item : Collect(*this, items)) arguments.positional.push_back(std::move(item));
  return !failed();
}

bool Interpreter::AddDoubleStar(const Expression& double_star, Arguments& arguments) {
  const Value named = Evaluate(double_star);
  set_line(double_star.line);
  if (!named.is(Kind::kDict)) {
    Fail(absl::StrCat("expected a dict after **, found ", Found(named)));
    return false;
  }
  for (const auto& [key, value] : named.dict().entries) {
    if (!key.is_string() || arguments.FindNamed(key.string())) {
      Fail(absl::StrCat("expected names that no other argument has after **, found ",
                        key.is_string() ? "'" + key.string() + "' again" : Found(key)));
      return false;
    }
    arguments.named.emplace_back(key.string(), value);
  }
  return !failed();
}

Value Interpreter::EvaluateCall(const Expression& e, const Value* caller) {
  const Value callee = Evaluate(*e.parts[0]);
  Arguments arguments;
  if (failed() || !EvaluateArguments(e, arguments)) return {};
  if (caller && arguments.FindNamed("caller"))
    return Fail("expected no argument 'caller' in the call of a call block, found one");
  if (caller) arguments.named.emplace_back("caller", *caller);
  return jinja::Interpreter::Call(callee, arguments);
}

Value Interpreter::EvaluateFilter(const Expression& e) {
  const Value subject = e.parts[0] ? Evaluate(*e.parts[0]) : std::move(captured_);
  Arguments arguments;
  if (failed() || !EvaluateArguments(e, arguments)) return {};
  if (!e.filter) return ApplyFilter(e.name, subject, {});
  if (!arguments.Bind(*this, e.filter->parameters, absl::StrCat("filter '", e.name, "'")))
    return {};
  return e.filter->apply(*this, subject, arguments);
}

Value Interpreter::EvaluateTest(const Expression& e) {
  const Value subject = Evaluate(*e.parts[0]);
  Arguments arguments;
  if (failed() || !EvaluateArguments(e, arguments)) return {};
  if (!e.test) return ApplyTest(e.name, subject, {});
  if (!arguments.Bind(*this, e.test->parameters, absl::StrCat("test '", e.name, "'"))) return {};
  return e.test->holds(*this, subject, arguments);
}

Value Interpreter::EvaluateConcat(const Expression& e) {
  std::vector<Value> values;
  for (const auto& part : e.parts) values.push_back(Evaluate(*part));
  set_line(e.line);
  Builder text(*this);
  for (const Value& value : values) Show(*this, value, text);
  return text.Finish();
}

Value Interpreter::EvaluateCompare(const Expression& e) {
  Value left = Evaluate(*e.parts[0]);
  for (size_t i = 0; i < e.ops.size(); ++i) {
    Value right = Evaluate(*e.parts[i + 1]);
    set_line(e.line);
    if (failed() || !Compare(*this, e.ops[i], left, right)) return false;
    left = std::move(right);
  }
  return true;
}

Value Interpreter::EvaluateConditional(const Expression& e) {
  const bool holds = Truth(Evaluate(*e.parts[0]));
  if (failed()) return {};
  if (holds) return Evaluate(*e.parts[1]);
  if (e.parts[2]) return Evaluate(*e.parts[2]);
  return NewUndefined(absl::StrCat(
      "a conditional expression without else, whose condition is false, on line ", e.line));
}

}  // namespace emel::text::jinja
