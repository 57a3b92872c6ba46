#include "tools/support/output_file.h"

#include "tools/support/signals.h"

#include <absl/strings/str_cat.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace emel::tools {
namespace {

constexpr size_t kBufferBytes = 1 << 16;

std::string ResolveLinks(const std::string& path) {
  char* resolved = realpath(path.c_str(), nullptr);
  if (resolved == nullptr) return path;
  std::string result = resolved;
  std::free(resolved);
  return result;
}

std::string TemporaryBeside(const std::string& target) {
  static std::atomic<int> count{0};
  size_t slash = target.rfind('/');
  std::string folder = slash == std::string::npos ? "" : target.substr(0, slash + 1);
  return absl::StrCat(folder, ".emel-", getpid(), "-", count++, ".tmp");
}

absl::Status FileError(absl::string_view action, const std::string& path, int code) {
  return absl::UnavailableError(
      absl::StrCat("cannot ", action, " '", path, "': ", std::strerror(code)));
}

}  // namespace

absl::StatusOr<OutputFile> OutputFile::Create(const std::string& path) {
  if (path == "-") return OutputFile(path, "", STDOUT_FILENO);
  struct stat status;
  bool exists = stat(path.c_str(), &status) == 0;
  if (exists && S_ISDIR(status.st_mode)) return FileError("write", path, EISDIR);
  if (exists && !S_ISREG(status.st_mode)) {
    int descriptor = open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (descriptor < 0) return FileError("open", path, errno);
    return OutputFile(path, "", descriptor);
  }
  if (exists && access(path.c_str(), W_OK) != 0) return FileError("write", path, errno);
  if (path.empty() || path.back() == '/') return FileError("create", path, ENOENT);
  std::string temporary = TemporaryBeside(exists ? ResolveLinks(path) : path);
  int descriptor = open(temporary.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (descriptor < 0) return FileError("create", path, errno);
  OutputFile out(path, std::move(temporary), descriptor);
  // What others must not read, they must not read in what takes its place.
  if (exists && fchmod(descriptor, status.st_mode & 0777) != 0) return out.Error("create", errno);
  return out;
}

OutputFile::OutputFile(std::string path, std::string temporary, int descriptor)
    : path_(std::move(path)),
      target_(ResolveLinks(path_)),
      temporary_(std::move(temporary)),
      descriptor_(descriptor) {
  if (!temporary_.empty()) slot_ = RemoveAtSignal(temporary_);
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : path_(std::move(other.path_)),
      target_(std::move(other.target_)),
      temporary_(std::exchange(other.temporary_, "")),
      buffer_(std::move(other.buffer_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      slot_(std::exchange(other.slot_, -1)) {}

OutputFile::~OutputFile() { Discard(); }

void OutputFile::Discard() {
  if (descriptor_ > STDERR_FILENO) close(descriptor_);
  descriptor_ = -1;
  if (!temporary_.empty()) unlink(temporary_.c_str());
  temporary_.clear();
  KeepAtSignal(std::exchange(slot_, -1));
}

absl::Status OutputFile::Error(absl::string_view action, int code) const {
  return FileError(action, path_ == "-" ? "standard output" : path_, code);
}

absl::Status OutputFile::Write(absl::string_view text) {
  if (buffer_.size() + text.size() <= kBufferBytes) {
    buffer_.append(text.data(), text.size());
    return absl::OkStatus();
  }
  if (absl::Status status = Flush(); !status.ok()) return status;
  buffer_.assign(text.data(), text.size());
  return buffer_.size() < kBufferBytes ? absl::OkStatus() : Flush();
}

absl::Status OutputFile::Write(absl::Span<const uint8_t> bytes) {
  return Write(absl::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

absl::Status OutputFile::Flush() {
  size_t done = 0;
  while (done < buffer_.size()) {
    ssize_t count = write(descriptor_, buffer_.data() + done, buffer_.size() - done);
    if (count >= 0) {
      done += static_cast<size_t>(count);
    } else if (errno != EINTR) {
      return Error("write", errno);
    }
  }
  buffer_.clear();
  return absl::OkStatus();
}

absl::Status OutputFile::Resize(uint64_t size) {
  if (ftruncate(descriptor_, static_cast<off_t>(size)) != 0) return Error("resize", errno);
  return absl::OkStatus();
}

absl::Status OutputFile::WriteAt(uint64_t offset, absl::Span<const uint8_t> bytes) {
  while (!bytes.empty()) {
    ssize_t count = pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count >= 0) {
      offset += static_cast<uint64_t>(count);
      bytes.remove_prefix(static_cast<size_t>(count));
    } else if (errno != EINTR) {
      return Error("write", errno);
    }
  }
  return absl::OkStatus();
}

absl::Status OutputFile::Commit() {
  if (absl::Status status = Flush(); !status.ok()) return status;
  int descriptor = std::exchange(descriptor_, -1);
  if (descriptor > STDERR_FILENO && close(descriptor) != 0) return Error("write", errno);
  if (temporary_.empty()) return absl::OkStatus();
  if (rename(temporary_.c_str(), target_.c_str()) != 0) return Error("create", errno);
  temporary_.clear();
  Discard();
  return absl::OkStatus();
}

absl::Status OutputFile::CommitAs(absl::string_view name) {
  if (temporary_.empty()) return Error("rename", EINVAL);
  const auto in_folder_of = [&](const std::string& path) {
    return absl::StrCat(path.substr(0, path.rfind('/') + 1), name);
  };
  path_ = in_folder_of(path_);
  target_ = in_folder_of(target_);
  return Commit();
}

absl::Status OutputFile::MakeExecutable() {
  struct stat status;
  if (temporary_.empty()) return Error("make executable", EINVAL);
  if (fstat(descriptor_, &status) != 0) return Error("make executable", errno);
  const mode_t readers = status.st_mode & 0444;
  if (fchmod(descriptor_, (status.st_mode & 0777) | readers >> 2) == 0) return absl::OkStatus();
  return Error("make executable", errno);
}

absl::Status CheckIsNoInput(const std::string& output, absl::Span<const std::string> inputs) {
  struct stat one, other;
  if (stat(output.c_str(), &one) != 0 || !S_ISREG(one.st_mode)) return absl::OkStatus();
  for (const std::string& input : inputs) {
    if (stat(input.c_str(), &other) != 0) continue;
    if (one.st_dev != other.st_dev || one.st_ino != other.st_ino) continue;
    return absl::InvalidArgumentError(absl::StrCat("expected another file to write to, found '",
                                                   output, "', which is the input itself"));
  }
  return absl::OkStatus();
}

absl::Status WriteStdout(absl::string_view text) {
  absl::StatusOr<OutputFile> out = OutputFile::Create("-");
  if (absl::Status status = out->Write(text); !status.ok()) return status;
  return out->Commit();
}

}  // namespace emel::tools
