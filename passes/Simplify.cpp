#include "mlir/IR/Dominance.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/CSE.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "passes/Passes.h"
#include "passes/Record.h"

using namespace mlir;

namespace emel {

#define GEN_PASS_DEF_SIMPLIFY
#include "passes/Passes.h.inc"

namespace {

/// Gives what takes an op's place the op's origin as well, and records what goes without heir.
struct OriginKeeper : RewriterBase::Listener {
  explicit OriginKeeper(Record &record) : record_(record) {}

  void notifyOperationErased(Operation *op) override {
    if (!replaced_.erase(op)) record_.remove(op->getLoc(), "no op uses it");
  }
  void notifyOperationReplaced(Operation *op, ValueRange values) override {
    replaced_.insert(op);
    for (Value value : values)
      if (Operation *heir = value ? value.getDefiningOp() : nullptr)
        heir->setLoc(FusedLoc::get(op->getContext(), {heir->getLoc(), op->getLoc()}));
  }

 private:
  Record &record_;
  llvm::DenseSet<Operation *> replaced_;
};

struct SimplifyPass : impl::SimplifyBase<SimplifyPass> {
  LogicalResult initialize(MLIRContext *context) override {
    RewritePatternSet patterns(context);
    for (Dialect *dialect : context->getLoadedDialects())
      dialect->getCanonicalizationPatterns(patterns);
    for (RegisteredOperationName op : context->getRegisteredOperations())
      op.getCanonicalizationPatterns(patterns, context);
    patterns_ = std::move(patterns);
    return success();
  }

  void runOnOperation() override {
    Record record(getOperation(), getArgument());
    int64_t before = countOps();
    OriginKeeper keeper(record);
    GreedyRewriteConfig config;
    config.useTopDownTraversal = true;
    config.listener = &keeper;
    if (failed(applyPatternsAndFoldGreedily(getOperation(), patterns_, config))) {
      getOperation().emitError("simplifying did not come to an end");
      return signalPassFailure();
    }
    IRRewriter rewriter(&getContext(), &keeper);
    eliminateCommonSubExpressions(rewriter, getAnalysis<DominanceInfo>(), getOperation());
    record.count("ops", before - countOps());
  }

  int64_t countOps() {
    int64_t count = 0;
    getOperation().walk([&](Operation *) { ++count; });
    return count;
  }

  FrozenRewritePatternSet patterns_;
};

}  // namespace
}  // namespace emel
