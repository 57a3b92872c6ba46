#ifndef EMEL_RUNTIME_TEXT_JINJA_EXPRESSION_PARSER_H_
#define EMEL_RUNTIME_TEXT_JINJA_EXPRESSION_PARSER_H_

#include "runtime/text/jinja/ast.h"
#include "runtime/text/jinja/lexer.h"

#include <string>
#include <string_view>
#include <vector>

namespace emel::text::jinja {

// The tokens of a template and the expressions among them. Once the run failed, what it returns is
// incomplete and of no use, but never null where an expression is due.
class ExpressionParser {
 public:
  ExpressionParser(Run& run, std::vector<Token> tokens) : run_(run), tokens_(std::move(tokens)) {}

 protected:
  // What a list without parentheses may consist of and where it ends.
  struct TupleRules {
    bool names_only = false;
    bool conditional = true;
    std::string_view end_name = {};
    bool in_parentheses = false;
  };

  const Token& current() const { return tokens_[position_]; }
  const Token& next() const { return tokens_[std::min(position_ + 1, tokens_.size() - 1)]; }
  const Token& Take();
  bool TakeIf(std::string_view symbol);
  bool TakeIfName(std::string_view name);
  bool Expect(std::string_view symbol);
  bool ExpectType(Token::Type type, std::string_view what);
  std::string ExpectName();
  Value Fail(std::string message, int line = 0);
  bool failed() const { return run_.failed(); }
  bool Nest();

  ExpressionPtr Make(Expression::Kind kind, int line, std::vector<ExpressionPtr> parts = {});
  ExpressionPtr ParseExpression();
  ExpressionPtr ParseTuple(TupleRules rules);
  ExpressionPtr ParsePrimary();
  ExpressionPtr ParseFilters(ExpressionPtr subject, bool starts_with_name = false);

  Run& run_;

 private:
  template <typename... Parts>
  ExpressionPtr MakeOf(Expression::Kind kind, int line, Parts... parts);
  ExpressionPtr ParseConditional();
  ExpressionPtr ParseOr();
  ExpressionPtr ParseAnd();
  ExpressionPtr ParseNot();
  ExpressionPtr ParseComparison();
  ExpressionPtr ParseSum();
  ExpressionPtr ParseConcat();
  ExpressionPtr ParseProduct();
  ExpressionPtr ParsePower();
  ExpressionPtr ParseUnary(bool with_filters = true);
  ExpressionPtr ParseName();
  ExpressionPtr ParseStrings();
  ExpressionPtr ParseList();
  ExpressionPtr ParseDict();
  ExpressionPtr ParsePostfix(ExpressionPtr value);
  ExpressionPtr ParseFilterPostfix(ExpressionPtr value);
  ExpressionPtr ParseAttribute(ExpressionPtr object);
  ExpressionPtr ParseSubscript(ExpressionPtr object);
  ExpressionPtr ParseSliceBound();
  ExpressionPtr ParseTest(ExpressionPtr subject);
  void ParseTestArgument(Expression& test);
  ExpressionPtr ParseCall(ExpressionPtr callee);
  void ParseArguments(Expression& call);
  void ParseArgument(Expression& call, int line);
  std::string ParseDottedName();

  std::vector<Token> tokens_;
  size_t position_ = 0;
  int nesting_ = 0;
};

}  // namespace emel::text::jinja

#endif  // EMEL_RUNTIME_TEXT_JINJA_EXPRESSION_PARSER_H_
