#include "tools/support/input_text.h"

#include <absl/strings/str_cat.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace emel::tools {
namespace {

absl::Status Failure(const std::string& path, absl::string_view action) {
  const std::string name = path == "-" ? "standard input" : absl::StrCat("'", path, "'");
  return absl::InvalidArgumentError(
      absl::StrCat("cannot ", action, " ", name, ": ", std::strerror(errno)));
}

}  // namespace

absl::StatusOr<std::string> ReadInput(const std::string& path) {
  const int file = path == "-" ? STDIN_FILENO : open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return Failure(path, "open");
  std::string text;
  char buffer[1 << 16];
  ssize_t count;
  while ((count = read(file, buffer, sizeof(buffer))) != 0) {
    if (count > 0) text.append(buffer, static_cast<size_t>(count));
    if (count < 0 && errno != EINTR) break;
  }
  const absl::Status status = count < 0 ? Failure(path, "read") : absl::OkStatus();
  if (file != STDIN_FILENO) close(file);
  if (!status.ok()) return status;
  return text;
}

}  // namespace emel::tools
