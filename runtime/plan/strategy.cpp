#include "runtime/plan/strategy.h"

#include "runtime/io/status.h"
#include "runtime/plan/best_fit.h"
#include "runtime/plan/greedy.h"
#include "runtime/plan/search.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace emel::plan {
namespace {

constexpr std::string_view kAuto = "auto";

// A new strategy is a row here.
constexpr Strategy kStrategies[] = {
    {"greedy", "the largest buffer first, each as low as there is room", PlanGreedily},
    {"best-fit", "in order of time, each in the smallest hole that holds it", PlanByBestFit},
    {"search", "the optimum, as far as it is found within the limit of placements", PlanBySearch},
};

absl::StatusOr<absl::Span<const Strategy>> Select(std::string_view name) {
  if (name == kAuto) return Strategies();
  std::vector<std::string> names = {std::string(kAuto)};
  for (const Strategy& strategy : kStrategies) {
    if (strategy.name == name) return absl::MakeConstSpan(&strategy, 1);
    names.emplace_back(strategy.name);
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "expected a strategy (", absl::StrJoin(names, ", "), "), found '", Text(name), "'"));
}

absl::Status TooLarge(const Problem& problem, const Solution& solution, const Effort& effort) {
  const Peak peak = FindPeak(problem);
  const std::string live = DescribeLive(problem, peak);
  if (effort.proved_from > problem.capacity) {
    return absl::ResourceExhaustedError(
        absl::StrCat("no plan fits: proved by search, although no more than ", peak.bytes,
                     " bytes are live at any moment; the capacity is ", problem.capacity,
                     "; live at moment ", peak.moment, ": ", live));
  }
  return absl::ResourceExhaustedError(
      absl::StrCat("no plan that fits was found: the best needs ", solution.plan.total,
                   " bytes, the capacity is ", problem.capacity, ", and ", peak.bytes,
                   " bytes are live at moment ", peak.moment, "; strategy '",
                   Text(solution.strategy), "', ", effort.nodes, " placements tried",
                   effort.stopped ? " until it was stopped" : "", "; live at the peak: ", live));
}

// The plan of the problem before permissions were used.
Plan Unmerge(Plan plan, const std::vector<int32_t>& merged) {
  std::vector<Place> places;
  places.reserve(merged.size());
  for (const int32_t index : merged) places.push_back(plan.places[index]);
  plan.places = std::move(places);
  return plan;
}

}  // namespace

absl::Span<const Strategy> Strategies() { return kStrategies; }

absl::StatusOr<Solution> Solve(const Problem& problem, const Options& options) {
  EMEL_ASSIGN_OR_RETURN(const auto strategies, Select(options.strategy));
  EMEL_RETURN_IF_ERROR(Check(problem));
  EMEL_RETURN_IF_ERROR(CheckCapacity(problem));
  const MergedProblem merged = MergeInPlace(problem);
  EMEL_RETURN_IF_ERROR(CheckCapacity(merged.problem));

  Effort effort{.options = options, .proved_from = LowerBound(merged.problem)};
  const int64_t good = problem.capacity == kUnlimited ? effort.proved_from : problem.capacity;
  Solution solution{.lower_bound = LowerBound(problem), .no_reuse = NoReuse(problem)};
  std::optional<Plan> best;
  for (const Strategy& strategy : strategies) {
    EMEL_ASSIGN_OR_RETURN(Plan plan, strategy.plan(merged.problem, effort));
    if (!best || plan.total < best->total) {
      best = std::move(plan);
      solution.strategy = strategy.name;
    }
    if (best->total <= good || effort.stopped) break;
  }
  solution.plan = Unmerge(*std::move(best), merged.merged);
  solution.nodes = effort.nodes;
  solution.optimal = solution.plan.total <= effort.proved_from;
  if (absl::Status status = Validate(problem, solution.plan); !status.ok()) {
    return absl::InternalError(absl::StrCat("strategy '", Text(solution.strategy),
                                            "' made a wrong plan: ", status.message()));
  }
  if (solution.plan.total > problem.capacity) return TooLarge(problem, solution, effort);
  return solution;
}

absl::StatusOr<std::vector<Solution>> Solve(absl::Span<const Problem> arenas,
                                            const Options& options) {
  std::vector<Solution> solutions;
  solutions.reserve(arenas.size());
  for (size_t i = 0; i < arenas.size(); ++i) {
    auto solution = Solve(arenas[i], options);
    if (!solution.ok()) {
      return absl::Status(solution.status().code(),
                          absl::StrCat("arena ", i, ": ", solution.status().message()));
    }
    solutions.push_back(*std::move(solution));
  }
  return solutions;
}

}  // namespace emel::plan
