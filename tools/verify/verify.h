#ifndef EMEL_TOOLS_VERIFY_VERIFY_H_
#define EMEL_TOOLS_VERIFY_VERIFY_H_

#include "compiler/driver/CompareLogits.h"

#include <absl/status/statusor.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace emel::tools {

struct VerifyOptions {
  std::string model, artifact, cpu;
  std::vector<int32_t> tokens;    // none: `count` of them, drawn from `seed`
  std::optional<uint64_t> count;  // none: 64, or as many as fit
  uint64_t seed = 1, threads = 0;
  bool one_by_one = false, exact = false;
  double mean_divergence = 0, max_divergence = 0, difference = 0;  // the most that passes
};

// Memory that the artifact's contract promises not to exceed, and what a step was seen to take.
struct MemoryUse {
  uint64_t arena = 0, scratch = 0, pages = 0;  // of all workers, and pages that were used
  uint64_t file = 0, code = 0;                 // maps: all sections, and the code in use once more
  // Bytes that are resident: above an empty session's, and of the artifact's files. None where the
  // system does not say.
  std::optional<uint64_t> anonymous, mapped;
  uint64_t Contract() const { return arena + scratch + pages; }
  uint64_t Sections() const { return file + code; }
};
// What a process allocates besides: for stacks, buffers of the C library, and so on.
inline constexpr uint64_t kMemorySlack = 2 << 20;

// One promise, and whether it was kept.
struct Check {
  std::string name;
  bool passed;
  std::string found;  // against what was expected
};

struct Verification {
  std::string variant;
  std::vector<int32_t> tokens;
  uint32_t workers = 0;
  uint64_t context = 0;
  LogitsComparison comparison;
  // Rows whose best tokens, or their logits, were others than in the logits of the same step; none
  // where the artifact does not give them.
  std::optional<size_t> other_best;
  MemoryUse memory;
  double seconds = 0;
  std::vector<Check> checks;
  bool Passed() const;
};

// Runs an artifact and the interpreter on the same tokens.
absl::StatusOr<Verification> Verify(const VerifyOptions& options);

// For people, and as JUnit's XML for whatever collects the results of tests.
std::string PrintVerification(const Verification& verification);
std::string PrintJunit(const Verification& verification, const VerifyOptions& options);

}  // namespace emel::tools

#endif  // EMEL_TOOLS_VERIFY_VERIFY_H_
