#include "runtime/plan/planner.h"

#include "runtime/io/status.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <bit>
#include <numeric>

namespace emel::plan {
namespace {

constexpr size_t kMostArenas = 256;

int64_t Clamp(uint64_t value) {
  return static_cast<int64_t>(std::min<uint64_t>(value, kUnlimited));
}

// A limit of the C API, where 0 is none.
int64_t LimitOf(uint64_t value) { return value == 0 ? kUnlimited : Clamp(value); }

}  // namespace

absl::StatusOr<uint32_t> Planner::AddArena(const emel_arena_t& description) {
  if (arenas_.size() == kMostArenas) {
    return absl::OutOfRangeError(absl::StrCat("expected at most ", kMostArenas, " arenas"));
  }
  if ((description.alloc == nullptr) != (description.free == nullptr)) {
    return absl::InvalidArgumentError(
        absl::StrCat("arena ", arenas_.size(), ": expected both alloc and free, or neither"));
  }
  ArenaLimits limits{.capacity = LimitOf(description.capacity)};
  if (description.max_chunks != 0)
    limits.max_chunks = static_cast<int32_t>(
        std::min<uint32_t>(description.max_chunks, std::numeric_limits<int32_t>::max()));
  if (description.max_size) limits.max_chunk = LimitOf(description.max_size(description.context));
  if (description.alignment) {
    const uint64_t alignment = description.alignment(description.context);
    if (!std::has_single_bit(alignment) || alignment > kUnlimited) {
      return absl::FailedPreconditionError(
          absl::StrCat("arena ", arenas_.size(),
                       ": expected an alignment that is a power of two, found ", alignment));
    }
    limits.alignment = static_cast<int64_t>(alignment);
  }
  // All three grow, or none does.
  const size_t size = arenas_.size() + 1;
  arenas_.reserve(size);
  limits_.reserve(size);
  held_.reserve(size);
  arenas_.push_back(description);
  limits_.push_back(limits);
  held_.emplace_back();
  return static_cast<uint32_t>(size - 1);
}

absl::StatusOr<std::vector<uint64_t>> Planner::Measure(const Graph& graph) const {
  EMEL_ASSIGN_OR_RETURN(const GraphPlan plan,
                        PlanGraph(graph, limits_, options_, size_class_bits_));
  std::vector<uint64_t> bytes;
  bytes.reserve(plan.arenas.size());
  for (const ArenaPlan& arena : plan.arenas) bytes.push_back(arena.total);
  return bytes;
}

absl::StatusOr<Replan> Planner::Plan(const Graph& graph) {
  Replan replan{.reason = ReplanReason::kFirst};
  if (plan_) {
    EMEL_ASSIGN_OR_RETURN(replan, FindReplan(*plan_, graph));
  }
  if (replan.reason == ReplanReason::kNone) {
    plan_->tensors = graph.tensors();
    ++counts_.plans_kept;
    return replan;
  }
  EMEL_ASSIGN_OR_RETURN(plan_, PlanGraph(graph, limits_, options_, size_class_bits_));
  ++counts_.plans_made;
  state_ = kPlanned;
  return replan;
}

void Planner::Free(size_t arena) {
  const emel_arena_t& backend = arenas_[arena];
  for (const Held& held : held_[arena]) {
    if (!held.address) continue;
    backend.free(backend.context, held.address, static_cast<uint64_t>(held.bytes));
    ++counts_.buffers_freed;
  }
  held_[arena].clear();
}

void Planner::FreeAll() {
  for (size_t arena = 0; arena < arenas_.size(); ++arena) Free(arena);
}

bool Planner::Suffices(size_t arena) const {
  const std::vector<int64_t>& chunks = plan_->arenas[arena].chunk_bytes;
  for (size_t i = 0; i < chunks.size(); ++i) {
    const int64_t held = i < held_[arena].size() ? held_[arena][i].bytes : 0;
    if (held < chunks[i]) return false;
  }
  return true;
}

absl::Status Planner::AllocateChunk(size_t arena, size_t chunk) {
  const emel_arena_t& backend = arenas_[arena];
  const int64_t bytes = plan_->arenas[arena].chunk_bytes[chunk];
  const int64_t alignment = limits_[arena].alignment;
  if (bytes == 0) return absl::OkStatus();
  void* address = backend.alloc(backend.context, static_cast<uint64_t>(bytes),
                                static_cast<uint64_t>(alignment));
  if (!address) {
    return absl::UnavailableError(
        absl::StrCat("arena ", arena, ", chunk ", chunk, ": the backend has no ", bytes, " bytes"));
  }
  held_[arena][chunk] = {.address = address, .bytes = bytes};
  ++counts_.buffers_made;
  if (reinterpret_cast<uintptr_t>(address) % static_cast<uint64_t>(alignment) != 0) {
    return absl::FailedPreconditionError(absl::StrCat(
        "arena ", arena, ", chunk ", chunk, ": expected an address that is a multiple of ",
        alignment, ", the backend gave ", reinterpret_cast<uintptr_t>(address)));
  }
  return absl::OkStatus();
}

absl::Status Planner::AllocateArena(size_t arena) {
  if (!arenas_[arena].alloc && plan_->arenas[arena].total > 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("arena ", arena, " has no alloc: it is there for plans alone"));
  }
  const size_t chunks = plan_->arenas[arena].chunk_bytes.size();
  held_[arena].resize(chunks);
  for (size_t chunk = 0; chunk < chunks; ++chunk) {
    EMEL_RETURN_IF_ERROR(AllocateChunk(arena, chunk));
  }
  return absl::OkStatus();
}

