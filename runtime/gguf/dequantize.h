#ifndef EMEL_RUNTIME_GGUF_DEQUANTIZE_H_
#define EMEL_RUNTIME_GGUF_DEQUANTIZE_H_

#include "runtime/gguf/tensor_type.h"

#include <absl/status/status.h>
#include <absl/types/span.h>

#include <cstdint>

namespace emel::gguf {

// Writes the float32 values of whole blocks; `out.size()` must be the number of elements that
// `bytes` holds. Integer types convert; activation-only types (q8_1, q8_k) are refused.
absl::Status Dequantize(TensorType type, absl::Span<const uint8_t> bytes, absl::Span<float> out);

float HalfToFloat(uint16_t bits);
float Bfloat16ToFloat(uint16_t bits);

}  // namespace emel::gguf

#endif  // EMEL_RUNTIME_GGUF_DEQUANTIZE_H_
