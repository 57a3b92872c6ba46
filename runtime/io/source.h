#ifndef EMEL_RUNTIME_IO_SOURCE_H_
#define EMEL_RUNTIME_IO_SOURCE_H_

#include "runtime/io/syscalls.h"

#include <absl/status/statusor.h>
#include <absl/types/span.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

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

  // Fills `out` with the file's bytes from `offset` on, or fails; several threads may read at once.
  // A range outside the file is kOutOfRange and harms nothing. A fault (an I/O error, a file that
  // has become shorter) is kDataLoss, and every later read is kFailedPrecondition.
  virtual absl::Status Read(uint64_t offset, absl::Span<uint8_t> out) = 0;

  // The bytes in place, where the strategy has them in memory; kUnimplemented elsewhere. They are
  // valid until the source closes; unlike Read, touching them after another process has cut the
  // file short raises SIGBUS.
  virtual absl::StatusOr<absl::Span<const uint8_t>> View(uint64_t offset, uint64_t size) = 0;
};

absl::StatusOr<std::unique_ptr<Source>> OpenSource(const std::string& path, Strategy strategy,
                                                   const Syscalls& syscalls = Syscalls::System());

}  // namespace emel::io

#endif  // EMEL_RUNTIME_IO_SOURCE_H_
