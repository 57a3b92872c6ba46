#ifndef EMEL_RUNTIME_IO_FILE_SOURCE_H_
#define EMEL_RUNTIME_IO_FILE_SOURCE_H_

#include "runtime/io/lifecycle.h"
#include "runtime/io/source.h"

#include <memory>
#include <string>

namespace emel::io {

// An open regular file, closed with the object.
class File {
 public:
  static absl::StatusOr<std::unique_ptr<File>> Open(const std::string& path,
                                                    const Syscalls& syscalls);
  ~File() { syscalls_.close(fd_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  const std::string& path() const { return path_; }
  const Syscalls& syscalls() const { return syscalls_; }
  int fd() const { return fd_; }
  uint64_t size() const { return size_; }  // when it was opened

  absl::StatusOr<uint64_t> CurrentSize() const;
  absl::Status Pread(uint64_t offset, absl::Span<uint8_t> out) const;
  // kDataLoss: the file holds less than it did when it was opened.
  absl::Status TruncatedError(uint64_t expected_end, uint64_t found_end) const;
  absl::Status IoError(int error, uint64_t offset, std::string_view what) const;

 private:
  File(std::string path, int fd, const Syscalls& syscalls)
      : path_(std::move(path)), fd_(fd), syscalls_(syscalls) {}

  std::string path_;
  int fd_;
  uint64_t size_ = 0;
  const Syscalls& syscalls_;
};

// What a strategy adds to an open file. Ranges are within the file's size at opening.
class Access {
 public:
  virtual ~Access() = default;
  virtual absl::Status Read(uint64_t offset, absl::Span<uint8_t> out) = 0;
  virtual absl::StatusOr<absl::Span<const uint8_t>> View(uint64_t offset, uint64_t size) = 0;
};
absl::StatusOr<std::unique_ptr<Access>> MakeMapAccess(const File& file);
absl::StatusOr<std::unique_ptr<Access>> MakeReadAccess(const File& file);

// A file behind one strategy, moving along that strategy's transition table. Reads may run in
// parallel; opening and closing must not overlap anything.
class FileSource final : public Source {
 public:
  explicit FileSource(Strategy strategy, const Syscalls& syscalls = Syscalls::System());

  absl::Status Open(const std::string& path);
  absl::Status Close();
  State state() const { return lifecycle_.state(); }

  uint64_t size() const override { return file_ == nullptr ? 0 : file_->size(); }
  absl::Status Read(uint64_t offset, absl::Span<uint8_t> out) override;
  absl::StatusOr<absl::Span<const uint8_t>> View(uint64_t offset, uint64_t size) override;

 private:
  absl::Status OpenFile(const std::string& path);
  absl::Status BeginRead(uint64_t offset, uint64_t size);
  absl::Status Settle(absl::Status outcome);  // a failed access is a fault of the source

  Strategy strategy_;
  const Syscalls& syscalls_;
  Lifecycle lifecycle_;
  std::string path_;
  std::unique_ptr<File> file_;
  std::unique_ptr<Access> access_;  // uses file_
};

}  // namespace emel::io

#endif  // EMEL_RUNTIME_IO_FILE_SOURCE_H_
