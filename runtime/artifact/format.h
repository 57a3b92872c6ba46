#ifndef EMEL_RUNTIME_ARTIFACT_FORMAT_H_
#define EMEL_RUNTIME_ARTIFACT_FORMAT_H_

#include <cstdint>
#include <optional>
#include <string_view>

// The bytes of an artifact, as docs/artifact-format.md describes them. All numbers are
// little-endian.
namespace emel::artifact {

// Eight bytes that a transfer as text would not leave as they are.
inline constexpr char kMagic[] = "EMEL\r\n\x1a\n";
inline constexpr uint32_t kMagicTextBytes = 4;  // which it does leave
inline constexpr uint32_t kFormatVersion = 1;

// What a reader must understand to use an artifact.
inline constexpr uint64_t kImportsFeature = 1;  // code wants addresses, which imports name
inline constexpr uint64_t kSampleFeature = 2;   // code looks at emel_step_t::best
inline constexpr uint64_t kWindowsFeature = 4;  // the plan has windows
inline constexpr uint64_t kKnownFeatures = kImportsFeature | kSampleFeature | kWindowsFeature;

// Header and section table fill the first page; sections follow.
inline constexpr uint32_t kPageBytes = 4096;
inline constexpr uint32_t kHeaderBytes = 256;
inline constexpr uint32_t kEntryBytes = 128;
inline constexpr uint32_t kMaxSections = (kPageBytes - kHeaderBytes) / kEntryBytes;
inline constexpr uint32_t kMaxSectionName = 40;

// Where the fields of the header are.
inline constexpr uint32_t kVersionAt = 8;
inline constexpr uint32_t kPageBytesAt = 12;
inline constexpr uint32_t kFeaturesAt = 16;
inline constexpr uint32_t kFileBytesAt = 24;
inline constexpr uint32_t kSectionCountAt = 32;
inline constexpr uint32_t kSignatureAt = 64, kSignatureBytes = 128;  // all zero in version 1
inline constexpr uint32_t kChecksumAt = 240, kChecksumBytes = 16;

// Where the fields of a section's entry are.
inline constexpr uint32_t kEntryKindAt = 0;
inline constexpr uint32_t kEntryFlagsAt = 4;
inline constexpr uint32_t kEntryOffsetAt = 8;
inline constexpr uint32_t kEntrySizeAt = 16;
inline constexpr uint32_t kEntryChecksumAt = 24;
inline constexpr uint32_t kEntryNameAt = 40;
inline constexpr uint32_t kEntryReservedAt = 80;

enum class SectionKind : uint32_t {
  kPlan = 1,     // Plan, binary
  kContract,     // what it needs, JSON
  kModel,        // a GGUF file of metadata alone: vocabulary, chat template, licence, sources
  kProvenance,   // what it was made from and how, JSON
  kCode,         // an image for one CPU variant, whose name is the section's
  kSymbols,      // names within that image
  kWeights,      // packed for the code
  kWeightsFile,  // or where they are: ExternalWeights
  kImports,      // what a variant's code calls of the process that loads it: Imports
  kSample,       // how many of the best tokens of a row the code gives
};
std::string_view Name(SectionKind kind);  // "plan"; empty where there is none of this number

// What a reader must understand because of a section.
constexpr uint64_t FeatureOf(SectionKind kind) {
  if (kind == SectionKind::kSample) return kSampleFeature;
  return kind == SectionKind::kImports ? kImportsFeature : 0;
}

// A reader that does not know the kind of a section with this flag may ignore it.
inline constexpr uint32_t kOptionalSection = 1;

// What is mapped begins at a page, everything else at a cache line.
constexpr uint32_t AlignmentOf(SectionKind kind) {
  return kind == SectionKind::kCode || kind == SectionKind::kWeights ? kPageBytes : 64;
}
constexpr uint64_t AlignUp(uint64_t value, uint64_t alignment) {
  return (value + alignment - 1) / alignment * alignment;
}

// The end of an executable with an artifact inside: magic, offset and size of the artifact (64 bits
// each), 8 zero bytes.
inline constexpr char kExecutableMagic[] =
    "\x7f"
    "ELF";  // at its beginning
inline constexpr char kFooterMagic[] = "EMEL\r\nXE";
inline constexpr uint32_t kFooterBytes = 32;

}  // namespace emel::artifact

#endif  // EMEL_RUNTIME_ARTIFACT_FORMAT_H_
