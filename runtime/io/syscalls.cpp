#include "runtime/io/syscalls.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

namespace emel::io {

const Syscalls& Syscalls::System() {
  static const Syscalls* const system = new Syscalls{
      .open = [](const char* path, int flags) { return ::open(path, flags); },
      .fstat = [](int fd, struct stat* out) { return ::fstat(fd, out); },
      .pread = [](int fd, void* out, size_t size,
                  off_t offset) { return ::pread(fd, out, size, offset); },
      .mmap = [](size_t size,
                 int fd) { return ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0); },
      .munmap = [](void* address, size_t size) { return ::munmap(address, size); },
      .copy =
          [](void* out, const void* from, size_t size) {
            iovec to_range{out, size};
            iovec from_range{const_cast<void*>(from), size};
            return ::process_vm_readv(::getpid(), &to_range, 1, &from_range, 1, 0);
          },
      .close = [](int fd) { return ::close(fd); },
  };
  return *system;
}

}  // namespace emel::io
