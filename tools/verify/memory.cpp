#include "tools/verify/memory.h"

#include "runtime/io/status.h"

#include <absl/strings/match.h>
#include <absl/strings/numbers.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_replace.h>
#include <absl/strings/str_split.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace emel::tools {
namespace {

std::string ReadText(const char* path) {
  std::ifstream in(path);
  std::ostringstream text;
  if (in) text << in.rdbuf();
  return text.str();
}

// The number of a line "Rss:     12 kB".
std::optional<uint64_t> Kilobytes(absl::string_view line) {
  const std::vector<absl::string_view> fields =
      absl::StrSplit(line, absl::ByAnyChar(" \t"), absl::SkipWhitespace());
  uint64_t count = 0;
  if (fields.size() != 3 || !absl::SimpleAtoi(fields[1], &count)) return std::nullopt;
  return count * 1024;
}

}  // namespace

std::optional<uint64_t> AnonymousResident() {
  const std::string status = ReadText("/proc/self/status");
  for (absl::string_view line : absl::StrSplit(status, '\n')) {
    if (absl::StartsWith(line, "RssAnon:")) return Kilobytes(line);
  }
  return std::nullopt;
}

// A map's first line is "7f00-7f01 r--p 00000000 08:01 1234    /path"; the lines about it follow.
std::optional<uint64_t> MappedResident(std::string_view smaps, std::string_view path) {
  // As smaps writes it.
  const std::string ending = absl::StrCat(" ", absl::StrReplaceAll(Text(path), {{"\n", "\\012"}}));
  std::optional<uint64_t> bytes;
  bool ours = false;
  for (absl::string_view line :
       absl::StrSplit(absl::string_view(smaps.data(), smaps.size()), '\n')) {
    const absl::string_view first = line.substr(0, line.find(' '));
    if (absl::StrContains(first, '-')) ours = absl::EndsWith(line, ending);
    if (ours && first == "Rss:") bytes = bytes.value_or(0) + Kilobytes(line).value_or(0);
  }
  return bytes;
}

std::optional<uint64_t> MappedResident(const std::string& path) {
  std::error_code error;
  const std::filesystem::path whole = std::filesystem::canonical(path, error);
  if (error) return std::nullopt;
  return MappedResident(ReadText("/proc/self/smaps"), whole.string());
}

}  // namespace emel::tools
