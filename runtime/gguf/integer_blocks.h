#ifndef EMEL_RUNTIME_GGUF_INTEGER_BLOCKS_H_
#define EMEL_RUNTIME_GGUF_INTEGER_BLOCKS_H_

#include "runtime/gguf/tensor_type.h"

#include <absl/status/status.h>
#include <absl/types/span.h>

#include <cstdint>

// The integers below a block format, in one form for all formats that have it:
//
//     element k of a group = scale * scales[h] * values[k] - min_scale * minima[h],  h = k / 16
//
// A dot product with a group of int8 activations is then a sum of integers times one float (see
// activation.h). The formats' decoders are this formula too, with each operation rounded to
// float32, so in exact arithmetic it gives the values that they round.
namespace emel::gguf {

inline constexpr int kIntegerGroup = 32;

// 32 consecutive elements. Where a format has one scale for all of them, both halves carry it.
struct IntegerGroup {
  float scale, min_scale;  // min_scale and minima are 0 where a format has none
  int8_t scales[2], minima[2];
  int8_t values[kIntegerGroup];
};

struct IntegerForm {
  TensorType type;
  int elements_per_scale;  // how many elements share one of `scales`: 16 or 32
  bool has_minima;
  // What the numbers can be; |dot product with int8 activations| < 2^24 follows for each format.
  int lowest_value, highest_value, largest_scale, largest_minimum;
};

// The form of a type, or null where it has none: floats, integers, and the formats whose elements
// are points of a grid, digits of base 3 or scaled by more than one float per 32 elements.
const IntegerForm* FindIntegerForm(TensorType type);

// Expands whole blocks. `out.size()` must be the number of groups that `bytes` holds.
absl::Status ExpandIntegers(TensorType type, absl::Span<const uint8_t> bytes,
                            absl::Span<IntegerGroup> out);

}  // namespace emel::gguf

#endif  // EMEL_RUNTIME_GGUF_INTEGER_BLOCKS_H_
