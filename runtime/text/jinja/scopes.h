#ifndef EMEL_RUNTIME_TEXT_JINJA_SCOPES_H_
#define EMEL_RUNTIME_TEXT_JINJA_SCOPES_H_

#include "runtime/text/jinja/ast.h"
#include "runtime/text/jinja/run.h"

namespace emel::text::jinja {

// Gives every variable its place and checks what can be checked before anything runs: that filters
// and tests exist, that break and continue are in loops, that nothing assigns to `loop`.
void ResolveScopes(Run& run, Tree& tree);

}  // namespace emel::text::jinja

#endif  // EMEL_RUNTIME_TEXT_JINJA_SCOPES_H_
