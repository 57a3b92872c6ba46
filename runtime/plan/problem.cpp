#include "runtime/plan/problem.h"

#include "runtime/io/status.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

namespace emel::plan {
namespace {

bool IsPowerOfTwo(int64_t value) { return value > 0 && (value & (value - 1)) == 0; }

int32_t Count(const Problem& problem) { return static_cast<int32_t>(problem.buffers.size()); }

absl::Status CheckBuffers(const Problem& problem) {
  int64_t sum = 0;
  for (int32_t b = 0; b < Count(problem); ++b) {
    const Buffer& buffer = problem.buffers[b];
    if (buffer.lower < 0 || buffer.lower >= buffer.upper) {
      return absl::InvalidArgumentError(absl::StrCat(
          Describe(problem, b), ": expected a lifetime with 0 <= lower < upper, found [",
          buffer.lower, ", ", buffer.upper, ")"));
    }
    if (buffer.size < 0) {
      return absl::InvalidArgumentError(absl::StrCat(
          Describe(problem, b), ": expected a size of at least 0, found ", buffer.size));
    }
    int64_t padded;
    if (__builtin_add_overflow(buffer.size, problem.alignment - 1, &padded) ||
        __builtin_add_overflow(sum, AlignedSize(problem, b), &sum)) {
      return absl::OutOfRangeError(
          absl::StrCat(Describe(problem, b),
                       ": the sum of all sizes exceeds 2^63 - 1 (this one is ", buffer.size, ")"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckInPlace(const Problem& problem) {
  for (const auto& [from, into] : problem.in_place) {
    if (from < 0 || from >= Count(problem) || into < 0 || into >= Count(problem) || from == into) {
      return absl::InvalidArgumentError(absl::StrCat("in place: expected two of the ",
                                                     Count(problem), " buffers, found ", from,
                                                     " and ", into));
    }
    const Buffer& source = problem.buffers[from];
    const Buffer& target = problem.buffers[into];
    if (source.upper - 1 != target.lower) {
      return absl::InvalidArgumentError(
          absl::StrCat(Describe(problem, into), " in place of ", Describe(problem, from),
                       ": expected to start at the last moment of the other, ", source.upper - 1,
                       ", found ", target.lower));
    }
  }
  return absl::OkStatus();
}

bool SameSize(const Problem& problem, const InPlace& pair) {
  return AlignedSize(problem, pair.from) == AlignedSize(problem, pair.into);
}

// For each moment at which permissions apply: no more bytes than these can be shared there. A
// buffer takes from at most one other and gives to at most one.
std::map<int64_t, int64_t> SharedBytes(const Problem& problem) {
  struct Sides {
    int64_t from = 0, into = 0;
  };
  std::map<int64_t, Sides> sides;
  std::vector<bool> gives(problem.buffers.size()), takes(problem.buffers.size());
  for (const InPlace& pair : problem.in_place) {
    if (!SameSize(problem, pair)) continue;
    Sides& at = sides[problem.buffers[pair.into].lower];
    if (!gives[pair.from]) at.from += AlignedSize(problem, pair.from);
    if (!takes[pair.into]) at.into += AlignedSize(problem, pair.into);
    gives[pair.from] = takes[pair.into] = true;
  }
  std::map<int64_t, int64_t> bytes;
  for (const auto& [moment, at] : sides) bytes[moment] = std::min(at.from, at.into);
  return bytes;
}

}  // namespace

std::string Describe(const Problem& problem, int32_t buffer) {
  if (problem.names.empty()) return absl::StrCat("buffer ", buffer);
  return absl::StrCat("buffer '", problem.names[buffer], "'");
}

int64_t AlignedSize(const Problem& problem, int32_t buffer) {
  return (problem.buffers[buffer].size + (problem.alignment - 1)) & -problem.alignment;
}

absl::Status Check(const Problem& problem) {
  if (!IsPowerOfTwo(problem.alignment)) {
    return absl::FailedPreconditionError(
        absl::StrCat("alignment: expected a power of two, found ", problem.alignment));
  }
  if (problem.buffers.size() > std::numeric_limits<int32_t>::max()) {
    return absl::OutOfRangeError(
        absl::StrCat("expected at most 2^31 - 1 buffers, found ", problem.buffers.size()));
  }
  if (!problem.names.empty() && problem.names.size() != problem.buffers.size()) {
    return absl::InvalidArgumentError(absl::StrCat("expected ", problem.buffers.size(),
                                                   " names or none, found ", problem.names.size()));
  }
  if (problem.capacity < 0 || problem.max_chunk <= 0 || problem.max_chunks <= 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "expected a capacity of at least 0, and a largest chunk and a number of chunks "
        "above 0, found ",
        problem.capacity, ", ", problem.max_chunk, " and ", problem.max_chunks));
  }
  EMEL_RETURN_IF_ERROR(CheckBuffers(problem));
  return CheckInPlace(problem);
}

int64_t NoReuse(const Problem& problem) {
  int64_t sum = 0;
  for (int32_t b = 0; b < Count(problem); ++b) sum += AlignedSize(problem, b);
  return sum;
}

Peak FindPeak(const Problem& problem) {
  // What starts and ends at each moment; the peak is at a start, since permissions save no more
  // bytes at one than what ends right after it.
  std::map<int64_t, int64_t> changes;
  for (int32_t b = 0; b < Count(problem); ++b) {
    changes[problem.buffers[b].lower] += AlignedSize(problem, b);
    changes[problem.buffers[b].upper] -= AlignedSize(problem, b);
  }
  const std::map<int64_t, int64_t> shared = SharedBytes(problem);
  Peak peak;
  int64_t live = 0;
  for (const auto& [moment, change] : changes) {
    live += change;
    const auto saved = shared.find(moment);
    const int64_t bytes = live - (saved == shared.end() ? 0 : saved->second);
    if (bytes > peak.bytes) peak = {.moment = moment, .bytes = bytes};
  }
  for (int32_t b = 0; b < Count(problem); ++b) {
    const Buffer& buffer = problem.buffers[b];
    if (buffer.lower <= peak.moment && peak.moment < buffer.upper && buffer.size > 0) {
      peak.live.push_back(b);
    }
  }
  std::stable_sort(peak.live.begin(), peak.live.end(), [&](int32_t a, int32_t b) {
    return problem.buffers[a].size > problem.buffers[b].size;
  });
  return peak;
}

int64_t LowerBound(const Problem& problem) { return FindPeak(problem).bytes; }

std::string DescribeLive(const Problem& problem, const Peak& peak) {
  constexpr size_t kShown = 8;
  std::vector<std::string> live;
  for (const int32_t b : peak.live) {
    if (live.size() == kShown) break;
    live.push_back(absl::StrCat(Describe(problem, b), " (", problem.buffers[b].size, " bytes)"));
  }
  if (peak.live.size() > kShown) {
    live.push_back(absl::StrCat(peak.live.size() - kShown, " smaller ones"));
  }
  return absl::StrJoin(live, ", ");
}

absl::Status CheckCapacity(const Problem& problem) {
  const Peak peak = FindPeak(problem);
  if (peak.bytes <= problem.capacity) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat(
      "no plan fits: ", peak.bytes, " bytes are live at moment ", peak.moment, ", the capacity is ",
      problem.capacity, "; live then: ", DescribeLive(problem, peak)));
}

MergedProblem MergeInPlace(const Problem& problem) {
  // Sharing buffers form chains; the first one of a chain stands for it.
  std::vector<int32_t> first(problem.buffers.size());
  std::iota(first.begin(), first.end(), 0);
  std::vector<bool> gives(problem.buffers.size()), takes(problem.buffers.size());
  const auto find = [&](int32_t b) {
    while (first[b] != b) b = first[b] = first[first[b]];
    return b;
  };
  for (const InPlace& pair : problem.in_place) {
    if (!SameSize(problem, pair) || gives[pair.from] || takes[pair.into]) continue;
    if (find(pair.from) == find(pair.into)) continue;  // buffers of one moment, in a circle
    gives[pair.from] = takes[pair.into] = true;
    first[find(pair.into)] = find(pair.from);
  }

  MergedProblem result{.problem = {.alignment = problem.alignment,
                                   .capacity = problem.capacity,
                                   .max_chunk = problem.max_chunk,
                                   .max_chunks = problem.max_chunks},
                       .merged = std::vector<int32_t>(problem.buffers.size(), -1)};
  for (int32_t b = 0; b < Count(problem); ++b) {
    int32_t& index = result.merged[find(b)];
    std::vector<Buffer>& buffers = result.problem.buffers;
    if (index < 0) {
      index = static_cast<int32_t>(buffers.size());
      buffers.push_back(problem.buffers[b]);
      if (!problem.names.empty()) result.problem.names.push_back(problem.names[b]);
    }
    Buffer& merged = buffers[index];
    merged.lower = std::min(merged.lower, problem.buffers[b].lower);
    merged.upper = std::max(merged.upper, problem.buffers[b].upper);
    merged.size = std::max(merged.size, problem.buffers[b].size);
    result.merged[b] = index;
  }
  return result;
}

}  // namespace emel::plan
