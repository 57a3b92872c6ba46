#ifndef EMEL_DIALECTS_PLAN_PLAN_H_
#define EMEL_DIALECTS_PLAN_PLAN_H_

#include "dialects/emel/Emel.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

#include "dialects/plan/PlanDialect.h.inc"
#include "dialects/plan/PlanEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/plan/PlanAttrs.h.inc"
#define GET_OP_CLASSES
#include "dialects/plan/Plan.h.inc"

#endif  // EMEL_DIALECTS_PLAN_PLAN_H_
