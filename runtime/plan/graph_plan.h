#ifndef EMEL_RUNTIME_PLAN_GRAPH_PLAN_H_
#define EMEL_RUNTIME_PLAN_GRAPH_PLAN_H_

#include "runtime/plan/graph.h"
#include "runtime/plan/problem.h"
#include "runtime/plan/strategy.h"

#include <absl/status/statusor.h>
#include <absl/types/span.h>

#include <cstdint>
#include <vector>

namespace emel::plan {

struct ArenaLimits {
  int64_t alignment = 64;
  int64_t max_chunk = kUnlimited;
  int32_t max_chunks = 16;
  int64_t capacity = kUnlimited;
};

struct ArenaPlan {
  std::vector<int64_t> chunk_bytes;
  int64_t total = 0;
  int64_t lower_bound = 0;
};

// The plan of a graph, and what of the graph it depends on.
struct GraphPlan {
  std::vector<Tensor> tensors;  // of the graph that uses the plan now
  Lifetimes lifetimes;
  std::vector<ArenaPlan> arenas;

  // Of each buffer:
  std::vector<int64_t> sizes;     // planned: its size class
  std::vector<int32_t> arena_of;  // that of the first whose bytes it took over, if it did
  std::vector<Place> places;
  std::vector<bool> took_over;
};

// The smallest size class that holds so many bytes: a multiple of the alignment, and where `bits`
// is not 0, a number of no more than 1 + bits significant bits before that. kOutOfRange if there is
// none.
absl::StatusOr<int64_t> SizeClass(int64_t bytes, int bits, int64_t alignment);

// Permissions may lead from arena to arena; otherwise each arena is a problem of its own.
absl::StatusOr<GraphPlan> PlanGraph(const Graph& graph, absl::Span<const ArenaLimits> arenas,
                                    const Options& options, int size_class_bits);

enum class ReplanReason { kNone, kFirst, kSize, kTensor, kLifetime, kInPlace };
struct Replan {
  ReplanReason reason = ReplanReason::kNone;
  int32_t tensor = -1;  // the first that made it necessary
  int64_t planned = 0;  // kSize: what the plan has for it
  int64_t bytes = 0;    // kSize: what it needs
};

// Whether the plan serves a graph, and if not, why.
absl::StatusOr<Replan> FindReplan(const GraphPlan& plan, const Graph& graph);

struct Tally {
  int64_t count = 0;
  int64_t bytes = 0;
};

// Each tensor counts once.
struct Reuse {
  Tally external;
  Tally allocated;  // at least in part in bytes that nothing had before
  Tally pooled;     // in bytes of buffers that have ended
  Tally reused;     // views, and what took over a source's bytes
};
Reuse CountReuse(const GraphPlan& plan);

}  // namespace emel::plan

#endif  // EMEL_RUNTIME_PLAN_GRAPH_PLAN_H_
