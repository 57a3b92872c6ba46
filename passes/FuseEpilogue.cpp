#include "passes/Grouping.h"
#include "passes/Passes.h"
#include "passes/Record.h"

using namespace mlir;

namespace emel {
#define GEN_PASS_DEF_FUSEEPILOGUE
#include "passes/Passes.h.inc"

namespace {

/// What takes nothing but results of the group, column by column, and weights.
bool joinsEpilogue(Operation *group, Operation *user) {
  if (!isHeavy(group) || isa<FuseOp>(user)) return false;
  bool isClosed = llvm::all_of(user->getOperands(), [&](Value operand) {
    return isWeight(operand) || isInGroup(operand, group);
  });
  return isClosed && followsColumns(user, [&](Value value) { return isInGroup(value, group); });
}

class FuseEpilogue : public impl::FuseEpilogueBase<FuseEpilogue> {
  void runOnOperation() override {
    Record record(getOperation(), getArgument());
    record.count("joined", growGroups(getOperation(), Joining::AllUsers, joinsEpilogue));
  }
};

}  // namespace
}  // namespace emel
