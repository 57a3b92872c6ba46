#ifndef EMEL_RUNTIME_TEXT_BPE_H_
#define EMEL_RUNTIME_TEXT_BPE_H_

#include "runtime/text/tokenizer.h"

#include <absl/status/statusor.h>

#include <memory>

namespace emel::text {

// Byte-level BPE as in GPT-2: words by regular expression, then merges of bytes by rank.
// `vocabulary` must outlive the encoder.
absl::StatusOr<std::unique_ptr<SegmentEncoder>> CreateBpeEncoder(const Vocabulary& vocabulary);

}  // namespace emel::text

#endif  // EMEL_RUNTIME_TEXT_BPE_H_
