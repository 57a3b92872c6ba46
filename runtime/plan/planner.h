#ifndef EMEL_RUNTIME_PLAN_PLANNER_H_
#define EMEL_RUNTIME_PLAN_PLANNER_H_

#include "runtime/include/emel/plan.h"
#include "runtime/plan/graph_plan.h"

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace emel::plan {

// What an emel_planner_t is; plan.h describes it. The caller calls nothing that the state does not
// have. Beside the codes of problem.h, kUnavailable says that a backend has no memory.
class Planner {
 public:
  enum State { kOpen = 1, kPlanned = 2, kAllocated = 4 };

  Planner() = default;
  Planner(Options options, int size_class_bits)
      : options_(std::move(options)), size_class_bits_(size_class_bits) {}
  Planner(const Planner&) = delete;
  Planner& operator=(const Planner&) = delete;
  ~Planner() { FreeAll(); }

  State state() const { return state_; }
  size_t arena_count() const { return arenas_.size(); }

  absl::StatusOr<uint32_t> AddArena(const emel_arena_t& description);
  absl::StatusOr<std::vector<uint64_t>> Measure(const Graph& graph) const;
  absl::StatusOr<Replan> Plan(const Graph& graph);
  absl::Status Allocate();
  void Reset();

  absl::StatusOr<emel_place_t> GetTensor(int32_t tensor) const;
  absl::StatusOr<void*> GetAddress(int32_t tensor) const;
  absl::StatusOr<emel_arena_plan_t> GetArena(uint32_t arena) const;
  absl::StatusOr<uint64_t> GetChunk(uint32_t arena, uint32_t chunk) const;
  emel_statistics_t GetStatistics() const;

 private:
  struct Held {
    void* address = nullptr;
    int64_t bytes = 0;
  };
  struct Counts {
    uint64_t plans_made = 0;
    uint64_t plans_kept = 0;
    uint64_t buffers_made = 0;
    uint64_t buffers_freed = 0;
  };

  void Free(size_t arena);
  void FreeAll();
  bool Suffices(size_t arena) const;  // what the arena holds, for the plan
  absl::Status AllocateArena(size_t arena);
  absl::Status AllocateChunk(size_t arena, size_t chunk);

  Options options_;
  int size_class_bits_ = 0;
  State state_ = kOpen;
  Counts counts_;
  std::optional<GraphPlan> plan_;

  // Of each arena:
  std::vector<emel_arena_t> arenas_;
  std::vector<ArenaLimits> limits_;
  std::vector<std::vector<Held>> held_;
};

}  // namespace emel::plan

#endif  // EMEL_RUNTIME_PLAN_PLANNER_H_
