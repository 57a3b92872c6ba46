#ifndef EMEL_RUNTIME_PLAN_GREEDY_H_
#define EMEL_RUNTIME_PLAN_GREEDY_H_

#include "runtime/plan/strategy.h"

namespace emel::plan {

// The largest buffer first, each as low as those before it leave room.
absl::StatusOr<Plan> PlanGreedily(const Problem& problem, Effort& effort);

}  // namespace emel::plan

#endif  // EMEL_RUNTIME_PLAN_GREEDY_H_
