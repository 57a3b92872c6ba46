#ifndef EMEL_COMPILER_ARTIFACT_HASH_SHARDS_H_
#define EMEL_COMPILER_ARTIFACT_HASH_SHARDS_H_

#include <deque>

#include "dialects/emel/Shards.h"
#include "llvm/Support/ThreadPool.h"
#include "runtime/artifact/digest.h"

namespace emel {

/// The SHA-256 of every shard of a module. Packing reads tensors in an order of its own, and some
/// of them in pieces, so that it cannot hash what it reads; hashing runs beside it instead, over
/// pages that the two share in memory, or in the system's cache.
class ShardHashes {
 public:
  ShardHashes(llvm::ThreadPoolInterface &pool, io::Strategy load) : pool_(pool), files_(load) {}
  /// Waits for what still runs.
  ~ShardHashes() { pool_.wait(); }

  mlir::LogicalResult start(mlir::ModuleOp module);

  struct Shard {
    std::string file;  // without folder: results do not depend on where it lies
    uint64_t bytes = 0;
    artifact::Sha256Digest sha256{};
    absl::Status status;
    std::shared_future<void> done;
  };
  /// Waits.
  absl::StatusOr<std::vector<const Shard *>> take();

 private:
  llvm::ThreadPoolInterface &pool_;
  Shards files_;
  std::deque<Shard> shards_;  // threads hold references
};

}  // namespace emel

#endif  // EMEL_COMPILER_ARTIFACT_HASH_SHARDS_H_
