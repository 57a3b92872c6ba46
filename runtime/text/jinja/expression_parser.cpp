#include "runtime/text/jinja/expression_parser.h"

#include "runtime/text/jinja/filters.h"
#include "runtime/text/jinja/tests.h"

#include <absl/strings/str_cat.h>

#include <algorithm>

namespace emel::text::jinja {
namespace {

constexpr int kMaxNesting = 150;         // of brackets and of prefixes
constexpr uint32_t kMaxTreeDepth = 500;  // also of chains such as a + b + c and a.b.c

struct Symbolic {
  std::string_view symbol;
  Op op;
};
constexpr Symbolic kComparisons[] = {{"==", Op::kEqual},  {"!=", Op::kNotEqual},
                                     {"<", Op::kLess},    {"<=", Op::kLessEqual},
                                     {">", Op::kGreater}, {">=", Op::kGreaterEqual}};
constexpr Symbolic kSums[] = {{"+", Op::kAdd}, {"-", Op::kSubtract}};
constexpr Symbolic kProducts[] = {
    {"*", Op::kMultiply}, {"/", Op::kDivide}, {"//", Op::kFloorDivide}, {"%", Op::kModulo}};
constexpr Symbolic kPowers[] = {{"**", Op::kPower}};

template <size_t kCount>
const Symbolic* FindOperator(const Symbolic (&table)[kCount], const Token& token) {
  const auto* found = std::find_if(table, table + kCount,
                                   [&](const Symbolic& row) { return token.is(row.symbol); });
  return found == table + kCount ? nullptr : found;
}

}  // namespace

const Token& ExpressionParser::Take() {
  const Token& token = tokens_[position_];
  if (position_ + 1 < tokens_.size()) ++position_;
  return token;
}

bool ExpressionParser::TakeIf(std::string_view symbol) {
  if (!current().is(symbol)) return false;
  Take();
  return true;
}

bool ExpressionParser::TakeIfName(std::string_view name) {
  if (!current().is_name(name)) return false;
  Take();
  return true;
}

bool ExpressionParser::Expect(std::string_view symbol) {
  if (TakeIf(symbol)) return true;
  Fail(absl::StrCat("expected '", std::string(symbol), "', found ", current().Describe()));
  return false;
}

bool ExpressionParser::ExpectType(Token::Type type, std::string_view what) {
  if (current().type == type) {
    Take();
    return true;
  }
  Fail(absl::StrCat("expected ", std::string(what), ", found ", current().Describe()));
  return false;
}

std::string ExpressionParser::ExpectName() {
  if (current().type == Token::kName) return Take().text;
  Fail(absl::StrCat("expected a name, found ", current().Describe()));
  return {};
}

Value ExpressionParser::Fail(std::string message, int line) {
  if (!run_.failed()) run_.set_line(line > 0 ? line : current().line);
  return run_.Fail(std::move(message));
}

// One level deeper; the caller counts back.
bool ExpressionParser::Nest() {
  if (++nesting_ > kMaxNesting)
    Fail(absl::StrCat("expected at most ", kMaxNesting, " nested expressions, found more"));
  return !failed();
}

ExpressionPtr ExpressionParser::Make(Expression::Kind kind, int line,
                                     std::vector<ExpressionPtr> parts) {
  auto made = std::make_unique<Expression>(kind, line);
  for (const auto& part : parts)
    if (part) made->height = std::max(made->height, part->height + 1);
  if (made->height > kMaxTreeDepth)
    Fail(absl::StrCat("expected expressions of at most ", kMaxTreeDepth,
                      " nested operations, found more"),
         line);
  made->parts = std::move(parts);
  return made;
}

template <typename... Parts>
ExpressionPtr ExpressionParser::MakeOf(Expression::Kind kind, int line, Parts... parts) {
  std::vector<ExpressionPtr> list;
  (list.push_back(std::move(parts)), ...);
  return Make(kind, line, std::move(list));
}

ExpressionPtr ExpressionParser::ParseExpression() { return ParseConditional(); }

ExpressionPtr ExpressionParser::ParseConditional() {
  int line = current().line;
  ExpressionPtr value = ParseOr();
  while (!failed() && TakeIfName("if")) {
    ExpressionPtr condition = ParseOr();
    ExpressionPtr otherwise;
    if (TakeIfName("else")) {
      if (Nest()) otherwise = ParseConditional();
      --nesting_;
    }
    value = MakeOf(Expression::kConditional, line, std::move(condition), std::move(value),
                   std::move(otherwise));
    line = current().line;
  }
  return value;
}

ExpressionPtr ExpressionParser::ParseOr() {
  ExpressionPtr left = ParseAnd();
  while (!failed() && current().is_name("or")) {
    const int line = Take().line;
    left = MakeOf(Expression::kOr, line, std::move(left), ParseAnd());
  }
  return left;
}

ExpressionPtr ExpressionParser::ParseAnd() {
  ExpressionPtr left = ParseNot();
  while (!failed() && current().is_name("and")) {
    const int line = Take().line;
    left = MakeOf(Expression::kAnd, line, std::move(left), ParseNot());
  }
  return left;
}

ExpressionPtr ExpressionParser::ParseNot() {
  if (!current().is_name("not")) return ParseComparison();
  const int line = Take().line;
  ExpressionPtr operand = Nest() ? ParseNot() : Make(Expression::kConstant, line);
  --nesting_;
  return MakeOf(Expression::kNot, line, std::move(operand));
}

ExpressionPtr ExpressionParser::ParseComparison() {
  const int line = current().line;
  std::vector<ExpressionPtr> parts;
  std::vector<Op> ops;
  parts.push_back(ParseSum());
  while (!failed()) {
    if (const Symbolic* row = FindOperator(kComparisons, current())) {
      Take();
      ops.push_back(row->op);
    } else if (TakeIfName("in")) {
      ops.push_back(Op::kIn);
    } else if (current().is_name("not") && next().is_name("in")) {
      Take();
      Take();
      ops.push_back(Op::kNotIn);
    } else {
      break;
    }
    parts.push_back(ParseSum());
  }
  if (ops.empty()) return std::move(parts[0]);
  ExpressionPtr made = Make(Expression::kCompare, line, std::move(parts));
  made->ops = std::move(ops);
  return made;
}

// Left to right: powers as well, other than in Python.
#define EMEL_PARSE_LEFT(function, operand, table)                                       \
  ExpressionPtr ExpressionParser::function() {                                          \
    ExpressionPtr left = operand();                                                     \
    while (const Symbolic* row = failed() ? nullptr : FindOperator(table, current())) { \
      const int line = Take().line;                                                     \
      left = MakeOf(Expression::kBinary, line, std::move(left), operand());             \
      left->ops = {row->op};                                                            \
    }                                                                                   \
    return left;                                                                        \
  }
EMEL_PARSE_LEFT(ParseSum, ParseConcat, kSums)
EMEL_PARSE_LEFT(ParseProduct, ParsePower, kProducts)
EMEL_PARSE_LEFT(ParsePower, ParseUnary, kPowers)
#undef EMEL_PARSE_LEFT

ExpressionPtr ExpressionParser::ParseConcat() {
  const int line = current().line;
  std::vector<ExpressionPtr> parts;
  parts.push_back(ParseProduct());
  while (!failed() && TakeIf("~")) parts.push_back(ParseProduct());
  if (parts.size() == 1) return std::move(parts[0]);
  return Make(Expression::kConcat, line, std::move(parts));
}

ExpressionPtr ExpressionParser::ParseUnary(bool with_filters) {
  const int line = current().line;
  ExpressionPtr value;
  if (!Nest()) {
    value = Make(Expression::kConstant, line);
  } else if (current().is("-") || current().is("+")) {
    const Op op = Take().text == "-" ? Op::kNegative : Op::kPositive;
    value = MakeOf(Expression::kUnary, line, ParseUnary(false));
    value->ops = {op};
  } else {
    value = ParsePrimary();
  }
  value = ParsePostfix(std::move(value));
  if (with_filters) value = ParseFilterPostfix(std::move(value));
  --nesting_;
  return value;
}

ExpressionPtr ExpressionParser::ParsePrimary() {
  const Token& token = current();
  switch (token.type) {
    case Token::kName:
      return ParseName();
    case Token::kString:
      return ParseStrings();
    case Token::kInteger:
    case Token::kFloat: {
      ExpressionPtr constant = Make(Expression::kConstant, token.line);
      constant->constant = Take().number;
      return constant;
    }
    default:
      break;
  }
  if (token.is("[")) return ParseList();
  if (token.is("{")) return ParseDict();
  if (TakeIf("(")) {
    ExpressionPtr value = ParseTuple({.in_parentheses = true});
    Expect(")");
    return value;
  }
  Fail(absl::StrCat("expected an expression, found ", token.Describe()));
  return Make(Expression::kConstant, token.line);
}

ExpressionPtr ExpressionParser::ParseName() {
  static const std::pair<std::string_view, Value> kConstants[] = {
      {"true", true},   {"True", true}, {"false", false},
      {"False", false}, {"none", {}},   {"None", {}}};
  const Token& token = Take();
  for (const auto& [name, value] : kConstants) {
    if (token.text != name) continue;
    ExpressionPtr constant = Make(Expression::kConstant, token.line);
    constant->constant = value;
    return constant;
  }
  ExpressionPtr variable = Make(Expression::kName, token.line);
  variable->name = token.text;
  return variable;
}

ExpressionPtr ExpressionParser::ParseStrings() {
  ExpressionPtr constant = Make(Expression::kConstant, current().line);
  std::string text;
  while (current().type == Token::kString) text += Take().text;
  constant->constant = Value(std::move(text));
  return constant;
}

ExpressionPtr ExpressionParser::ParseTuple(TupleRules rules) {
  int line = current().line;
  std::vector<ExpressionPtr> items;
  bool is_tuple = false;
  while (!failed()) {
    if (!items.empty()) Expect(",");
    const Token& token = current();
    if (token.type == Token::kOutputEnd || token.type == Token::kTagEnd || token.is(")") ||
        (!rules.end_name.empty() && token.is_name(rules.end_name)))
      break;
    items.push_back(rules.names_only    ? ParsePrimary()
                    : rules.conditional ? ParseExpression()
                                        : ParseOr());
    if (!current().is(",")) break;
    is_tuple = true;
    line = current().line;
  }
  if (!is_tuple && !items.empty()) return std::move(items[0]);
  if (!is_tuple && !rules.in_parentheses)
    Fail(absl::StrCat("expected an expression, found ", current().Describe()));
  return Make(Expression::kTuple, line, std::move(items));
}

ExpressionPtr ExpressionParser::ParseList() {
  const int line = Take().line;
  std::vector<ExpressionPtr> items;
  while (!failed() && !current().is("]")) {
    if (!items.empty()) Expect(",");
    if (current().is("]")) break;
    items.push_back(ParseExpression());
  }
  Expect("]");
  return Make(Expression::kList, line, std::move(items));
}

ExpressionPtr ExpressionParser::ParseDict() {
  const int line = Take().line;
  std::vector<ExpressionPtr> entries;
  while (!failed() && !current().is("}")) {
    if (!entries.empty()) Expect(",");
    if (current().is("}")) break;
    entries.push_back(ParseExpression());
    Expect(":");
    entries.push_back(ParseExpression());
  }
  Expect("}");
  return Make(Expression::kDict, line, std::move(entries));
}

ExpressionPtr ExpressionParser::ParsePostfix(ExpressionPtr value) {
  while (!failed()) {
    if (current().is("."))
      value = ParseAttribute(std::move(value));
    else if (current().is("["))
      value = ParseSubscript(std::move(value));
    else if (current().is("("))
      value = ParseCall(std::move(value));
    else
      break;
  }
  return value;
}

ExpressionPtr ExpressionParser::ParseFilterPostfix(ExpressionPtr value) {
  while (!failed()) {
    if (current().is("|"))
      value = ParseFilters(std::move(value));
    else if (current().is_name("is"))
      value = ParseTest(std::move(value));
    else if (current().is("("))
      value = ParseCall(std::move(value));
    else
      break;
  }
  return value;
}

ExpressionPtr ExpressionParser::ParseAttribute(ExpressionPtr object) {
  const int line = Take().line;
  const Token& token = Take();
  if (token.type == Token::kName) {
    ExpressionPtr made = MakeOf(Expression::kAttribute, line, std::move(object));
    made->name = token.text;
    return made;
  }
  if (token.type != Token::kInteger)
    Fail(absl::StrCat("expected a name or a number after '.', found ", token.Describe()),
         token.line);
  ExpressionPtr key = Make(Expression::kConstant, token.line);
  key->constant = token.number;
  return MakeOf(Expression::kItem, line, std::move(object), std::move(key));
}

ExpressionPtr ExpressionParser::ParseSubscript(ExpressionPtr object) {
  const int line = Take().line;
  std::vector<ExpressionPtr> keys;
  bool is_slice = false;
  ExpressionPtr start = current().is(":") ? nullptr : ParseExpression();
  if (TakeIf(":")) {
    is_slice = true;
    ExpressionPtr stop = ParseSliceBound();
    ExpressionPtr step = TakeIf(":") ? ParseSliceBound() : nullptr;
    object = MakeOf(Expression::kSlice, line, std::move(object), std::move(start), std::move(stop),
                    std::move(step));
  } else {
    keys.push_back(std::move(start));
    while (!failed() && TakeIf(",")) keys.push_back(ParseExpression());
  }
  Expect("]");
  if (is_slice) return object;
  ExpressionPtr key =
      keys.size() == 1 ? std::move(keys[0]) : Make(Expression::kTuple, line, std::move(keys));
  return MakeOf(Expression::kItem, line, std::move(object), std::move(key));
}

ExpressionPtr ExpressionParser::ParseSliceBound() {
  return current().is(":") || current().is("]") ? nullptr : ParseExpression();
}

std::string ExpressionParser::ParseDottedName() {
  std::string name = ExpectName();
  while (!failed() && TakeIf(".")) name += "." + ExpectName();
  return name;
}

ExpressionPtr ExpressionParser::ParseFilters(ExpressionPtr subject, bool starts_with_name) {
  while (!failed() && (starts_with_name || TakeIf("|"))) {
    starts_with_name = false;
    const int line = current().line;
    std::string name = ParseDottedName();
    subject = MakeOf(Expression::kFilter, line, std::move(subject));
    subject->filter = FindFilter(name);
    subject->name = std::move(name);
    if (current().is("(")) ParseArguments(*subject);
  }
  return subject;
}

ExpressionPtr ExpressionParser::ParseTest(ExpressionPtr subject) {
  const int line = Take().line;
  const bool negated = TakeIfName("not");
  ExpressionPtr test = MakeOf(Expression::kTest, line, std::move(subject));
  test->name = ParseDottedName();
  test->test = FindTest(test->name);
  if (current().is("("))
    ParseArguments(*test);
  else
    ParseTestArgument(*test);
  return negated ? MakeOf(Expression::kNot, line, std::move(test)) : std::move(test);
}

// A test's one argument may stand without parentheses.
void ExpressionParser::ParseTestArgument(Expression& test) {
  const Token& token = current();
  const bool starts = token.type == Token::kName || token.type == Token::kString ||
                      token.type == Token::kInteger || token.type == Token::kFloat ||
                      token.is("[") || token.is("{");
  if (!starts || token.is_name("else") || token.is_name("or") || token.is_name("and")) return;
  if (token.is_name("is")) {
    Fail("expected one test, found a second one after its name: put the first in parentheses");
    return;
  }
  test.parts.push_back(ParsePostfix(ParsePrimary()));
  test.height = std::max(test.height, test.parts.back()->height + 1);
}

ExpressionPtr ExpressionParser::ParseCall(ExpressionPtr callee) {
  ExpressionPtr call = MakeOf(Expression::kCall, current().line, std::move(callee));
  ParseArguments(*call);
  return call;
}

void ExpressionParser::ParseArguments(Expression& call) {
  const int line = current().line;
  Expect("(");
  bool wants_comma = false;
  while (!failed() && !current().is(")")) {
    if (wants_comma) Expect(",");
    if (current().is(")")) break;
    ParseArgument(call, line);
    wants_comma = true;
  }
  Expect(")");
}

void ExpressionParser::ParseArgument(Expression& call, int line) {
  const auto require = [&](bool in_order, const char* what) {
    if (!in_order) Fail(absl::StrCat("expected ", what, " earlier in this call"), line);
  };
  ExpressionPtr* place = nullptr;
  if (TakeIf("*")) {
    require(!call.star && !call.double_star, "one * argument,");
    place = &call.star;
  } else if (TakeIf("**")) {
    require(!call.double_star, "one ** argument,");
    place = &call.double_star;
  } else if (current().type == Token::kName && next().is("=")) {
    require(!call.double_star, "arguments with a name");
    const std::string name = Take().text;
    Take();
    for (const auto& other : call.named)
      if (other.first == name)
        Fail(absl::StrCat("expected '", name, "' once in a call, found it twice"));
    place = &call.named.emplace_back(name, nullptr).second;
  } else {
    require(!call.star && !call.double_star && call.named.empty(), "arguments without a name");
    place = &call.parts.emplace_back();
  }
  ExpressionPtr value = ParseExpression();
  call.height = std::max(call.height, value->height + 1);
  *place = std::move(value);
}

}  // namespace emel::text::jinja
