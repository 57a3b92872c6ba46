#include "dialects/emel/Emel.h"
#include "passes/Passes.h"
#include "passes/Record.h"

using namespace mlir;

namespace emel {

#define GEN_PASS_DEF_FUSEHEAD
#include "passes/Passes.h.inc"

namespace {

/// The k largest logits of each row: `[m, vocab]` and ids `[m, k]` to `[m, k]`.
Value gather(OpBuilder &builder, Location location, Value logits, Value ids) {
  auto rows = cast<RankedTensorType>(logits.getType());
  Type element = rows.getElementType();
  // A table for each row, of rows of one number.
  auto table = RankedTensorType::get({rows.getDimSize(0), rows.getDimSize(1), 1}, element);
  Value chosen =
      builder.create<GetRowsOp>(location, builder.create<ReshapeOp>(location, table, logits), ids);
  auto type = RankedTensorType::get(cast<RankedTensorType>(ids.getType()).getShape(), element);
  return builder.create<ReshapeOp>(location, type, chosen);
}

struct FuseHeadPass : impl::FuseHeadBase<FuseHeadPass> {
  using FuseHeadBase::FuseHeadBase;

  void runOnOperation() override {
    if (sample.empty()) return;
    int64_t k = 0;
    StringRef kind = sample;
    bool isTopK = kind.consume_front("top-k:");
    if (isTopK ? kind.getAsInteger(10, k) || k < 1 : kind != "argmax") {
      getOperation().emitError("expected sample=argmax or sample=top-k:K, found '")
          << sample << "'";
      return signalPassFailure();
    }
    auto step = getOperation().lookupSymbol<func::FuncOp>(EmelDialect::kStep);
    auto model = getOperation()->getAttrOfType<DictionaryAttr>(EmelDialect::kModelAttr);
    if (!step || !model || model.contains("sample")) {
      InFlightDiagnostic error =
          getOperation().emitError("expected a model whose @step returns logits, found ");
      if (step && model)
        error << "one with sample = " << model.get("sample");
      else
        error << (step ? "no 'emel.model'" : "no @step");
      return signalPassFailure();
    }
    int64_t vocab = model.getAs<IntegerAttr>("vocab").getInt();
    if (k > vocab) {
      getOperation().emitError("expected at most the ")
          << vocab << " tokens there are, found " << k;
      return signalPassFailure();
    }
    Record record(getOperation(), getArgument());
    choose(step, k);
    NamedAttrList entries(model);
    entries.set("sample", StringAttr::get(&getContext(), isTopK ? "top_k" : "argmax"));
    getOperation()->setAttr(EmelDialect::kModelAttr, entries.getDictionary(&getContext()));
    record.count("steps");
    record.count("columns", vocab - (isTopK ? 2 * k : 1));
  }

  /// Makes a step return ids in place of logits; with k the k best and their logits.
  void choose(func::FuncOp step, int64_t k) {
    Operation *end = step.front().getTerminator();
    Value logits = end->getOperand(0);
    OpBuilder builder(end);
    Location location = logits.getLoc();
    SmallVector<Value> results;
    if (k) {
      results.push_back(builder.create<TopKOp>(location, logits, k));
      results.push_back(gather(builder, location, logits, results[0]));
    } else {
      results.push_back(builder.create<ArgmaxOp>(location, logits));
    }
    auto names = step.getResultAttr(0, EmelDialect::kDimsAttr);
    llvm::append_range(results, end->getOperands().drop_front());
    end->setOperands(results);
    if (k) step.insertResult(1, results[1].getType(), {});
    step.setType(builder.getFunctionType(step.getArgumentTypes(), ValueRange(results).getTypes()));
    if (names && k) step.setResultAttr(1, EmelDialect::kDimsAttr, names);
  }
};

}  // namespace
}  // namespace emel
