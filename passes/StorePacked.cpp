#include "dialects/emel/Emel.h"
#include "llvm/ADT/MapVector.h"
#include "passes/Passes.h"
#include "passes/Record.h"

using namespace mlir;

namespace emel {

#define GEN_PASS_DEF_STOREPACKED
#include "passes/Passes.h.inc"

namespace {

/// The layout in which every op finds the weight that `reads` are reads of; null where there is no
/// such.
LayoutAttr commonLayout(ArrayRef<GetWeightOp> reads) {
  Attribute layout;
  for (GetWeightOp get : reads)
    for (Operation *user : get->getUsers()) {
      auto pack = dyn_cast<PackOp>(user);
      Attribute found = pack ? cast<RankedTensorType>(pack.getType()).getEncoding() : Attribute();
      if (!found || (layout && layout != found)) return {};
      layout = found;
    }
  return dyn_cast_or_null<LayoutAttr>(layout);
}

struct StorePackedPass : impl::StorePackedBase<StorePackedPass> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    Record record(module, getArgument());
    llvm::MapVector<StringAttr, SmallVector<GetWeightOp>> reads;
    module.walk([&](GetWeightOp get) { reads[get.getWeightAttr().getAttr()].push_back(get); });
    SymbolTable symbols(module);
    for (auto &[name, gets] : reads) {
      auto weight = symbols.lookup<WeightOp>(name);
      LayoutAttr layout = weight && !weight.getLayout() ? commonLayout(gets) : LayoutAttr();
      bool isPacked = llvm::any_of(gets, [](GetWeightOp get) {
        return llvm::any_of(get->getUsers(), llvm::IsaPred<PackOp>);
      });
      if (!layout && isPacked)
        missed(getArgument(), weight,
               [] { return "packed in every step: its readers want several layouts"; });
      if (!layout) continue;
      weight.setLayoutAttr(layout);
      record.count("weights");
      for (GetWeightOp get : gets) readPacked(get, weight.getStoredType(), record);
    }
  }

  /// Lets a read give what its packs gave.
  static void readPacked(GetWeightOp get, RankedTensorType type, Record &record) {
    get.getResult().setType(type);
    for (Operation *pack : llvm::make_early_inc_range(get->getUsers())) {
      pack->getResult(0).replaceAllUsesWith(get.getResult());
      get->setLoc(FusedLoc::get(get->getContext(), {get.getLoc(), pack->getLoc()}));
      pack->erase();
      record.count("ops");
    }
  }
};

}  // namespace
}  // namespace emel
