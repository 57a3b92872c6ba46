#include "dialects/interpreter/Frame.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

namespace emel::interpreter {

static LogicalResult getWeight(GetWeightOp op, Frame &frame) {
  FailureOr<Tensor> tensor = frame.interpreter().openWeight(op, op.getWeightAttr());
  if (failed(tensor)) return failure();
  frame.set(op.getResult(), RuntimeValue(std::make_shared<const Tensor>(std::move(*tensor))));
  return success();
}

/// Tests write their inputs as constants.
static LogicalResult constant(arith::ConstantOp op, Frame &frame) {
  auto elements = dyn_cast<DenseElementsAttr>(op.getValue());
  if (!elements || !isa<RankedTensorType>(op.getType()) ||
      !getTensorType(elements.getElementType()))
    return op.emitOpError("expected a dense tensor of floats or integers, found ") << op.getValue();
  ArrayRef<int64_t> shape = elements.getType().getShape();
  if (isa<FloatType>(elements.getElementType())) {
    Tensor tensor = Tensor::ofReals(shape);
    auto values = elements.getValues<APFloat>();
    llvm::transform(values, tensor.reals().begin(), [](APFloat x) {
      bool losesInfo;
      x.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &losesInfo);
      return x.convertToDouble();
    });
    return frame.set(op.getResult(), std::move(tensor));
  }
  Tensor tensor = Tensor::ofInts(shape);
  auto values = elements.getValues<APInt>();
  llvm::transform(values, tensor.ints().begin(), [](const APInt &x) { return x.getSExtValue(); });
  return frame.set(op.getResult(), std::move(tensor));
}

void addModelHandlers(HandlerTable &table) {
  addHandler<GetWeightOp, getWeight>(table);
  addHandler<arith::ConstantOp, constant>(table);
}

}  // namespace emel::interpreter
