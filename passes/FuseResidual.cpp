#include "passes/Grouping.h"
#include "passes/Passes.h"
#include "passes/Record.h"

using namespace mlir;

namespace emel {
#define GEN_PASS_DEF_FUSERESIDUAL
#include "passes/Passes.h.inc"

namespace {

/// What takes, beside columns of the group, tensors from elsewhere.
bool joinsResidual(Operation *group, Operation *user) {
  if (!isHeavy(group) || isa<FuseOp>(user)) return false;
  bool hasNoState = llvm::all_of(user->getOperandTypes(), llvm::IsaPred<RankedTensorType>);
  return hasNoState && followsColumns(user, [&](Value value) { return isInGroup(value, group); });
}

class FuseResidual : public impl::FuseResidualBase<FuseResidual> {
  void runOnOperation() override {
    Record record(getOperation(), getArgument());
    record.count("joined", growGroups(getOperation(), Joining::AllUsers, joinsResidual));
  }
};

}  // namespace
}  // namespace emel
