#include "llvm/ADT/SetVector.h"
#include "passes/Grouping.h"
#include "passes/Passes.h"
#include "passes/Record.h"

using namespace mlir;

namespace emel {
#define GEN_PASS_DEF_FUSEPROJECTIONS
#include "passes/Passes.h.inc"

namespace {

/// The heavy ops that multiply a value by the rows of a weight.
void findProjections(Value value, llvm::SetVector<Operation *> &found) {
  for (Operation *user : value.getUsers())
    if (isa<CostOpInterface>(user) && user->getNumResults() == 1 && user->getOperand(0) == value &&
        llvm::any_of(user->getOperands().drop_front(), isWeight) && groupOf(user) == user &&
        columnsOf(user->getResult(0)))
      found.insert(user);
}

/// Those of a value, and those of what light ops make of each row of it alone: some weights want it
/// rounded. In order.
SmallVector<Operation *> findAllProjections(Value value) {
  llvm::SetVector<Operation *> found;
  findProjections(value, found);
  for (Operation *user : value.getUsers())
    if (user->getNumOperands() == 1 && isRowWise(user)) findProjections(user->getResult(0), found);
  SmallVector<Operation *> projections = found.takeVector();
  llvm::sort(projections, [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
  return projections;
}

class FuseProjections : public impl::FuseProjectionsBase<FuseProjections> {
  void runOnOperation() override {
    Record record(getOperation(), getArgument());
    record_ = &record;
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (!function.isExternal()) runOn(function);
  }

  void runOn(func::FuncOp function) {
    SmallVector<Value> values(function.getArguments());
    for (Operation &op : function.front()) llvm::append_range(values, op.getResults());
    for (Value value : values) {
      SmallVector<Operation *> projections = findAllProjections(value);
      while (projections.size() > 1) mergeFirst(projections);
    }
  }

  /// Merges the first projection with as many others as can be computed beside it.
  void mergeFirst(SmallVector<Operation *> &projections) {
    SmallVector<Operation *> members{projections.front()}, left;
    Operation *group = projections.front();
    for (Operation *other : ArrayRef<Operation *>(projections).drop_front()) {
      members.push_back(other);
      FuseOp fused = mergeGroups({group, other}, nameFor(members), getArgument());
      if (fused) {
        group = fused;
        record_->count("joined");
        passed(getArgument(), fused, [] { return "products of one value joined"; });
      } else {
        members.pop_back();
        left.push_back(other);
      }
    }
    projections = std::move(left);
  }

  Record *record_ = nullptr;
};

}  // namespace
}  // namespace emel
