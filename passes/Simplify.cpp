#include "mlir/IR/Dominance.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/CSE.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "passes/Passes.h"

using namespace mlir;

namespace emel {

#define GEN_PASS_DEF_SIMPLIFY
#include "passes/Passes.h.inc"

namespace {

/// Gives what takes an op's place the op's origin as well.
struct OriginKeeper : RewriterBase::Listener {
  void notifyOperationReplaced(Operation* op, ValueRange values) override {
    for (Value value : values)
      if (Operation* heir = value ? value.getDefiningOp() : nullptr)
        heir->setLoc(FusedLoc::get(op->getContext(), {heir->getLoc(), op->getLoc()}));
  }
};

struct SimplifyPass : impl::SimplifyBase<SimplifyPass> {
  LogicalResult initialize(MLIRContext* context) override {
    RewritePatternSet patterns(context);
    for (Dialect* dialect : context->getLoadedDialects())
      dialect->getCanonicalizationPatterns(patterns);
    for (RegisteredOperationName op : context->getRegisteredOperations())
      op.getCanonicalizationPatterns(patterns, context);
    patterns_ = std::move(patterns);
    return success();
  }

  void runOnOperation() override {
    OriginKeeper keeper;
    GreedyRewriteConfig config;
    config.useTopDownTraversal = true;
    config.listener = &keeper;
    if (failed(applyPatternsAndFoldGreedily(getOperation(), patterns_, config))) {
      getOperation().emitError("simplifying did not come to an end");
      return signalPassFailure();
    }
    IRRewriter rewriter(&getContext(), &keeper);
    eliminateCommonSubExpressions(rewriter, getAnalysis<DominanceInfo>(), getOperation());
  }

  FrozenRewritePatternSet patterns_;
};

}  // namespace
}  // namespace emel
