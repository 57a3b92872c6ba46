#ifndef EMEL_RUNTIME_ARTIFACT_CPU_H_
#define EMEL_RUNTIME_ARTIFACT_CPU_H_

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/types/span.h>

#include <cstdint>
#include <string>
#include <string_view>

// What code asks of a CPU, what this CPU has, and the one function that brings both together.
namespace emel::artifact {

enum class CpuFeature : uint8_t {
#define EMEL_CPU_FEATURE(bit, enumerator, name) enumerator = bit,
#include "runtime/artifact/cpu_features.inc"
};

// A set of features, as artifacts store it: bit i is the feature of number i.
struct CpuFeatures {
  uint64_t bits = 0;

  constexpr bool Has(CpuFeature feature) const { return bits >> static_cast<int>(feature) & 1; }
  constexpr void Add(CpuFeature feature) { bits |= uint64_t{1} << static_cast<int>(feature); }
  constexpr bool Includes(CpuFeatures all) const { return (all.bits & ~bits) == 0; }
  friend bool operator==(const CpuFeatures&, const CpuFeatures&) = default;
};
std::string ToString(CpuFeatures features);  // "avx2, fma"; "#40" for a bit of a newer version

// A kind of CPU that code is compiled for: its name and all that such code may use.
struct CpuVariant {
  std::string name;
  CpuFeatures features;
};
// x86-64-v3, x86-64-v4 (with VNNI), sapphirerapids, aarch64 (with dotprod); each includes what it
// builds on.
absl::Span<const CpuVariant> KnownVariants();
const CpuVariant* FindVariant(std::string_view name);  // null: there is none

// What this CPU has and the operating system keeps for it.
CpuFeatures DetectCpu();

// The variant to run: of those that `cpu` can, the one that asks most. `wanted`, where given, is
// the name of the only one to consider. Fails, saying what is missing, where none is left.
absl::StatusOr<size_t> ChooseVariant(absl::Span<const CpuVariant> variants, CpuFeatures cpu,
                                     std::string_view wanted = {});

// Linux grants a process the tiles of AMX on request, for all its threads from then on. Ask before
// the first thread starts that runs code which uses them.
absl::Status RequestAmx();

// ChooseVariant for this process: where the best variant uses AMX, permission is asked for, and
// where that is refused the next best one is chosen.
absl::StatusOr<size_t> ChooseVariantHere(absl::Span<const CpuVariant> variants,
                                         std::string_view wanted = {});

}  // namespace emel::artifact

#endif  // EMEL_RUNTIME_ARTIFACT_CPU_H_
