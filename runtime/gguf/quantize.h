#ifndef EMEL_RUNTIME_GGUF_QUANTIZE_H_
#define EMEL_RUNTIME_GGUF_QUANTIZE_H_

#include "runtime/gguf/tensor_type.h"

#include <absl/status/status.h>
#include <absl/types/span.h>

#include <cstdint>
#include <string>

// Plain quantisers, one per type that tools and tests write: each value goes to the nearest level
// of scales that are read off the block's extremes. Types without a row are refused.
namespace emel::gguf {

bool HasQuantizer(TensorType type);
std::string QuantizerNames();  // "f32, f16, …"

// The inverse of Dequantize: `values` are whole blocks and `out` takes exactly their bytes.
absl::Status Quantize(TensorType type, absl::Span<const float> values, absl::Span<uint8_t> out);

uint16_t FloatToHalf(float value);      // rounds to nearest, ties to even
uint16_t FloatToBfloat16(float value);  // likewise

}  // namespace emel::gguf

#endif  // EMEL_RUNTIME_GGUF_QUANTIZE_H_
