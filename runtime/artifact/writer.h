#ifndef EMEL_RUNTIME_ARTIFACT_WRITER_H_
#define EMEL_RUNTIME_ARTIFACT_WRITER_H_

#include "runtime/artifact/digest.h"
#include "runtime/artifact/format.h"

#include <absl/status/status.h>
#include <absl/types/span.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace emel::artifact {

// Writes an artifact, one section after the other, each in as many pieces as its maker likes:
//
//   artifact::Writer writer([&](uint64_t at, absl::Span<const uint8_t> bytes) {
//     return out.WriteAt(at, bytes);          // tools::OutputFile: appears only when complete
//   });
//   writer.Add(SectionKind::kPlan, "", Encode(plan));
//   writer.Begin(SectionKind::kWeights, "");
//   while (…) writer.Append(piece);
//   writer.Finish();                          // the first page, last of all
//
// The first error is kept: every later call returns it.
class Writer {
 public:
  // Stores bytes at an offset of the output. Bytes come in ascending order, save for those at
  // `base`, which come last.
  using Sink = std::function<absl::Status(uint64_t offset, absl::Span<const uint8_t> bytes)>;

  // The artifact begins at `base`: 0, or the first page after an executable that is already
  // there, which then also gets the footer by which it finds its artifact.
  explicit Writer(Sink sink, uint64_t base = 0);

  absl::Status Begin(SectionKind kind, std::string_view name = {});
  absl::Status Append(absl::Span<const uint8_t> bytes);
  absl::Status Add(SectionKind kind, std::string_view name, absl::Span<const uint8_t> bytes);
  absl::Status Add(SectionKind kind, std::string_view name, std::string_view text);
  absl::Status Finish();
  // Sets a bit of the features that a reader must understand, besides those of the sections' kinds.
  void Require(uint64_t feature) { features_ |= feature; }

  uint64_t file_bytes() const { return base_ + position_; }  // of the output so far

 private:
  struct Section {
    SectionKind kind;
    std::string name;
    uint64_t offset, size;
    Checksum checksum;
  };
  absl::Status Put(absl::Span<const uint8_t> bytes);
  absl::Status PadTo(uint64_t position);
  void EndSection();
  std::vector<uint8_t> FirstPage() const;

  Sink sink_;
  uint64_t base_;
  uint64_t features_ = 0;
  uint64_t position_ = 0;  // from base_
  absl::Status error_;     // the first
  bool open_ = false;      // the last section may still grow
  bool finished_ = false;
  Checksummer checksummer_;
  std::vector<Section> sections_;
};

}  // namespace emel::artifact

#endif  // EMEL_RUNTIME_ARTIFACT_WRITER_H_
