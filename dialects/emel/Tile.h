#ifndef EMEL_DIALECTS_EMEL_TILE_H_
#define EMEL_DIALECTS_EMEL_TILE_H_

#include <algorithm>
#include <cstdint>
#include <numeric>

#include "llvm/ADT/SmallVector.h"

/// Parts of values, and how a part of a result leads to parts of operands.
namespace emel {

/// The indices from `begin` up to, not including, `end` of one dimension.
struct Range {
  int64_t begin = 0, end = 0;

  bool operator==(const Range &) const = default;
  bool isEmpty() const { return end <= begin; }
  bool overlaps(Range other) const {
    return std::max(begin, other.begin) < std::min(end, other.end);
  }
  bool contains(Range other) const {
    return other.isEmpty() || (begin <= other.begin && other.end <= end);
  }
  /// The smallest range that holds both.
  Range hull(Range other) const {
    if (isEmpty()) return other;
    if (other.isEmpty()) return *this;
    return {std::min(begin, other.begin), std::max(end, other.end)};
  }
};

/// A part of a tensor, one range for each dimension. A state has one dimension: its heads.
using Box = llvm::SmallVector<Range, 4>;

/// How indices of a result's dimension lead to those of an operand's dimension `dim`: result index
/// i needs operand index `offset + i * num / den`, and a range of them every whole `granule` that
/// it touches.
struct DimMap {
  int64_t dim = 0;
  int64_t num = 1, den = 1;
  int64_t offset = 0;
  int64_t granule = 1;

  /// Dimension `dim` index by index.
  static DimMap same(int64_t dim) { return {dim}; }

  /// The same map, with `num / den` in its lowest terms.
  DimMap reduced() const {
    DimMap map = *this;
    map.num /= std::gcd(num, den);
    map.den /= std::gcd(num, den);
    return map;
  }
  bool isIdentity(int64_t resultDim) const {
    return dim == resultDim && num == den && offset == 0 && granule == 1;
  }
  /// What a range of the result needs, inside a dimension of `size`.
  Range apply(Range range, int64_t size) const {
    int64_t begin = offset + range.begin * num / den;
    int64_t end = offset + (range.end * num + den - 1) / den;
    begin = begin / granule * granule;
    end = (end + granule - 1) / granule * granule;
    return {std::max<int64_t>(begin, 0), std::min(end, size)};
  }
};

}  // namespace emel

#endif  // EMEL_DIALECTS_EMEL_TILE_H_
