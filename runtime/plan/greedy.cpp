#include "runtime/plan/greedy.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace emel::plan {
namespace {

class Greedy {
 public:
  explicit Greedy(const Problem& problem) : problem_(problem) {
    plan_.places.resize(problem.buffers.size());
  }

  void Add(int32_t buffer) {
    const int64_t size = AlignedSize(problem_, buffer);
    if (size == 0 && !plan_.chunk_bytes.empty()) return;
    CollectNeighbours(buffer);
    // The chunk that has to grow the least, at best not at all.
    int32_t best = -1;
    int64_t best_offset = 0, best_growth = kUnlimited;
    for (size_t chunk = 0; chunk < limits_.size(); ++chunk) {
      const int64_t offset = LowestFit(chunk, size);
      if (offset > limits_[chunk] - size) continue;
      const int64_t growth = std::max<int64_t>(0, offset + size - plan_.chunk_bytes[chunk]);
      if (growth >= best_growth) continue;
      best = static_cast<int32_t>(chunk);
      best_offset = offset;
      best_growth = growth;
    }
    if (best < 0) {
      best = static_cast<int32_t>(limits_.size());
      const bool last = best + 1 == problem_.max_chunks;
      limits_.push_back(last ? kUnlimited : std::max(problem_.max_chunk, size));
      plan_.chunk_bytes.push_back(0);
      spans_.emplace_back();
    }
    plan_.places[buffer] = {.chunk = best, .offset = best_offset};
    int64_t& bytes = plan_.chunk_bytes[best];
    bytes = std::max(bytes, best_offset + size);
    placed_.push_back(buffer);
  }

  Plan Finish() {
    plan_.total = std::accumulate(plan_.chunk_bytes.begin(), plan_.chunk_bytes.end(), int64_t{0});
    return std::move(plan_);
  }

 private:
  using Span = std::pair<int64_t, int64_t>;  // bytes, half-open

  // Which bytes of each chunk the buffers take that are live together with this one, in order.
  void CollectNeighbours(int32_t buffer) {
    const Buffer& b = problem_.buffers[buffer];
    for (auto& spans : spans_) spans.clear();
    for (const int32_t other : placed_) {
      const Buffer& o = problem_.buffers[other];
      if (o.lower >= b.upper || b.lower >= o.upper) continue;
      const Place& place = plan_.places[other];
      spans_[place.chunk].push_back({place.offset, place.offset + AlignedSize(problem_, other)});
    }
    for (auto& spans : spans_) std::sort(spans.begin(), spans.end());
  }

  int64_t LowestFit(size_t chunk, int64_t size) const {
    int64_t offset = 0;
    for (const auto& [begin, end] : spans_[chunk]) {
      if (begin - offset >= size) break;
      offset = std::max(offset, end);
    }
    return offset;
  }

  const Problem& problem_;
  Plan plan_;
  std::vector<int64_t> limits_;           // of each chunk
  std::vector<std::vector<Span>> spans_;  // of each chunk
  std::vector<int32_t> placed_;
};

}  // namespace

absl::StatusOr<Plan> PlanGreedily(const Problem& problem, Effort& effort) {
  std::vector<int32_t> order(problem.buffers.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int32_t a, int32_t b) {
    const Buffer &x = problem.buffers[a], &y = problem.buffers[b];
    if (x.size != y.size) return x.size > y.size;
    return x.upper - x.lower > y.upper - y.lower;
  });
  Greedy greedy(problem);
  for (const int32_t buffer : order) greedy.Add(buffer);
  return greedy.Finish();
}

}  // namespace emel::plan
