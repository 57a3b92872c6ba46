#include "codegen/Backends.h"

// Before main, since tests run passes without a tool around them.
static const bool registered = (emel::registerBackends(), true);
