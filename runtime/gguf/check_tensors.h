#ifndef EMEL_RUNTIME_GGUF_CHECK_TENSORS_H_
#define EMEL_RUNTIME_GGUF_CHECK_TENSORS_H_

#include "runtime/gguf/gguf.h"

#include <absl/status/status.h>

namespace emel::gguf {

// Reads every tensor and checks that its values can be finite: floats themselves, and the scales of
// quantised blocks (whose quants are finite by nature). The error names the tensor, the block, and
// the file offset of the offending field.
absl::Status CheckTensors(const Model& model, const Progress& progress);

}  // namespace emel::gguf

#endif  // EMEL_RUNTIME_GGUF_CHECK_TENSORS_H_
