#include "runtime/text/jinja/operators.h"

#include "runtime/text/jinja/escape.h"
#include "runtime/text/jinja/interpreter.h"
#include "runtime/text/jinja/numbers.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace emel::text::jinja {
namespace {

std::partial_ordering OrderMixed(int64_t left, double right) {
  if (std::isnan(right)) return std::partial_ordering::unordered;
  if (right >= 9223372036854775808.0) return std::partial_ordering::less;
  if (right < -9223372036854775808.0) return std::partial_ordering::greater;
  const auto whole = static_cast<int64_t>(right);
  if (left != whole) return left <=> whole;
  return 0.0 <=> right - static_cast<double>(whole);
}

bool EqualItems(Run& run, const std::vector<Value>& left, const std::vector<Value>& right) {
  if (left.size() != right.size()) return false;
  for (size_t i = 0; i < left.size(); ++i)
    if (!Equal(run, left[i], right[i])) return false;
  return true;
}

bool EqualDicts(Run& run, const Dict& left, const Dict& right) {
  if (left.entries.size() != right.entries.size()) return false;
  for (const auto& [key, value] : left.entries) {
    const Value* other = right.Find(key);
    if (!other || !Equal(run, value, *other)) return false;
  }
  return true;
}

bool Holds(Op op, std::partial_ordering order) {
  switch (op) {
    case Op::kLess:
      return order < 0;
    case Op::kLessEqual:
      return order <= 0;
    case Op::kGreater:
      return order > 0;
    default:
      return order >= 0;
  }
}

Value FailOperands(Run& run, Op op, const Value& left, const Value& right) {
  return run.Fail(absl::StrCat("expected operands that '", std::string(Symbol(op)),
                               "' works on, found ", Found(left), " and ", Found(right)));
}

Value IntegerArithmetic(Run& run, Op op, int64_t left, int64_t right) {
  int64_t result = 0;
  bool overflow = false;
  switch (op) {
    case Op::kAdd:
      overflow = __builtin_add_overflow(left, right, &result);
      break;
    case Op::kSubtract:
      overflow = __builtin_sub_overflow(left, right, &result);
      break;
    case Op::kMultiply:
      overflow = __builtin_mul_overflow(left, right, &result);
      break;
    case Op::kFloorDivide:
      if (right == -1) return IntegerArithmetic(run, Op::kSubtract, 0, left);
      result = left / right - (left % right != 0 && (left < 0) != (right < 0));
      break;
    default:
      if (right == -1) return 0;
      result = left % right;
      if (result != 0 && (result < 0) != (right < 0)) result += right;
  }
  return overflow ? FailOverflow(run) : Value(result);
}

Value RealArithmetic(Op op, double left, double right) {
  switch (op) {
    case Op::kAdd:
      return left + right;
    case Op::kSubtract:
      return left - right;
    case Op::kMultiply:
      return left * right;
    case Op::kDivide:
      return left / right;
    case Op::kModulo:
      return FloorModulo(left, right);
    default: {
      const double rest = FloorModulo(left, right);
      const double quotient = (left - rest) / right;
      if (quotient == 0) return std::copysign(0.0, left / right);
      const double floor = std::floor(quotient);
      return quotient - floor > 0.5 ? floor + 1 : floor;
    }
  }
}

Value Arithmetic(Run& run, Op op, const Value& left, const Value& right) {
  if (op == Op::kPower) return Power(run, left, right);
  const bool divides = op == Op::kDivide || op == Op::kFloorDivide || op == Op::kModulo;
  if (divides && right.number() == 0)
    return run.Fail("expected a divisor other than zero, found zero");
  if (left.is_integer() && right.is_integer() && op != Op::kDivide)
    return IntegerArithmetic(run, op, left.integer(), right.integer());
  return RealArithmetic(op, left.number(), right.number());
}

Value AddSequences(Run& run, const Value& left, const Value& right) {
  std::vector<Value> items = Collect(run, left);
  if (!run.HasRoom((items.size() + right.items().size()) * sizeof(Value))) return {};
  items.insert(items.end(), right.items().begin(), right.items().end());
  return left.is(Kind::kTuple) ? run.NewTuple(std::move(items)) : run.NewList(std::move(items));
}

Value RepeatSequence(Run& run, const Value& value, int64_t times) {
  const std::vector<Value>& items = value.items();
  std::vector<Value> result;
  if (times > 0 && !items.empty()) {
    const auto count = static_cast<size_t>(times);
    if (count > run.limits().memory / items.size() / sizeof(Value))
      run.HasRoom(run.limits().memory + 1);
    else if (run.Step(count * items.size()) && run.HasRoom(count * items.size() * sizeof(Value)))
      for (size_t i = 0; i < count; ++i) result.insert(result.end(), items.begin(), items.end());
  }
  return value.is(Kind::kTuple) ? run.NewTuple(std::move(result)) : run.NewList(std::move(result));
}

Value AddTexts(Run& run, const Value& left, const Value& right) {
  const bool markup = left.is_markup() || right.is_markup();
  Builder sum(run);
  if (!markup) return (sum += left.string(), sum += right.string(), sum.Finish());
  sum += EscapeHtml(run, left);
  sum += EscapeHtml(run, right);
  return sum.Finish(true);
}

Value Repeat(Run& run, const Value& value, const Value& times) {
  if (value.is_sequence()) return RepeatSequence(run, value, times.integer());
  Builder text(run);
  text.Repeat(value.string(), times.integer());
  return text.Finish(value.is_markup());
}

bool IsRepeatable(const Value& value) { return value.is_string() || value.is_sequence(); }

}  // namespace

