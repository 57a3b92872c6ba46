#ifndef EMEL_RUNTIME_GGUF_ACTIVATION_H_
#define EMEL_RUNTIME_GGUF_ACTIVATION_H_

#include "runtime/gguf/integer_blocks.h"

#include <absl/types/span.h>

#include <cstdint>

// Activations of 8 bits, in groups of 16 with a scale each: the one scheme in which rounded
// activations meet weights with an integer form. docs/numerics.md derives it; what stands here is
// the reference that every backend matches bit for bit. A row of k elements:
//
//     | q:i8[k] | d:f32[k / 16] | sum:i16[k / 16] |   value = d * q; the sum of a group's q
namespace emel::gguf {

inline constexpr int kActivationGroup = 16;
static_assert(kIntegerGroup == 2 * kActivationGroup);

// Where scales and sums of a row of `elements`, a multiple of 16, begin, and its bytes.
constexpr int64_t ActivationScalesAt(int64_t elements) { return elements; }
constexpr int64_t ActivationSumsAt(int64_t elements) {
  return elements + elements / kActivationGroup * int64_t{sizeof(float)};
}
constexpr int64_t ActivationRowBytes(int64_t elements) {
  return ActivationSumsAt(elements) + elements / kActivationGroup * int64_t{sizeof(int16_t)};
}

// A group of a row as it is computed with.
struct ActivationGroup {
  float scale;
  int16_t sum;
  int8_t values[kActivationGroup];
};

// Rounds 16 numbers. With a the largest magnitude among them:
//
//     d = a / 127,   q = round_half_even(x * (1 / d))
//
// each operation rounded to float32. Where d is below the smallest normal number all is 0; where a
// is no finite number, d is a NaN and q is 0.
ActivationGroup RoundGroup(const float* x);

// Reads and writes a group of a row of `elements`.
ActivationGroup LoadGroup(const uint8_t* row, int64_t elements, int64_t group);
void StoreGroup(const ActivationGroup& group, uint8_t* row, int64_t elements, int64_t index);

// Rounds a row; `row` has ActivationRowBytes(x.size()) bytes.
void RoundRow(absl::Span<const float> x, uint8_t* row);

// The dot product of a row of weights and one of activations, from the first group to the last, of
// which two meet the halves h of a group of weights:
//
//     acc = fma(float(scales[h] * sum over k of values[16 h + k] * q[k]), scale * d, acc)
//     acc = fma(float(minima[h] * sum), -(min_scale * d), acc)
//
// starting at 0; the second line only for formats with minima. The integers are exact; the products
// of scales and the fma round to Number.
template <typename Number>
Number DotProduct(absl::Span<const IntegerGroup> weights, bool has_minima,
                  absl::Span<const ActivationGroup> activations);

extern template float DotProduct<float>(absl::Span<const IntegerGroup>, bool,
                                        absl::Span<const ActivationGroup>);
extern template double DotProduct<double>(absl::Span<const IntegerGroup>, bool,
                                          absl::Span<const ActivationGroup>);

}  // namespace emel::gguf

#endif  // EMEL_RUNTIME_GGUF_ACTIVATION_H_
