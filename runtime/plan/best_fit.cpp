#include "runtime/plan/best_fit.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <numeric>
#include <tuple>

namespace emel::plan {
namespace {

//   0                 tail     bytes       limit
//   │ live │ hole │ live │        │           │     what was ever taken ends at `bytes`
struct Chunk {
  int64_t limit = 0;
  int64_t bytes = 0;
  int64_t tail = 0;
  std::map<int64_t, int64_t> holes;  // offset to size; neighbours are merged
};

class BestFit {
 public:
  explicit BestFit(const Problem& problem) : problem_(problem) {
    plan_.places.resize(problem.buffers.size());
  }

  void Take(int32_t buffer) {
    const int64_t size = AlignedSize(problem_, buffer);
    if (size == 0 && !chunks_.empty()) return;  // stays at the start of the first chunk
    if (TakeHole(buffer, size)) return;
    TakeTail(buffer, ChooseTail(size), size);
  }

  void Give(int32_t buffer) {
    const int64_t size = AlignedSize(problem_, buffer);
    if (size == 0) return;
    Chunk& chunk = chunks_[plan_.places[buffer].chunk];
    const int64_t offset = plan_.places[buffer].offset;
    auto hole = chunk.holes.emplace(offset, size).first;
    const auto next = std::next(hole);
    if (next != chunk.holes.end() && offset + size == next->first) {
      hole->second += next->second;
      chunk.holes.erase(next);
    }
    if (hole != chunk.holes.begin()) {
      const auto previous = std::prev(hole);
      if (previous->first + previous->second == offset) {
        previous->second += hole->second;
        chunk.holes.erase(hole);
        hole = previous;
      }
    }
    if (hole->first + hole->second == chunk.tail) {
      chunk.tail = hole->first;
      chunk.holes.erase(hole);
    }
  }

  Plan Finish() {
    for (const Chunk& chunk : chunks_) {
      plan_.chunk_bytes.push_back(chunk.bytes);
      plan_.total += chunk.bytes;
    }
    return std::move(plan_);
  }

 private:
  bool TakeHole(int32_t buffer, int64_t size) {
    Chunk* best = nullptr;
    std::map<int64_t, int64_t>::iterator best_hole;
    for (Chunk& chunk : chunks_) {
      for (auto hole = chunk.holes.begin(); hole != chunk.holes.end(); ++hole) {
        if (hole->second < size || (best && hole->second >= best_hole->second)) continue;
        best = &chunk;
        best_hole = hole;
      }
    }
    if (!best) return false;
    const auto [offset, room] = *best_hole;
    plan_.places[buffer] = {.chunk = static_cast<int32_t>(best - chunks_.data()), .offset = offset};
    best->holes.erase(best_hole);
    if (room > size) best->holes.emplace(offset + size, room - size);
    return true;
  }

  // The tail that makes its chunk grow the least; where none has to grow, the one that fits best.
  int32_t ChooseTail(int64_t size) {
    int32_t best = -1;
    std::tuple<int64_t, int64_t> least;
    for (size_t i = 0; i < chunks_.size(); ++i) {
      const Chunk& chunk = chunks_[i];
      if (chunk.tail > chunk.limit - size) continue;
      const int64_t beyond = chunk.tail + size - chunk.bytes;
      const std::tuple cost = {std::max<int64_t>(0, beyond), std::max<int64_t>(0, -beyond)};
      if (best >= 0 && cost >= least) continue;
      best = static_cast<int32_t>(i);
      least = cost;
    }
    if (best >= 0) return best;
    best = static_cast<int32_t>(chunks_.size());
    const bool last = best + 1 == problem_.max_chunks;
    chunks_.push_back({.limit = last ? kUnlimited : std::max(problem_.max_chunk, size)});
    return best;
  }

  void TakeTail(int32_t buffer, int32_t index, int64_t size) {
    Chunk& chunk = chunks_[index];
    plan_.places[buffer] = {.chunk = index, .offset = chunk.tail};
    chunk.tail += size;
    chunk.bytes = std::max(chunk.bytes, chunk.tail);
  }

  const Problem& problem_;
  Plan plan_;
  std::vector<Chunk> chunks_;
};

}  // namespace

absl::StatusOr<Plan> PlanByBestFit(const Problem& problem, Effort& effort) {
  std::vector<int32_t> starts(problem.buffers.size());
  std::iota(starts.begin(), starts.end(), 0);
  std::vector<int32_t> ends = starts;
  std::stable_sort(starts.begin(), starts.end(), [&](int32_t a, int32_t b) {
    return problem.buffers[a].lower < problem.buffers[b].lower;
  });
  std::stable_sort(ends.begin(), ends.end(), [&](int32_t a, int32_t b) {
    return problem.buffers[a].upper < problem.buffers[b].upper;
  });
  BestFit best_fit(problem);
  auto end = ends.begin();
  for (const int32_t buffer : starts) {
    while (problem.buffers[*end].upper <= problem.buffers[buffer].lower) best_fit.Give(*end++);
    best_fit.Take(buffer);
  }
  return best_fit.Finish();
}

}  // namespace emel::plan
