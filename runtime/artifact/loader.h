#ifndef EMEL_RUNTIME_ARTIFACT_LOADER_H_
#define EMEL_RUNTIME_ARTIFACT_LOADER_H_

#include "runtime/artifact/reader.h"

#include <absl/strings/string_view.h>

#include <array>

namespace emel::artifact {

// Checks a file from the outside in: nothing is looked at before what says how to read it.
class Loader {
 public:
  Loader(const std::string& path, const OpenOptions& options) : options_(options) {
    artifact_.path_ = path;
  }
  absl::StatusOr<Artifact> Load();

 private:
  // Reading goes through calls that survive a file that someone cuts short meanwhile.
  absl::StatusOr<std::unique_ptr<MappedFile>> OpenFile(const std::string& path) const;
  absl::Status NoArtifact(absl::Span<const uint8_t> first) const;
  absl::Status FindArtifact();  // where it begins: in the file, or in an executable
  absl::Status ReadFirstPage();
  absl::Status CheckHeader();
  absl::Status ReadTable();
  absl::Status ReadEntry(const uint8_t* entry);
  absl::Status CheckPlace(const Section& section, uint64_t end);
  absl::Status CheckKinds();
  absl::Status CheckChecksums();
  absl::Status CheckPlan();
  absl::Status CheckVariant(const Variant& variant);
  absl::Status FindWeights();
  absl::Status OpenWeightsFile();
  absl::Status MapAll();

  absl::Status Error(absl::string_view message, uint64_t offset) const;
  // The same where the file is sound, but more than this version knows.
  absl::Status TooNew(absl::string_view message, uint64_t offset) const {
    return absl::FailedPreconditionError(Error(message, offset).message());
  }
  absl::Status Named(absl::Status status) const;  // with the path at the end

  const OpenOptions& options_;
  Artifact artifact_;
  std::array<uint8_t, kPageBytes> page_;
};

}  // namespace emel::artifact

#endif  // EMEL_RUNTIME_ARTIFACT_LOADER_H_
