#include "runtime/artifact/reader.h"
#include "runtime/artifact/sanitizers.h"
#include "runtime/io/status.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_format.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace emel::artifact {
namespace {

// perf reads lines "ADDRESS SIZE NAME" from here for code in anonymous memory.
absl::Status AppendPerfMap(const uint8_t* code, absl::Span<const Symbol> symbols) {
  const std::string path = absl::StrCat("/tmp/perf-", getpid(), ".map");
  // The folder is everyone's: follow no link, and wait at no pipe, that somebody else put there.
  const int fd =
      open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
  if (fd < 0) return absl::ErrnoToStatus(errno, absl::StrCat("cannot open ", path));
  struct stat status;
  if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) || status.st_uid != geteuid()) {
    close(fd);
    return absl::FailedPreconditionError(
        absl::StrCat("expected a file of this user's, found ", path));
  }
  std::string text;
  for (const Symbol& symbol : symbols) {
    absl::StrAppendFormat(&text, "%x %x %s\n", reinterpret_cast<uintptr_t>(code + symbol.offset),
                          symbol.size, symbol.name);
  }
  const ssize_t written = write(fd, text.data(), text.size());
  const int error = errno;
  close(fd);
  if (written == static_cast<ssize_t>(text.size())) return absl::OkStatus();
  return absl::ErrnoToStatus(written < 0 ? error : ENOSPC, absl::StrCat("cannot write ", path));
}

}  // namespace

Code::Code(Code&& other) noexcept
    : map_(std::exchange(other.map_, nullptr)),
      map_bytes_(other.map_bytes_),
      data_(other.data_),
      size_(other.size_),
      debugger_(std::move(other.debugger_)) {}

Code::~Code() {
  debugger_.reset();  // gdb forgets the names before what they name goes
  if (map_ != nullptr) munmap(map_, map_bytes_);
}

absl::StatusOr<Code> Artifact::MapCode(size_t variant) const {
  const Section& section = *Find(SectionKind::kCode, plan_.variants[variant].name);
  if (Find(SectionKind::kImports, section.name) != nullptr) return CopyCode(section);
  // Pages of the machine may be larger than those of the format.
  const uint64_t begin = base_ + section.offset;
  const uint64_t skip = begin % static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  void* map = mmap(nullptr, section.size + skip, PROT_READ | PROT_EXEC, MAP_PRIVATE,
                   file_->file->fd(), static_cast<off_t>(begin - skip));
  if (map != MAP_FAILED) return Code(map, section.size + skip, skip, section.size);
  return absl::ErrnoToStatus(
      errno, absl::StrCat("cannot map code for execution",
                          errno == EPERM ? "; is the file system mounted noexec?" : "", " (", path_,
                          ", offset ", begin, ")"));
}

// Writable until it is complete, executable from then on.
absl::StatusOr<Code> Artifact::CopyCode(const Section& section) const {
  EMEL_ASSIGN_OR_RETURN(const Imports imports, ReadImports(section.name));
  const auto addresses = FindFunctions(imports.functions);
  if (!addresses.ok()) {
    return absl::FailedPreconditionError(
        absl::StrCat("the code in ", path_, " ", addresses.status().message()));
  }
  void* map =
      mmap(nullptr, section.size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (map == MAP_FAILED) return absl::ErrnoToStatus(errno, "cannot allocate memory for code");
  Code code(map, section.size, 0, section.size);
  std::memcpy(map, Bytes(section).data(), section.size);
  if (!addresses->empty()) {
    std::memcpy(static_cast<uint8_t*>(map) + imports.table, addresses->data(),
                addresses->size() * sizeof(addresses->front()));
  }
  if (mprotect(map, section.size, PROT_READ | PROT_EXEC) != 0) {
    return absl::ErrnoToStatus(errno, "cannot make the copy of the code executable");
  }
  return code;
}

absl::StatusOr<Code> Artifact::CopyCodeForProfilers(size_t variant) const {
  const std::string& name = plan_.variants[variant].name;
  const Section& section = *Find(SectionKind::kCode, name);
  EMEL_ASSIGN_OR_RETURN(const std::vector<Symbol> symbols, ReadSymbols(name));
  EMEL_ASSIGN_OR_RETURN(Code code, CopyCode(section));
  // For /proc/PID/maps; kernels before 5.17 cannot name memory, which harms nothing.
  prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, code.data(), section.size,
        absl::StrCat("emel:", name).c_str());
  EMEL_RETURN_IF_ERROR(AppendPerfMap(code.data(), symbols));
  code.debugger_ =
      std::make_unique<DebuggerEntry>(absl::MakeConstSpan(code.data(), code.size()), symbols);
  return code;
}

}  // namespace emel::artifact
