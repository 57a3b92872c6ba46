#include "runtime/text/jinja/parser.h"

#include "runtime/text/jinja/characters.h"
#include "runtime/text/jinja/expression_parser.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include <algorithm>
#include <initializer_list>

namespace emel::text::jinja {
namespace {

constexpr int kMaxBlocks = 60;  // statements in statements

using StatementPtr = std::unique_ptr<Statement>;

class Parser : public ExpressionParser {
 public:
  using ExpressionParser::ExpressionParser;

  Body ParseAll() { return ParseBody({}); }

 private:
  using Method = StatementPtr (Parser::*)(int line);
  struct Tag {
    std::string_view name;
    Method parse;
  };
  static const Tag kTags[];

  // The names of tags that end a body.
  using Ends = std::initializer_list<std::string_view>;

  Body ParseBody(Ends ends);
  Body ParseBlockBody(Ends ends, bool takes_end = true);
  StatementPtr ParseTag();
  void FailEnd(Ends ends);

  ExpressionPtr ParseTarget(TupleRules rules, bool with_namespace);
  void CheckTarget(const Expression& target);
  StatementPtr ParseFor(int line);
  StatementPtr ParseIf(int line);
  StatementPtr ParseSet(int line);
  StatementPtr ParseMacro(int line);
  StatementPtr ParseCallBlock(int line);
  StatementPtr ParseFilterBlock(int line);
  StatementPtr ParseWith(int line);
  StatementPtr ParseAutoescape(int line);
  StatementPtr ParseBlock(int line);
  StatementPtr ParsePrint(int line);
  StatementPtr ParseGeneration(int line);
  StatementPtr ParseBreak(int line) { return New(Statement::kBreak, line); }
  StatementPtr ParseContinue(int line) { return New(Statement::kContinue, line); }
  StatementPtr ParseInclude(int line);
  StatementPtr ParseImport(int line);
  StatementPtr ParseFrom(int line);
  StatementPtr ParseExtends(int line);
  void ParseSignature(Statement& macro);
  bool ParseContext();

  static StatementPtr New(Statement::Kind kind, int line) {
    return std::make_unique<Statement>(kind, line);
  }

