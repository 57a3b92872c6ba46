#ifndef EMEL_RUNTIME_PLAN_SEARCH_H_
#define EMEL_RUNTIME_PLAN_SEARCH_H_

#include "runtime/plan/strategy.h"

namespace emel::plan {

// Searches, from the greedy plan on, for one that fits the capacity, or without a capacity for the
// smallest one; makes one chunk, or leaves it at the greedy plan.
absl::StatusOr<Plan> PlanBySearch(const Problem& problem, Effort& effort);

}  // namespace emel::plan

#endif  // EMEL_RUNTIME_PLAN_SEARCH_H_
