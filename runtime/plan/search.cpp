#include "runtime/plan/search.h"

#include "runtime/io/status.h"
#include "runtime/plan/greedy.h"
#include "runtime/plan/packer.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace emel::plan {
namespace {

// Larger groups are left to the greedy strategy: a search would not get far, and it recurses once
// for each buffer.
constexpr size_t kMostRectangles = 2048;

// Which orders to try, in turn; each solves instances quickly that the others are stuck in.
constexpr PackingOrder kOrders[] = {
    {PackingOrder::kTotal, PackingOrder::kLength, PackingOrder::kEarly},
    {PackingOrder::kTotal, PackingOrder::kNeighbours, PackingOrder::kLength},
    {PackingOrder::kLate, PackingOrder::kLength, PackingOrder::kNeighbours},
    {PackingOrder::kEarly, PackingOrder::kLength, PackingOrder::kNeighbours},
    {PackingOrder::kTotal, PackingOrder::kLate, PackingOrder::kSize},
    {PackingOrder::kTotal, PackingOrder::kEarly, PackingOrder::kSize},
    {PackingOrder::kArea, PackingOrder::kLength, PackingOrder::kNeighbours},
};

// Buffers that no moment separates from each other; independent of all others.
struct Group {
  std::vector<int32_t> buffers;
  std::vector<int64_t> offsets;  // the best packing so far, in units
  int64_t height = 0;            // of it
  std::vector<Rectangle> rectangles;
};

class Search {
 public:
  Search(const Problem& problem, const Plan& first, Effort& effort)
      : problem_(problem), effort_(effort) {
    for (size_t b = 0; b < problem.buffers.size(); ++b) {
      unit_ = std::gcd(unit_, AlignedSize(problem, b));
    }
    if (unit_ == 0) return;  // nothing takes any bytes
    MakeGroups(first);
  }

  void FitInto(int64_t capacity) {
    if (unit_ != 0) Lower(capacity / unit_, effort_.options.node_limit);
  }

  // Tries the lower bound, then halves what lies between the highest ceiling that was given up and
  // the best packing. Each ceiling gets half of the nodes that are left.
  void Minimise() {
    if (unit_ == 0) return;
    int64_t ceiling = effort_.proved_from / unit_;
    int64_t given_up = ceiling - 1;
    while (given_up + 1 < Height() && !effort_.stopped) {
      const int64_t left = effort_.options.node_limit - effort_.nodes;
      if (left <= 1) break;
      if (!Lower(ceiling, effort_.nodes + left / 2)) given_up = ceiling;
      ceiling = given_up + (Height() - given_up) / 2;
    }
  }

  int64_t bytes() const { return Height() * unit_; }

  Plan Finish() const {
    Plan plan{.places = std::vector<Place>(problem_.buffers.size()),
              .chunk_bytes = {bytes()},
              .total = bytes()};
    for (const Group& group : groups_) {
      for (size_t i = 0; i < group.buffers.size(); ++i) {
        plan.places[group.buffers[i]].offset = group.offsets[i] * unit_;
      }
    }
    return plan;
  }

 private:
  int64_t Height() const {
    int64_t height = 0;
    for (const Group& group : groups_) height = std::max(height, group.height);
    return height;
  }

  // The sections of time: one for each moment at which a buffer starts and after which one ends
  // before the next starts. No two buffers meet anywhere else.
  std::vector<int64_t> Sections(const std::vector<int32_t>& by_lower) const {
    std::vector<int64_t> ends, sections;
    for (const int32_t b : by_lower) ends.push_back(problem_.buffers[b].upper);
    std::sort(ends.begin(), ends.end());
    size_t next_end = 0;
    for (const int32_t b : by_lower) {
      const int64_t lower = problem_.buffers[b].lower;
      const bool ended = next_end < ends.size() && ends[next_end] <= lower;
      if (sections.empty() || ended) {
        sections.push_back(lower);
      } else {
        sections.back() = lower;
      }
      while (next_end < ends.size() && ends[next_end] <= lower) ++next_end;
    }
    return sections;
  }

  void MakeGroups(const Plan& first) {
    std::vector<int32_t> by_lower;
    for (size_t b = 0; b < problem_.buffers.size(); ++b) {
      if (problem_.buffers[b].size > 0) by_lower.push_back(static_cast<int32_t>(b));
    }
    std::stable_sort(by_lower.begin(), by_lower.end(), [&](int32_t a, int32_t b) {
      return problem_.buffers[a].lower < problem_.buffers[b].lower;
    });
    std::vector<int32_t> members;
    int64_t end = 0;
    for (const int32_t b : by_lower) {
      if (problem_.buffers[b].lower >= end) AddGroup(std::exchange(members, {}), first);
      members.push_back(b);
      end = std::max(end, problem_.buffers[b].upper);
    }
    AddGroup(std::move(members), first);
  }

