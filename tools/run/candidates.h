#ifndef EMEL_TOOLS_RUN_CANDIDATES_H_
#define EMEL_TOOLS_RUN_CANDIDATES_H_

#include "runtime/sample/sampler.h"

#include <absl/types/span.h>

#include <cstdint>
#include <string>

namespace emel::tools {

// A line of JSON, {"step":0,"candidates":[{"id":3,"logit":1.5,"p":0.25}]}: what might have been
// chosen in a step. Numbers read back as what they are.
std::string CandidatesLine(uint64_t step, absl::Span<const sample::Candidate> candidates);

}  // namespace emel::tools

#endif  // EMEL_TOOLS_RUN_CANDIDATES_H_
