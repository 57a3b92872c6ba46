#ifndef EMEL_TESTS_SUPPORT_MEMORY_FILES_H_
#define EMEL_TESTS_SUPPORT_MEMORY_FILES_H_

#include "runtime/io/syscalls.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace emel::testing {

// Files that exist only in memory, behind the system calls of runtime/io. Counts what is open and
// mapped, so that a test can tell that nothing leaked.
class MemoryFiles {
 public:
  void Add(const std::string& path, std::string bytes) { files_[path] = std::move(bytes); }
  std::string& operator[](const std::string& path) { return files_[path]; }

  io::Syscalls syscalls();  // refers to this object
  int open_count() const { return static_cast<int>(open_.size()); }
  int map_count() const { return map_count_; }

 private:
  const std::string* Find(int fd) const;

  std::map<std::string, std::string> files_;
  std::map<int, std::string> open_;  // file descriptor to path
  int next_fd_ = 1000;
  int map_count_ = 0;
};

}  // namespace emel::testing

#endif  // EMEL_TESTS_SUPPORT_MEMORY_FILES_H_
