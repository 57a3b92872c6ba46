#include "runtime/plan/packer.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>
#include <numeric>
#include <optional>
#include <utility>

namespace emel::plan {
namespace {

using Items = std::vector<int32_t>;

// A placement costs time in proportion to the sections that the rectangles cross, and counts as so
// many nodes.
constexpr int64_t kCrossingsPerNode = 8192;

bool Meet(const Rectangle& a, const Rectangle& b) { return a.begin < b.end && b.begin < a.end; }

// One run of the search. An item is a rectangle, numbered by priority.
class Run {
 public:
  Run(std::vector<Rectangle> items, int64_t ceiling, int64_t node_limit, int64_t& nodes,
      const std::function<bool()>& keep_going)
      : items_(std::move(items)),
        ceiling_(ceiling),
        node_limit_(node_limit),
        nodes_(nodes),
        keep_going_(keep_going),
        floors_(items_.size(), 0),
        neighbours_(items_.size()),
        placed_(items_.size()) {
    int32_t sections = 0;
    for (size_t a = 0; a < items_.size(); ++a) {
      sections = std::max(sections, items_[a].end);
      for (size_t b = 0; b < a; ++b) {
        if (!Meet(items_[a], items_[b])) continue;
        neighbours_[a].push_back(static_cast<int32_t>(b));
        neighbours_[b].push_back(static_cast<int32_t>(a));
      }
    }
    heights_.resize(sections);
    int64_t crossings = 0;
    for (const Rectangle& r : items_) crossings += r.end - r.begin;
    weight_ = 1 + crossings / kCrossingsPerNode;
  }

  Packing Search() {
    Items all(items_.size());
    std::iota(all.begin(), all.end(), 0);
    std::stable_sort(all.begin(), all.end(),
                     [&](int32_t a, int32_t b) { return items_[a].begin < items_[b].begin; });
    if (FillGroups(all, {})) return Packing::kFound;
    return halted_ ? *halted_ : Packing::kImpossible;
  }

  const std::vector<int64_t>& floors() const { return floors_; }

 private:
  // The latest placement; the next one comes after it in the order of tidy packings.
  struct Last {
    int64_t offset = 0;
    int32_t item = -1;
  };

  bool Halted() {
    if (halted_) return true;
    if (nodes_ >= node_limit_) {
      halted_ = Packing::kOutOfNodes;
    } else if (++steps_ % 64 == 0 && !keep_going_()) {
      halted_ = Packing::kStopped;
    }
    return halted_.has_value();
  }

  // `items` by begin. Splits them where none crosses, and fills the parts, the smallest first.
  bool FillGroups(const Items& items, Last last) {
    std::vector<Items> groups;
    int32_t end = 0;
    for (const int32_t item : items) {
      if (groups.empty() || items_[item].begin >= end) groups.emplace_back();
      groups.back().push_back(item);
      end = std::max(end, items_[item].end);
    }
    const auto pass = [&](const Items& group) { return CanPass(group, last); };
    if (!std::all_of(groups.begin(), groups.end(), pass)) return false;
    std::stable_sort(groups.begin(), groups.end(),
                     [](const Items& a, const Items& b) { return a.size() < b.size(); });
    const auto fill = [&](const Items& group) { return Fill(group, last); };
    return std::all_of(groups.begin(), groups.end(), fill);
  }

  // Piles the items up in every section, the lowest floor first: no packing is lower at any moment.
  bool CanPass(const Items& group, Last last) {
    by_floor_ = group;
    std::sort(by_floor_.begin(), by_floor_.end(), [&](int32_t a, int32_t b) {
      return std::pair(floors_[a], a) < std::pair(floors_[b], b);
    });
    for (const int32_t item : group) {
      std::fill(heights_.begin() + items_[item].begin, heights_.begin() + items_[item].end,
                last.offset);
    }
    for (const int32_t item : by_floor_) {
      const Rectangle& r = items_[item];
      for (int32_t section = r.begin; section < r.end; ++section) {
        heights_[section] = std::max(heights_[section], floors_[item]) + r.size;
        if (heights_[section] > ceiling_) return false;
      }
    }
    return true;
  }

  // What may be placed next, the lowest first. An item whose floor was passed over can only come
  // again once another one has been put under it; and nothing goes so high that an item would fit
  // below it, whose place could then never be filled.
  Items Candidates(const Items& group, Last last) const {
    int64_t lowest_top = std::numeric_limits<int64_t>::max();
    for (const int32_t item : group) {
      lowest_top = std::min(lowest_top, floors_[item] + items_[item].size);
    }
    Items candidates;
    for (const int32_t item : group) {
      const bool in_order = std::pair(floors_[item], item) > std::pair(last.offset, last.item);
      if (in_order && floors_[item] < lowest_top) candidates.push_back(item);
    }
    std::sort(candidates.begin(), candidates.end(), [&](int32_t a, int32_t b) {
      return std::pair(floors_[a], a) < std::pair(floors_[b], b);
    });
    return candidates;
  }

