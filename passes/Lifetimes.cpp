#include "dialects/plan/EntryShapes.h"
#include "passes/Passes.h"
#include "passes/Record.h"

using namespace mlir;

namespace emel {
#define GEN_PASS_DEF_LIFETIMES
#include "passes/Passes.h.inc"

namespace {

using plan::EntryOp;
using plan::EntryShapes;
using plan::LaunchKind;
using plan::LaunchOp;
using plan::leavesEntry;
using plan::LifeAttr;

class Lifetimes : public impl::LifetimesBase<Lifetimes> {
  void runOnOperation() override {
    Record record(getOperation(), getArgument());
    record_ = &record;
    for (EntryOp entry : getOperation().getOps<EntryOp>()) {
      auto shapes = EntryShapes::create(entry, plan::Extents::of(entry));
      if (failed(shapes)) return signalPassFailure();
      countEpochs(entry);
      for (LaunchOp launch : entry.getBody().front().getOps<LaunchOp>())
        if (failed(setLives(launch, *shapes))) return signalPassFailure();
    }
  }

  void countEpochs(EntryOp entry) {
    epochs_.clear();
    int64_t epoch = 0;
    for (Operation &op : entry.getBody().front()) {
      epochs_[&op] = epoch;
      if (isa<plan::BarrierOp>(op)) ++epoch;
    }
  }

  int64_t lastUse(Value value) {
    int64_t last = epochs_[value.getDefiningOp()];
    for (Operation *user : value.getUsers()) last = std::max(last, epochs_[user]);
    return last;
  }

  LogicalResult setLives(LaunchOp launch, const EntryShapes &shapes) {
    SmallVector<Attribute> lives;
    llvm::SmallDenseSet<int64_t> taken;
    for (OpResult result : launch.getOperation()->getResults()) {
      auto type = dyn_cast<RankedTensorType>(shapes.typeOf(result));
      if (!type) {
        lives.push_back(UnitAttr::get(&getContext()));
        continue;
      }
      std::optional<int64_t> bytes = getStorageBytes(type);
      if (!bytes) return launch.emitOpError("has a result of more than 2^63 bytes, ") << type;
      int64_t over = findInPlace(launch, result, shapes, taken);
      if (over >= 0) {
        taken.insert(over);
        record_->count("in place");
      }
      record_->count("values");
      lives.push_back(
          LifeAttr::get(&getContext(), epochs_[launch], lastUse(result) + 1, *bytes, over));
    }
    launch.setLivesAttr(ArrayAttr::get(&getContext(), lives));
    return success();
  }

  /// The operand whose bytes a result may take over: one that dies here, of which every index is
  /// read only where it is written.
  int64_t findInPlace(LaunchOp launch, OpResult result, const EntryShapes &shapes,
                      const llvm::SmallDenseSet<int64_t> &taken) {
    if (leavesEntry(result)) return -1;
    const plan::KernelAccess &access = shapes.accessOf(launch);
    for (auto [i, operand] : llvm::enumerate(launch.getInputs())) {
      auto producer = operand.getDefiningOp<LaunchOp>();
      if (!producer || taken.contains(i) || leavesEntry(operand)) continue;
      bool sameArena =
          (producer.getKind() == LaunchKind::Each) == (launch.getKind() == LaunchKind::Each);
      auto refuse = [&](const char *reason) {
        missed(getArgument(), launch, [&] {
          return "not in place of what " + producer.getKernel().str() + " wrote: " + reason;
        });
      };
      if (!sameArena)
        refuse("that lies in another arena");
      else if (!diesHere(launch, operand))
        refuse("that is read elsewhere, or later");
      else if (!access.isElementwise(result.getResultNumber(), i))
        refuse("an index of the result needs others of it");
      else if (!otherResultsSpare(launch, result, i, access))
        refuse("another result of the launch reads it");
      else
        return i;
    }
    return -1;
  }

  /// Whether this launch alone reads the value in this epoch or later, once.
  bool diesHere(LaunchOp launch, Value value) {
    return llvm::all_of(value.getUses(), [&](OpOperand &use) {
      return use.getOwner() == launch ? llvm::count(launch.getInputs(), value) == 1
                                      : epochs_[use.getOwner()] < epochs_[launch];
    });
  }

  /// Whether the other results of the launch read nothing of the operand.
  static bool otherResultsSpare(LaunchOp launch, OpResult result, unsigned operand,
                                const plan::KernelAccess &access) {
    for (unsigned i = 0; i < launch.getNumResults(); ++i)
      if (i != result.getResultNumber() &&
          access.reads(i, plan::wholeOf(access.resultType(i)))[operand])
        return false;
    return true;
  }

  DenseMap<Operation *, int64_t> epochs_;

  Record *record_ = nullptr;
};

}  // namespace
}  // namespace emel
