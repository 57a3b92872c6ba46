#include "runtime/artifact/reader.h"

#include "runtime/artifact/loader.h"
#include "runtime/io/status.h"

#include <absl/strings/str_cat.h>

#include <cstring>
#include <sys/stat.h>

namespace emel::artifact {

absl::StatusOr<Artifact> Artifact::Open(const std::string& path, const OpenOptions& options) {
  return Loader(path, options).Load();
}

bool IsArtifact(const std::string& path, const io::Syscalls& syscalls) {
  const auto file = io::File::Open(path, syscalls);
  if (!file.ok()) return false;
  const auto begins_with = [&](uint64_t offset, const char* magic, size_t bytes) {
    uint8_t found[8];
    return bytes <= (*file)->size() && offset <= (*file)->size() - bytes &&
           (*file)->Pread(offset, absl::MakeSpan(found, bytes)).ok() &&
           std::memcmp(found, magic, bytes) == 0;
  };
  return begins_with(0, kMagic, kMagicTextBytes) || begins_with(0, kExecutableMagic, 4) ||
         begins_with((*file)->size() - kFooterBytes, kFooterMagic, 8);
}

const Section* Artifact::Find(SectionKind kind, std::string_view name) const {
  for (const Section& section : sections_) {
    if (section.kind == kind && section.name == name) return &section;
  }
  return nullptr;
}

absl::Span<const uint8_t> Artifact::Bytes(const Section& section) const {
  return map_.subspan(section.offset, section.size);
}

std::string_view Artifact::Text(SectionKind kind) const {
  const auto bytes = Bytes(*Find(kind));
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

const std::string& Artifact::weights_path() const {
  return weights_file_ == nullptr ? path_ : weights_file_->file->path();
}

absl::StatusOr<std::vector<Symbol>> Artifact::ReadSymbols(std::string_view variant) const {
  const Section* code = Find(SectionKind::kCode, variant);
  const Section* symbols = Find(SectionKind::kSymbols, variant);
  if (code == nullptr || symbols == nullptr) return std::vector<Symbol>();
  return DecodeSymbols(Bytes(*symbols), code->size);
}

absl::StatusOr<Imports> Artifact::ReadImports(std::string_view variant) const {
  const Section* code = Find(SectionKind::kCode, variant);
  const Section* imports = Find(SectionKind::kImports, variant);
  if (code == nullptr || imports == nullptr) return Imports();
  return DecodeImports(Bytes(*imports), code->size);
}

// The section is a file of its own to the reader of GGUF: these calls show it nothing else.
absl::StatusOr<gguf::Model> Artifact::ReadModel() const {
  const Section& section = *Find(SectionKind::kModel);
  io::Syscalls syscalls = file_->file->syscalls();
  const auto pread = syscalls.pread;
  const int fd = file_->file->fd();
  const uint64_t begin = base_ + section.offset;
  syscalls.open = [fd](const char*, int) { return fd; };
  syscalls.close = [](int) { return 0; };
  syscalls.fstat = [&](int, struct stat* out) {
    out->st_mode = S_IFREG;
    out->st_size = static_cast<off_t>(section.size);
    return 0;
  };
  syscalls.pread = [&](int, void* out, size_t size, off_t offset) -> ssize_t {
    const uint64_t at = std::min<uint64_t>(offset, section.size);
    return pread(fd, out, std::min<uint64_t>(size, section.size - at),
                 static_cast<off_t>(begin + at));
  };
  return gguf::Model::Open(path_ + ":model", {.vocab_only = true, .syscalls = &syscalls});
}

}  // namespace emel::artifact
