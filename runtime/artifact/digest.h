#ifndef EMEL_RUNTIME_ARTIFACT_DIGEST_H_
#define EMEL_RUNTIME_ARTIFACT_DIGEST_H_

#include <absl/types/span.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>

namespace emel::artifact {

// XXH3 of 128 bits: finds damage, at the speed of memory. Says nothing about who made the bytes.
using Checksum = std::array<uint8_t, 16>;  // high half first, as xxhsum prints it
class Checksummer {
 public:
  Checksummer();
  ~Checksummer();
  Checksummer(Checksummer&&) noexcept;
  Checksummer& operator=(Checksummer&&) noexcept;

  void Reset();
  void Update(absl::Span<const uint8_t> bytes);
  Checksum Finish() const;  // of what came since Reset; more may follow

 private:
  struct State;
  std::unique_ptr<State> state_;
};
Checksum ChecksumOf(absl::Span<const uint8_t> bytes);

// SHA-256: names contents.
using Sha256Digest = std::array<uint8_t, 32>;
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void Update(absl::Span<const uint8_t> bytes);
  Sha256Digest Finish();  // once; nothing may follow

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string Hex(absl::Span<const uint8_t> bytes);  // two lower-case digits each

}  // namespace emel::artifact

#endif  // EMEL_RUNTIME_ARTIFACT_DIGEST_H_
