#ifndef EMEL_RUNTIME_IO_SOURCE_H_
#define EMEL_RUNTIME_IO_SOURCE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <absl/status/statusor.h>
#include <absl/types/span.h>

// How bytes of a file reach memory. Strategies differ in cost, never in result: one conformance
// suite runs them all.
namespace emel::io {

enum class Strategy { kMap, kRead };
std::optional<Strategy> ParseStrategy(std::string_view name);  // "mmap" | "read"
std::string_view Name(Strategy strategy);

class Source {
 public:
  virtual ~Source() = default;
  virtual uint64_t size() const = 0;
  virtual absl::Status Read(uint64_t offset, absl::Span<uint8_t> out) = 0;
};

absl::StatusOr<std::unique_ptr<Source>> OpenSource(const std::string& path, Strategy strategy);

}  // namespace emel::io

#endif  // EMEL_RUNTIME_IO_SOURCE_H_
