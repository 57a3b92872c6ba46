#include "runtime/io/file_source.h"
#include "runtime/io/status.h"

#include <cerrno>
#include <sys/mman.h>

namespace emel::io {
namespace {

class MapAccess final : public Access {
 public:
  MapAccess(const File& file, void* base) : file_(file), base_(static_cast<const uint8_t*>(base)) {}
  ~MapAccess() override {
    if (base_ != nullptr) file_.syscalls().munmap(const_cast<uint8_t*>(base_), file_.size());
  }

  absl::Status Read(uint64_t offset, absl::Span<uint8_t> out) override {
    EMEL_RETURN_IF_ERROR(Copy(offset, out));
    // The last page of a shortened file reads as zeros without a fault. Asking for the size after
    // the copy, not before it, leaves no window in which that goes unseen.
    return CheckStillThere(offset + out.size());
  }

  absl::StatusOr<absl::Span<const uint8_t>> View(uint64_t offset, uint64_t size) override {
    EMEL_RETURN_IF_ERROR(CheckStillThere(offset + size));
    return absl::Span<const uint8_t>(base_ + offset, size);
  }

 private:
  // A page beyond the end of a shortened file raises SIGBUS when this process touches it. The
  // kernel copies instead and reports such a page as EFAULT: that needs no signal handler, which a
  // library should not install in a program that it does not own.
  absl::Status Copy(uint64_t offset, absl::Span<uint8_t> out) const {
    while (!out.empty()) {
      const ssize_t count = file_.syscalls().copy(out.data(), base_ + offset, out.size());
      if (count < 0 && errno == EINTR) continue;
      // A sandbox may forbid the call; the page cache behind the map answers pread as well.
      if (count < 0 && (errno == EPERM || errno == ENOSYS)) return file_.Pread(offset, out);
      if (count <= 0) {
        const int error = count < 0 ? errno : EFAULT;
        EMEL_RETURN_IF_ERROR(CheckStillThere(offset + out.size()));
        return file_.IoError(error, offset, "read from the map");
      }
      offset += count;
      out.remove_prefix(count);
    }
    return absl::OkStatus();
  }

  absl::Status CheckStillThere(uint64_t end) const {
    EMEL_ASSIGN_OR_RETURN(const uint64_t size, file_.CurrentSize());
    return size < end ? file_.TruncatedError(end, size) : absl::OkStatus();
  }

  const File& file_;
  const uint8_t* base_;  // null for an empty file, which cannot be mapped
};

}  // namespace

absl::StatusOr<std::unique_ptr<Access>> MakeMapAccess(const File& file) {
  void* base = nullptr;
  if (file.size() > 0) {
    base = file.syscalls().mmap(file.size(), file.fd());
    if (base == MAP_FAILED) return file.IoError(errno, 0, "map");
  }
  return std::make_unique<MapAccess>(file, base);
}

}  // namespace emel::io
