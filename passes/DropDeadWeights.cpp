#include "dialects/emel/Emel.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "passes/Passes.h"
#include "passes/Record.h"

using namespace mlir;

namespace emel {

#define GEN_PASS_DEF_DROPDEADWEIGHTS
#include "passes/Passes.h.inc"

namespace {

bool isDeclaration(Operation *op) { return isa<WeightOp, ShardOp>(op); }

/// The declarations that something reads, directly or through another declaration, and the first
/// shard, which has the metadata of the model.
llvm::SetVector<Operation *> findLive(ModuleOp module) {
  SymbolTable symbols(module);
  llvm::SetVector<Operation *> live;
  auto mark = [&](Operation *user) {
    user->getAttrDictionary().walk([&](FlatSymbolRefAttr name) {
      Operation *symbol = symbols.lookup(name.getAttr());
      if (symbol && isDeclaration(symbol)) live.insert(symbol);
    });
  };
  module.walk([&](Operation *op) {
    if (!isDeclaration(op)) mark(op);
  });
  if (auto shards = module.getOps<ShardOp>(); !shards.empty()) live.insert(*shards.begin());
  for (size_t i = 0; i < live.size(); ++i) mark(live[i]);
  return live;
}

struct DropDeadWeightsPass : impl::DropDeadWeightsBase<DropDeadWeightsPass> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    Record record(module, getArgument());
    module.walk([&](SymbolUserOpInterface op) {
      if (!isOpTriviallyDead(op)) return;
      record.remove(op.getLoc(), "no op uses it");
      op.erase();
    });
    llvm::SetVector<Operation *> live = findLive(module);
    for (Operation &op : llvm::make_early_inc_range(*module.getBody())) {
      if (!isDeclaration(&op) || live.contains(&op)) continue;
      record.remove(op.getLoc(), "no op reads it");
      if (auto weight = dyn_cast<WeightOp>(op)) {
        record.count("weights");
        record.count("bytes", weight.getSize());
      } else {
        record.count("shards");
      }
      op.erase();
    }
  }
};

}  // namespace
}  // namespace emel
