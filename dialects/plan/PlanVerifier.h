#ifndef EMEL_DIALECTS_PLAN_PLAN_VERIFIER_H_
#define EMEL_DIALECTS_PLAN_PLAN_VERIFIER_H_

#include "dialects/plan/PlanInfo.h"

namespace emel::plan {

/// Checks (P1) to (P5) of an entry with places, for every size of a step and every number of
/// workers. What the entry holds and uses must have passed its own verifiers.
mlir::LogicalResult verifyPlan(EntryOp entry);

/// (P2) and (P5): values and states last until their last use.
mlir::LogicalResult verifyLives(const PlanInfo &info);

/// (P3): accesses between two barriers.
mlir::LogicalResult verifyRaces(const PlanInfo &info);

}  // namespace emel::plan

#endif  // EMEL_DIALECTS_PLAN_PLAN_VERIFIER_H_
