// Which parts of two values share bytes.

#include <numeric>

#include "dialects/plan/Footprint.h"

using namespace mlir;
using namespace emel;
using namespace emel::plan;

emel::Range plan::storageOf(Type type, const Box &box) {
  if (isa<KvType>(type)) return box.front();
  auto tensor = cast<RankedTensorType>(type);
  if (!tensor.getEncoding()) return byteHull(tensor, box);
  // A layout may put any element anywhere.
  return {0, *getStorageBytes(tensor)};
}

static emel::Range shifted(emel::Range range, int64_t by) {
  return {range.begin + by, range.end + by};
}

static bool boxesMeet(const Box &a, const Box &b) {
  for (auto [own, other] : llvm::zip_equal(a, b))
    if (!own.overlaps(other)) return false;
  return true;
}

/// The bytes of a part as contiguous runs, ascending; fails where these are more than `most`.
static LogicalResult findRuns(Type type, const Box &box, int64_t most,
                              std::vector<emel::Range> &runs) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || tensor.getEncoding() || tensor.getRank() < 2) {
    runs.push_back(storageOf(type, box));
    return success();
  }
  ArrayRef<int64_t> dims = tensor.getShape();
  Box part = box;
  // Formats of blocks lie in whole rows.
  if (!tensor.getElementType().isIntOrFloat()) part.back() = {0, dims.back()};
  // The dimensions after `inner` lie in one piece of `bytes`.
  size_t inner = dims.size() - 1;
  while (inner > 0 && part[inner] == Range{0, dims[inner]}) --inner;
  int64_t bytes =
      *getStorageBytes(cast<RankedTensorType>(tensor.clone(dims.drop_front(inner + 1))));

  Box index(part.begin(), part.begin() + inner);
  for (;;) {
    int64_t first = 0;
    for (size_t i = 0; i < inner; ++i) first = (first + index[i].begin) * dims[i + 1];
    runs.push_back({(first + part[inner].begin) * bytes, (first + part[inner].end) * bytes});
    if (static_cast<int64_t>(runs.size()) > most) return failure();
    size_t i = inner;
    while (i > 0 && ++index[i - 1].begin == part[i - 1].end) {
      --i;
      index[i].begin = part[i].begin;
    }
    if (i == 0) return success();
  }
}

namespace {

class Finder {
 public:
  Finder(const Touch &a, const Touch &b, int64_t delta)
      : a_(a), b_(b), delta_(delta), isAligned_(delta == 0 && a.type == b.type) {}

  std::optional<std::pair<TilePart, TilePart>> find(function_ref<bool(TileId, TileId)> matters);

 private:
  /// What to sort parts by: one dimension of their boxes, or their bytes.
  void chooseKeys();
  bool meets(const TilePart &a, const TilePart &b);

  const Touch &a_, &b_;
  const int64_t delta_;
  /// Whether elements of equal indices, and no others, share bytes.
  const bool isAligned_;
  std::vector<emel::Range> keysA_, keysB_;
  /// The runs of bytes that may still be compared.
  int64_t budget_ = 1 << 22;
};

void Finder::chooseKeys() {
  if (!isAligned_) {
    for (const TilePart &part : a_.parts) keysA_.push_back(storageOf(a_.type, part.box));
    for (const TilePart &part : b_.parts)
      keysB_.push_back(shifted(storageOf(b_.type, part.box), delta_));
    return;
  }
  // The dimension that parts divide most.
  Box whole = wholeOf(a_.type);
  size_t best = 0;
  double least = -1;
  for (size_t dim = 0; dim < whole.size(); ++dim) {
    double covered = 0;
    for (const Touch *touch : {&a_, &b_})
      for (const TilePart &part : touch->parts)
        covered += double(part.box[dim].end - part.box[dim].begin) / double(whole[dim].end);
    if (least < 0 || covered < least) std::tie(least, best) = std::pair(covered, dim);
  }
  auto key = [&](const TilePart &part) { return whole.empty() ? Range{0, 1} : part.box[best]; };
  for (const TilePart &part : a_.parts) keysA_.push_back(key(part));
  for (const TilePart &part : b_.parts) keysB_.push_back(key(part));
}

bool Finder::meets(const TilePart &a, const TilePart &b) {
  if (isAligned_) return boxesMeet(a.box, b.box);
  constexpr int64_t kMostRuns = 1 << 14;
  std::vector<emel::Range> runsA, runsB;
  if (budget_ < 0 || failed(findRuns(a_.type, a.box, kMostRuns, runsA)) ||
      failed(findRuns(b_.type, b.box, kMostRuns, runsB)))
    return true;
  budget_ -= runsA.size() + runsB.size();
  for (size_t i = 0, j = 0; i < runsA.size() && j < runsB.size();) {
    emel::Range other = shifted(runsB[j], delta_);
    if (runsA[i].overlaps(other)) return true;
    ++(runsA[i].end < other.end ? i : j);
  }
  return false;
}

std::optional<std::pair<TilePart, TilePart>> Finder::find(
    function_ref<bool(TileId, TileId)> matters) {
  chooseKeys();
  std::vector<size_t> order(keysB_.size());
  std::iota(order.begin(), order.end(), size_t{0});
  llvm::sort(order, [&](size_t i, size_t j) {
    return std::pair(keysB_[i].begin, i) < std::pair(keysB_[j].begin, j);
  });
  // The largest end among the parts up to here: where it is small, no earlier part meets.
  std::vector<int64_t> ends;
  for (size_t i : order)
    ends.push_back(ends.empty() ? keysB_[i].end : std::max(ends.back(), keysB_[i].end));

  for (auto [own, part] : llvm::zip_equal(keysA_, a_.parts)) {
    size_t last = llvm::partition_point(
                      order, [&, end = own.end](size_t i) { return keysB_[i].begin < end; }) -
                  order.begin();
    while (last > 0 && ends[last - 1] > own.begin) {
      size_t i = order[--last];
      const TilePart &other = b_.parts[i];
      if (keysB_[i].overlaps(own) && (!isAligned_ || boxesMeet(part.box, other.box)) &&
          matters(part.tile, other.tile) && meets(part, other))
        return std::pair(part, other);
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::pair<TilePart, TilePart>> plan::findMeeting(
    const Touch &a, const Touch &b, int64_t delta, function_ref<bool(TileId, TileId)> matters) {
  return Finder(a, b, delta).find(matters);
}

std::optional<std::pair<TilePart, TilePart>> plan::findRace(const Schedule &scheduleA,
                                                            const Touch &a,
                                                            const Schedule &scheduleB,
                                                            const Touch &b, int64_t delta,
                                                            Extents bounds) {
  return findMeeting(a, b, delta, [&](TileId own, TileId other) {
    return findApart(scheduleA, own, scheduleB, other, bounds).has_value();
  });
}
