#include "dialects/emel/Emel.h"
#include "passes/Passes.h"
#include "passes/Record.h"

using namespace mlir;

namespace emel {
#define GEN_PASS_DEF_QUANTIZEACTIVATIONS
#include "passes/Passes.h.inc"

namespace {

class QuantizeActivations : public impl::QuantizeActivationsBase<QuantizeActivations> {
  void runOnOperation() override {
    Record record(getOperation(), getArgument());
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      DenseMap<Value, Value> rounded;
      function.walk([&](ContractionOpInterface op) {
        OpOperand *operand = op.getRoundableOperand();
        if (!operand) return;
        Value &value = rounded[operand->get()];
        if (!value) {
          value = round(operand->get());
          record.count("rounded values");
        }
        operand->set(value);
        record.count("products");
      });
    }
  }

  /// Rounds a value where it comes about, for all that read it.
  static Value round(Value value) {
    OpBuilder builder(value.getContext());
    builder.setInsertionPointAfterValue(value);
    return builder.create<QuantizeOp>(value.getLoc(), value);
  }
};

}  // namespace
}  // namespace emel