  bool Fill(const Items& group, Last last) {
    Items rest;
    for (const int32_t item : Candidates(group, last)) {
      if (Halted()) return false;
      nodes_ += weight_;
      const size_t raised = raised_.size(), placed = stack_.size();
      Place(item);
      rest.clear();
      std::copy_if(group.begin(), group.end(), std::back_inserter(rest),
                   [&](int32_t other) { return other != item; });
      if (FillGroups(rest, {.offset = floors_[item], .item = item})) return true;
      Undo(raised, placed);
    }
    return false;
  }

  void Place(int32_t item) {
    placed_[item] = true;
    stack_.push_back(item);
    const int64_t top = floors_[item] + items_[item].size;
    for (const int32_t other : neighbours_[item]) {
      if (placed_[other] || floors_[other] >= top) continue;
      raised_.push_back({other, floors_[other]});
      floors_[other] = top;
    }
  }

  // Back to when so many floors had been raised and so many items placed.
  void Undo(size_t raised, size_t placed) {
    for (; raised_.size() > raised; raised_.pop_back()) {
      floors_[raised_.back().first] = raised_.back().second;
    }
    for (; stack_.size() > placed; stack_.pop_back()) placed_[stack_.back()] = false;
  }

  const std::vector<Rectangle> items_;
  const int64_t ceiling_, node_limit_;
  int64_t& nodes_;
  const std::function<bool()>& keep_going_;
  int64_t weight_;  // of a placement, in nodes
  uint64_t steps_ = 0;
  std::optional<Packing> halted_;
  std::vector<int64_t> floors_;  // of a placed item: its offset
  std::vector<Items> neighbours_;
  std::vector<bool> placed_;
  Items stack_;                                      // of what is placed
  std::vector<std::pair<int32_t, int64_t>> raised_;  // floors as they were
  std::vector<int64_t> heights_;                     // of each section, for CanPass
  Items by_floor_;
};

int64_t SaturatingMultiply(int64_t a, int64_t b) {
  int64_t product;
  return __builtin_mul_overflow(a, b, &product) ? std::numeric_limits<int64_t>::max() : product;
}

// A number from [0, 1024) that looks random.
int64_t Noise(uint64_t a, uint64_t b) {
  uint64_t x = (a + 1) * 0x9e3779b97f4a7c15 + b;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return static_cast<int64_t>(x >> 54);
}

}  // namespace

Packer::Packer(std::vector<Rectangle> rectangles) : rectangles_(std::move(rectangles)) {
  int32_t sections = 0;
  for (const Rectangle& r : rectangles_) sections = std::max(sections, r.end);
  std::vector<int64_t> live(sections);
  for (const Rectangle& r : rectangles_) {
    for (int32_t section = r.begin; section < r.end; ++section) live[section] += r.size;
  }
  for (const Rectangle& r : rectangles_) {
    totals_.push_back(*std::max_element(live.begin() + r.begin, live.begin() + r.end));
    neighbours_.push_back(std::count_if(rectangles_.begin(), rectangles_.end(),
                                        [&](const Rectangle& other) { return Meet(r, other); }));
  }
}

int64_t Packer::Value(size_t rectangle, PackingOrder::Key key) const {
  const Rectangle& r = rectangles_[rectangle];
  switch (key) {
    case PackingOrder::kTotal:
      return totals_[rectangle];
    case PackingOrder::kNeighbours:
      return neighbours_[rectangle];
    case PackingOrder::kArea:
      return SaturatingMultiply(r.end - r.begin, r.size);
    case PackingOrder::kSize:
      return r.size;
    case PackingOrder::kLength:
      return r.upper - r.lower;
    case PackingOrder::kEarly:
      return -r.lower;
    case PackingOrder::kLate:
      return r.upper;
  }
  return 0;
}

std::vector<int32_t> Packer::ByPriority(const PackingOrder& order) const {
  std::vector<std::array<int64_t, 3>> values;
  for (size_t i = 0; i < rectangles_.size(); ++i) {
    values.push_back({Value(i, order.first), Value(i, order.second), Value(i, order.third)});
    if (order.shuffle == 0) continue;
    values[i][0] = SaturatingMultiply(values[i][0], 2048 + Noise(order.shuffle, i));
  }
  Items items(rectangles_.size());
  std::iota(items.begin(), items.end(), 0);
  std::stable_sort(items.begin(), items.end(),
                   [&](int32_t a, int32_t b) { return values[a] > values[b]; });
  return items;
}

Packing Packer::Pack(int64_t ceiling, const PackingOrder& order, int64_t node_limit, int64_t& nodes,
                     const std::function<bool()>& keep_going) {
  const Items by_priority = ByPriority(order);
  std::vector<Rectangle> items;
  for (const int32_t rectangle : by_priority) items.push_back(rectangles_[rectangle]);
  Run run(std::move(items), ceiling, node_limit, nodes, keep_going);
  const Packing result = run.Search();
  if (result == Packing::kFound) {
    offsets_.resize(by_priority.size());
    for (size_t i = 0; i < by_priority.size(); ++i) offsets_[by_priority[i]] = run.floors()[i];
  }
  return result;
}

}  // namespace emel::plan
