#ifndef EMEL_RUNTIME_PLAN_BEST_FIT_H_
#define EMEL_RUNTIME_PLAN_BEST_FIT_H_

#include "runtime/plan/strategy.h"

namespace emel::plan {

// What an allocator does that walks a graph in execution order, as ggml's: each buffer, at the
// moment it starts, takes the smallest hole that holds it, and gives its bytes back when it ends.
absl::StatusOr<Plan> PlanByBestFit(const Problem& problem, Effort& effort);

}  // namespace emel::plan

#endif  // EMEL_RUNTIME_PLAN_BEST_FIT_H_
