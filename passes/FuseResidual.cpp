#include "passes/Grouping.h"
#include "passes/Passes.h"
#include "passes/Record.h"

using namespace mlir;

namespace emel {
#define GEN_PASS_DEF_FUSERESIDUAL
#include "passes/Passes.h.inc"

namespace {

/// What takes, beside columns of the group, tensors from elsewhere.
Refusal refusesResidual(Operation *group, Operation *user) {
  if (!isHeavy(group) || isa<FuseOp>(user)) return "";
  bool hasNoState = llvm::all_of(user->getOperandTypes(), llvm::IsaPred<RankedTensorType>);
  if (!hasNoState) return "it takes a state";
  if (!followsColumns(user, [&](Value value) { return isInGroup(value, group); }))
    return kNeedsOtherColumns;
  return std::nullopt;
}

class FuseResidual : public impl::FuseResidualBase<FuseResidual> {
  void runOnOperation() override {
    Record record(getOperation(), getArgument());
    record.count("joined",
                 growGroups(getOperation(), getArgument(), Joining::AllUsers, refusesResidual));
  }
};

}  // namespace
}  // namespace emel
