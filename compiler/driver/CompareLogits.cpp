#include "compiler/driver/CompareLogits.h"

#include <algorithm>
#include <cmath>

using llvm::ArrayRef;

namespace emel {

/// Natural logarithms of the probabilities that a row of logits stands for.
static std::vector<double> logProbabilities(ArrayRef<double> logits) {
  double most = *std::max_element(logits.begin(), logits.end()), sum = 0;
  for (double x : logits) sum += std::exp(x - most);
  std::vector<double> result(logits.begin(), logits.end());
  for (double &x : result) x -= most + std::log(sum);
  return result;
}

static double divergence(ArrayRef<double> expected, ArrayRef<double> got) {
  std::vector<double> a = logProbabilities(expected), b = logProbabilities(got);
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i)
    // A token that never comes adds nothing, however unlikely it is on the other side.
    if (double p = std::exp(a[i]); p != 0) sum += p * (a[i] - b[i]);
  return std::isfinite(sum) ? std::max(sum, 0.0) : INFINITY;
}

static double largestDifference(ArrayRef<double> a, ArrayRef<double> b) {
  double largest = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    double difference = std::abs(a[i] - b[i]);
    if (std::isnan(difference)) return INFINITY;
    largest = std::max(largest, difference);
  }
  return largest;
}

LogitsComparison compareLogits(ArrayRef<double> expected, ArrayRef<double> got, size_t width,
                               double tolerance) {
  LogitsComparison all;
  size_t rows = expected.size() / width;
  for (size_t row = 0; row < rows; ++row) {
    ArrayRef<double> a = expected.slice(row * width, width), b = got.slice(row * width, width);
    double difference = largestDifference(a, b);
    all.divergences.push_back(divergence(a, b));
    all.meanDivergence += all.divergences.back() / static_cast<double>(rows);
    all.maxDivergence = std::max(all.maxDivergence, all.divergences.back());
    if (difference > tolerance && !all.firstRow) all.firstRow = row;
    if (difference > all.largestDifference) {
      all.largestDifference = difference;
      all.largestRow = row;
    }
    all.sameChoices += std::max_element(a.begin(), a.end()) - a.begin() ==
                       std::max_element(b.begin(), b.end()) - b.begin();
  }
  return all;
}

}  // namespace emel
