#ifndef EMEL_RUNTIME_ARTIFACT_PLAN_H_
#define EMEL_RUNTIME_ARTIFACT_PLAN_H_

#include "runtime/artifact/cpu.h"
#include "runtime/artifact/digest.h"

#include <absl/status/statusor.h>
#include <absl/types/span.h>

#include <cstdint>
#include <string>
#include <vector>

// What a runtime must know to call an artifact's code, and the other sections with a layout of
// their own. Each decoder takes any bytes: what it accepts is within the limits below, and encoding
// it gives the same bytes again.
namespace emel::artifact {

// How code rounds activations: exact entries give a token the same bits as one another, whatever
// the step; those of bf16 have bits of their own, and are faster for many tokens.
enum class Rounding : uint32_t { kExact = 0, kBf16 = 1 };

// One way into the code, for steps of up to so many tokens and rows of logits.
struct Entry {
  std::string name;
  uint32_t max_tokens = 0;
  uint32_t max_rows = 0;
  uint32_t ticket_count = 0;  // dynamic launches, each with a counter
  uint32_t launches = 0;
  uint32_t barriers = 0;
  Rounding rounding = Rounding::kExact;
  friend bool operator==(const Entry&, const Entry&) = default;
};

// Code for one kind of CPU: the code section of the same name.
struct Variant {
  std::string name;
  CpuFeatures features;
  std::vector<uint64_t> entry_offsets;  // in the code section, one per entry of the plan
  friend bool operator==(const Variant&, const Variant&) = default;
};

enum class PageElement : uint32_t { kF32 = 0, kF16 = 1, kQ8_0 = 8 };  // numbers as in GGUF's types

// Where a layer's part of a KV page begins and what is in it: for each head, keys
// [key_dim][positions], then values [positions][value_dim]. Of Q8_0 these are bytes, and after each
// of the two come the scales of groups of 32, in float16: [key_dim / 32][positions] and
// [positions][value_dim / 32].
struct PageLayer {
  uint64_t offset = 0;
  uint32_t heads = 0, key_dim = 0, value_dim = 0;
  PageElement element = PageElement::kF16;
  uint32_t page_class = 0;  // whose page: 0 is the plan's, 1 that of the first window
  uint64_t HeadBytes(uint32_t positions) const {
    const uint64_t cells = uint64_t{positions} * (uint64_t{key_dim} + value_dim);
    if (element == PageElement::kQ8_0) return cells / 32 * 34;
    return cells * (element == PageElement::kF32 ? 4 : 2);
  }
  friend bool operator==(const PageLayer&, const PageLayer&) = default;
};

// A class of pages: of layers that see no further back than so many positions.
struct Window {
  uint32_t positions = 0;
  uint64_t page_bytes = 0;
  friend bool operator==(const Window&, const Window&) = default;
};

struct Plan {
  uint32_t step_version = 0;  // EMEL_STEP_VERSION of the code
  uint32_t vocabulary = 0;    // tokens are below it; the width of a row of logits
  uint32_t context = 0;       // positions are below it
  uint32_t max_workers = 0;
  uint64_t weights_bytes = 0;
  uint64_t arena_bytes = 0;  // memory that the workers share
  uint32_t arena_align = 64;
  uint32_t page_positions = 0;  // EMEL_PAGE_POSITIONS
  uint64_t scratch_bytes = 0;   // of each worker
  uint64_t page_bytes = 0;      // of a KV page, all layers of class 0
  std::vector<PageLayer> layers;
  std::vector<Entry> entries;  // by max_tokens, ascending; the exact ones first
  std::vector<Variant> variants;
  std::vector<Window> windows;
  friend bool operator==(const Plan&, const Plan&) = default;

  // From one worker's scratch memory to the next one's.
  uint64_t scratch_stride() const { return (scratch_bytes + 63) / 64 * 64; }
  uint64_t pages_of_context() const { return pages_of(context); }
  // That a sequence of so many positions has, and at most of a window.
  uint64_t pages_of(uint64_t positions) const {
    return (positions + page_positions - 1) / page_positions;
  }
  uint64_t pages_of(const Window& window) const;
  // Of the windows' pages of a sequence of so many positions, and of all its pages.
  uint64_t window_bytes(uint64_t positions) const;
  uint64_t state_bytes(uint64_t positions) const {
    return pages_of(positions) * page_bytes + window_bytes(positions);
  }
};

inline constexpr uint32_t kMaxName = 39;  // printable ASCII without blanks
inline constexpr uint32_t kMaxEntries = 64, kMaxVariants = 12, kMaxLayers = 65536;
inline constexpr uint32_t kMaxWindows = kMaxLayers;
inline constexpr uint32_t kMaxTokens = 1 << 20, kMaxWorkers = 4096, kMaxTickets = 1 << 20;
inline constexpr uint64_t kMaxBytes = uint64_t{1} << 47;  // of any part of memory

std::vector<uint8_t> Encode(const Plan& plan);  // of a plan that Check accepts
absl::StatusOr<Plan> DecodePlan(absl::Span<const uint8_t> bytes);
absl::Status Check(const Plan& plan);

// The variants as ChooseVariant takes them.
std::vector<CpuVariant> CpuVariants(const Plan& plan);

// How many of the best tokens of a row code gives: 1 to as many as there are.
std::vector<uint8_t> EncodeSample(uint32_t sample);
absl::StatusOr<uint32_t> DecodeSample(absl::Span<const uint8_t> bytes, uint32_t vocabulary);

// A name for a range of a code section.
struct Symbol {
  uint64_t offset = 0, size = 0;
  std::string name;
  friend bool operator==(const Symbol&, const Symbol&) = default;
};
std::vector<uint8_t> Encode(absl::Span<const Symbol> symbols);
// Ranges lie within a code section of `code_bytes`; names are printable ASCII without blanks.
absl::StatusOr<std::vector<Symbol>> DecodeSymbols(absl::Span<const uint8_t> bytes,
                                                  uint64_t code_bytes);

// Functions of the process that loads a code section: of sanitizers' runtimes, and no others.
struct Imports {
  uint64_t table = 0;  // where their addresses go in the code, 8 bytes each
  std::vector<std::string> functions;
  friend bool operator==(const Imports&, const Imports&) = default;
};
inline constexpr uint32_t kMaxImports = 64;
std::vector<uint8_t> Encode(const Imports& imports);
// The table lies within a code section of `code_bytes`.
absl::StatusOr<Imports> DecodeImports(absl::Span<const uint8_t> bytes, uint64_t code_bytes);

// Weights in a file of their own, beside the artifact.
struct ExternalWeights {
  Sha256Digest sha256{};
  uint64_t bytes = 0;
  std::string file;  // a name without folder
  friend bool operator==(const ExternalWeights&, const ExternalWeights&) = default;
};
std::vector<uint8_t> Encode(const ExternalWeights& weights);
absl::StatusOr<ExternalWeights> DecodeExternalWeights(absl::Span<const uint8_t> bytes);

}  // namespace emel::artifact

#endif  // EMEL_RUNTIME_ARTIFACT_PLAN_H_
