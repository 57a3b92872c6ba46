#include "runtime/border/handles.h"
#include "runtime/border/structs.h"
#include "runtime/include/emel/plan.h"
#include "runtime/io/status.h"
#include "runtime/plan/planner.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cstring>
#include <new>

// The border to C: handles, struct sizes, states and statuses. What happens behind it is
// graph.h and planner.h.
namespace emel::plan {
namespace {

using border::CheckSize;
using border::Expect;
using border::ReadStruct;
using border::WriteStruct;

using Graphs = border::Handles<emel_graph_t, Graph>;
using Planners = border::Handles<emel_planner_t, Planner>;

thread_local char message[1024] = "no call has failed";

emel_plan_status_t Fail(emel_plan_status_t status, absl::string_view text) {
  const size_t size = std::min(text.size(), sizeof message - 1);
  std::memcpy(message, text.data(), size);
  message[size] = '\0';
  return status;
}

emel_plan_status_t Report(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return EMEL_PLAN_OK;
    case absl::StatusCode::kInvalidArgument:
      return Fail(EMEL_PLAN_BAD_ARGUMENT, status.message());
    case absl::StatusCode::kFailedPrecondition:
      return Fail(EMEL_PLAN_BAD_ALIGNMENT, status.message());
    case absl::StatusCode::kOutOfRange:
      return Fail(EMEL_PLAN_OVERFLOW, status.message());
    case absl::StatusCode::kResourceExhausted:
      return Fail(EMEL_PLAN_DOES_NOT_FIT, status.message());
    case absl::StatusCode::kUnavailable:
      return Fail(EMEL_PLAN_BACKEND_OUT_OF_MEMORY, status.message());
    default:
      return Fail(EMEL_PLAN_INTERNAL, status.message());
  }
}

// Runs what is behind the border. Nothing of ours throws, but the standard library does.
template <typename Function>
emel_plan_status_t Call(Function function) {
  try {
    return function();
  } catch (const std::bad_alloc&) {
    return Fail(EMEL_PLAN_OUT_OF_MEMORY, "there is no memory left");
  } catch (const std::exception& error) {
    return Fail(EMEL_PLAN_INTERNAL, error.what());
  } catch (...) {
    return Fail(EMEL_PLAN_INTERNAL, "an exception of unknown type");
  }
}

// Runs `function(object)` on a handle's object.
template <typename Objects, typename Handle, typename Function>
emel_plan_status_t With(const Handle* handle, const char* what, Function function) {
  return Call([&] {
    const auto use = Objects::Get().Find(handle);
    if (use) return function(*use);
    if (use.busy()) return Fail(EMEL_PLAN_BUSY, absl::StrCat("the ", what, " serves another call"));
    return Fail(EMEL_PLAN_BAD_ARGUMENT,
                absl::StrCat("expected a ", what, ", found a null or dead handle"));
  });
}

template <typename Function>
emel_plan_status_t WithGraph(const emel_graph_t* graph, Function function) {
  return With<Graphs>(graph, "graph", function);
}

constexpr int kAnyState = Planner::kOpen | Planner::kPlanned | Planner::kAllocated;
constexpr int kWithPlan = Planner::kPlanned | Planner::kAllocated;

const char* StateName(int state) {
  switch (state) {
    case Planner::kOpen:
      return "open";
    case Planner::kPlanned:
      return "planned";
    case Planner::kAllocated:
      return "allocated";
    case kWithPlan:
      return "planned or allocated";
    default:
      return "any";
  }
}

// Runs `function(planner)` if the planner is in one of the states.
template <typename Function>
emel_plan_status_t WithPlanner(const emel_planner_t* handle, int states, Function function) {
  return With<Planners>(handle, "planner", [&](Planner& planner) {
    if (planner.state() & states) return function(planner);
    return Fail(EMEL_PLAN_BAD_STATE,
                absl::StrCat("expected a planner that is ", StateName(states),
                             ", found one that is ", StateName(planner.state())));
  });
}

template <typename T, typename Out>
emel_plan_status_t Give(const absl::StatusOr<T>& result, Out* out) {
  if (!result.ok()) return Report(result.status());
  if (out) *out = *result;
  return EMEL_PLAN_OK;
}

// A result that is a struct: `make` gives one.
template <typename T, typename Make>
emel_plan_status_t GiveStruct(T* theirs, const char* name, Make make) {
  if (absl::Status status = CheckSize(theirs, name); !status.ok()) return Report(status);
  const absl::StatusOr<T> ours = make();
  if (!ours.ok()) return Report(ours.status());
  WriteStruct(*ours, theirs);
  return EMEL_PLAN_OK;
}

template <typename T>
absl::StatusOr<std::vector<T>> ReadArray(const T* values, uint32_t count, const char* name) {
  if (count == 0) return std::vector<T>{};
  EMEL_RETURN_IF_ERROR(Expect(values, name));
  if (count > Graph::kMostOfNode) {
    return absl::OutOfRangeError(
        absl::StrCat(name, ": expected at most ", Graph::kMostOfNode, ", found ", count));
  }
  return std::vector<T>(values, values + count);
}

absl::StatusOr<Node> ReadNode(const emel_node_t* description) {
  EMEL_ASSIGN_OR_RETURN(const emel_node_t ours, ReadStruct(description, "emel_node_t"));
  Node node;
  EMEL_ASSIGN_OR_RETURN(node.sources, ReadArray(ours.sources, ours.source_count, "sources"));
  EMEL_ASSIGN_OR_RETURN(node.results, ReadArray(ours.results, ours.result_count, "results"));
  EMEL_ASSIGN_OR_RETURN(const auto in_place,
                        ReadArray(ours.in_place, ours.in_place_count, "in_place"));
  for (const auto& [source, result] : in_place) {
    node.in_place.push_back({.from = source, .into = result});
  }
  return node;
}

emel_plan_status_t CreatePlanner(const emel_planner_options_t* options, emel_planner_t** planner) {
  constexpr uint32_t kMostBits = 8;
  if (absl::Status status = Expect(planner, "planner"); !status.ok()) return Report(status);
  emel_planner_options_t ours{.struct_size = sizeof ours};
  if (options) {
    auto read = ReadStruct(options, "emel_planner_options_t");
    if (!read.ok()) return Report(read.status());
    ours = *read;
  }
  if (ours.size_class_bits > kMostBits) {
    return Fail(EMEL_PLAN_BAD_ARGUMENT, absl::StrCat("size_class_bits: expected at most ",
                                                     kMostBits, ", found ", ours.size_class_bits));
  }
  Options plan;
  if (ours.strategy) plan.strategy = ours.strategy;
  // Fewer than a compiler's: plans are made while people wait for a step.
  const uint64_t nodes = ours.search_nodes ? ours.search_nodes : 100'000;
  plan.node_limit = static_cast<int64_t>(std::min<uint64_t>(nodes, kUnlimited));
  if (auto solution = Solve(Problem{}, plan); !solution.ok()) return Report(solution.status());
  *planner = Planners::Get().Create(std::move(plan), static_cast<int>(ours.size_class_bits));
  return EMEL_PLAN_OK;
}

emel_replan_t ToC(const Replan& replan) {
  return {.reason = static_cast<int32_t>(replan.reason),
          .tensor = replan.tensor,
          .planned_bytes = static_cast<uint64_t>(replan.planned),
          .bytes = static_cast<uint64_t>(replan.bytes)};
}
static_assert(static_cast<int>(ReplanReason::kInPlace) == EMEL_REPLAN_IN_PLACE);
static_assert(int{Graph::kInput} == int{EMEL_TENSOR_INPUT});
static_assert(int{Graph::kOutput} == int{EMEL_TENSOR_OUTPUT});
static_assert(int{Graph::kExternal} == int{EMEL_TENSOR_EXTERNAL});

}  // namespace
}  // namespace emel::plan

