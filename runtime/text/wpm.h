#ifndef EMEL_RUNTIME_TEXT_WPM_H_
#define EMEL_RUNTIME_TEXT_WPM_H_

#include "runtime/text/tokenizer.h"

#include <absl/status/statusor.h>

#include <memory>

namespace emel::text {

// WordPiece as in BERT: normalised words, then the longest token at each place.
// `vocabulary` must outlive the encoder.
absl::StatusOr<std::unique_ptr<SegmentEncoder>> CreateWpmEncoder(const Vocabulary& vocabulary);

}  // namespace emel::text

#endif  // EMEL_RUNTIME_TEXT_WPM_H_
