#include "runtime/gguf/activation.h"

#include "runtime/gguf/decode_block.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace emel::gguf {
namespace {

constexpr int kHalf = kIntegerGroup / 2;

int32_t DotIntegers(const IntegerGroup& w, const ActivationGroup& x) {
  int32_t result = 0;
  for (int h = 0; h < 2; ++h) {
    int32_t sum = 0;
    for (int k = h * kHalf; k < (h + 1) * kHalf; ++k) sum += w.values[k] * x.values[k];
    result += w.scales[h] * sum;
  }
  return result;
}

}  // namespace

ActivationGroup RoundGroup(const float* x) {
  ActivationGroup group{};
  float largest = 0;
  bool finite = true;
  for (int k = 0; k < kIntegerGroup; ++k) {
    finite &= std::isfinite(x[k]);
    largest = std::max(largest, std::abs(x[k]));
  }
  if (!finite) {
    group.scale = std::numeric_limits<float>::quiet_NaN();
    return group;
  }
  float scale = largest / 127;
  if (scale < std::numeric_limits<float>::min()) return group;
  group.scale = scale;
  float inverse = 1 / scale;
  for (int k = 0; k < kIntegerGroup; ++k) {
    group.values[k] = static_cast<int8_t>(std::nearbyint(x[k] * inverse));
    group.sums[k / kHalf] = static_cast<int16_t>(group.sums[k / kHalf] + group.values[k]);
  }
  return group;
}

ActivationGroup LoadGroup(const uint8_t* row, int64_t elements, int64_t index) {
  ActivationGroup group;
  std::memcpy(group.values, row + index * kIntegerGroup, kIntegerGroup);
  const uint8_t* scales = row + elements;
  group.scale = Load<float>(scales + index * 4);
  std::memcpy(group.sums, scales + elements / 8 + index * 4, 4);
  return group;
}

void StoreGroup(const ActivationGroup& group, uint8_t* row, int64_t elements, int64_t index) {
  std::memcpy(row + index * kIntegerGroup, group.values, kIntegerGroup);
  uint8_t* scales = row + elements;
  std::memcpy(scales + index * 4, &group.scale, 4);
  std::memcpy(scales + elements / 8 + index * 4, group.sums, 4);
}

void RoundRow(absl::Span<const float> x, uint8_t* row) {
  int64_t elements = static_cast<int64_t>(x.size());
  for (int64_t i = 0; i < elements / kIntegerGroup; ++i) {
    StoreGroup(RoundGroup(x.data() + i * kIntegerGroup), row, elements, i);
  }
}

template <typename Number>
Number DotProduct(absl::Span<const IntegerGroup> weights, bool has_minima,
                  absl::Span<const ActivationGroup> activations) {
  Number result = 0;
  for (size_t i = 0; i < weights.size(); ++i) {
    const IntegerGroup& w = weights[i];
    const ActivationGroup& x = activations[i];
    Number scale = Number{w.scale} * Number{x.scale};
    result = std::fma(static_cast<Number>(DotIntegers(w, x)), scale, result);
    if (!has_minima) continue;
    int32_t sums = w.minima[0] * x.sums[0] + w.minima[1] * x.sums[1];
    scale = Number{w.min_scale} * Number{x.scale};
    result = std::fma(static_cast<Number>(sums), -scale, result);
  }
  return result;
}

template float DotProduct<float>(absl::Span<const IntegerGroup>, bool,
                                 absl::Span<const ActivationGroup>);
template double DotProduct<double>(absl::Span<const IntegerGroup>, bool,
                                   absl::Span<const ActivationGroup>);

}  // namespace emel::gguf
