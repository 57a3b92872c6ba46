#include "runtime/plan/graph_plan.h"

#include "runtime/io/status.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <bit>
#include <iterator>
#include <map>
#include <numeric>
#include <utility>

namespace emel::plan {
namespace {

absl::Status ForTensor(int32_t tensor, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat("tensor ", tensor, ": ", status.message()));
}

// All buffers of all arenas, their sizes rounded up already: permissions hold where these agree.
absl::StatusOr<Problem> CollectBuffers(const GraphPlan& plan, absl::Span<const ArenaLimits> arenas,
                                       int size_class_bits) {
  Problem problem{.buffers = plan.lifetimes.buffers};
  const auto tensor_of = [&](int32_t b) { return plan.tensors[plan.lifetimes.tensor_of[b]]; };
  for (size_t b = 0; b < problem.buffers.size(); ++b) {
    const int32_t tensor = plan.lifetimes.tensor_of[b];
    const int32_t arena = plan.tensors[tensor].arena;
    if (static_cast<size_t>(arena) >= arenas.size()) {
      return absl::InvalidArgumentError(absl::StrCat("tensor ", tensor, ": expected one of ",
                                                     arenas.size(), " arenas, found ", arena));
    }
    auto size = SizeClass(problem.buffers[b].size, size_class_bits, arenas[arena].alignment);
    if (!size.ok()) return ForTensor(tensor, size.status());
    problem.buffers[b].size = *size;
    problem.names.push_back(absl::StrCat("tensor ", tensor));
  }
  for (const InPlace& pair : plan.lifetimes.in_place) {
    const int64_t given = arenas[tensor_of(pair.from).arena].alignment;
    if (arenas[tensor_of(pair.into).arena].alignment <= given) problem.in_place.push_back(pair);
  }
  return problem;
}

// For each merged buffer, the one of its buffers whose bytes the others took over: the earliest.
std::vector<int32_t> FindFirst(const Problem& problem, const MergedProblem& merged) {
  std::vector<int32_t> first(merged.problem.buffers.size(), -1);
  for (size_t b = 0; b < problem.buffers.size(); ++b) {
    int32_t& index = first[merged.merged[b]];
    if (index < 0 || problem.buffers[b].lower < problem.buffers[index].lower) {
      index = static_cast<int32_t>(b);
    }
  }
  return first;
}

// Plans the merged buffers of one arena; `places` gets theirs.
absl::StatusOr<ArenaPlan> PlanArena(const Problem& merged, const std::vector<int32_t>& members,
                                    const ArenaLimits& limits, const Options& options,
                                    std::vector<Place>& places) {
  Problem problem{.alignment = limits.alignment,
                  .capacity = limits.capacity,
                  .max_chunk = limits.max_chunk,
                  .max_chunks = limits.max_chunks};
  for (const int32_t m : members) {
    problem.buffers.push_back(merged.buffers[m]);
    problem.names.push_back(merged.names[m]);
  }
  EMEL_ASSIGN_OR_RETURN(Solution solution, Solve(problem, options));
  for (size_t i = 0; i < members.size(); ++i) places[members[i]] = solution.plan.places[i];
  return ArenaPlan{.chunk_bytes = std::move(solution.plan.chunk_bytes),
                   .total = solution.plan.total,
                   .lower_bound = solution.lower_bound};
}

Replan CompareTensor(const GraphPlan& plan, const Graph& graph, const Lifetimes& now, int32_t t) {
  const Tensor &was = plan.tensors[t], &is = graph.tensors()[t];
  if (was.external != is.external || was.root != is.root || was.arena != is.arena) {
    return {.reason = ReplanReason::kTensor, .tensor = t};
  }
  if (is.external || is.root != t) return {};
  const int32_t b = now.buffer_of[t];
  const Buffer &before = plan.lifetimes.buffers[b], &after = now.buffers[b];
  if (before.lower != after.lower || before.upper != after.upper) {
    return {.reason = ReplanReason::kLifetime, .tensor = t};
  }
  if (after.size <= plan.sizes[b]) return {};
  return {
      .reason = ReplanReason::kSize, .tensor = t, .planned = plan.sizes[b], .bytes = after.size};
}

Replan CompareInPlace(const Lifetimes& was, const Lifetimes& is) {
  const auto same = [](const InPlace& a, const InPlace& b) {
    return a.from == b.from && a.into == b.into;
  };
  const auto [before, after] = std::mismatch(was.in_place.begin(), was.in_place.end(),
                                             is.in_place.begin(), is.in_place.end(), same);
  if (before == was.in_place.end() && after == is.in_place.end()) return {};
  const InPlace& pair = after == is.in_place.end() ? *before : *after;
  return {.reason = ReplanReason::kInPlace, .tensor = is.tensor_of[pair.into]};
}

// Which bytes of a chunk something had so far: start to end, merged.
class Covered {
 public:
  // Adds bytes; false if all of them were there.
  bool Add(int64_t begin, int64_t end) {
    auto span = spans_.upper_bound(begin);
    if (span != spans_.begin() && std::prev(span)->second >= begin) --span;
    if (begin == end || (span != spans_.end() && span->first <= begin && end <= span->second)) {
      return false;
    }
    while (span != spans_.end() && span->first <= end) {
      begin = std::min(begin, span->first);
      end = std::max(end, span->second);
      span = spans_.erase(span);
    }
    spans_.emplace(begin, end);
    return true;
  }

