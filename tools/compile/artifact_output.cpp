#include "tools/compile/artifact_output.h"

#include "runtime/artifact/digest.h"
#include "runtime/artifact/format.h"
#include "runtime/io/source.h"
#include "runtime/io/status.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_replace.h>

#include <algorithm>
#include <filesystem>
#include <unistd.h>
#include <vector>

namespace emel::tools {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kChunkBytes = 1 << 18;
constexpr char kWeightsSuffix[] = ".weights";

// Calls `take` with each piece of a file.
template <typename Take>
absl::Status ForEachChunk(io::Source& source, Take take) {
  std::vector<uint8_t> buffer(std::min(kChunkBytes, source.size()));
  for (uint64_t at = 0; at < source.size(); at += kChunkBytes) {
    const auto part = absl::MakeSpan(buffer).first(std::min(kChunkBytes, source.size() - at));
    EMEL_RETURN_IF_ERROR(source.Read(at, part));
    EMEL_RETURN_IF_ERROR(take(at, part));
  }
  return absl::OkStatus();
}

// Whether a folder may hold the weights already: hashing them first pays off then.
bool HasWeightsOfSize(const std::string& folder, uint64_t bytes) {
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    std::error_code absent;
    if (at->path().extension() == kWeightsSuffix && at->file_size(absent) == bytes && !absent) {
      return true;
    }
  }
  return false;
}

// Whether a file is what its name says.
bool HasDigest(const std::string& path, uint64_t bytes, const artifact::Sha256Digest& sha256) {
  auto source = io::OpenSource(path, io::Strategy::kRead);
  if (!source.ok() || (*source)->size() != bytes) return false;
  artifact::Sha256 found;
  const absl::Status status = ForEachChunk(**source, [&](uint64_t, auto part) {
    found.Update(part);
    return absl::OkStatus();
  });
  return status.ok() && found.Finish() == sha256;
}

}  // namespace

absl::StatusOr<ArtifactOutput> ArtifactOutput::Create(const std::string& path,
                                                      const Options& options) {
  EMEL_ASSIGN_OR_RETURN(OutputFile out, OutputFile::Create(path));
  ArtifactOutput output(std::move(out), path, options);
  if (options.executable) EMEL_RETURN_IF_ERROR(output.CopyRunner());
  return output;
}

absl::Status ArtifactOutput::CopyRunner() {
  std::error_code error;
  const fs::path own = fs::canonical("/proc/self/exe", error);
  const std::string runner = (own.parent_path() / "emel-run").string();
  auto source = io::OpenSource(runner, io::Strategy::kRead);
  if (!source.ok()) {
    return absl::Status(source.status().code(),
                        absl::StrCat("--emit=exe puts a copy of the emel-run that lies beside "
                                     "emel-compile before the artifact: ",
                                     source.status().message()));
  }
  EMEL_RETURN_IF_ERROR(out_.MakeExecutable());
  base_ = artifact::AlignUp((*source)->size(), artifact::kPageBytes);
  return ForEachChunk(**source, [&](uint64_t at, auto part) { return out_.WriteAt(at, part); });
}

void ArtifactOutput::Connect(ArtifactOptions& options) {
  options.base = base_;
  if (!options_.external_weights) return;
  options.weightsStore = [this](uint64_t bytes, absl::FunctionRef<absl::Status(PackSink)> write) {
    return StoreWeights(bytes, write);
  };
}

absl::Status ArtifactOutput::WriteAt(uint64_t offset, absl::Span<const uint8_t> bytes) {
  end_ = std::max(end_, offset + bytes.size());
  return out_.WriteAt(offset, bytes);
}

// An error of a file that has no name yet: nobody knows it under the one it was opened by.
absl::Status ArtifactOutput::Unnamed(const absl::Status& status, const std::string& name) const {
  if (status.ok()) return status;
  const std::string spoken = absl::StrCat("the weights file beside '", path_, "'");
  return absl::Status(status.code(), absl::StrReplaceAll(status.message(),
                                                         {{absl::StrCat("'", name, "'"), spoken}}));
}

// New code for weights that are there already packs them to know their digest, and writes none.
absl::StatusOr<artifact::ExternalWeights> ArtifactOutput::StoreWeights(
    uint64_t bytes, absl::FunctionRef<absl::Status(PackSink)> write) {
  std::error_code error;
  fs::path whole = fs::weakly_canonical(path_, error);
  if (error) whole = path_;
  weights_folder_ = whole.has_parent_path() ? whole.parent_path().string() + "/" : "";
  const auto describe = [&](artifact::Sha256& sha256) {
    artifact::ExternalWeights external{sha256.Finish(), bytes, ""};
    external.file = weights_name_ = artifact::Hex(external.sha256) + kWeightsSuffix;
    return external;
  };
  if (HasWeightsOfSize(weights_folder_.empty() ? "." : weights_folder_, bytes)) {
    artifact::Sha256 sha256;
    EMEL_RETURN_IF_ERROR(write([&](absl::Span<const uint8_t> part) {
      sha256.Update(part);
      return absl::OkStatus();
    }));
    auto external = describe(sha256);
    if (HasDigest(weights_folder_ + weights_name_, bytes, external.sha256)) return external;
  }
  const std::string unnamed = weights_folder_ + "weights" + kWeightsSuffix;  // until it is hashed
  auto out = OutputFile::Create(unnamed);
  if (!out.ok()) return Unnamed(out.status(), unnamed);
  weights_.emplace(*std::move(out));
  artifact::Sha256 sha256;
  uint64_t at = 0;
  EMEL_RETURN_IF_ERROR(write([&](absl::Span<const uint8_t> part) {
    sha256.Update(part);
    EMEL_RETURN_IF_ERROR(Unnamed(weights_->WriteAt(at, part), unnamed));
    at += part.size();
    return absl::OkStatus();
  }));
  return describe(sha256);
}

// The weights first: an artifact never refers to what is not there.
absl::Status ArtifactOutput::Commit() {
  if (weights_) EMEL_RETURN_IF_ERROR(weights_->CommitAs(weights_name_));
  const absl::Status status = out_.Commit();
  if (!status.ok() && weights_) unlink((weights_folder_ + weights_name_).c_str());
  return status;
}

}  // namespace emel::tools