using namespace emel::plan;

uint32_t emel_plan_get_version(void) { return EMEL_PLAN_VERSION; }

const char* emel_plan_describe_status(emel_plan_status_t status) {
  static constexpr const char* kNames[] = {"ok",
                                           "bad argument",
                                           "bad state",
                                           "busy",
                                           "bad alignment",
                                           "overflow",
                                           "out of memory",
                                           "backend out of memory",
                                           "does not fit",
                                           "internal error"};
  if (status < 0 || status > EMEL_PLAN_INTERNAL) return "unknown status";
  return kNames[status];
}

const char* emel_plan_get_message(void) { return message; }

emel_plan_status_t emel_graph_create(emel_graph_t** graph) {
  return Call([&] {
    if (absl::Status status = Expect(graph, "graph"); !status.ok()) return Report(status);
    *graph = Graphs::Get().Create();
    return emel_plan_status_t{EMEL_PLAN_OK};
  });
}

emel_plan_status_t emel_graph_destroy(emel_graph_t* graph) {
  return WithGraph(graph, [&](Graph&) {
    Graphs::Get().Remove(graph);
    return emel_plan_status_t{EMEL_PLAN_OK};
  });
}

emel_plan_status_t emel_graph_clear(emel_graph_t* graph) {
  return WithGraph(graph, [](Graph& object) {
    object = Graph();
    return emel_plan_status_t{EMEL_PLAN_OK};
  });
}

emel_plan_status_t emel_graph_add_tensor(emel_graph_t* graph, uint64_t bytes, uint32_t arena,
                                         uint32_t flags, int32_t* tensor) {
  return WithGraph(
      graph, [&](Graph& object) { return Give(object.AddTensor(bytes, arena, flags), tensor); });
}

emel_plan_status_t emel_graph_add_view(emel_graph_t* graph, int32_t of, uint64_t offset,
                                       uint64_t bytes, uint32_t flags, int32_t* tensor) {
  return WithGraph(
      graph, [&](Graph& object) { return Give(object.AddView(of, offset, bytes, flags), tensor); });
}