 private:
  std::map<int64_t, int64_t> spans_;
};

}  // namespace

absl::StatusOr<int64_t> SizeClass(int64_t bytes, int bits, int64_t alignment) {
  const int extra = std::bit_width(static_cast<uint64_t>(bytes)) - 1 - bits;
  const int64_t step = bits > 0 && extra > 0 ? int64_t{1} << extra : 1;
  int64_t size = bytes;
  for (const int64_t multiple : {step, alignment}) {
    if (__builtin_add_overflow(size, multiple - 1, &size)) {
      return absl::OutOfRangeError(
          absl::StrCat("no size class within 2^63 - 1 holds ", bytes, " bytes"));
    }
    size &= -multiple;
  }
  return size;
}

absl::StatusOr<GraphPlan> PlanGraph(const Graph& graph, absl::Span<const ArenaLimits> arenas,
                                    const Options& options, int size_class_bits) {
  GraphPlan plan{.tensors = graph.tensors()};
  EMEL_ASSIGN_OR_RETURN(plan.lifetimes, graph.FindLifetimes());
  EMEL_ASSIGN_OR_RETURN(const Problem problem, CollectBuffers(plan, arenas, size_class_bits));
  EMEL_RETURN_IF_ERROR(Check(problem));
  const MergedProblem merged = MergeInPlace(problem);
  const std::vector<int32_t> first = FindFirst(problem, merged);

  std::vector<std::vector<int32_t>> members(arenas.size());
  for (size_t m = 0; m < first.size(); ++m) {
    const int32_t arena = plan.tensors[plan.lifetimes.tensor_of[first[m]]].arena;
    members[arena].push_back(static_cast<int32_t>(m));
  }
  std::vector<Place> places(first.size());
  for (size_t a = 0; a < arenas.size(); ++a) {
    auto arena = PlanArena(merged.problem, members[a], arenas[a], options, places);
    if (!arena.ok()) {
      return absl::Status(arena.status().code(),
                          absl::StrCat("arena ", a, ": ", arena.status().message()));
    }
    plan.arenas.push_back(*std::move(arena));
  }

  for (size_t b = 0; b < problem.buffers.size(); ++b) {
    const int32_t m = merged.merged[b];
    plan.sizes.push_back(problem.buffers[b].size);
    plan.places.push_back(places[m]);
    plan.arena_of.push_back(plan.tensors[plan.lifetimes.tensor_of[first[m]]].arena);
    plan.took_over.push_back(first[m] != static_cast<int32_t>(b));
  }
  return plan;
}

absl::StatusOr<Replan> FindReplan(const GraphPlan& plan, const Graph& graph) {
  EMEL_ASSIGN_OR_RETURN(const Lifetimes now, graph.FindLifetimes());
  const size_t before = plan.tensors.size(), after = graph.tensors().size();
  for (size_t t = 0; t < std::min(before, after); ++t) {
    const Replan replan = CompareTensor(plan, graph, now, static_cast<int32_t>(t));
    if (replan.reason != ReplanReason::kNone) return replan;
  }
  if (before != after) {
    return Replan{.reason = ReplanReason::kTensor,
                  .tensor = static_cast<int32_t>(std::min(before, after))};
  }
  return CompareInPlace(plan.lifetimes, now);
}

Reuse CountReuse(const GraphPlan& plan) {
  Reuse reuse;
  const auto count = [](Tally& tally, int64_t bytes) {
    ++tally.count;
    // External tensors and views are in no sum that was checked.
    if (__builtin_add_overflow(tally.bytes, bytes, &tally.bytes)) tally.bytes = kUnlimited;
  };
  for (size_t t = 0; t < plan.tensors.size(); ++t) {
    const Tensor& tensor = plan.tensors[t];
    if (tensor.external) count(reuse.external, tensor.bytes);
    if (!tensor.external && tensor.root != static_cast<int32_t>(t)) {
      count(reuse.reused, tensor.bytes);
    }
  }
  std::vector<int32_t> order(plan.sizes.size());
  std::iota(order.begin(), order.end(), 0);
  const auto lower = [&](int32_t b) { return plan.lifetimes.buffers[b].lower; };
  std::stable_sort(order.begin(), order.end(),
                   [&](int32_t a, int32_t b) { return lower(a) < lower(b); });
  std::map<std::pair<int32_t, int32_t>, Covered> chunks;
  for (const int32_t b : order) {
    const Place& place = plan.places[b];
    if (plan.took_over[b]) {
      count(reuse.reused, plan.sizes[b]);
    } else if (chunks[{plan.arena_of[b], place.chunk}].Add(place.offset,
                                                           place.offset + plan.sizes[b])) {
      count(reuse.allocated, plan.sizes[b]);
    } else {
      count(reuse.pooled, plan.sizes[b]);
    }
  }
  return reuse;
}

}  // namespace emel::plan
