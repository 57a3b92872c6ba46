#include "tests/support/memory_files.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sys/mman.h>
#include <sys/stat.h>

namespace emel::testing {
namespace {

int Fail(int error) {
  errno = error;
  return -1;
}

}  // namespace

const std::string* MemoryFiles::Find(int fd) const {
  const auto path = open_.find(fd);
  if (path == open_.end()) return nullptr;
  const auto file = files_.find(path->second);
  return file == files_.end() ? nullptr : &file->second;
}

io::Syscalls MemoryFiles::syscalls() {
  return {
      .open =
          [this](const char* path, int) {
            if (files_.count(path) == 0) return Fail(ENOENT);
            open_[next_fd_] = path;
            return next_fd_++;
          },
      .fstat =
          [this](int fd, struct stat* out) {
            const std::string* bytes = Find(fd);
            if (bytes == nullptr) return Fail(EBADF);
            out->st_mode = S_IFREG;
            out->st_size = static_cast<off_t>(bytes->size());
            return 0;
          },
      .pread = [this](int fd, void* out, size_t size, off_t offset) -> ssize_t {
        const std::string* bytes = Find(fd);
        if (bytes == nullptr) return Fail(EBADF);
        if (static_cast<size_t>(offset) >= bytes->size()) return 0;
        const size_t count = std::min(size, bytes->size() - offset);
        std::memcpy(out, bytes->data() + offset, count);
        return static_cast<ssize_t>(count);
      },
      .mmap = [this](size_t size, int fd) -> void* {
        const std::string* bytes = Find(fd);
        if (bytes == nullptr || bytes->size() < size) return Fail(EBADF), MAP_FAILED;
        ++map_count_;
        return const_cast<char*>(bytes->data());
      },
      .munmap = [this](void*, size_t) { return --map_count_, 0; },
      .copy = [](void* out, const void* from, size_t size) -> ssize_t {
        std::memcpy(out, from, size);
        return static_cast<ssize_t>(size);
      },
      .close = [this](int fd) { return open_.erase(fd) == 1 ? 0 : Fail(EBADF); },
  };
}

}  // namespace emel::testing