emel_plan_status_t emel_graph_add_node(emel_graph_t* graph, const emel_node_t* description,
                                       int32_t* node) {
  return WithGraph(graph, [&](Graph& object) {
    auto read = ReadNode(description);
    if (!read.ok()) return Report(read.status());
    return Give(object.AddNode(*std::move(read)), node);
  });
}

emel_plan_status_t emel_planner_create(const emel_planner_options_t* options,
                                       emel_planner_t** planner) {
  return Call([&] { return CreatePlanner(options, planner); });
}

emel_plan_status_t emel_planner_destroy(emel_planner_t* planner) {
  return WithPlanner(planner, kAnyState, [&](Planner&) {
    Planners::Get().Remove(planner);
    return emel_plan_status_t{EMEL_PLAN_OK};
  });
}

emel_plan_status_t emel_planner_reset(emel_planner_t* planner) {
  return WithPlanner(planner, kAnyState, [](Planner& object) {
    object.Reset();
    return emel_plan_status_t{EMEL_PLAN_OK};
  });
}

emel_plan_status_t emel_planner_add_arena(emel_planner_t* planner, const emel_arena_t* description,
                                          uint32_t* arena) {
  return WithPlanner(planner, Planner::kOpen, [&](Planner& object) {
    const auto read = ReadStruct(description, "emel_arena_t");
    if (!read.ok()) return Report(read.status());
    return Give(object.AddArena(*read), arena);
  });
}

emel_plan_status_t emel_planner_measure(emel_planner_t* planner, const emel_graph_t* graph,
                                        uint64_t* arena_bytes, uint32_t count) {
  return WithPlanner(planner, kAnyState, [&](Planner& object) {
    if (absl::Status status = Expect(arena_bytes, "arena_bytes"); !status.ok()) {
      return Report(status);
    }
    if (count != object.arena_count()) {
      return Fail(EMEL_PLAN_BAD_ARGUMENT,
                  absl::StrCat("arena_bytes: expected room for ", object.arena_count(),
                               " arenas, found ", count));
    }
    return WithGraph(graph, [&](Graph& described) {
      const auto bytes = object.Measure(described);
      if (!bytes.ok()) return Report(bytes.status());
      std::copy(bytes->begin(), bytes->end(), arena_bytes);
      return emel_plan_status_t{EMEL_PLAN_OK};
    });
  });
}

emel_plan_status_t emel_planner_plan(emel_planner_t* planner, const emel_graph_t* graph,
                                     emel_replan_t* replan) {
  return WithPlanner(planner, kAnyState, [&](Planner& object) {
    if (replan) {
      if (absl::Status status = CheckSize(replan, "emel_replan_t"); !status.ok()) {
        return Report(status);
      }
    }
    return WithGraph(graph, [&](Graph& described) {
      const auto why = object.Plan(described);
      if (!why.ok()) return Report(why.status());
      if (replan) WriteStruct(ToC(*why), replan);
      return emel_plan_status_t{EMEL_PLAN_OK};
    });
  });
}

emel_plan_status_t emel_planner_allocate(emel_planner_t* planner) {
  return WithPlanner(planner, kWithPlan, [](Planner& object) { return Report(object.Allocate()); });
}

emel_plan_status_t emel_planner_get_tensor(emel_planner_t* planner, int32_t tensor,
                                           emel_place_t* place) {
  return WithPlanner(planner, kWithPlan, [&](Planner& object) {
    return GiveStruct(place, "emel_place_t", [&] { return object.GetTensor(tensor); });
  });
}

emel_plan_status_t emel_planner_get_address(emel_planner_t* planner, int32_t tensor,
                                            void** address) {
  return WithPlanner(planner, Planner::kAllocated, [&](Planner& object) {
    if (absl::Status status = Expect(address, "address"); !status.ok()) return Report(status);
    return Give(object.GetAddress(tensor), address);
  });
}

emel_plan_status_t emel_planner_get_arena(emel_planner_t* planner, uint32_t arena,
                                          emel_arena_plan_t* plan) {
  return WithPlanner(planner, kWithPlan, [&](Planner& object) {
    return GiveStruct(plan, "emel_arena_plan_t", [&] { return object.GetArena(arena); });
  });
}

emel_plan_status_t emel_planner_get_chunk(emel_planner_t* planner, uint32_t arena, uint32_t chunk,
                                          uint64_t* bytes) {
  return WithPlanner(planner, kWithPlan, [&](Planner& object) {
    if (absl::Status status = Expect(bytes, "bytes"); !status.ok()) return Report(status);
    return Give(object.GetChunk(arena, chunk), bytes);
  });
}

emel_plan_status_t emel_planner_get_statistics(emel_planner_t* planner,
                                               emel_statistics_t* statistics) {
  return WithPlanner(planner, kWithPlan, [&](Planner& object) {
    return GiveStruct(statistics, "emel_statistics_t",
                      [&] { return absl::StatusOr<emel_statistics_t>(object.GetStatistics()); });
  });
}
