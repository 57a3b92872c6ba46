// The plain functions of SHA-256 are marked as old in favour of a registry of algorithms, which
// would link megabytes for one hash.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "runtime/artifact/digest.h"

#include <absl/strings/escaping.h>

#include <openssl/sha.h>

#define XXH_STATIC_LINKING_ONLY  // the state's size, so that it needs no allocation of its own
#include <xxhash.h>

namespace emel::artifact {

struct Checksummer::State {
  alignas(64) XXH3_state_t xxh;
};

Checksummer::Checksummer() : state_(std::make_unique<State>()) { Reset(); }
Checksummer::~Checksummer() = default;
Checksummer::Checksummer(Checksummer&&) noexcept = default;
Checksummer& Checksummer::operator=(Checksummer&&) noexcept = default;

void Checksummer::Reset() { XXH3_128bits_reset(&state_->xxh); }

void Checksummer::Update(absl::Span<const uint8_t> bytes) {
  XXH3_128bits_update(&state_->xxh, bytes.data(), bytes.size());
}

Checksum Checksummer::Finish() const {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(&state_->xxh));
  Checksum out;
  std::copy_n(canonical.digest, out.size(), out.begin());
  return out;
}

Checksum ChecksumOf(absl::Span<const uint8_t> bytes) {
  Checksummer checksummer;
  checksummer.Update(bytes);
  return checksummer.Finish();
}

struct Sha256::State {
  SHA256_CTX context;
};

Sha256::Sha256() : state_(std::make_unique<State>()) { SHA256_Init(&state_->context); }
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::Update(absl::Span<const uint8_t> bytes) {
  SHA256_Update(&state_->context, bytes.data(), bytes.size());
}

Sha256Digest Sha256::Finish() {
  Sha256Digest digest;
  SHA256_Final(digest.data(), &state_->context);
  return digest;
}

std::string Hex(absl::Span<const uint8_t> bytes) {
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

}  // namespace emel::artifact
