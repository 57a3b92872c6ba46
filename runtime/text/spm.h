#ifndef EMEL_RUNTIME_TEXT_SPM_H_
#define EMEL_RUNTIME_TEXT_SPM_H_

#include "runtime/text/tokenizer.h"

#include <absl/status/statusor.h>

#include <memory>

namespace emel::text {

// SentencePiece: joins characters in the order of the scores; what is no token becomes bytes.
// `vocabulary` must outlive the encoder.
absl::StatusOr<std::unique_ptr<SegmentEncoder>> CreateSpmEncoder(const Vocabulary& vocabulary);

}  // namespace emel::text

#endif  // EMEL_RUNTIME_TEXT_SPM_H_
