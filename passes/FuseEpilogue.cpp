#include "passes/Grouping.h"
#include "passes/Passes.h"
#include "passes/Record.h"

using namespace mlir;

namespace emel {
#define GEN_PASS_DEF_FUSEEPILOGUE
#include "passes/Passes.h.inc"

namespace {

/// What takes nothing but results of the group, column by column, and weights.
Refusal refusesEpilogue(Operation *group, Operation *user) {
  if (!isHeavy(group) || isa<FuseOp>(user)) return "";
  bool isClosed = llvm::all_of(user->getOperands(), [&](Value operand) {
    return isWeight(operand) || isInGroup(operand, group);
  });
  if (!isClosed) return "it takes a value from outside of the group that is no weight";
  if (!followsColumns(user, [&](Value value) { return isInGroup(value, group); }))
    return kNeedsOtherColumns;
  return std::nullopt;
}

class FuseEpilogue : public impl::FuseEpilogueBase<FuseEpilogue> {
  void runOnOperation() override {
    Record record(getOperation(), getArgument());
    record.count("joined",
                 growGroups(getOperation(), getArgument(), Joining::AllUsers, refusesEpilogue));
  }
};

}  // namespace
}  // namespace emel
