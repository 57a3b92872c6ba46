#ifndef EMEL_RUNTIME_ARTIFACT_READER_H_
#define EMEL_RUNTIME_ARTIFACT_READER_H_

#include "runtime/artifact/debugger.h"
#include "runtime/artifact/format.h"
#include "runtime/artifact/plan.h"
#include "runtime/gguf/gguf.h"
#include "runtime/io/file_source.h"

#include <absl/status/statusor.h>
#include <absl/types/span.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Reads artifacts. The bytes are untrusted until Open has accepted them; the code in them is
// trusted as that of any program: whoever runs an artifact runs a program.
namespace emel::artifact {

struct OpenOptions {
  bool verify = false;  // the weights as well: their checksum or SHA-256
  bool weights = true;  // false: only look, and do without a weights file that is absent
  const io::Syscalls* syscalls = nullptr;  // null: the operating system's
};

struct Section {
  SectionKind kind;
  std::string name;
  uint64_t offset;  // from the beginning of the artifact
  uint64_t size;
  Checksum checksum;
};

// A file and the map of it, which goes first.
struct MappedFile {
  std::unique_ptr<io::File> file;
  std::unique_ptr<io::Access> access;
};

// A variant's code in memory, readable and executable, never writable.
class Code {
 public:
  Code(Code&& other) noexcept;
  Code& operator=(Code&&) = delete;
  ~Code();

  const uint8_t* data() const { return data_; }
  uint64_t size() const { return size_; }

 private:
  friend class Artifact;
  Code(void* map, uint64_t map_bytes, uint64_t skip, uint64_t size)
      : map_(map), map_bytes_(map_bytes), data_(static_cast<uint8_t*>(map) + skip), size_(size) {}

  void* map_;
  uint64_t map_bytes_;
  const uint8_t* data_;
  uint64_t size_;
  std::unique_ptr<DebuggerEntry> debugger_;  // of a copy
};

// An artifact whose file is open and mapped. What Open returns is consistent: sections lie
// within the file, plan, code and weights fit each other.
class Artifact {
 public:
  // `path` is an artifact, or an executable that ends in one.
  static absl::StatusOr<Artifact> Open(const std::string& path, const OpenOptions& options = {});

  const std::string& path() const { return path_; }
  uint64_t file_offset() const { return base_; }  // of the artifact in the file
  uint64_t file_bytes() const { return bytes_; }  // of the artifact
  uint32_t version() const { return version_; }
  const std::vector<Section>& sections() const { return sections_; }
  const Section* Find(SectionKind kind, std::string_view name = {}) const;
  // In the map: valid as long as this object, shared with other processes.
  absl::Span<const uint8_t> Bytes(const Section& section) const;

  const Plan& plan() const { return plan_; }
  // How many of the best tokens of a row the code gives where logits are not wanted; 0: none.
  uint32_t sample() const { return sample_; }
  std::string_view contract() const { return Text(SectionKind::kContract); }      // JSON
  std::string_view provenance() const { return Text(SectionKind::kProvenance); }  // JSON
  absl::StatusOr<gguf::Model> ReadModel() const;                                  // metadata only

  // Mapped from this file or from that of external_weights(); aligned to a page. Empty where they
  // are absent and OpenOptions::weights is false.
  absl::Span<const uint8_t> weights() const { return weights_; }
  const std::optional<ExternalWeights>& external_weights() const { return external_; }
  const std::string& weights_path() const;  // of the file that holds them

  absl::StatusOr<std::vector<Symbol>> ReadSymbols(std::string_view variant) const;
  // Of code that calls nothing: no functions.
  absl::StatusOr<Imports> ReadImports(std::string_view variant) const;

  // The code of plan().variants[variant], mapped from the file; a copy where it wants addresses of
  // functions. kFailedPrecondition: this program lacks them.
  absl::StatusOr<Code> MapCode(size_t variant) const;
  // A copy of it in memory of its own, whose symbols perf and gdb find: code that a file holds they
  // would look up in that file's own symbols. perf reads /tmp/perf-PID.map, which stays behind.
  absl::StatusOr<Code> CopyCodeForProfilers(size_t variant) const;

 private:
  friend class Loader;
  Artifact() = default;
  std::string_view Text(SectionKind kind) const;
  absl::StatusOr<Code> CopyCode(const Section& section) const;

  std::string path_;
  uint64_t base_ = 0, bytes_ = 0;
  uint32_t version_ = 0;
  std::vector<Section> sections_;
  Plan plan_;
  uint32_t sample_ = 0;
  std::optional<ExternalWeights> external_;
  absl::Span<const uint8_t> weights_;
  absl::Span<const uint8_t> map_;  // the artifact
  std::unique_ptr<MappedFile> file_, weights_file_;
};

// Whether a file claims to be, or to end in, an artifact, as an executable does; Open says whether
// that is true, and what else may have become of it.
bool IsArtifact(const std::string& path, const io::Syscalls& syscalls = io::Syscalls::System());

}  // namespace emel::artifact

#endif  // EMEL_RUNTIME_ARTIFACT_READER_H_
