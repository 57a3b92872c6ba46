#include "passes/Grouping.h"
#include "passes/Passes.h"
#include "passes/Record.h"

using namespace mlir;

namespace emel {
#define GEN_PASS_DEF_FUSEROWS
#include "passes/Passes.h.inc"

namespace {

/// What computes rows of its own from rows of the group, without a sum over a large weight.
Refusal refusesRows(Operation *group, Operation *user) {
  if (!isRowWise(group)) return "";
  if (!isRowWise(user)) return "it does not compute row by row, or sums over a large weight";
  if (!needsOnlyRowsOf(user, [&](Value value) { return isInGroup(value, group); }))
    return "a row of it needs other rows of the group as well";
  return std::nullopt;
}

class FuseRows : public impl::FuseRowsBase<FuseRows> {
  void runOnOperation() override {
    Record record(getOperation(), getArgument());
    record.count("joined",
                 growGroups(getOperation(), getArgument(), Joining::SomeUsers, refusesRows));
  }
};

}  // namespace
}  // namespace emel
