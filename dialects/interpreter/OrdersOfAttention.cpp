#include <cmath>

#include "dialects/interpreter/Orders.h"
#include "runtime/include/emel/step.h"

namespace emel::orders {

static constexpr int64_t kPage = EMEL_PAGE_POSITIONS, kScaled = 32;
static_assert(kPage == 2 * kLanes);

/// Two chains, of even and of odd dimensions.
static float dotInHalves(llvm::ArrayRef<float> query, const double *key, float scale) {
  float chains[2] = {};
  for (auto [d, q] : llvm::enumerate(query)) {
    // What lies in a cell under a scale is a whole number.
    auto k = static_cast<float>(scale == 0 ? 0 : key[d] / scale);
    chains[d % 2] = std::fma(q, k, chains[d % 2]);
  }
  return chains[0] + chains[1];
}

/// A product of a query and a key, scaled and capped.
static float scaled(const AttentionHead &head, float product) {
  float score = product * head.scale;
  if (head.softcap <= 0) return score;
  return tanh(score * static_cast<float>(1 / double(head.softcap))) * head.softcap;
}

static float score(const AttentionHead &head, const CellRow &key, int64_t distance) {
  float score = 0;
  if (key.scales.empty()) score = dotInHalves(head.query, key.numbers, 1);
  for (auto [group, scale] : llvm::enumerate(key.scales)) {
    auto query = head.query.slice(group * kScaled, kScaled);
    score = std::fma(dotInHalves(query, key.numbers + group * kScaled, scale), scale, score);
  }
  score = scaled(head, score);
  return head.slope != 0 ? std::fma(head.slope, static_cast<float>(distance), score) : score;
}

/// sums[d] += weight times the cell's number d.
static void addValues(float weight, const CellRow &value, llvm::MutableArrayRef<float> sums) {
  for (auto [d, sum] : llvm::enumerate(sums)) {
    if (value.scales.empty()) {
      sum = std::fma(weight, static_cast<float>(value.numbers[d]), sum);
      continue;
    }
    float scale = value.scales[d / kScaled];
    float level = scale == 0 ? 0 : static_cast<float>(value.numbers[d] / scale);
    sum = std::fma(weight * scale, level, sum);
  }
}

void attend(const AttentionHead &head, int64_t position, llvm::ArrayRef<AttentionCell> cells,
            llvm::MutableArrayRef<float> out) {
  int64_t begin = position + 1 - static_cast<int64_t>(cells.size());
  float high = head.sink.value_or(-INFINITY);
  Lanes sums{};
  if (head.sink) sums[0] = 1;
  std::fill(out.begin(), out.end(), 0.0f);
  for (int64_t page = begin / kPage; page <= position / kPage; ++page) {
    int64_t first = std::max(begin, page * kPage), end = std::min(position + 1, (page + 1) * kPage);
    std::array<float, kPage> weights;
    weights.fill(-INFINITY);
    float before = high;
    for (int64_t cell = first; cell < end; ++cell) {
      float &own = weights[cell % kPage];
      own = score(head, cells[cell - begin].key, cell - position);
      high = maximum(high, own);
    }
    for (float &weight : weights) weight = exp(weight - high);
    float fall = exp(before - high);
    for (int l = 0; l < kLanes; ++l) sums[l] = sums[l] * fall + weights[l] + weights[l + kLanes];
    for (float &x : out) x *= fall;
    for (int64_t cell = first; cell < end; ++cell)
      addValues(weights[cell % kPage], cells[cell - begin].value, out);
  }
  float total = addInPairs(sums);
  for (float &x : out) x /= total;
}

void flashAttend(const AttentionHead &head, llvm::ArrayRef<MaskedCell> cells,
                 llvm::MutableArrayRef<float> out) {
  std::vector<float> weights;
  for (const MaskedCell &cell : cells) {
    float product = dotInLanes(Semiring::PlusTimes, cell.key, head.query.data());
    float score = scaled(head, product);
    if (cell.mask)
      score = *cell.mask == -INFINITY ? -INFINITY : std::fma(head.slope, *cell.mask, score);
    weights.push_back(score);
  }
  float total = weigh(weights, head.sink);
  std::fill(out.begin(), out.end(), 0.0f);
  for (auto [cell, weight] : llvm::zip(cells, weights))
    for (auto [sum, value] : llvm::zip(out, cell.value))
      sum = std::fma(weight, cell.mask == -INFINITY ? 0 : value, sum);
  for (float &x : out) x /= total;
}

}  // namespace emel::orders
