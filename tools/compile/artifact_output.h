#ifndef EMEL_TOOLS_COMPILE_ARTIFACT_OUTPUT_H_
#define EMEL_TOOLS_COMPILE_ARTIFACT_OUTPUT_H_

#include "compiler/artifact/WriteArtifact.h"
#include "tools/support/output_file.h"

#include <absl/status/statusor.h>

#include <optional>
#include <string>

namespace emel::tools {

// Where an artifact goes: to a file, behind a copy of the runner, its weights along or to a file of
// their own. All of it appears when everything is written, or nothing does.
class ArtifactOutput {
 public:
  struct Options {
    bool executable = false;        // behind the emel-run that lies beside the program
    bool external_weights = false;  // beside the output, under their SHA-256
  };
  static absl::StatusOr<ArtifactOutput> Create(const std::string& path, const Options& options);

  // Tells the writer of the artifact of itself, which must stay where it is from then on.
  void Connect(ArtifactOptions& options);
  absl::Status WriteAt(uint64_t offset, absl::Span<const uint8_t> bytes);
  absl::Status Commit();

  uint64_t file_bytes() const { return end_; }
  // The name of the weights file, and whether it was there before.
  const std::string& weights_file() const { return weights_name_; }
  bool reused_weights() const { return !weights_name_.empty() && !weights_; }

 private:
  ArtifactOutput(OutputFile out, std::string path, const Options& options)
      : out_(std::move(out)), path_(std::move(path)), options_(options) {}
  absl::Status CopyRunner();
  absl::StatusOr<artifact::ExternalWeights> StoreWeights(
      uint64_t bytes, absl::FunctionRef<absl::Status(PackSink)> write);

  absl::Status Unnamed(const absl::Status& status, const std::string& name) const;

  OutputFile out_;
  std::string path_;
  Options options_;
  uint64_t base_ = 0, end_ = 0;
  std::optional<OutputFile> weights_;  // where they are new
  std::string weights_folder_, weights_name_;
};

}  // namespace emel::tools

#endif  // EMEL_TOOLS_COMPILE_ARTIFACT_OUTPUT_H_
