#include "dialects/interpreter/Orders.h"

#include <bit>
#include <cmath>

#include "dialects/emel/Semirings.h"

namespace emel::orders {

//===----------------------------------------------------------------------===//
// Rows
//===----------------------------------------------------------------------===//

float addInPairs(Lanes lanes, llvm::function_ref<float(float, float)> add) {
  for (int half = kLanes / 2; half > 0; half /= 2)
    for (int l = 0; l < half; ++l) lanes[l] = add(lanes[l], lanes[l + half]);
  return lanes[0];
}

/// Each row begins with lane 0 again.
static float &laneOf(Lanes &lanes, size_t index, size_t width) {
  return lanes[index % width % kLanes];
}

float sum(llvm::ArrayRef<float> rows, size_t width) {
  Lanes lanes{};
  for (auto [i, x] : llvm::enumerate(rows)) laneOf(lanes, i, width) += x;
  return addInPairs(lanes);
}

static float sumOfSquares(llvm::ArrayRef<float> rows, size_t width) {
  Lanes lanes{};
  for (auto [i, x] : llvm::enumerate(rows)) {
    float &lane = laneOf(lanes, i, width);
    lane = std::fma(x, x, lane);
  }
  return addInPairs(lanes);
}

float reduce(ReduceKind kind, float sum, float x) {
  switch (kind) {
    case ReduceKind::Sum:
    case ReduceKind::Mean: return sum + x;
    case ReduceKind::Max: return maximum(sum, x);
    case ReduceKind::Min: return minimum(sum, x);
  }
  llvm_unreachable("every kind returns");
}

/// Divides by the root of the mean of the squares.
static void scaleToOne(llvm::MutableArrayRef<float> rows, size_t width, float eps) {
  float mean = sumOfSquares(rows, width) / static_cast<float>(rows.size());
  float factor = 1 / std::sqrt(mean + eps);
  for (float &x : rows) x *= factor;
}

void rmsNorm(llvm::MutableArrayRef<float> row, float eps) { scaleToOne(row, row.size(), eps); }

void layerNorm(llvm::MutableArrayRef<float> rows, size_t width, float eps) {
  float mean = sum(rows, width) / static_cast<float>(rows.size());
  for (float &x : rows) x -= mean;
  scaleToOne(rows, width, eps);
}

void l2Norm(llvm::MutableArrayRef<float> row, float eps) {
  float length = maximum(std::sqrt(sumOfSquares(row, row.size())), eps);
  for (float &x : row) x /= length;
}

float weigh(llvm::MutableArrayRef<float> scores, std::optional<float> sink) {
  float high = sink.value_or(-INFINITY);
  for (float score : scores) high = maximum(high, score);
  if (high == -INFINITY) high = 0;
  for (float &score : scores) score = exp(score - high);
  float total = sum(scores, scores.size());
  if (sink) total += exp(*sink - high);
  return total == 0 ? 1 : total;
}

void cumsum(llvm::MutableArrayRef<float> row) {
  float before = -0.0f;
  for (; !row.empty(); row = row.drop_front(std::min<size_t>(row.size(), kLanes))) {
    llvm::MutableArrayRef<float> part = row.take_front(kLanes);
    for (size_t distance = 1; distance < kLanes; distance *= 2)
      for (size_t i = part.size(); i-- > distance;) part[i] += part[i - distance];
    for (float &x : part) x += before;
    before = part.back();
  }
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

static float larger(float a, float b) { return std::isnan(a) || a > b ? a : b; }
static float smaller(float a, float b) { return std::isnan(a) || a < b ? a : b; }

static float logAddExp(float a, float b) {
  float high = larger(a, b);
  if (std::isinf(high)) return high;
  float difference = smaller(a, b) - high;
  return high + log1p(difference > -40 ? exp(difference) : 0);
}

static float add(Semiring semiring, float a, float b) {
  switch (semiring) {
    case Semiring::PlusTimes: return a + b;
    case Semiring::MaxPlus: return larger(a, b);
    case Semiring::MinPlus: return smaller(a, b);
    case Semiring::OrAnd: return a > b ? a : b;
    case Semiring::LogSumExp: return logAddExp(a, b);
  }
  llvm_unreachable("every semiring returns");
}

/// A semiring's product is a sum or a choice, which doubles and one rounding give to the bit.
static float addProduct(Semiring semiring, float sum, float a, float b) {
  if (semiring == Semiring::PlusTimes) return std::fma(a, b, sum);
  return add(semiring, sum, static_cast<float>(infoOf(semiring).multiply(a, b)));
}

static float zeroOf(Semiring semiring) { return static_cast<float>(infoOf(semiring).zero); }

float dotInChain(Semiring semiring, llvm::ArrayRef<float> weight, const float *input) {
  float sum = zeroOf(semiring);
  for (auto [i, w] : llvm::enumerate(weight)) sum = addProduct(semiring, sum, w, input[i]);
  return sum;
}

float dotInLanes(Semiring semiring, llvm::ArrayRef<float> weight, const float *input) {
  float zero = zeroOf(semiring);
  Lanes lanes;
  lanes.fill(zero);
  for (auto [i, w] : llvm::enumerate(weight))
    lanes[i % kLanes] = addProduct(semiring, lanes[i % kLanes], w, input[i]);
  // The last vector is whole.
  if (size_t begun = weight.size() % kLanes)
    for (size_t l = begun; l < kLanes; ++l) lanes[l] = addProduct(semiring, lanes[l], zero, zero);
  return addInPairs(lanes, [=](float a, float b) { return add(semiring, a, b); });
}

/// 0 of the same sign for a subnormal number.
static float flush(float x) { return std::fabs(x) < 0x1p-126f ? std::copysign(0.0f, x) : x; }

/// 0 also where the result would be below 2^-126 if it were rounded to 24 bits there too.
static float fmaFlushed(float a, float b, float c) {
  float sum = std::fma(flush(a), flush(b), flush(c));
  if (std::fabs(sum) > 0x1p-126f) return sum;
  float scaled = std::fma(flush(a) * 0x1p24f, flush(b), flush(c) * 0x1p24f);
  return std::fabs(scaled) < 0x1p-102f ? std::copysign(0.0f, sum) : sum;
}

float dotInTiles(llvm::ArrayRef<float> weight, const float *input) {
  constexpr size_t kStep = 32;
  float sum = 0;
  for (size_t first = 0; first < weight.size(); first += kStep) {
    float chains[2] = {};
    for (size_t i = first; i < first + kStep; ++i) {
      bool isThere = i < weight.size();
      chains[i % 2] = fmaFlushed(isThere ? input[i] : 0, isThere ? weight[i] : 0, chains[i % 2]);
    }
    sum = flush(sum + flush(chains[0] + chains[1]));
  }
  return sum;
}

static float roundForTile(float x) {
  if (std::isnan(x)) return NAN;
  auto bits = std::bit_cast<uint32_t>(flush(x));
  bits += 0x7fff + (bits >> 16 & 1);
  return std::bit_cast<float>(bits & 0xffff0000);
}

void appendForTiles(const gguf::IntegerGroup &group, std::vector<float> &row) {
  for (int k = 0; k < gguf::kIntegerGroup; ++k) {
    int half = k / (gguf::kIntegerGroup / 2);
    float scale = group.scale * group.scales[half];
    float minimum = group.min_scale * group.minima[half];
    row.push_back(roundForTile(std::fma(static_cast<float>(group.values[k]), scale, -minimum)));
  }
}

}  // namespace emel::orders