  int blocks_ = 0;
};

const Parser::Tag Parser::kTags[] = {
    {"for", &Parser::ParseFor},
    {"if", &Parser::ParseIf},
    {"set", &Parser::ParseSet},
    {"macro", &Parser::ParseMacro},
    {"call", &Parser::ParseCallBlock},
    {"filter", &Parser::ParseFilterBlock},
    {"with", &Parser::ParseWith},
    {"autoescape", &Parser::ParseAutoescape},
    {"block", &Parser::ParseBlock},
    {"print", &Parser::ParsePrint},
    {"generation", &Parser::ParseGeneration},
    {"break", &Parser::ParseBreak},
    {"continue", &Parser::ParseContinue},
    {"include", &Parser::ParseInclude},
    {"import", &Parser::ParseImport},
    {"from", &Parser::ParseFrom},
    {"extends", &Parser::ParseExtends},
};

// Up to a tag whose name is among `ends`, of which the {% is taken; up to the end without any.
Body Parser::ParseBody(Ends ends) {
  Body body;
  Statement* output = nullptr;  // what expressions are added to
  while (!failed() && current().type != Token::kEnd) {
    const Token& token = Take();
    if (token.type == Token::kText) {
      body.push_back(New(Statement::kText, token.line));
      body.back()->text = token.text;
      output = nullptr;
    } else if (token.type == Token::kOutputBegin) {
      if (!output) output = body.emplace_back(New(Statement::kOutput, token.line)).get();
      output->values.push_back(ParseTuple({}));
      ExpectType(Token::kOutputEnd, "}}");
    } else {
      output = nullptr;
      const bool is_end = current().type == Token::kName &&
                          std::find(ends.begin(), ends.end(), current().text) != ends.end();
      if (is_end) return body;
      body.push_back(ParseTag());
      ExpectType(Token::kTagEnd, "%}");
    }
  }
  return body;
}

Body Parser::ParseBlockBody(Ends ends, bool takes_end) {
  TakeIf(":");
  ExpectType(Token::kTagEnd, "%}");
  if (++blocks_ > kMaxBlocks)
    Fail(absl::StrCat("expected at most ", kMaxBlocks, " nested statements, found more"));
  Body body = ParseBody(ends);
  --blocks_;
  if (current().type == Token::kEnd) FailEnd(ends);
  if (takes_end) Take();
  return body;
}

void Parser::FailEnd(Ends ends) {
  Fail(absl::StrCat("expected {% ",
                    absl::StrJoin(ends, " %} or {% ",
                                  [](std::string* out, std::string_view end) { out->append(end); }),
                    " %}, found the end of the template"));
}

StatementPtr Parser::ParseTag() {
  const int line = current().line;
  const std::string name = ExpectName();
  for (const Tag& tag : kTags)
    if (tag.name == name) return (this->*tag.parse)(line);
  Fail(absl::StrCat("expected a statement, found the tag '", name, "'"), line);
  return New(Statement::kText, line);
}

ExpressionPtr Parser::ParseTarget(TupleRules rules, bool with_namespace) {
  if (with_namespace && current().type == Token::kName && next().is(".")) {
    const Token& token = Take();
    ExpressionPtr target = Make(Expression::kNamespaceAttribute, token.line);
    target->name = token.text;
    Take();
    target->attribute = ExpectName();
    return target;
  }
  rules.names_only = true;
  ExpressionPtr target = ParseTuple(rules);
  CheckTarget(*target);
  return target;
}

void Parser::CheckTarget(const Expression& target) {
  if (target.kind == Expression::kTuple) {
    for (const auto& part : target.parts) CheckTarget(*part);
  } else if (target.kind != Expression::kName) {
    Fail("expected a name to assign to, found another expression", target.line);
  }
}

StatementPtr Parser::ParseFor(int line) {
  auto loop = New(Statement::kFor, line);
  loop->target = ParseTarget({.end_name = "in"}, false);
  if (!TakeIfName("in")) Fail(absl::StrCat("expected 'in', found ", current().Describe()));
  loop->value = ParseTuple({.conditional = false, .end_name = "recursive"});
  if (TakeIfName("if")) loop->condition = ParseExpression();
  loop->recursive = TakeIfName("recursive");
  loop->body = ParseBlockBody({"endfor", "else"}, false);
  if (Take().text == "else") loop->otherwise = ParseBlockBody({"endfor"});
  return loop;
}

StatementPtr Parser::ParseIf(int line) {
  auto choice = New(Statement::kIf, line);
  while (!failed()) {
    Branch& branch = choice->branches.emplace_back();
    branch.line = current().line;
    branch.condition = ParseTuple({.conditional = false});
    branch.body = ParseBlockBody({"elif", "else", "endif"}, false);
    const Token& end = Take();
    if (end.text == "elif") continue;
    if (end.text == "else") choice->otherwise = ParseBlockBody({"endif"});
    break;
  }
  return choice;
}

StatementPtr Parser::ParseSet(int line) {
  ExpressionPtr target = ParseTarget({}, true);
  auto set = New(TakeIf("=") ? Statement::kSet : Statement::kSetBlock, line);
  set->target = std::move(target);
  if (set->kind == Statement::kSet) {
    set->value = ParseTuple({});
    return set;
  }
  set->value = ParseFilters(nullptr);
  set->body = ParseBlockBody({"endset"});
  return set;
}

void Parser::ParseSignature(Statement& macro) {
  Expect("(");
  while (!failed() && !current().is(")")) {
    if (!macro.targets.empty()) Expect(",");
    auto& parameter = macro.targets.emplace_back(Make(Expression::kName, current().line));
    parameter->name = ExpectName();
    if (TakeIf("="))
      macro.values.push_back(ParseExpression());
    else if (!macro.values.empty())
      Fail("expected a default for this parameter, since one before it has one, found none");
  }
  Expect(")");
}

StatementPtr Parser::ParseMacro(int line) {
  auto macro = New(Statement::kMacro, line);
  macro->text = ExpectName();
  ParseSignature(*macro);
  macro->body = ParseBlockBody({"endmacro"});
  return macro;
}

StatementPtr Parser::ParseCallBlock(int line) {
  auto block = New(Statement::kCallBlock, line);
  if (current().is("(")) ParseSignature(*block);
  block->value = ParseExpression();
  if (block->value->kind != Expression::kCall)
    Fail("expected a call after 'call', found another expression", line);
  block->body = ParseBlockBody({"endcall"});
  return block;
}

// What the model itself would write: a block of its own scope, written as it is.
StatementPtr Parser::ParseGeneration(int line) {
  auto block = New(Statement::kCallBlock, line);
  block->body = ParseBlockBody({"endgeneration"});
  return block;
}

StatementPtr Parser::ParseFilterBlock(int line) {
  auto block = New(Statement::kFilterBlock, line);
  block->value = ParseFilters(nullptr, true);
  block->body = ParseBlockBody({"endfilter"});
  return block;
}

StatementPtr Parser::ParseWith(int line) {
  auto with = New(Statement::kWith, line);
  while (!failed() && current().type != Token::kTagEnd) {
    if (!with->targets.empty()) Expect(",");
    with->targets.push_back(ParseTarget({}, false));
    Expect("=");
    with->values.push_back(ParseExpression());
  }
  with->body = ParseBlockBody({"endwith"});
  return with;
}

StatementPtr Parser::ParseAutoescape(int line) {
  auto scope = New(Statement::kScope, line);
  scope->value = ParseExpression();
  scope->body = ParseBlockBody({"endautoescape"});
  return scope;
}

StatementPtr Parser::ParseBlock(int line) {
  auto block = New(Statement::kBlock, line);
  block->text = ExpectName();
  block->scoped = TakeIfName("scoped");
  block->required = TakeIfName("required");
  block->body = ParseBlockBody({"endblock"});
  for (const auto& statement : block->body)
    if (block->required &&
        (statement->kind != Statement::kText || !StripSpaces(statement->text).empty()))
      Fail("expected nothing but white space in a required block, found more", line);
  TakeIfName(block->text);
  return block;
}

StatementPtr Parser::ParsePrint(int line) {
  auto output = New(Statement::kOutput, line);
  while (!failed() && current().type != Token::kTagEnd) {
    if (!output->values.empty()) Expect(",");
    output->values.push_back(ParseExpression());
  }
  return output;
}

// `with context` or `without context`.
bool Parser::ParseContext() {
  if (!(current().is_name("with") || current().is_name("without")) || !next().is_name("context"))
    return false;
  Take();
  Take();
  return true;
}

StatementPtr Parser::ParseInclude(int line) {
  auto statement = New(Statement::kUnloadable, line);
  statement->text = "include";
  statement->value = ParseExpression();
  if (current().is_name("ignore") && next().is_name("missing")) {
    Take();
    Take();
  }
  ParseContext();
  return statement;
}

StatementPtr Parser::ParseImport(int line) {
  auto statement = New(Statement::kUnloadable, line);
  statement->text = "import";
  statement->value = ParseExpression();
  if (!TakeIfName("as")) Fail(absl::StrCat("expected 'as', found ", current().Describe()));
  ExpectName();
  ParseContext();
  return statement;
}

StatementPtr Parser::ParseFrom(int line) {
  auto statement = New(Statement::kUnloadable, line);
  statement->text = "from";
  statement->value = ParseExpression();
  if (!TakeIfName("import")) Fail(absl::StrCat("expected 'import', found ", current().Describe()));
  do {
    if (ParseContext()) break;
    ExpectName();
    if (TakeIfName("as")) ExpectName();
    if (ParseContext()) break;
  } while (!failed() && TakeIf(","));
  return statement;
}

StatementPtr Parser::ParseExtends(int line) {
  auto statement = New(Statement::kUnloadable, line);
  statement->text = "extends";
  statement->value = ParseExpression();
  return statement;
}

}  // namespace

Body Parse(Run& run, std::string_view source) {
  std::vector<Token> tokens = Tokenize(run, source);
  if (run.failed()) return {};
  return Parser(run, std::move(tokens)).ParseAll();
}

}  // namespace emel::text::jinja
