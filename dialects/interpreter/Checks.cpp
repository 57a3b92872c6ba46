#include "dialects/interpreter/Frame.h"
#include "llvm/Support/SaveAndRestore.h"
#include "mlir/IR/Verifier.h"

using namespace mlir;

namespace emel::interpreter {

/// 2 GiB of numbers: more than a test or a small model needs, less than what stops a machine.
static constexpr int64_t kMostElements = int64_t{1} << 28;

static LogicalResult checkSize(Location loc, Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || !tensor.hasStaticShape()) return success();
  // Rows are visited even where they are empty, so a dimension of 0 excuses no other.
  int64_t count = 1;
  for (int64_t dim : tensor.getShape())
    if (__builtin_mul_overflow(count, std::max<int64_t>(dim, 1), &count) || count > kMostElements)
      return emitError(loc, "expected at most ")
             << kMostElements << " elements to compute with, found " << type;
  return success();
}

LogicalResult decodeOperands(Operation *op, Frame &frame) {
  for (Value operand : op->getOperands()) {
    auto *tensor = std::get_if<std::shared_ptr<const Tensor>>(&frame.get(operand));
    auto *rows = tensor ? std::get_if<WeightRows>(&(*tensor)->data) : nullptr;
    if (!rows) continue;
    if (failed(checkSize(op->getLoc(), operand.getType()))) return failure();
    Tensor decoded = Tensor::ofReals((*tensor)->shape);
    for (int64_t r = 0; r < decoded.rowCount(); ++r)
      if (!rows->decode(r, {decoded.row(r), static_cast<size_t>(decoded.rowSize())}))
        return failure();
    frame.set(operand, RuntimeValue(std::make_shared<const Tensor>(std::move(decoded))));
  }
  return success();
}

/// A twin of `op` on operands of the run-time types, for the verifier to look at.
static LogicalResult verifyTwin(Operation *op, InferTypeOpInterface infer, Frame &frame,
                                SmallVectorImpl<Type> &results) {
  Block operands;
  for (Value operand : op->getOperands())
    operands.addArgument(frame.runtimeType(operand), op->getLoc());
  SmallVector<Value> values(operands.getArguments());
  if (failed(infer.inferReturnTypes(op->getContext(), op->getLoc(), values, op->getAttrDictionary(),
                                    op->getPropertiesStorage(), op->getRegions(), results)))
    return failure();
  OperationState state(op->getLoc(), op->getName());
  state.addOperands(values);
  state.addTypes(results);
  state.propertiesAttr = op->getPropertiesAsAttribute();
  OwningOpRef<Operation *> twin = Operation::create(state);
  return verify(*twin);
}

LogicalResult checkShapes(Operation *op, Frame &frame) {
  SmallVector<Type> results(op->getResultTypes());
  if (auto infer = dyn_cast<InferTypeOpInterface>(op)) {
    results.clear();
    if (failed(verifyTwin(op, infer, frame, results))) return failure();
  }
  for (Type type : results)
    if (failed(checkSize(op->getLoc(), type))) return failure();
  return success();
}

LogicalResult checkValue(Location loc, Type type, const RuntimeValue &value) {
  auto *tensor = std::get_if<std::shared_ptr<const Tensor>>(&value);
  auto tensorType = dyn_cast<RankedTensorType>(type);
  if (!tensor != !tensorType || (!tensor && !isa<KvType>(type)) ||
      (tensor && ((*tensor)->isInts() != isa<IntegerType>(tensorType.getElementType()) ||
                  (*tensor)->isRounded() != isa<ActivationType>(tensorType.getElementType()))))
    return emitError(loc, "cannot pass a value of another kind as ") << type;
  if (tensor && failed(verifyCompatibleShape((*tensor)->shape, tensorType.getShape())))
    return emitError(loc, "cannot pass ")
           << RankedTensorType::get((*tensor)->shape, tensorType.getElementType()) << " as "
           << type;
  return success();
}

}  // namespace emel::interpreter
