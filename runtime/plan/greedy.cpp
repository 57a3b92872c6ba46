#include "runtime/plan/greedy.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <numeric>
#include <utility>

namespace emel::plan {
namespace {

// Finds the buffers that are live together with another one. A buffer that is live at the start of
// a span is found on the way from the root of a tree over time to that moment, one that starts
// later in a list by start.
class LiveIndex {
 public:
  explicit LiveIndex(const Problem& problem) : buffers_(problem.buffers) {
    for (const Buffer& buffer : buffers_) moments_.push_back(buffer.lower);
    std::sort(moments_.begin(), moments_.end());
    moments_.erase(std::unique(moments_.begin(), moments_.end()), moments_.end());
    nodes_.resize(2 * moments_.size());
    starts_.resize(moments_.size());
  }

  void Add(int32_t buffer) {
    size_t begin = IndexOf(buffers_[buffer].lower), end = IndexOf(buffers_[buffer].upper);
    starts_[begin].push_back(buffer);
    // The fewest nodes that together are [begin, end): leaf i is node n + i, its parent (n + i)
    // / 2.
    for (begin += moments_.size(), end += moments_.size(); begin < end; begin /= 2, end /= 2) {
      if (begin % 2 == 1) nodes_[begin++].push_back(buffer);
      if (end % 2 == 1) nodes_[--end].push_back(buffer);
    }
  }

  template <typename Visit>
  void ForEachLiveWith(int32_t buffer, Visit visit) const {
    const size_t begin = IndexOf(buffers_[buffer].lower), end = IndexOf(buffers_[buffer].upper);
    for (size_t node = begin + moments_.size(); node > 0; node /= 2) {
      for (const int32_t other : nodes_[node]) visit(other);
    }
    for (size_t i = begin + 1; i < end; ++i) {
      for (const int32_t other : starts_[i]) visit(other);
    }
  }

 private:
  size_t IndexOf(int64_t moment) const {
    return std::lower_bound(moments_.begin(), moments_.end(), moment) - moments_.begin();
  }

  const std::vector<Buffer>& buffers_;
  std::vector<int64_t> moments_;             // at which buffers start
  std::vector<std::vector<int32_t>> nodes_;  // of the tree; a buffer is in O(log n)
  std::vector<std::vector<int32_t>> starts_;
};

class Greedy {
 public:
  explicit Greedy(const Problem& problem) : problem_(problem), placed_(problem) {
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
    placed_.Add(buffer);
  }

  Plan Finish() {
    plan_.total = std::accumulate(plan_.chunk_bytes.begin(), plan_.chunk_bytes.end(), int64_t{0});
    return std::move(plan_);
  }

 private:
  using Span = std::pair<int64_t, int64_t>;  // bytes, half-open

  // Which bytes of each chunk the buffers take that are live together with this one, in order.
  void CollectNeighbours(int32_t buffer) {
    for (auto& spans : spans_) spans.clear();
    placed_.ForEachLiveWith(buffer, [&](int32_t other) {
      const Place& place = plan_.places[other];
      spans_[place.chunk].push_back({place.offset, place.offset + AlignedSize(problem_, other)});
    });
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
  LiveIndex placed_;
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
  for (size_t i = 0; i < order.size(); ++i) {
    if (i % 256 == 255 && !KeepGoing(effort)) {
      return absl::ResourceExhaustedError(absl::StrCat("stopped before there was a plan, with ", i,
                                                       " of ", order.size(), " buffers placed"));
    }
    greedy.Add(order[i]);
  }
  return greedy.Finish();
}

}  // namespace emel::plan
