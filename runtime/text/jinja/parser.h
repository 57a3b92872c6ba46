#ifndef EMEL_RUNTIME_TEXT_JINJA_PARSER_H_
#define EMEL_RUNTIME_TEXT_JINJA_PARSER_H_

#include "runtime/text/jinja/ast.h"
#include "runtime/text/jinja/run.h"

#include <string_view>

namespace emel::text::jinja {

// The statements of a template, variables not yet in their places; incomplete where the run failed.
Body Parse(Run& run, std::string_view source);

}  // namespace emel::text::jinja

#endif  // EMEL_RUNTIME_TEXT_JINJA_PARSER_H_
