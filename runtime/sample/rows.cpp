#include "runtime/sample/rows.h"

#include "runtime/sample/exp_log.h"

#include <cmath>
#include <cstdint>
#include <limits>

namespace emel::sample {
namespace {

constexpr float kNone = -std::numeric_limits<float>::infinity();

double Total(const double (&lanes)[kLanes]) {
  double sums[kLanes];
  for (size_t j = 0; j < kLanes; ++j) sums[j] = lanes[j];
  for (size_t half = kLanes / 2; half > 0; half /= 2) {
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

template <typename T>
Moments MomentsOfRow(const T* row, size_t count) {
  const double sum = LaneSum(count, [row](size_t i) { return row[i] > kNone ? row[i] : 0.0; });
  const double finite = LaneSum(count, [row](size_t i) { return row[i] > kNone ? 1.0 : 0.0; });
  const double mean = finite > 0 ? sum / finite : 0;
  const double squares = LaneSum(count, [row, mean](size_t i) {
    const double d = row[i] > kNone ? row[i] - mean : 0.0;
    return d * d;
  });
  return {static_cast<size_t>(finite), mean, finite > 0 ? std::sqrt(squares / finite) : 0};
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

Moments MomentsOf(const float* row, size_t count) { return MomentsOfRow(row, count); }
Moments MomentsOf(const double* row, size_t count) { return MomentsOfRow(row, count); }

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
