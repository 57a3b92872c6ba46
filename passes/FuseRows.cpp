#include "passes/Grouping.h"
#include "passes/Passes.h"
#include "passes/Record.h"

using namespace mlir;

namespace emel {
#define GEN_PASS_DEF_FUSEROWS
#include "passes/Passes.h.inc"

namespace {

/// What computes rows of its own from rows of the group, without a sum over a large weight.
bool joinsRows(Operation *group, Operation *user) {
  return isRowWise(group) && isRowWise(user) &&
         needsOnlyRowsOf(user, [&](Value value) { return isInGroup(value, group); });
}

class FuseRows : public impl::FuseRowsBase<FuseRows> {
  void runOnOperation() override {
    Record record(getOperation(), getArgument());
    record.count("joined", growGroups(getOperation(), Joining::SomeUsers, joinsRows));
  }
};

}  // namespace
}  // namespace emel
