#include "compiler/artifact/HashShards.h"

#include "llvm/Support/Path.h"

using namespace mlir;

namespace emel {

static constexpr uint64_t kChunk = uint64_t{1} << 18;

static absl::Status hash(io::Source &source, ShardHashes::Shard &shard) {
  artifact::Sha256 sha256;
  std::vector<uint8_t> bytes(std::min(kChunk, shard.bytes));
  for (uint64_t at = 0; at < shard.bytes; at += kChunk) {
    auto part = absl::MakeSpan(bytes).first(std::min(kChunk, shard.bytes - at));
    absl::Status status = source.Read(at, part);
    if (!status.ok()) return status;
    sha256.Update(part);
  }
  shard.sha256 = sha256.Finish();
  return absl::OkStatus();
}

LogicalResult ShardHashes::start(ModuleOp module) {
  for (auto op : module.getOps<ShardOp>()) {
    FailureOr<io::Source *> source = files_.open(op, op);
    if (failed(source)) return failure();
    Shard &shard = shards_.emplace_back();
    shard.file = llvm::sys::path::filename(op.getPath()).str();
    shard.bytes = op.getSize();
    shard.done = pool_.async([&shard, from = *source] { shard.status = hash(*from, shard); });
  }
  return success();
}

absl::StatusOr<std::vector<const ShardHashes::Shard *>> ShardHashes::take() {
  std::vector<const Shard *> shards;
  for (Shard &shard : shards_) {
    shard.done.wait();
    if (!shard.status.ok()) return shard.status;
    shards.push_back(&shard);
  }
  return shards;
}

}  // namespace emel
