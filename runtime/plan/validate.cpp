#include "runtime/io/status.h"
#include "runtime/plan/problem.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <numeric>

namespace emel::plan {
namespace {

std::string DescribePlace(const Problem& problem, const Plan& plan, int32_t b) {
  const Place& place = plan.places[b];
  const Buffer& buffer = problem.buffers[b];
  return absl::StrCat(Describe(problem, b), " (moments [", buffer.lower, ", ", buffer.upper,
                      "), chunk ", place.chunk, ", bytes [", place.offset, ", ",
                      place.offset + buffer.size, "))");
}

absl::Status CheckPlaces(const Problem& problem, const Plan& plan) {
  for (size_t b = 0; b < plan.places.size(); ++b) {
    const Place& place = plan.places[b];
    int64_t end;
    if (place.chunk < 0 || static_cast<size_t>(place.chunk) >= plan.chunk_bytes.size()) {
      return absl::InternalError(absl::StrCat(Describe(problem, b), ": expected one of ",
                                              plan.chunk_bytes.size(), " chunks, found ",
                                              place.chunk));
    }
    if (place.offset < 0 || place.offset % problem.alignment != 0) {
      return absl::InternalError(absl::StrCat(Describe(problem, b),
                                              ": expected an offset that is a multiple of ",
                                              problem.alignment, ", found ", place.offset));
    }
    if (__builtin_add_overflow(place.offset, problem.buffers[b].size, &end) ||
        end > plan.chunk_bytes[place.chunk]) {
      return absl::InternalError(absl::StrCat(Describe(problem, b), ": expected to end within the ",
                                              plan.chunk_bytes[place.chunk], " bytes of chunk ",
                                              place.chunk, ", found ", problem.buffers[b].size,
                                              " bytes at offset ", place.offset));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckChunks(const Problem& problem, const Plan& plan) {
  const int64_t chunks = static_cast<int64_t>(plan.chunk_bytes.size());
  if (chunks > problem.max_chunks) {
    return absl::InternalError(
        absl::StrCat("expected at most ", problem.max_chunks, " chunks, found ", chunks));
  }
  std::vector<int64_t> allowed(chunks, problem.max_chunk);
  if (chunks == problem.max_chunks) allowed.back() = kUnlimited;
  for (size_t b = 0; b < plan.places.size(); ++b) {
    int64_t& bytes = allowed[plan.places[b].chunk];
    bytes = std::max(bytes, AlignedSize(problem, b));
  }
  int64_t total = 0;
  for (int64_t i = 0; i < chunks; ++i) {
    const int64_t bytes = plan.chunk_bytes[i];
    if (bytes < 0 || bytes > allowed[i] || __builtin_add_overflow(total, bytes, &total)) {
      return absl::InternalError(
          absl::StrCat("chunk ", i, ": expected at most ", allowed[i], " bytes, found ", bytes));
    }
  }
  if (total != plan.total) {
    return absl::InternalError(
        absl::StrCat("expected a total of ", total, " bytes, found ", plan.total));
  }
  return absl::OkStatus();
}

// Whether `into` holds the bytes of `from` by permissions, handed on in one place from buffer to
// buffer.
bool HandedOn(const Problem& problem, const Plan& plan, int32_t from, int32_t into) {
  const auto same_place = [&](int32_t b) {
    return plan.places[b].chunk == plan.places[from].chunk &&
           plan.places[b].offset == plan.places[from].offset &&
           AlignedSize(problem, b) == AlignedSize(problem, from);
  };
  std::vector<int32_t> reached = {from};
  for (size_t i = 0; i < reached.size(); ++i) {
    if (reached[i] == into) return true;
    for (const InPlace& pair : problem.in_place) {
      if (pair.from == reached[i] && same_place(pair.into) &&
          std::find(reached.begin(), reached.end(), pair.into) == reached.end()) {
        reached.push_back(pair.into);
      }
    }
  }
  return false;
}

bool Share(const Problem& problem, const Plan& plan, int32_t a, int32_t b) {
  const Place &x = plan.places[a], &y = plan.places[b];
  if (problem.buffers[a].size == 0 || problem.buffers[b].size == 0) return false;
  return x.chunk == y.chunk && x.offset < y.offset + problem.buffers[b].size &&
         y.offset < x.offset + problem.buffers[a].size;
}

absl::Status CheckSharing(const Problem& problem, const Plan& plan) {
  std::vector<int32_t> order(problem.buffers.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int32_t a, int32_t b) {
    return problem.buffers[a].lower < problem.buffers[b].lower;
  });
  std::vector<int32_t> live;
  for (const int32_t b : order) {
    const int64_t now = problem.buffers[b].lower;
    std::erase_if(live, [&](int32_t a) { return problem.buffers[a].upper <= now; });
    for (const int32_t a : live) {
      if (!Share(problem, plan, a, b)) continue;
      if (HandedOn(problem, plan, a, b) || HandedOn(problem, plan, b, a)) continue;
      return absl::InternalError(absl::StrCat(DescribePlace(problem, plan, a), " and ",
                                              DescribePlace(problem, plan, b),
                                              " share bytes while both are live"));
    }
    live.push_back(b);
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Validate(const Problem& problem, const Plan& plan) {
  if (plan.places.size() != problem.buffers.size()) {
    return absl::InternalError(absl::StrCat("expected places for ", problem.buffers.size(),
                                            " buffers, found ", plan.places.size()));
  }
  EMEL_RETURN_IF_ERROR(CheckPlaces(problem, plan));
  EMEL_RETURN_IF_ERROR(CheckChunks(problem, plan));
  return CheckSharing(problem, plan);
}

}  // namespace emel::plan