  void AddGroup(std::vector<int32_t> members, const Plan& first) {
    if (members.empty()) return;
    const std::vector<int64_t> sections = Sections(members);
    // A buffer crosses the sections from its lower on, up to those that start before its upper.
    const auto index = [&](int64_t moment) {
      return static_cast<int32_t>(std::lower_bound(sections.begin(), sections.end(), moment) -
                                  sections.begin());
    };
    std::vector<Rectangle> rectangles;
    std::vector<int64_t> offsets;
    int64_t height = 0;
    for (const int32_t b : members) {
      const Buffer& buffer = problem_.buffers[b];
      rectangles.push_back({.lower = buffer.lower,
                            .upper = buffer.upper,
                            .size = AlignedSize(problem_, b) / unit_,
                            .begin = index(buffer.lower),
                            .end = index(buffer.upper)});
      offsets.push_back(first.places[b].offset / unit_);
      height = std::max(height, offsets.back() + rectangles.back().size);
    }
    groups_.push_back({.buffers = std::move(members),
                       .offsets = std::move(offsets),
                       .height = height,
                       .rectangles = std::move(rectangles)});
  }

  // Whether every group now fits below the ceiling.
  bool Lower(int64_t ceiling, int64_t node_limit) {
    for (Group& group : groups_) {
      if (group.height <= ceiling) continue;
      const Packing result = Pack(group, ceiling, node_limit);
      if (result == Packing::kImpossible) effort_.proved_from = (ceiling + 1) * unit_;
      if (result == Packing::kStopped) effort_.stopped = true;
      if (result != Packing::kFound) return false;
    }
    return true;
  }

  // All orders in turn, again and again, with twice the nodes each time round, and shuffled from
  // the second time on.
  Packing Pack(Group& group, int64_t ceiling, int64_t node_limit) {
    if (group.buffers.size() > kMostRectangles) return Packing::kOutOfNodes;
    const auto keep_going = [&] { return KeepGoing(effort_); };
    Packer packer(group.rectangles);
    int64_t share = 4 * static_cast<int64_t>(group.buffers.size());
    for (uint32_t round = 0;; ++round, share *= 2) {
      for (const bool shuffled : {false, true}) {
        for (PackingOrder order : kOrders) {
          order.shuffle = shuffled ? round + 1 : 0;
          const int64_t limit = std::min(node_limit, effort_.nodes + share);
          const Packing result = packer.Pack(ceiling, order, limit, effort_.nodes, keep_going);
          if (result == Packing::kFound) Accept(group, packer.offsets());
          if (result != Packing::kOutOfNodes || limit == node_limit) return result;
        }
      }
    }
  }

  static void Accept(Group& group, const std::vector<int64_t>& offsets) {
    group.offsets = offsets;
    group.height = 0;
    for (size_t i = 0; i < offsets.size(); ++i) {
      group.height = std::max(group.height, offsets[i] + group.rectangles[i].size);
    }
  }

  const Problem& problem_;
  Effort& effort_;
  int64_t unit_ = 0;  // divides all sizes, and with them the offsets of all tidy packings
  std::vector<Group> groups_;
};

}  // namespace

absl::StatusOr<Plan> PlanBySearch(const Problem& problem, Effort& effort) {
  // One chunk may be as large as the only chunk, or as the largest buffer has to be.
  int64_t largest = problem.max_chunks == 1 ? kUnlimited : problem.max_chunk;
  for (size_t b = 0; b < problem.buffers.size(); ++b) {
    largest = std::max(largest, AlignedSize(problem, b));
  }
  if (effort.proved_from > largest) return PlanGreedily(problem, effort);

  Problem one_chunk = problem;
  one_chunk.max_chunk = kUnlimited;
  EMEL_ASSIGN_OR_RETURN(const Plan first, PlanGreedily(one_chunk, effort));
  Search search(problem, first, effort);
  if (problem.capacity == kUnlimited) {
    search.Minimise();
  } else {
    search.FitInto(std::min(problem.capacity, largest));
  }
  return search.bytes() > largest ? PlanGreedily(problem, effort) : search.Finish();
}

}  // namespace emel::plan
