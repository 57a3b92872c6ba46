#ifndef EMEL_RUNTIME_PLAN_STRATEGY_H_
#define EMEL_RUNTIME_PLAN_STRATEGY_H_

#include "runtime/plan/problem.h"

#include <absl/status/statusor.h>
#include <absl/types/span.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace emel::plan {

struct Options {
  // A name of Strategies(), or "auto": all of them in turn until one meets the lower bound (or the
  // capacity, where there is one), then the best.
  std::string strategy = "auto";

  // How many placements a search may try. It counts, rather than measures time, so that the same
  // problem gives the same plan on any machine under any load.
  int64_t node_limit = 200'000;

  // Called now and then with the placements tried; false stops the search, which then goes by the
  // best plan it has. For people who wait; a compilation leaves it empty.
  std::function<bool(int64_t nodes)> keep_going;
};

// The state of one planning: what it may still spend, and what it found out.
struct Effort {
  const Options& options;
  int64_t nodes = 0;        // placements tried
  int64_t proved_from = 0;  // no plan of the merged problem has fewer bytes: proved
  bool stopped = false;     // keep_going said so
};

// Whether to go on; asked now and then in long work.
inline bool KeepGoing(Effort& effort) {
  if (effort.options.keep_going && !effort.options.keep_going(effort.nodes)) effort.stopped = true;
  return !effort.stopped;
}

// One way to plan. `plan` gets a checked problem without permissions (MergeInPlace has used them)
// and whose lower bound is within the capacity. It may return a plan larger than the capacity;
// Solve refuses it.
struct Strategy {
  std::string_view name;
  std::string_view summary;
  absl::StatusOr<Plan> (*plan)(const Problem& problem, Effort& effort);
};

absl::Span<const Strategy> Strategies();

struct Solution {
  Plan plan;
  std::string_view strategy;  // that made the plan
  int64_t lower_bound = 0;    // live bytes
  int64_t no_reuse = 0;       // bytes if nothing shared
  int64_t nodes = 0;          // placements tried by searches
  bool optimal = false;       // proved: the permissions used as they are, no plan has fewer bytes
};

// Plans; every plan has passed Validate. A pure function but for `keep_going`.
absl::StatusOr<Solution> Solve(const Problem& problem, const Options& options = {});

// Several arenas, each on its own.
absl::StatusOr<std::vector<Solution>> Solve(absl::Span<const Problem> arenas,
                                            const Options& options = {});

}  // namespace emel::plan

#endif  // EMEL_RUNTIME_PLAN_STRATEGY_H_
