#ifndef EMEL_RUNTIME_TEXT_JINJA_AST_H_
#define EMEL_RUNTIME_TEXT_JINJA_AST_H_

#include "runtime/text/jinja/operators.h"
#include "runtime/text/jinja/value.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

// A template as the parser leaves it and `scopes` completes it.
namespace emel::text::jinja {

struct Filter;
struct Test;

// A variable: how many functions outwards, and which of that one's.
struct Place {
  uint32_t hops = 0;
  uint32_t slot = 0;
};

struct Expression {
  enum Kind : uint8_t {
    kConstant,
    kName,
    kTuple,
    kList,
    kDict,       // parts: key, value, key, value …
    kAttribute,  // parts: object
    kItem,       // parts: object, key
    kSlice,      // parts: object, start, stop, step, of which the last three may be null
    kCall,       // parts: callee, positional arguments …
    kFilter,     // parts: subject, null for what a block wrote, positional arguments …
    kTest,       // parts: subject, positional arguments …
    kUnary,
    kBinary,
    kAnd,
    kOr,
    kNot,
    kConcat,
    kCompare,             // parts: one more than ops
    kConditional,         // parts: condition, then, else, which may be null
    kNamespaceAttribute,  // as a target alone: `name` is the namespace's, `attribute` what is set
  };

  Expression(Kind kind, int line) : kind(kind), line(line) {}

  Kind kind;
  int line;
  uint32_t height = 1;  // how deep expressions nest below, and itself
  std::vector<std::unique_ptr<Expression>> parts;
  std::string name;  // of a variable, an attribute, a filter, a test
  std::string attribute;
  Value constant;
  std::vector<Op> ops;

  // Of calls, filters and tests.
  std::vector<std::pair<std::string, std::unique_ptr<Expression>>> named;
  std::unique_ptr<Expression> star, double_star;
  const Filter* filter = nullptr;  // null where there is none of the name
  const Test* test = nullptr;

  Place place;  // of a name
};
using ExpressionPtr = std::unique_ptr<Expression>;

// What a variable holds when its scope is entered.
struct Load {
  enum From : uint8_t { kContext, kOuter, kNothing };
  From from = kNothing;
  uint32_t slot = 0;
  std::string name;  // kContext
  Place outer;       // kOuter
};

struct Scope {
  std::vector<Load> loads;
};

// What has variables of its own each time it runs: the template, a macro, a recursive loop.
struct Function {
  uint32_t level = 0;  // how many functions it is in
  uint32_t slots = 0;
};

struct Statement;
using Body = std::vector<std::unique_ptr<Statement>>;

struct Branch {
  ExpressionPtr condition;
  Body body;
  int line = 0;
};

struct Statement {
  enum Kind : uint8_t {
    kText,         // text
    kOutput,       // values
    kIf,           // branches, otherwise
    kFor,          // target, value, condition, body, otherwise
    kSet,          // target, value
    kSetBlock,     // target, filter (value), body
    kMacro,        // name, parameters (targets), defaults (values), body
    kCallBlock,    // the same without a name; value is the call, null for generation
    kFilterBlock,  // value, body
    kWith,         // targets, values, body
    kScope,        // body: autoescape; value is its condition
    kBlock,        // name, body
    kBreak,
    kContinue,
    kUnloadable,  // include, import, from, extends: there is nothing to load from
  };

  Statement(Kind kind, int line) : kind(kind), line(line) {}

  Kind kind;
  int line;
  std::string text;  // or a name
  ExpressionPtr target, value, condition;
  std::vector<ExpressionPtr> targets, values;
  std::vector<Branch> branches;
  Body body, otherwise;
  bool recursive = false;  // kFor
  bool scoped = false;     // kBlock
  bool required = false;   // kBlock

  // What `scopes` finds out.
  Scope scope, test_scope, else_scope;
  std::unique_ptr<Function> function;  // of a macro, a call block, a block, a recursive loop
  bool uses_loop = false;              // kFor: something looks at `loop`
  bool takes_caller = false, takes_named = false,
       takes_more = false;                             // macros: caller, kwargs, varargs
  bool explicit_caller = false;                        // a parameter of that name
  std::vector<Place> parameters;                       // and caller, kwargs, varargs after them
  Place place;                                         // of `loop`, or of the macro
  std::vector<std::pair<std::string, Place>> visible;  // kBlock, scoped: the variables around it
};

struct Tree {
  Body body;
  Function function;
  Scope scope;
  std::vector<Statement*> blocks;
  std::vector<std::pair<std::string, uint32_t>> exported;  // variables that blocks see
};

}  // namespace emel::text::jinja

#endif  // EMEL_RUNTIME_TEXT_JINJA_AST_H_
