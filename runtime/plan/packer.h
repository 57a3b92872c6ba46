#ifndef EMEL_RUNTIME_PLAN_PACKER_H_
#define EMEL_RUNTIME_PLAN_PACKER_H_

#include <absl/types/span.h>

#include <cstdint>
#include <functional>
#include <vector>

// The decision that the search for an optimum is made of: do rectangles whose place in time is
// given fit below a ceiling?
//
// Only tidy packings are tried: each rectangle rests on the ground or on another one, and they are
// placed from the bottom up (by offset, then by priority). Dropping what floats makes any packing
// tidy, so nothing is missed. What is not placed yet has a floor: the highest top among what was
// placed under it.
//
//     ceiling ┌──────────────────┐
//             │   a        b     │    a and b are not placed yet; their floors are the tops of the
//             │ ╶─┬─┬─╴  ╶─┬──── │    rectangles under them
//             │ ┌─┴─┴┐ ┌───┴────┐│
//             │ │    │ │        ││    A branch is given up as soon as
//             └─┴────┴─┴────────┴┘     - at some moment the rest passes the ceiling, even if piled
//             up
//                                        as densely as the floors let it be, or
//                                      - a hole stays open that a later rectangle would fit into:
//                                        the packing that fills the hole is another branch.
//
// Once nothing crosses a moment any more, what remains on either side of it is searched on its own.
namespace emel::plan {

struct Rectangle {
  int64_t lower = 0, upper = 0;  // moments, half-open
  int64_t size = 0;              // above 0
  int32_t begin = 0, end = 0;    // sections of time that it crosses, half-open
};

// Which rectangle to try first, among those that can lie lowest. A search that is stuck in one
// order is often easy in another.
struct PackingOrder {
  // kTotal: the most bytes in a section that the rectangle crosses. kNeighbours: how many others it
  // meets. kArea: its size times its sections. kEarly: the first to start is first; for all others
  // the largest is.
  enum Key : uint8_t { kTotal, kNeighbours, kArea, kSize, kLength, kEarly, kLate };
  Key first, second, third;
  uint32_t shuffle = 0;  // not 0: disturbs the first key, each number in a way of its own
};

enum class Packing { kFound, kImpossible, kOutOfNodes, kStopped };

class Packer {
 public:
  explicit Packer(std::vector<Rectangle> rectangles);

  // Searches until `nodes`, which counts placements, reaches `node_limit`. `keep_going` is asked
  // now and then.
  Packing Pack(int64_t ceiling, const PackingOrder& order, int64_t node_limit, int64_t& nodes,
               const std::function<bool()>& keep_going);

  // Of each rectangle, after kFound.
  const std::vector<int64_t>& offsets() const { return offsets_; }

 private:
  int64_t Value(size_t rectangle, PackingOrder::Key key) const;
  std::vector<int32_t> ByPriority(const PackingOrder& order) const;

  std::vector<Rectangle> rectangles_;
  std::vector<int64_t> totals_, neighbours_;  // of each rectangle
  std::vector<int64_t> offsets_;
};

}  // namespace emel::plan

#endif  // EMEL_RUNTIME_PLAN_PACKER_H_
