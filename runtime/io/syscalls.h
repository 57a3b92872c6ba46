#ifndef EMEL_RUNTIME_IO_SYSCALLS_H_
#define EMEL_RUNTIME_IO_SYSCALLS_H_

#include <cstddef>
#include <functional>
#include <sys/types.h>

struct stat;

namespace emel::io {

// Everything this library asks of the operating system, so that tests can inject faults and serve
// files from memory. Each behaves as the call of its name: -1 (MAP_FAILED) and errno on failure.
struct Syscalls {
  std::function<int(const char* path, int flags)> open;
  std::function<int(int fd, struct stat* out)> fstat;
  std::function<ssize_t(int fd, void* out, size_t size, off_t offset)> pread;
  std::function<void*(size_t size, int fd)> mmap;  // read-only and private, from offset 0
  std::function<int(void* address, size_t size)> munmap;
  // Copies within this process; an unreadable source is EFAULT, not a signal.
  std::function<ssize_t(void* out, const void* from, size_t size)> copy;
  std::function<int(int fd)> close;

  static const Syscalls& System();
};

}  // namespace emel::io

#endif  // EMEL_RUNTIME_IO_SYSCALLS_H_
