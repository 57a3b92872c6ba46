#include "dialects/emel/Shards.h"

#include <filesystem>

using namespace mlir;

namespace emel {

FailureOr<io::Source *> Shards::open(Operation *user, ShardOp shard) {
  std::unique_ptr<io::Source> &source = opened_[shard.getSymName()];
  if (source) return source.get();
  std::filesystem::path path = shard.getPath().str();
  std::string tried;
  std::vector<std::filesystem::path> candidates{path};
  for (const std::string &folder : folders_) {
    candidates.push_back(folder / path);
    candidates.push_back(folder / path.filename());
  }
  for (const auto &candidate : candidates) {
    auto opened = io::OpenSource(candidate.string(), load_);
    if (!opened.ok()) {
      if (tried.empty()) tried = std::string(opened.status().message());
      continue;
    }
    if ((*opened)->size() < shard.getSize())
      return user->emitError("shard '") << candidate.string() << "': expected at least "
                                        << shard.getSize() << " bytes, found " << (*opened)->size();
    source = std::move(*opened);
    return source.get();
  }
  return user->emitError("cannot open shard @") << shard.getSymName() << ": " << tried;
}

FailureOr<io::Source *> Shards::open(Operation *user, WeightOp weight) {
  auto shard = SymbolTable::lookupNearestSymbolFrom<ShardOp>(weight, weight.getShardAttr());
  if (!shard) return user->emitError("names no weight of a shard: @") << weight.getSymName();
  FailureOr<io::Source *> source = open(user, shard);
  if (failed(source)) return failure();
  uint64_t offset = weight.getOffset(), size = weight.getSize(), most = (*source)->size();
  if (offset > most || size > most - offset)
    return user->emitError("weight @") << weight.getSymName() << " ends beyond the " << most
                                       << " bytes of shard @" << weight.getShard();
  return source;
}

}  // namespace emel
