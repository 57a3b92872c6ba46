#include "dialects/emel/Emel.h"
#include "passes/Passes.h"
#include "passes/Record.h"

using namespace mlir;

namespace emel {
#define GEN_PASS_DEF_GROUPEXPERTS
#include "passes/Passes.h.inc"

namespace {

class GroupExperts : public impl::GroupExpertsBase<GroupExperts> {
  void runOnOperation() override {
    Record record(getOperation(), getArgument());
    groups_.clear();
    getOperation().walk([&](MatmulIdOp op) {
      if (!mayShareExperts(op)) return;
      op.getGroupsMutable().assign(groupsOf(op, record).getResults());
      record.count("products");
    });
  }

  /// A single token chooses each expert once.
  static bool mayShareExperts(MatmulIdOp op) {
    int64_t experts = cast<RankedTensorType>(op.getWeight().getType()).getDimSize(0);
    int64_t tokens = cast<RankedTensorType>(op.getIds().getType()).getDimSize(0);
    return !op.isGrouped() && tokens != 1 && experts > 0 && experts <= INT32_MAX;
  }

  /// What all products with the same ids share.
  GroupExpertsOp groupsOf(MatmulIdOp op, Record &record) {
    Value ids = op.getIds();
    int64_t experts = cast<RankedTensorType>(op.getWeight().getType()).getDimSize(0);
    GroupExpertsOp &groups = groups_[{ids, experts}];
    if (!groups) {
      OpBuilder builder(&getContext());
      builder.setInsertionPointAfterValue(ids);
      groups = builder.create<GroupExpertsOp>(ids.getLoc(), ids, experts);
      record.count("groupings");
    }
    return groups;
  }

  DenseMap<std::pair<Value, int64_t>, GroupExpertsOp> groups_;
};

}  // namespace
}  // namespace emel
