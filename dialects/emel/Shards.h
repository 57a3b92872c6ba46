#ifndef EMEL_DIALECTS_EMEL_SHARDS_H_
#define EMEL_DIALECTS_EMEL_SHARDS_H_

#include "dialects/emel/Emel.h"
#include "llvm/ADT/StringMap.h"
#include "runtime/io/source.h"

namespace emel {

/// The files behind the shards of a module, each opened once, when it is first asked for.
class Shards {
 public:
  /// A shard is looked for at its path, then in each of the folders.
  explicit Shards(io::Strategy load = io::Strategy::kMap, std::vector<std::string> folders = {})
      : load_(load), folders_(std::move(folders)) {}

  /// Reports at `user` what keeps it from opening.
  mlir::FailureOr<io::Source *> open(mlir::Operation *user, ShardOp shard);

  /// The file that holds a weight, which lies inside of it.
  mlir::FailureOr<io::Source *> open(mlir::Operation *user, WeightOp weight);

 private:
  io::Strategy load_;
  std::vector<std::string> folders_;
  llvm::StringMap<std::unique_ptr<io::Source>> opened_;
};

}  // namespace emel

#endif  // EMEL_DIALECTS_EMEL_SHARDS_H_
