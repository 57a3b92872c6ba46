#ifndef EMEL_RUNTIME_TEXT_JINJA_LEXER_H_
#define EMEL_RUNTIME_TEXT_JINJA_LEXER_H_

#include "runtime/text/jinja/run.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace emel::text::jinja {

struct Token {
  enum Type : uint8_t {
    kText,
    kOutputBegin,
    kOutputEnd,
    kTagBegin,
    kTagEnd,
    kName,
    kString,
    kInteger,
    kFloat,
    kOperator,
    kEnd,
  };
  Type type;
  int line;
  std::string text;  // a name, an operator, text with its escapes resolved
  Value number = {};

  bool is(std::string_view symbol) const { return type == kOperator && text == symbol; }
  bool is_name(std::string_view name) const { return type == kName && text == name; }
  std::string Describe() const;
};

// Splits a template with trim_blocks and lstrip_blocks on. Ends in kEnd, or early where the run
// failed.
std::vector<Token> Tokenize(Run& run, std::string_view source);

}  // namespace emel::text::jinja

#endif  // EMEL_RUNTIME_TEXT_JINJA_LEXER_H_
