#ifndef EMEL_RUNTIME_GGUF_ACTIVATION_H_
#define EMEL_RUNTIME_GGUF_ACTIVATION_H_

#include "runtime/gguf/integer_blocks.h"

#include <absl/types/span.h>

#include <cstdint>

// Activations of 8 bits, in groups of 32 with a scale each: the one scheme in which rounded
// activations meet weights with an integer form. docs/numerics.md derives it; what stands here is
// the reference that every backend matches bit for bit. A row of k elements:
//
//     | q:i8[k] | d:f32[k / 32] | sum:i16[k / 16] |   value = d * q; sums of 16 q each
namespace emel::gguf {

// The bytes of a row of `elements`, a multiple of 32.
constexpr int64_t ActivationRowBytes(int64_t elements) { return elements + elements / 4; }

// The groups of a row as they are computed with.
struct ActivationGroup {
  float scale;
  int16_t sums[2];
  int8_t values[kIntegerGroup];
};

// Rounds 32 numbers. With a the largest magnitude among them:
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

// The dot product of a row of weights and one of activations, from the first group to the last:
//
//     acc = fma(float(sum over k of scales[k / 16] * values[k] * q[k]), scale * d, acc)
//     acc = fma(float(sum over h of minima[h] * sums[h]), -(min_scale * d), acc)
//
// starting at 0; the second line only for formats with minima. The sums are exact; the products of
// scales and the fma round to Number.
template <typename Number>
Number DotProduct(absl::Span<const IntegerGroup> weights, bool has_minima,
                  absl::Span<const ActivationGroup> activations);

extern template float DotProduct<float>(absl::Span<const IntegerGroup>, bool,
                                        absl::Span<const ActivationGroup>);
extern template double DotProduct<double>(absl::Span<const IntegerGroup>, bool,
                                          absl::Span<const ActivationGroup>);

}  // namespace emel::gguf

#endif  // EMEL_RUNTIME_GGUF_ACTIVATION_H_
