#include "runtime/gguf/cursor.h"

#include "runtime/io/status.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_format.h>

#include <algorithm>
#include <bit>
#include <cstring>

namespace emel::gguf {
namespace {

static_assert(std::endian::native == std::endian::little);
constexpr size_t kBufferBytes = 64 << 10;
constexpr size_t kMaxQuotedBytes = 128;

}  // namespace

std::string Quote(std::string_view name) {
  std::string text = "'";
  for (const char c : name.substr(0, kMaxQuotedBytes)) {
    if (absl::ascii_isprint(c) && c != '\'' && c != '\\') {
      text += c;
    } else {
      absl::StrAppendFormat(&text, "\\x%02x", static_cast<uint8_t>(c));
    }
  }
  return text + (name.size() > kMaxQuotedBytes ? "...'" : "'");
}

absl::Status ErrorAt(std::string_view subject, std::string_view problem, std::string_view file,
                     uint64_t offset) {
  return absl::InvalidArgumentError(
      absl::StrCat(Text(subject), ": ", Text(problem), " (", Text(file), ", offset ", offset, ")"));
}

absl::Status Cursor::ReadBytes(std::string_view what, absl::Span<uint8_t> out) {
  if (out.size() > remaining()) {
    return Error(absl::StrCat("expected ", out.size(), " bytes for ", Text(what), ", found ",
                              remaining(), " to the end of the file"),
                 offset_);
  }
  while (!out.empty()) {
    if (used_ == buffer_.size()) EMEL_RETURN_IF_ERROR(Fill());
    const size_t count = std::min(out.size(), buffer_.size() - used_);
    std::memcpy(out.data(), buffer_.data() + used_, count);
    used_ += count;
    offset_ += count;
    out.remove_prefix(count);
  }
  return absl::OkStatus();
}

absl::Status Cursor::Fill() {
  buffer_.resize(std::min<uint64_t>(kBufferBytes, remaining()));
  used_ = 0;
  return source_.Read(offset_, absl::MakeSpan(buffer_));
}

absl::Status Cursor::CheckCount(std::string_view what, uint64_t count, uint64_t min_bytes_each,
                                uint64_t offset) const {
  const uint64_t most = remaining() / min_bytes_each;
  if (count <= most) return absl::OkStatus();
  return Error(absl::StrCat("expected at most ", most, " ", Text(what),
                            " in the rest of the file, found ", count),
               offset);
}

}  // namespace emel::gguf
