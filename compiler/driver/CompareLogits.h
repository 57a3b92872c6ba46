#ifndef EMEL_COMPILER_DRIVER_COMPARE_LOGITS_H_
#define EMEL_COMPILER_DRIVER_COMPARE_LOGITS_H_

#include <cstddef>
#include <optional>
#include <vector>

#include "llvm/ADT/ArrayRef.h"

/// How far one model's logits are from another's.
namespace emel {

struct LogitsComparison {
  /// KL(expected || got) in nats, of each row.
  std::vector<double> divergences;
  double meanDivergence = 0, maxDivergence = 0;
  double largestDifference = 0;
  size_t largestRow = 0;
  /// The first row with a difference above the tolerance.
  std::optional<size_t> firstRow;
  /// Rows whose most likely token is the same, of equals the lowest.
  size_t sameChoices = 0;
};

/// Compares rows of `width` logits; both have the same number of them. What is not a finite number
/// is as far away as can be.
LogitsComparison compareLogits(llvm::ArrayRef<double> expected, llvm::ArrayRef<double> got,
                               size_t width, double tolerance = 0);

}  // namespace emel

#endif  // EMEL_COMPILER_DRIVER_COMPARE_LOGITS_H_
