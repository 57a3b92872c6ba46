#ifndef EMEL_TOOLS_SUPPORT_OUTPUT_FILE_H_
#define EMEL_TOOLS_SUPPORT_OUTPUT_FILE_H_

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/strings/string_view.h>
#include <absl/types/span.h>

#include <cstdint>
#include <string>

namespace emel::tools {

// An output that appears under its name only when it is complete: bytes go to a temporary beside
// the target, which Commit renames. Without a Commit, and when a signal ends a
// prepared process (signals.h), the temporary is removed. "-" is standard output; a device or pipe
// is written directly.
//
//   auto out = tools::OutputFile::Create(path);
//   if (!out.ok()) return out.status();
//   if (absl::Status s = out->Write(text); !s.ok()) return s;
//   return out->Commit();
class OutputFile {
 public:
  static absl::StatusOr<OutputFile> Create(const std::string& path);
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&&) = delete;
  ~OutputFile();

  // Buffered. An error (a full disk, say) is returned as soon as it is known, at the latest by
  // Commit.
  absl::Status Write(absl::string_view text);
  absl::Status Write(absl::Span<const uint8_t> bytes);

  // For files written out of order or with holes; only where the output is a regular file. Do not
  // mix with Write. WriteAt may be called by several threads.
  absl::Status Resize(uint64_t size);
  absl::Status WriteAt(uint64_t offset, absl::Span<const uint8_t> bytes);

  // Lets everyone run the file who may read it; only where the output is a regular file.
  absl::Status MakeExecutable();

  absl::Status Commit();
  // Commits under another name in the same folder: for names that depend on the contents.
  absl::Status CommitAs(absl::string_view name);

 private:
  OutputFile(std::string path, std::string temporary, int descriptor);
  absl::Status Flush();
  absl::Status Error(absl::string_view action, int code) const;
  void Discard();

  std::string path_;       // as the user gave it
  std::string target_;     // behind symbolic links
  std::string temporary_;  // empty where the target is written directly
  std::string buffer_;
  int descriptor_;
  int slot_ = -1;  // of the temporary among those that signals remove
};

// An error where an output would take the place of what was read.
absl::Status CheckIsNoInput(const std::string& output, absl::Span<const std::string> inputs);

// Writes and flushes text on standard output.
absl::Status WriteStdout(absl::string_view text);

}  // namespace emel::tools

#endif  // EMEL_TOOLS_SUPPORT_OUTPUT_FILE_H_
