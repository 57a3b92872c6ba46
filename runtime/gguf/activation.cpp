#include "runtime/gguf/activation.h"

#include "runtime/gguf/decode_block.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace emel::gguf {
namespace {

int32_t DotIntegers(const int8_t* weights, const ActivationGroup& activations) {
  int32_t sum = 0;
  for (int k = 0; k < kActivationGroup; ++k) sum += weights[k] * activations.values[k];
  return sum;
}

}  // namespace

ActivationGroup RoundGroup(const float* x) {
  ActivationGroup group{};
  float largest = 0;
  bool finite = true;
  for (int k = 0; k < kActivationGroup; ++k) {
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
  for (int k = 0; k < kActivationGroup; ++k) {
    group.values[k] = static_cast<int8_t>(std::nearbyint(x[k] * inverse));
    group.sum = static_cast<int16_t>(group.sum + group.values[k]);
  }
  return group;
}

ActivationGroup LoadGroup(const uint8_t* row, int64_t elements, int64_t index) {
  const uint8_t *scales = row + ActivationScalesAt(elements),
                *sums = row + ActivationSumsAt(elements);
  ActivationGroup group;
  std::memcpy(group.values, row + index * kActivationGroup, kActivationGroup);
  group.scale = Load<float>(scales + index * sizeof(float));
  group.sum = Load<int16_t>(sums + index * sizeof(int16_t));
  return group;
}

void StoreGroup(const ActivationGroup& group, uint8_t* row, int64_t elements, int64_t index) {
  uint8_t *scales = row + ActivationScalesAt(elements), *sums = row + ActivationSumsAt(elements);
  std::memcpy(row + index * kActivationGroup, group.values, kActivationGroup);
  std::memcpy(scales + index * sizeof(float), &group.scale, sizeof(float));
  std::memcpy(sums + index * sizeof(int16_t), &group.sum, sizeof(int16_t));
}

void RoundRow(absl::Span<const float> x, uint8_t* row) {
  int64_t elements = static_cast<int64_t>(x.size());
  for (int64_t i = 0; i < elements / kActivationGroup; ++i) {
    StoreGroup(RoundGroup(x.data() + i * kActivationGroup), row, elements, i);
  }
}

template <typename Number>
Number DotProduct(absl::Span<const IntegerGroup> weights, bool has_minima,
                  absl::Span<const ActivationGroup> activations) {
  Number result = 0;
  for (size_t i = 0; i < activations.size(); ++i) {
    const IntegerGroup& w = weights[i / 2];
    const ActivationGroup& x = activations[i];
    size_t half = i % 2;
    int32_t product = w.scales[half] * DotIntegers(w.values + half * kActivationGroup, x);
    Number scale = Number{w.scale} * Number{x.scale};
    result = std::fma(static_cast<Number>(product), scale, result);
    if (!has_minima) continue;
    scale = Number{w.min_scale} * Number{x.scale};
    result = std::fma(static_cast<Number>(w.minima[half] * x.sum), -scale, result);
  }
  return result;
}

template float DotProduct<float>(absl::Span<const IntegerGroup>, bool,
                                 absl::Span<const ActivationGroup>);
template double DotProduct<double>(absl::Span<const IntegerGroup>, bool,
                                   absl::Span<const ActivationGroup>);

}  // namespace emel::gguf
