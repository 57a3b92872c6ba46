#include "compiler/driver/Why.h"

#include "dialects/emel/Emel.h"
#include "dialects/emel/Provenance.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

namespace emel {

/// "did you mean 'X'?" with the name that is closest to what was asked for; else what lists them.
static std::string suggest(ArrayRef<StringRef> names, StringRef name, StringRef lister) {
  StringRef best;
  unsigned distance = std::max<size_t>(3, name.size() / 2);
  for (StringRef other : names)
    if (unsigned d = name.edit_distance(other, true, distance); d < distance) {
      distance = d;
      best = other;
    }
  return best.empty() ? (lister + " their names").str() : "did you mean '" + best.str() + "'?";
}

absl::StatusOr<std::string> explainTensor(const ImportResult &result, const std::string &tensor) {
  ModuleOp module = *result.module;
  auto weight = module.lookupSymbol<WeightOp>(tensor);
  if (!weight && llvm::is_contained(result.unusedTensors, tensor))
    return tensor + " is in the file, and no op reads it\n";
  if (!weight) {
    SmallVector<StringRef> names;
    for (WeightOp other : module.getOps<WeightOp>()) names.push_back(other.getSymName());
    return absl::NotFoundError("tensor '" + tensor + "': expected one of the file's, found none; " +
                               suggest(names, tensor, "emel-inspect lists"));
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
      StringRef lead = " of ";
      for (StringAttr op : origin.ops) {
        out << lead << op.getValue();
        lead = ", ";
      }
      out << " -> " << user->getResult(0).getType() << "\n";
    }
  });
  return text;
}

absl::StatusOr<std::string> explainMissed(ArrayRef<Remark> remarks, const std::string &op,
                                          ArrayRef<StringRef> known, bool isOp) {
  auto isNamed = [&](const Remark &remark) {
    SmallVector<StringRef> parts;
    StringRef(remark.loc).split(parts, ", ");
    return remark.op == op || llvm::is_contained(parts, op);
  };
  bool isKnown = isOp || llvm::is_contained(known, op);
  std::string text;
  for (const Remark &remark : remarks) {
    if (!isNamed(remark)) continue;
    isKnown = true;
    if (remark.kind == RemarkKind::Missed)
      text += remark.pass + ": " + remark.op + " of " + remark.loc + ": " + remark.reason + "\n";
  }
  if (!isKnown)
    return absl::NotFoundError("the model has no op and no weight '" + op + "'; " +
                               suggest(known, op, "--compile-to=import prints"));
  return text.empty() ? "nothing was missed at '" + op + "'\n" : text;
}

}  // namespace emel
