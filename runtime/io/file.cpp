#include "runtime/io/file_source.h"
#include "runtime/io/status.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>

namespace emel::io {
namespace {

constexpr size_t kMaxReadBytes = 1 << 30;  // Linux moves at most 2 GiB in one call

}  // namespace

absl::StatusOr<std::unique_ptr<File>> File::Open(const std::string& path,
                                                 const Syscalls& syscalls) {
  int fd;
  do {
    // O_NONBLOCK: a named pipe must be refused below, not waited for.
    fd = syscalls.open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  } while (fd < 0 && errno == EINTR);
  if (fd < 0) return absl::ErrnoToStatus(errno, absl::StrCat("cannot open ", path));
  std::unique_ptr<File> file(new File(path, fd, syscalls));

  struct stat status{};
  if (syscalls.fstat(fd, &status) != 0) return file->IoError(errno, 0, "size");
  if (!S_ISREG(status.st_mode)) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": expected a regular file, found a ",
                     S_ISDIR(status.st_mode) ? "directory" : "device, pipe or socket"));
  }
  file->size_ = static_cast<uint64_t>(status.st_size);
  return file;
}

absl::StatusOr<uint64_t> File::CurrentSize() const {
  struct stat status{};
  if (syscalls_.fstat(fd_, &status) != 0) return IoError(errno, 0, "size");
  return static_cast<uint64_t>(status.st_size);
}

absl::Status File::Pread(uint64_t offset, absl::Span<uint8_t> out) const {
  while (!out.empty()) {
    const ssize_t count = syscalls_.pread(fd_, out.data(), std::min(out.size(), kMaxReadBytes),
                                          static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return IoError(errno, offset, "read");
    if (count == 0) return TruncatedError(offset + out.size(), offset);
    offset += count;
    out.remove_prefix(count);
  }
  return absl::OkStatus();
}

absl::Status File::TruncatedError(uint64_t expected_end, uint64_t found_end) const {
  return absl::DataLossError(absl::StrCat("the file was cut short while open: expected ",
                                          expected_end, " bytes, found ", found_end, " (", path_,
                                          ", offset ", found_end, ")"));
}

absl::Status File::IoError(int error, uint64_t offset, std::string_view what) const {
  const absl::Status reason = absl::ErrnoToStatus(error, Text(what));
  return absl::DataLossError(absl::StrCat(reason.message(), " (", path_, ", offset ", offset, ")"));
}

}  // namespace emel::io
