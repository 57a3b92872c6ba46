#ifndef EMEL_RUNTIME_TEXT_JINJA_UNDECLARED_H_
#define EMEL_RUNTIME_TEXT_JINJA_UNDECLARED_H_

#include "runtime/text/jinja/ast.h"

#include <set>
#include <string>

namespace emel::text::jinja {

// Which of the names are read in the body before anything there, however deep, assigns to them.
std::set<std::string> FindUndeclared(const Body& body, std::set<std::string> names);

// The first statement of the loop, itself included, that assigns to `loop`; null if none does.
const Statement* FindStoreToLoop(const Statement& loop);

bool HasScopedBlock(const Body& body);

}  // namespace emel::text::jinja

#endif  // EMEL_RUNTIME_TEXT_JINJA_UNDECLARED_H_
