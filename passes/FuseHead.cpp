#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/IR/IRMapping.h"
#include "passes/Grouping.h"
#include "passes/Passes.h"
#include "passes/Record.h"

using namespace mlir;

namespace emel {

#define GEN_PASS_DEF_FUSEHEAD
#include "passes/Passes.h.inc"

namespace {

/// Parts of a row: tiles enough for many workers, of whole panels of the weight, and so wide that
/// what is kept of each is little beside it.
constexpr int64_t kParts = 32, kPanel = 16, kLeastPerCandidate = 4;

int64_t chooseWidth(int64_t vocab, int64_t k) {
  int64_t width = std::max<int64_t>(llvm::divideCeil(vocab, kParts), kLeastPerCandidate * k);
  return std::min<int64_t>(llvm::alignTo(width, kPanel), vocab);
}

class FuseHead : public impl::FuseHeadBase<FuseHead> {
 public:
  using FuseHeadBase::FuseHeadBase;

  void runOnOperation() override {
    if (sample == 0) return;
    SmallVector<func::FuncOp> steps;
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (function->hasAttr(EmelDialect::kEntryAttr) || function.getName() == EmelDialect::kStep)
        steps.push_back(function);
    auto model = getOperation()->getAttrOfType<DictionaryAttr>(EmelDialect::kModelAttr);
    if (failed(check(steps, model))) return signalPassFailure();
    int64_t vocab = model.getAs<IntegerAttr>("vocab").getInt();
    Record record(getOperation(), getArgument());
    record.count("parts", llvm::divideCeil(vocab, chooseWidth(vocab, sample)));
    for (func::FuncOp step : steps) {
      addHead(step, vocab);
      record.count("steps");
    }
    NamedAttrList entries(model);
    entries.set(EmelDialect::kSample, Builder(&getContext()).getI64IntegerAttr(sample));
    getOperation()->setAttr(EmelDialect::kModelAttr, entries.getDictionary(&getContext()));
  }

 private:
  LogicalResult check(ArrayRef<func::FuncOp> steps, DictionaryAttr model) {
    if (steps.empty() || !model)
      return getOperation().emitError("expected a model whose steps return logits, found ")
             << (steps.empty() ? "no step" : "no 'emel.model'");
    if (Attribute own = model.get(EmelDialect::kSample))
      return getOperation().emitError("expected steps that return logits alone, found ")
             << "'sample' = " << own << " in 'emel.model'";
    int64_t vocab = model.getAs<IntegerAttr>("vocab").getInt();
    if (sample < 0 || sample > vocab)
      return getOperation().emitError("expected a sample of 1 to ")
             << vocab << " tokens, as many as the vocabulary has, found "
             << static_cast<int64_t>(sample);
    for (func::FuncOp step : steps)
      if (Value logits = step.front().getTerminator()->getOperand(0); !logits.getDefiningOp())
        return step.emitError("expected logits that are computed, found an argument");
    return success();
  }

  /// Clones what ends in the logits, as far as its group goes, to the end of the step.
  SmallVector<Operation *> cloneHead(OpBuilder &builder, Value logits, Value &clone) {
    SetVector<Operation *> slice;
    Operation *group = logits.getDefiningOp();
    auto fuse = dyn_cast<FuseOp>(group);
    if (fuse) {
      logits = fuse.getYielded()[cast<OpResult>(logits).getResultNumber()];
      BackwardSliceOptions options;
      options.inclusive = true;
      options.filter = [&](Operation *op) { return op->getParentOp() == group; };
      getBackwardSlice(logits, &slice, options);
    } else {
      slice.insert(group);
    }
    IRMapping map;
    SmallVector<Operation *> clones;
    for (Operation *op : slice) clones.push_back(builder.clone(*op, map));
    clone = map.lookup(logits);
    return clones;
  }

  void addHead(func::FuncOp step, int64_t vocab) {
    Operation *end = step.front().getTerminator();
    OpBuilder builder(end);
    Value logits = end->getOperand(0), clone;
    Location location = logits.getLoc();
    SmallVector<Operation *> group = cloneHead(builder, logits, clone);
    group.push_back(
        builder.create<TopKPartsOp>(location, clone, sample, chooseWidth(vocab, sample)));
    Value parts = group.back()->getResult(0);
    Value best = builder.create<MergeTopKOp>(location, parts);
    mergeGroups(group, nameFor(group) + "_best", getArgument());
    SmallVector<Value> results(end->getOperands());
    results.insert(results.begin() + 1, best);
    end->setOperands(results);
    step.insertResult(1, best.getType(), {});
    if (auto names = step.getResultAttr(0, EmelDialect::kDimsAttr))
      step.setResultAttr(1, EmelDialect::kDimsAttr, names);
  }
};

}  // namespace
}  // namespace emel
