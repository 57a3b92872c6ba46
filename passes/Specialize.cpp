#include "dialects/emel/Shapes.h"
#include "dialects/plan/Device.h"
#include "passes/Passes.h"
#include "passes/Record.h"

using namespace mlir;

namespace emel {
#define GEN_PASS_DEF_SPECIALIZE
#include "passes/Passes.h.inc"

namespace {

struct Entry {
  StringRef name;
  int64_t tokens, rows;
};

class Specialize : public impl::SpecializeBase<Specialize> {
 public:
  using SpecializeBase::SpecializeBase;

  void runOnOperation() override {
    Record record(getOperation(), getArgument());
    record_ = &record;
    auto step = getOperation().lookupSymbol<func::FuncOp>(EmelDialect::kStep);
    if (!step) return;
    if (small < 1 || bulk < 1) {
      step.emitError("expected 'small' and 'bulk' of at least 1 token, found ")
          << static_cast<int64_t>(small) << " and " << static_cast<int64_t>(bulk);
      return signalPassFailure();
    }
    getOperation()->setAttr(EmelDialect::kDeviceAttr, StringAttr::get(&getContext(), device));
    if (failed(plan::deviceOf(getOperation()))) return signalPassFailure();
    for (const Entry &entry : chooseEntries())
      if (failed(addEntry(step, entry))) return signalPassFailure();
    step.erase();
  }

 private:
  /// One for a token alone, one for a few, one for as many as fit; none that another makes
  /// needless.
  SmallVector<Entry> chooseEntries() {
    int64_t most = bulk;
    if (auto model = getOperation()->getAttrOfType<DictionaryAttr>(EmelDialect::kModelAttr))
      most = std::min(most, model.getAs<IntegerAttr>("context").getInt());
    SmallVector<Entry> entries{{"decode", 1, 1}};
    if (small > 1 && small < most) entries.push_back({"small", small, small});
    if (most > 1) entries.push_back({"prefill", most, most});
    return entries;
  }

  LogicalResult addEntry(func::FuncOp step, const Entry &entry) {
    OpBuilder builder(step);
    auto clone = cast<func::FuncOp>(builder.clone(*step));
    clone.setName(entry.name);
    clone->setAttr(EmelDialect::kEntryAttr,
                   builder.getDictionaryAttr(
                       {builder.getNamedAttr("rows", builder.getI64IntegerAttr(entry.rows)),
                        builder.getNamedAttr("tokens", builder.getI64IntegerAttr(entry.tokens))}));
    record_->count("entries");
    return entry.tokens == 1 ? makeStatic(clone) : success();
  }

  /// Gives every unknown dimension the size 1.
  LogicalResult makeStatic(func::FuncOp function) {
    Block &body = function.front();
    TypeMap types;
    for (BlockArgument argument : body.getArguments())
      types[argument] = withUnknown(argument.getType(), 1);
    if (failed(inferTypes(body, types))) return failure();
    for (auto [value, type] : types) {
      Value(value).setType(type);
      record_->count("values");
    }
    for (unsigned i = 0; i < function.getNumArguments(); ++i)
      function.removeArgAttr(i, EmelDialect::kDimsAttr);
    for (unsigned i = 0; i < function.getNumResults(); ++i)
      function.removeResultAttr(i, StringAttr::get(&getContext(), EmelDialect::kDimsAttr));
    function.setFunctionType(FunctionType::get(&getContext(), body.getArgumentTypes(),
                                               body.getTerminator()->getOperandTypes()));
    return success();
  }

  Record *record_ = nullptr;
};

}  // namespace
}  // namespace emel
