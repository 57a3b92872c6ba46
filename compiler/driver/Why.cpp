#include "compiler/driver/Why.h"

#include "dialects/emel/Emel.h"
#include "dialects/emel/Provenance.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

namespace emel {

/// The weight's name that is closest to what was asked for.
static StringRef nearest(ModuleOp module, StringRef name) {
  StringRef best;
  unsigned distance = std::max<size_t>(3, name.size() / 2);
  for (WeightOp weight : module.getOps<WeightOp>())
    if (unsigned d = name.edit_distance(weight.getSymName(), true, distance); d < distance) {
      distance = d;
      best = weight.getSymName();
    }
  return best;
}

absl::StatusOr<std::string> explainTensor(ModuleOp module, const std::string &tensor) {
  auto weight = module.lookupSymbol<WeightOp>(tensor);
  if (!weight) {
    StringRef close = nearest(module, tensor);
    return absl::NotFoundError("tensor '" + tensor + "': nothing reads a tensor of this name" +
                               (close.empty() ? "" : ", did you mean '" + close.str() + "'?"));
  }
  auto shard = module.lookupSymbol<ShardOp>(weight.getShardAttr());
  std::string text;
  llvm::raw_string_ostream out(text);
  out << tensor << " : " << weight.getType() << "\n  lies in " << shard.getPath() << ", offset "
      << weight.getOffset() << ", " << weight.getSize() << " bytes\n";
  module.walk([&](GetWeightOp get) {
    if (get.getWeight() != tensor) return;
    for (Operation *user : get->getUsers()) {
      out << "  read by " << user->getName();
      Origin origin = getOrigin(user->getLoc());
      if (!origin.ops.empty()) out << " of " << origin.ops.front().getValue();
      out << " -> " << user->getResult(0).getType() << "\n";
    }
  });
  return text;
}

}  // namespace emel
