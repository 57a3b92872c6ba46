#ifndef EMEL_RUNTIME_ARTIFACT_BYTES_H_
#define EMEL_RUNTIME_ARTIFACT_BYTES_H_

#include <absl/status/status.h>
#include <absl/strings/str_cat.h>
#include <absl/types/span.h>

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// Little-endian numbers, whatever the machine.
namespace emel::artifact {

template <std::unsigned_integral T>
void Store(T value, uint8_t* out) {
  for (size_t i = 0; i < sizeof(T); ++i) out[i] = static_cast<uint8_t>(value >> (8 * i));
}

template <std::unsigned_integral T>
T Fetch(const uint8_t* from) {
  T value = 0;
  for (size_t i = 0; i < sizeof(T); ++i) value |= static_cast<T>(T{from[i]} << (8 * i));
  return value;
}

class ByteWriter {
 public:
  template <std::unsigned_integral T>
  void Put(T value) {
    bytes_.resize(bytes_.size() + sizeof(T));
    Store(value, bytes_.data() + bytes_.size() - sizeof(T));
  }
  void Put(std::string_view text) {
    Put(static_cast<uint32_t>(text.size()));
    bytes_.insert(bytes_.end(), text.begin(), text.end());
  }
  void PutRaw(absl::Span<const uint8_t> bytes) {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  }
  std::vector<uint8_t> Take() && { return std::move(bytes_); }

 private:
  std::vector<uint8_t> bytes_;
};

// Reads what a ByteWriter wrote. After the first error, which status() keeps, everything is zero or
// empty, so that a decoder checks once at the end of a loop's body and no earlier.
class ByteReader {
 public:
  // `what` is the whole, for messages.
  ByteReader(absl::Span<const uint8_t> bytes, std::string_view what) : bytes_(bytes), what_(what) {}

  template <std::unsigned_integral T>
  T Get(std::string_view field) {
    const auto bytes = GetRaw(sizeof(T), field);
    return bytes.empty() ? T{0} : Fetch<T>(bytes.data());
  }
  std::string GetText(uint32_t max, std::string_view field) {
    const auto size = Get<uint32_t>(field);
    if (size > max) {
      Fail(field, absl::StrCat("expected at most ", max, " bytes, found ", size));
      return {};
    }
    const auto bytes = GetRaw(size, field);
    return {bytes.begin(), bytes.end()};
  }
  // How many elements follow, of which each takes at least `element_bytes`.
  uint32_t GetCount(uint32_t max, uint64_t element_bytes, std::string_view field) {
    const auto count = Get<uint32_t>(field);
    const uint64_t fit = std::min<uint64_t>(max, (bytes_.size() - at_) / element_bytes);
    if (count <= fit) return count;
    Fail(field, absl::StrCat("expected at most ", fit, ", found ", count));
    return 0;
  }
  absl::Span<const uint8_t> GetRaw(uint64_t size, std::string_view field) {
    if (!status_.ok()) return {};
    if (size > bytes_.size() - at_) {
      Fail(field, absl::StrCat("expected ", size, " bytes, found ", bytes_.size() - at_));
      return {};
    }
    at_ += size;
    return bytes_.subspan(at_ - size, size);
  }
  void Fail(std::string_view field, absl::string_view message) {
    if (!status_.ok()) return;
    status_ = absl::InvalidArgumentError(absl::StrCat(absl::string_view(what_), ": ", Of(field),
                                                      ": ", message, " (byte ", at_, ")"));
  }
  bool AtEnd() const { return at_ == bytes_.size(); }
  absl::Status End() {
    if (at_ != bytes_.size()) {
      Fail("end", absl::StrCat("expected nothing more, found ", bytes_.size() - at_, " bytes"));
    }
    return status_;
  }
  const absl::Status& status() const { return status_; }

 private:
  static absl::string_view Of(std::string_view text) { return {text.data(), text.size()}; }

  absl::Span<const uint8_t> bytes_;
  std::string what_;
  size_t at_ = 0;
  absl::Status status_;
};

// Printable ASCII without blanks, slashes or quotes, not empty, not beginning with a dot.
inline bool IsName(std::string_view text, size_t max) {
  if (text.empty() || text.size() > max || text.front() == '.') return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return c > ' ' && c < 0x7f && c != '/' && c != '\\' && c != '\'' && c != '"';
  });
}

}  // namespace emel::artifact

#endif  // EMEL_RUNTIME_ARTIFACT_BYTES_H_
