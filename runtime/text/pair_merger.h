#ifndef EMEL_RUNTIME_TEXT_PAIR_MERGER_H_
#define EMEL_RUNTIME_TEXT_PAIR_MERGER_H_

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

namespace emel::text {

// Joins neighbouring symbols, always the cheapest pair next and the leftmost among equals, until
// no pair can be joined: O(n log n) for n symbols. Its memory is reused from text to text.
//
//   symbols   h e l l o        a doubly linked list over one array; the left symbol of a pair
//             |/  |/ /         takes the joined text, the right one drops out (length 0)
//   queue     (he) (ll) (lo)   entries of pairs that changed meanwhile are skipped
template <typename Cost>
class PairMerger {
 public:
  struct Symbol {
    uint32_t begin;
    uint32_t length;
    int32_t id;
    int32_t previous = -1;
    int32_t next = -1;
  };
  struct Join {
    Cost cost;
    int32_t id;  // of the joined symbol
  };

  void Add(uint32_t begin, uint32_t length, int32_t id) {
    const auto index = static_cast<int32_t>(symbols_.size());
    symbols_.push_back({begin, length, id, index - 1, -1});
    if (index > 0) symbols_[index - 1].next = index;
  }

  // `find(left, right)` returns std::optional<Join>; `emit(symbol)` gets what is left, in order.
  // Afterwards the merger is empty.
  template <typename Find, typename Emit>
  void Run(Find&& find, Emit&& emit) {
    queue_.clear();
    for (size_t i = 1; i < symbols_.size(); ++i) Consider(find, i - 1, i);
    std::make_heap(queue_.begin(), queue_.end(), Later);
    const auto push = [&](int32_t left, int32_t right) {
      if (left >= 0 && right >= 0 && Consider(find, left, right)) {
        std::push_heap(queue_.begin(), queue_.end(), Later);
      }
    };
    while (!queue_.empty()) {
      std::pop_heap(queue_.begin(), queue_.end(), Later);
      const Entry entry = queue_.back();
      queue_.pop_back();
      Symbol& left = symbols_[entry.left];
      Symbol& right = symbols_[entry.right];
      if (left.length == 0 || right.length == 0 || left.length + right.length != entry.length) {
        continue;
      }
      left.length = entry.length;
      left.id = entry.id;
      right.length = 0;
      left.next = right.next;
      if (right.next >= 0) symbols_[right.next].previous = entry.left;
      push(left.previous, entry.left);
      push(entry.left, left.next);
    }
    for (int32_t i = symbols_.empty() ? -1 : 0; i >= 0; i = symbols_[i].next) emit(symbols_[i]);
    symbols_.clear();
  }

 private:
  struct Entry {
    Cost cost;
    int32_t id;
    int32_t left;
    int32_t right;
    uint32_t length;
  };
  static bool Later(const Entry& a, const Entry& b) {
    return a.cost != b.cost ? a.cost > b.cost : a.left > b.left;
  }
  template <typename Find>
  bool Consider(Find& find, int32_t left, int32_t right) {
    const std::optional<Join> join = find(symbols_[left], symbols_[right]);
    if (!join) return false;
    queue_.push_back(
        {join->cost, join->id, left, right, symbols_[left].length + symbols_[right].length});
    return true;
  }

  std::vector<Symbol> symbols_;
  std::vector<Entry> queue_;
};

}  // namespace emel::text

#endif  // EMEL_RUNTIME_TEXT_PAIR_MERGER_H_
