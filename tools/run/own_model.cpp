#include "tools/run/own_model.h"

#include "runtime/artifact/format.h"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <elf.h>
#include <filesystem>
#include <fstream>
#include <string_view>

namespace emel::tools {
namespace {

// Where the program itself ends: with its last segment, or the table of sections, which linkers
// write last. 0 where the file cannot be read as a program.
uint64_t ProgramEnd(std::ifstream& in) {
  Elf64_Ehdr header;
  if (!in.read(reinterpret_cast<char*>(&header), sizeof(header))) return 0;
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) return 0;
  uint64_t end = header.e_shoff + uint64_t{header.e_shnum} * header.e_shentsize;
  for (uint64_t i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment;
    in.seekg(static_cast<std::streamoff>(header.e_phoff + i * header.e_phentsize));
    if (!in.read(reinterpret_cast<char*>(&segment), sizeof(segment))) return 0;
    end = std::max<uint64_t>(end, segment.p_offset + segment.p_filesz);
  }
  return end;
}

bool EndsInFooter(std::ifstream& in) {
  std::array<char, artifact::kFooterBytes> footer{};
  return in.seekg(-static_cast<int>(footer.size()), std::ios::end) &&
         in.read(footer.data(), footer.size()) &&
         std::string_view(footer.data(), 8) == artifact::kFooterMagic;
}

}  // namespace

absl::StatusOr<std::optional<std::string>> FindOwnModel(const std::string& path) {
  std::error_code error;
  std::string own = std::filesystem::canonical(path, error);
  if (error) own = path;
  std::ifstream in(own, std::ios::binary);
  const uint64_t end = ProgramEnd(in);
  if (end == 0 || !in.seekg(0, std::ios::end)) return std::nullopt;
  const auto size = static_cast<uint64_t>(in.tellg());
  if (size == end) return std::nullopt;
  if (EndsInFooter(in)) return own;
  return absl::InvalidArgumentError(
      absl::StrCat("executable cut short: expected a model that ends here, found none (", own,
                   ", offset ", size, ")"));
}

}  // namespace emel::tools
