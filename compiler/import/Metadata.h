#ifndef EMEL_COMPILER_IMPORT_METADATA_H_
#define EMEL_COMPILER_IMPORT_METADATA_H_

#include <optional>

#include <absl/status/status.h>

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/Twine.h"
#include "runtime/gguf/gguf.h"

namespace emel {

/// Typed access to a model's metadata. The first failure is kept and later reads return harmless
/// values, so that an importer reads in a row and asks `status()` before it relies on what it read.
class Metadata {
 public:
  explicit Metadata(const gguf::Model &model);

  /// Keys below the architecture's name: "block_count" is "llama.block_count".
  bool has(llvm::StringRef key) const { return find(key) != nullptr; }
  int64_t integer(llvm::StringRef key, std::optional<int64_t> fallback = std::nullopt,
                  int64_t least = 1);
  /// A number of at least 0, and one above 0.
  double real(llvm::StringRef key, std::optional<double> fallback = std::nullopt);
  double positive(llvm::StringRef key, std::optional<double> fallback = std::nullopt);
  std::string text(llvm::StringRef key, llvm::StringRef fallback);
  /// One number for all layers, or an array with one for each.
  llvm::SmallVector<int64_t> perLayer(llvm::StringRef key, int64_t layers,
                                      std::optional<int64_t> fallback = std::nullopt);

  /// Records a failure about a key; only the first is kept.
  void fail(llvm::StringRef key, const llvm::Twine &message);
  void fail(absl::Status status);
  const absl::Status &status() const { return status_; }
  bool ok() const { return status_.ok(); }

  llvm::StringRef architecture() const { return architecture_; }
  std::string fullKey(llvm::StringRef key) const { return (architecture_ + "." + key).str(); }

 private:
  const gguf::Value *find(llvm::StringRef key) const;
  const gguf::Value *require(llvm::StringRef key, bool optional);
  int64_t checkRange(llvm::StringRef key, std::optional<int64_t> value, int64_t least);

  const gguf::Model &model_;
  std::string architectureStorage_;
  llvm::StringRef architecture_;
  absl::Status status_;
};

}  // namespace emel

#endif  // EMEL_COMPILER_IMPORT_METADATA_H_
