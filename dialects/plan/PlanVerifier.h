#ifndef EMEL_DIALECTS_PLAN_PLAN_VERIFIER_H_
#define EMEL_DIALECTS_PLAN_PLAN_VERIFIER_H_

#include "dialects/plan/Plan.h"

namespace emel::plan {

/// Checks (P1) to (P5) of an entry with places, for every number of workers.
mlir::LogicalResult verifyPlan(EntryOp entry);

}  // namespace emel::plan

#endif  // EMEL_DIALECTS_PLAN_PLAN_VERIFIER_H_