absl::Status Planner::Allocate() {
  if (state_ == kAllocated) return absl::OkStatus();
  std::vector<size_t> lacking;
  for (size_t arena = 0; arena < arenas_.size(); ++arena) {
    if (!Suffices(arena)) lacking.push_back(arena);
  }
  for (const size_t arena : lacking) Free(arena);
  for (const size_t arena : lacking) {
    absl::Status status = AllocateArena(arena);
    if (!status.ok()) {
      FreeAll();
      return status;
    }
  }
  state_ = kAllocated;
  return absl::OkStatus();
}

void Planner::Reset() {
  FreeAll();
  plan_.reset();
  counts_ = {};
  state_ = kOpen;
}

absl::StatusOr<emel_place_t> Planner::GetTensor(int32_t tensor) const {
  if (tensor < 0 || static_cast<size_t>(tensor) >= plan_->tensors.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected one of ", plan_->tensors.size(), " tensors, found ", tensor));
  }
  const Tensor& described = plan_->tensors[tensor];
  const auto bytes = static_cast<uint64_t>(described.bytes);
  const int32_t buffer = plan_->lifetimes.buffer_of[tensor];
  if (buffer < 0) return emel_place_t{.arena = -1, .chunk = -1, .bytes = bytes};
  const Place& place = plan_->places[buffer];
  return emel_place_t{.arena = plan_->arena_of[buffer],
                      .chunk = place.chunk,
                      .offset = static_cast<uint64_t>(place.offset + described.offset),
                      .bytes = bytes};
}

absl::StatusOr<void*> Planner::GetAddress(int32_t tensor) const {
  EMEL_ASSIGN_OR_RETURN(const emel_place_t place, GetTensor(tensor));
  if (place.arena < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("tensor ", tensor, " is external: expected one that the planner places"));
  }
  const std::vector<Held>& held = held_[place.arena];
  if (static_cast<size_t>(place.chunk) >= held.size() || !held[place.chunk].address) return nullptr;
  return static_cast<char*>(held[place.chunk].address) + place.offset;
}

absl::StatusOr<emel_arena_plan_t> Planner::GetArena(uint32_t arena) const {
  if (arena >= arenas_.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected one of ", arenas_.size(), " arenas, found ", arena));
  }
  const ArenaPlan& plan = plan_->arenas[arena];
  return emel_arena_plan_t{.chunk_count = static_cast<uint32_t>(plan.chunk_bytes.size()),
                           .bytes = static_cast<uint64_t>(plan.total),
                           .lower_bound_bytes = static_cast<uint64_t>(plan.lower_bound)};
}

absl::StatusOr<uint64_t> Planner::GetChunk(uint32_t arena, uint32_t chunk) const {
  EMEL_ASSIGN_OR_RETURN(const emel_arena_plan_t plan, GetArena(arena));
  if (chunk >= plan.chunk_count) {
    return absl::InvalidArgumentError(absl::StrCat("arena ", arena, ": expected one of ",
                                                   plan.chunk_count, " chunks, found ", chunk));
  }
  return static_cast<uint64_t>(plan_->arenas[arena].chunk_bytes[chunk]);
}

emel_statistics_t Planner::GetStatistics() const {
  const Reuse reuse = CountReuse(*plan_);
  emel_statistics_t result{.tensors = plan_->tensors.size(),
                           .external = static_cast<uint64_t>(reuse.external.count),
                           .allocated = static_cast<uint64_t>(reuse.allocated.count),
                           .pooled = static_cast<uint64_t>(reuse.pooled.count),
                           .reused = static_cast<uint64_t>(reuse.reused.count),
                           .allocated_bytes = static_cast<uint64_t>(reuse.allocated.bytes),
                           .pooled_bytes = static_cast<uint64_t>(reuse.pooled.bytes),
                           .reused_bytes = static_cast<uint64_t>(reuse.reused.bytes),
                           .plans_made = counts_.plans_made,
                           .plans_kept = counts_.plans_kept,
                           .buffers_made = counts_.buffers_made,
                           .buffers_freed = counts_.buffers_freed};
  for (const ArenaPlan& arena : plan_->arenas) {
    result.bytes += static_cast<uint64_t>(arena.total);
    result.lower_bound_bytes += static_cast<uint64_t>(arena.lower_bound);
  }
  for (const int64_t size : plan_->sizes) result.no_reuse_bytes += static_cast<uint64_t>(size);
  for (const auto& held : held_) {
    for (const Held& buffer : held) result.buffer_bytes += static_cast<uint64_t>(buffer.bytes);
  }
  return result;
}

}  // namespace emel::plan
