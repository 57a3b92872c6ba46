#include "runtime/sample/rows.h"

#include "runtime/sample/exp_log.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

namespace emel::sample {
namespace {

constexpr float kNone = -std::numeric_limits<float>::infinity();

template <size_t kCount>
double Total(const double (&lanes)[kCount]) {
  double sums[kCount];
  for (size_t j = 0; j < kCount; ++j) sums[j] = lanes[j];
  for (size_t half = kCount / 2; half > 0; half /= 2) {
    for (size_t j = 0; j < half; ++j) sums[j] += sums[j + half];
  }
  return sums[0];
}

// The sum of f(i) over all i below count.
template <typename Term>
inline double LaneSum(size_t count, Term f) {
  double lanes[kLanes] = {};
  size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (size_t j = 0; j < kLanes; ++j) lanes[j] += f(i + j);
  }
  for (size_t j = 0; i + j < count; ++j) lanes[j] += f(i + j);
  return Total(lanes);
}

template <typename T>
T MaxOf(const T* row, size_t count) {
  T lanes[kLanes];
  for (T& lane : lanes) lane = kNone;
  size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (size_t j = 0; j < kLanes; ++j) lanes[j] = row[i + j] > lanes[j] ? row[i + j] : lanes[j];
  }
  for (; i < count; ++i) lanes[0] = row[i] > lanes[0] ? row[i] : lanes[0];
  for (T lane : lanes) lanes[0] = lane > lanes[0] ? lane : lanes[0];
  return lanes[0];
}

// In one pass: the mean of squares less the square of the mean, both from the origin. With fewer
// lanes, as there are three sums to keep in registers.
template <typename T>
double DeviationOf(const T* row, size_t count, double origin) {
  constexpr size_t kFew = kLanes / 2;
  double sums[kFew] = {}, squares[kFew] = {}, finite[kFew] = {};
  const auto add = [&](size_t i, size_t lane) {
    const bool counts = row[i] > kNone;
    const double d = counts ? row[i] - origin : 0.0;
    sums[lane] += d;
    squares[lane] += d * d;
    finite[lane] += counts ? 1.0 : 0.0;
  };
  size_t i = 0;
  for (; i + kFew <= count; i += kFew) {
    for (size_t j = 0; j < kFew; ++j) add(i + j, j);
  }
  for (size_t j = 0; i + j < count; ++j) add(i + j, j);
  const double n = std::max(1.0, Total(finite));
  const double mean = Total(sums) / n;
  return std::sqrt(std::max(0.0, Total(squares) / n - mean * mean));
}

}  // namespace

bool CopyNumbers(const float* from, size_t count, float* to) {
  int32_t wrong = 0;
  for (size_t i = 0; i < count; ++i) {
    const float value = from[i];
    to[i] = value;
    wrong |= value != value ? 1 : 0;
  }
  return wrong == 0;
}

float Max(const float* row, size_t count) { return MaxOf(row, count); }
double Max(const double* row, size_t count) { return MaxOf(row, count); }

double Deviation(const float* row, size_t count, double origin) {
  return DeviationOf(row, count, origin);
}
double Deviation(const double* row, size_t count, double origin) {
  return DeviationOf(row, count, origin);
}

double Exponentials(const double* logits, size_t count, double max, double* p) {
  for (size_t i = 0; i < count; ++i) p[i] = Exp(logits[i] - max);
  return Sum(p, count);
}

double Sum(const double* values, size_t count) {
  return LaneSum(count, [values](size_t i) { return values[i]; });
}

double WeightedSum(const double* weights, const double* values, size_t count, double origin) {
  return LaneSum(count, [=](size_t i) { return weights[i] * (values[i] - origin); });
}

bool AnyAtLeast(const float* block, float limit) {
  int32_t any = 0;
  for (size_t i = 0; i < kBlock; ++i) any |= block[i] >= limit ? 1 : 0;
  return any != 0;
}

}  // namespace emel::sample
