#include "dialects/emel/Shapes.h"

using namespace mlir;
using namespace emel;

Type emel::withUnknown(Type type, int64_t size) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor) return type;
  SmallVector<int64_t> shape(tensor.getShape());
  for (int64_t &dim : shape)
    if (ShapedType::isDynamic(dim)) dim = size;
  return RankedTensorType::get(shape, tensor.getElementType(), tensor.getEncoding());
}

/// What an op returns on operands of other types, by its own inference.
static LogicalResult inferByInterface(InferTypeOpInterface op, TypeMap &types,
                                      SmallVectorImpl<Type> &results) {
  Block operands;
  for (Value operand : op->getOperands()) operands.addArgument(typeIn(types, operand), op.getLoc());
  SmallVector<Value> values(operands.getArguments());
  return op.inferReturnTypes(op->getContext(), op.getLoc(), values, op->getAttrDictionary(),
                             op->getPropertiesStorage(), op->getRegions(), results);
}

/// A reshape has one unknown dimension at most: what is left of the elements.
static LogicalResult inferReshape(ReshapeOp op, TypeMap &types, SmallVectorImpl<Type> &results) {
  auto input = dyn_cast<RankedTensorType>(typeIn(types, op.getInput()));
  auto result = cast<RankedTensorType>(op.getType());
  if (!input || !input.hasStaticShape()) return op.emitOpError("has an input of unknown shape");
  int64_t known = 1;
  for (int64_t dim : result.getShape())
    if (!ShapedType::isDynamic(dim)) known *= dim;
  results.push_back(withUnknown(result, known == 0 ? 0 : input.getNumElements() / known));
  return success();
}

static LogicalResult inferOp(Operation &op, TypeMap &types, std::optional<int64_t> other) {
  SmallVector<Type> results;
  if (auto fuse = dyn_cast<FuseOp>(op)) {
    if (failed(inferTypes(fuse.getBody().front(), types, other))) return failure();
    for (Value value : fuse.getYielded()) results.push_back(typeIn(types, value));
  } else if (auto reshape = dyn_cast<ReshapeOp>(op)) {
    if (failed(inferReshape(reshape, types, results))) return failure();
  } else if (auto castOp = dyn_cast<CastOp>(op)) {
    auto input = cast<RankedTensorType>(typeIn(types, castOp.getInput()));
    results.push_back(input.clone(castOp.getType().getElementType()));
  } else if (auto infer = dyn_cast<InferTypeOpInterface>(op)) {
    if (failed(inferByInterface(infer, types, results))) return failure();
  } else {
    llvm::append_range(results, op.getResultTypes());
  }
  for (auto [value, type] : llvm::zip(op.getResults(), results)) {
    if (other) type = withUnknown(type, *other);
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (tensor && !tensor.hasStaticShape()) {
      InFlightDiagnostic error = op.emitOpError("has a result of unknown shape, ") << type;
      if (isa<KvReadOp>(op))
        error.attachNote() << "emel.attention reads cells where they are: emel.flash_attention of "
                              "what emel.kv_read reads becomes one by --emel-fuse-attention";
      return error;
    }
    if (type != value.getType()) types[value] = type;
  }
  return success();
}

LogicalResult emel::inferTypes(Block &block, TypeMap &types, std::optional<int64_t> other) {
  for (Operation &op : block)
    if (failed(inferOp(op, types, other))) return failure();
  return success();
}
