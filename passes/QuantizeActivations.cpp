#include "dialects/plan/Device.h"
#include "passes/Passes.h"
#include "passes/Record.h"

using namespace mlir;

namespace emel {
#define GEN_PASS_DEF_QUANTIZEACTIVATIONS
#include "passes/Passes.h.inc"

namespace {

class QuantizeActivations : public impl::QuantizeActivationsBase<QuantizeActivations> {
 public:
  using QuantizeActivationsBase::QuantizeActivationsBase;

 private:
  void runOnOperation() override {
    Type element;
    if (state == "f16") element = Float16Type::get(&getContext());
    if (state == "q8_0") element = emel::getElementType(&getContext(), gguf::TensorType::kQ8_0);
    if (!element && state != "keep") {
      getOperation().emitError(
          "'state' of --emel-quantize-activations: expected f16, q8_0 or keep, found ")
          << static_cast<std::string>(state);
      return signalPassFailure();
    }
    std::optional<ActivationForm> form = symbolizeActivationForm(bulk);
    if (failed(checkScheme(form))) return signalPassFailure();
    Record record(getOperation(), getArgument());
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      if (element) {
        FailureOr<int64_t> states = storeStates(function, element);
        if (failed(states)) return signalPassFailure();
        record.count("states", *states);
      }
      ActivationForm own = takesBulk(function) ? *form : ActivationForm::A8;
      DenseMap<Value, Value> rounded;
      function.walk([&](ContractionOpInterface op) {
        OpOperand *operand = op.getRoundableOperand(own);
        if (!operand) return;
        Value &value = rounded[operand->get()];
        if (!value) {
          value = round(operand->get(), own);
          record.count("rounded values");
        }
        operand->set(value);
        record.count("products");
      });
    }
  }

  /// Makes the states of a function keep their cells as `element`, and returns how many there are.
  static FailureOr<int64_t> storeStates(func::FuncOp function, Type element) {
    int64_t states = 0;
    bool isFit = true;
    auto store = [&](Value value) {
      auto type = dyn_cast<KvType>(value.getType());
      if (!isFit || !type || !type.getElementType().isF32()) return;
      auto stored = KvType::getChecked(
          [&] { return function.emitError("keys and values cannot be kept as wanted: "); },
          type.getContext(), type.getHeads(), type.getKeyDim(), type.getValueDim(), element);
      isFit = bool(stored);
      if (!isFit) return;
      value.setType(stored);
      if (isa<BlockArgument>(value)) ++states;
    };
    for (Block &block : function.getBody()) {
      llvm::for_each(block.getArguments(), store);
      for (Operation &op : block) llvm::for_each(op.getResults(), store);
      if (!isFit) return failure();
    }
    if (function.isExternal()) return 0;
    function.setType(FunctionType::get(function.getContext(), function.front().getArgumentTypes(),
                                       function.front().getTerminator()->getOperandTypes()));
    return states;
  }

  /// Whether there is such a form, and the device's products take what it makes.
  LogicalResult checkScheme(std::optional<ActivationForm> form) {
    if (!form)
      return getOperation().emitError(
                 "'bulk' of --emel-quantize-activations: expected a8 or bf16, found ")
             << static_cast<std::string>(bulk);
    FailureOr<const plan::Device *> device = plan::deviceOf(getOperation());
    if (failed(device)) return failure();
    if (bulkFrom > 0 && !(*device)->takes(*form))
      return getOperation().emitError("the device '")
             << (*device)->name << "' has no products with activations of "
             << stringifyActivationForm(*form) << ": expected another 'bulk'";
    return success();
  }

  /// Whether a function is an entry for so many tokens that the other form is used.
  bool takesBulk(func::FuncOp function) const {
    auto entry = function->getAttrOfType<DictionaryAttr>(EmelDialect::kEntryAttr);
    return bulkFrom > 0 && entry && entry.getAs<IntegerAttr>("tokens").getInt() >= bulkFrom;
  }

  /// Rounds a value where it comes about, for all that read it.
  static Value round(Value value, ActivationForm form) {
    OpBuilder builder(value.getContext());
    builder.setInsertionPointAfterValue(value);
    if (form == ActivationForm::BF16)
      return builder.create<CastOp>(
          value.getLoc(), cast<RankedTensorType>(value.getType()).clone(builder.getBF16Type()),
          value);
    return builder.create<QuantizeOp>(value.getLoc(), value);
  }
};

}  // namespace
}  // namespace emel
