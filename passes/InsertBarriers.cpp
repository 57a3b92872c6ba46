#include <map>

#include "dialects/plan/Footprint.h"
#include "passes/Passes.h"
#include "passes/Record.h"

using namespace mlir;

namespace emel {
#define GEN_PASS_DEF_INSERTBARRIERS
#include "passes/Passes.h.inc"

namespace {

using plan::BarrierOp;
using plan::EntryOp;
using plan::LaunchKind;
using plan::LaunchOp;

class InsertBarriers : public impl::InsertBarriersBase<InsertBarriers> {
  void runOnOperation() override {
    Record record(getOperation(), getArgument());
    record_ = &record;
    for (EntryOp entry : getOperation().getOps<EntryOp>())
      if (failed(runOn(entry))) return signalPassFailure();
  }

  LogicalResult runOn(EntryOp entry) {
    bounds_ = plan::Extents::of(entry);
    TypeMap types = plan::typesAt(entry, bounds_);
    plan::Footprints footprints;
    byLaunch_.clear();
    safe_.clear();
    for (LaunchOp launch : entry.getBody().front().getOps<LaunchOp>()) {
      if (!launch.getTiles())
        return launch.emitOpError("expected tiles, which --emel-partition writes, found none");
      auto footprint = footprints.get(launch, launch.getKernelOp(), types);
      if (failed(footprint)) return failure();
      byLaunch_[launch] = *footprint;
    }
    insert(entry);
    return success();
  }

  void insert(EntryOp entry) {
    SmallVector<LaunchOp> launches(entry.getBody().front().getOps<LaunchOp>());
    SmallVector<LaunchOp> epoch;
    for (auto [i, launch] : llvm::enumerate(launches)) {
      bool wait = llvm::any_of(epoch, [&](LaunchOp other) { return mustWait(launch, other); });
      if (wait) {
        OpBuilder(launch).create<BarrierOp>(launch.getLoc());
        epoch.clear();
        record_->count("barriers");
      } else if (i > 0) {
        record_->count("avoided");
      }
      epoch.push_back(launch);
    }
  }

  /// Whether a launch cannot begin before every worker has ended the other one.
  bool mustWait(LaunchOp launch, LaunchOp other) {
    if (other.getKind() == LaunchKind::Dynamic) return true;
    for (OpOperand &operand : launch.getInputsMutable()) {
      auto value = dyn_cast<OpResult>(operand.get());
      if (value && value.getOwner() == other &&
          !readsOwn(launch, operand.getOperandNumber(), value))
        return true;
      if (isa<KvType>(operand.get().getType()) && launch.consumesState(operand) &&
          llvm::is_contained(other.getInputs(), operand.get()))
        return true;
    }
    return false;
  }

  /// Whether each worker reads of the other launch's result only what it wrote itself, however many
  /// workers there are and however large the step is: what the verifier of plans asks.
  bool readsOwn(LaunchOp launch, unsigned operand, OpResult value) {
    auto producer = cast<LaunchOp>(value.getOwner());
    if (producer.getKind() == LaunchKind::Each) return true;
    plan::Footprint *writer = byLaunch_[producer], *reader = byLaunch_[launch];
    auto [known, isNew] = safe_.try_emplace({writer, value.getResultNumber(), reader, operand});
    if (isNew)
      known->second = !plan::findRace(writer->schedule(), writer->written(value.getResultNumber()),
                                      reader->schedule(), reader->read(operand), 0, bounds_);
    return known->second;
  }

  plan::Extents bounds_;
  /// Launches of the same kernel on the same types, as layers are, share one.
  DenseMap<Operation *, plan::Footprint *> byLaunch_;
  /// What is known about a result of one footprint and an operand of another.
  std::map<std::tuple<plan::Footprint *, unsigned, plan::Footprint *, unsigned>, bool> safe_;

  Record *record_ = nullptr;
};

}  // namespace
}  // namespace emel
