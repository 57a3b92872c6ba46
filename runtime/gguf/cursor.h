#ifndef EMEL_RUNTIME_GGUF_CURSOR_H_
#define EMEL_RUNTIME_GGUF_CURSOR_H_

#include "runtime/io/source.h"

#include <absl/status/status.h>
#include <absl/strings/str_cat.h>
#include <absl/types/span.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace emel::gguf {

// A name from a file as it may appear in a message: quoted, odd bytes escaped, overlong ones cut.
std::string Quote(std::string_view name);

// "subject: problem (file, offset N)".
absl::Status ErrorAt(std::string_view subject, std::string_view problem, std::string_view file,
                     uint64_t offset);

// Reads a file from front to back through a buffer. Every error names the current subject ("key
// 'general.name'"), the file and the offset.
class Cursor {
 public:
  Cursor(io::Source& source, std::string file) : source_(source), file_(std::move(file)) {}

  uint64_t offset() const { return offset_; }
  uint64_t remaining() const { return source_.size() - offset_; }
  const std::string& file() const { return file_; }

  void set_subject(std::string subject) { subject_ = std::move(subject); }
  absl::Status Error(std::string_view problem, uint64_t offset) const {
    return ErrorAt(subject_, problem, file_, offset);
  }

  // `what` names the bytes in the error of a file that ends too early.
  absl::Status ReadBytes(std::string_view what, absl::Span<uint8_t> out);

  // Little-endian, as every machine that EMEL runs on.
  template <typename T>
  absl::Status Read(std::string_view what, T& out) {
    static_assert(std::is_arithmetic_v<T>);
    return ReadBytes(what, absl::MakeSpan(reinterpret_cast<uint8_t*>(&out), sizeof(T)));
  }

  // Checks a count from the file against what the rest of the file can hold.
  absl::Status CheckCount(std::string_view what, uint64_t count, uint64_t min_bytes_each,
                          uint64_t offset) const;

 private:
  absl::Status Fill();

  io::Source& source_;
  std::string file_;
  std::string subject_ = "header";
  uint64_t offset_ = 0;  // of the next byte to hand out
  std::vector<uint8_t> buffer_;
  size_t used_ = 0;  // bytes of the buffer already handed out
};

}  // namespace emel::gguf

#endif  // EMEL_RUNTIME_GGUF_CURSOR_H_