std::string_view Symbol(Op op) {
  static constexpr std::string_view kSymbols[] = {"+",  "-",  "*",      "/", "//", "%",
                                                  "**", "==", "!=",     "<", "<=", ">",
                                                  ">=", "in", "not in", "-", "+"};
  return kSymbols[static_cast<size_t>(op)];
}

bool Truth(const Value& value) {
  switch (value.kind()) {
    case Kind::kMissing:
    case Kind::kUndefined:
    case Kind::kNone:
      return false;
    case Kind::kBool:
    case Kind::kInt:
      return value.integer() != 0;
    case Kind::kFloat:
      return value.real() != 0;
    default:
      return Length(value).value_or(1) != 0;
  }
}

std::partial_ordering OrderNumbers(const Value& left, const Value& right) {
  if (left.is_integer() && right.is_integer()) return left.integer() <=> right.integer();
  if (left.is_integer()) return OrderMixed(left.integer(), right.real());
  if (right.is_integer()) {
    const auto order = OrderMixed(right.integer(), left.real());
    return 0 <=> order;
  }
  return left.real() <=> right.real();
}

bool Equal(Run& run, const Value& left, const Value& right) {
  if (!run.Step()) return false;
  if (left.is_number() && right.is_number()) return OrderNumbers(left, right) == 0;
  if (left.kind() != right.kind()) return false;
  if (left.object() && left.object() == right.object()) return true;
  switch (left.kind()) {
    case Kind::kString:
      return run.StepBytes(left.string().size()) && left.string() == right.string();
    case Kind::kList:
    case Kind::kTuple:
      return EqualItems(run, left.items(), right.items());
    case Kind::kDict:
      return EqualDicts(run, left.dict(), right.dict());
    case Kind::kView:
      return left.view().part == right.view().part && left.view().part != View::kValues &&
             Equal(run, left.view().dict, right.view().dict);
    default:
      return SameKey(left, right);
  }
}

bool Order(Run& run, Op op, const Value& left, const Value& right) {
  if (!run.Step()) return false;
  if (left.is_number() && right.is_number()) return Holds(op, OrderNumbers(left, right));
  if (left.is_string() && right.is_string()) {
    run.StepBytes(left.string().size());
    return Holds(op, left.string() <=> right.string());
  }
  if (left.kind() == right.kind() && left.is_sequence()) {
    const auto &a = left.items(), &b = right.items();
    for (size_t i = 0; i < std::min(a.size(), b.size()); ++i)
      if (!Equal(run, a[i], b[i])) return Order(run, op, a[i], b[i]);
    return Holds(op, a.size() <=> b.size());
  }
  FailOperands(run, op, left, right);
  return false;
}

bool Contains(Interpreter& in, const Value& container, const Value& item) {
  if (container.is_string()) {
    if (!item.is_string())
      in.Fail(absl::StrCat("expected a str to look for in a str, found ", Found(item)));
    else if (in.StepSearch(container.string().size()))
      return memmem(container.string().data(), container.string().size(), item.string().data(),
                    item.string().size()) != nullptr;
    return false;
  }
  if (container.is(Kind::kDict) ||
      (container.is(Kind::kView) && container.view().part == View::kKeys)) {
    if (!IsHashable(item)) {
      in.Fail(absl::StrCat("expected a key that can be hashed, found ", Found(item)));
      return false;
    }
    const Value& dict = container.is(Kind::kView) ? container.view().dict : container;
    return dict.dict().Find(item) != nullptr;
  }
  Iteration iteration(in, container);
  for (Value found; iteration.Next(found);)
    if (Equal(in, found, item)) return true;
  return false;
}

bool Compare(Interpreter& in, Op op, const Value& left, const Value& right) {
  switch (op) {
    case Op::kEqual:
      return Equal(in, left, right);
    case Op::kNotEqual:
      return !Equal(in, left, right);
    case Op::kIn:
      return Contains(in, right, left);
    case Op::kNotIn:
      return !Contains(in, right, left);
    default:
      return Order(in, op, left, right);
  }
}

Value Binary(Interpreter& in, Op op, const Value& left, const Value& right) {
  if (op == Op::kModulo && left.is_string()) return FormatPercent(in, left, right);
  if (left.is_number() && right.is_number()) return Arithmetic(in, op, left, right);
  if (op == Op::kAdd) {
    if (left.is_string() && right.is_string()) return AddTexts(in, left, right);
    if (left.is_sequence() && left.kind() == right.kind()) return AddSequences(in, left, right);
  }
  if (op == Op::kMultiply) {
    if (IsRepeatable(left) && right.is_integer()) return Repeat(in, left, right);
    if (IsRepeatable(right) && left.is_integer()) return Repeat(in, right, left);
  }
  return FailOperands(in, op, left, right);
}

Value Unary(Interpreter& in, Op op, const Value& operand) {
  if (!operand.is_number())
    return in.Fail(absl::StrCat("expected a number after '", std::string(Symbol(op)), "', found ",
                                Found(operand)));
  if (op == Op::kPositive) return operand.is(Kind::kBool) ? Value(operand.integer()) : operand;
  if (operand.is_integer()) return IntegerArithmetic(in, Op::kSubtract, 0, operand.integer());
  return -operand.real();
}

}  // namespace emel::text::jinja
