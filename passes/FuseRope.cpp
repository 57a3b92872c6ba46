#include "passes/Grouping.h"
#include "passes/Passes.h"
#include "passes/Record.h"

using namespace mlir;

namespace emel {
#define GEN_PASS_DEF_FUSEROPE
#include "passes/Passes.h.inc"

namespace {

/// What takes, beside columns of the group, positions, slots and states.
Refusal refusesRope(Operation *group, Operation *user) {
  if (!isHeavy(group) || isa<FuseOp>(user)) return "";
  bool isPlaced = llvm::all_of(user->getOperands(), [&](Value operand) {
    auto tensor = dyn_cast<RankedTensorType>(operand.getType());
    return isWeight(operand) || isInGroup(operand, group) || !tensor ||
           tensor.getElementType().isInteger();
  });
  if (!isPlaced) return "it takes numbers from outside of the group that are no weight";
  if (!followsColumns(user, [&](Value value) { return isInGroup(value, group); }))
    return kNeedsOtherColumns;
  return std::nullopt;
}

class FuseRope : public impl::FuseRopeBase<FuseRope> {
  void runOnOperation() override {
    Record record(getOperation(), getArgument());
    record.count("joined",
                 growGroups(getOperation(), getArgument(), Joining::AllUsers, refusesRope));
  }
};

}  // namespace
}  // namespace emel
