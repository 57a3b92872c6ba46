#include "dialects/emel/Inference.h"
#include "dialects/emel/Layouts.h"

using namespace mlir;
using namespace emel;

LogicalResult ShardOp::verify() {
  int64_t size = getSize();
  if (size < 0) return emitOpError("(C1) expected a size of at least 0, found ") << size;
  return success();
}

LogicalResult WeightOp::verify() {
  auto type = cast<RankedTensorType>(getType());
  if (!type.hasStaticShape() || type.getEncoding() || type.getRank() == 0)
    return emitOpError("(C1) expected a static shape without layout, found ") << type;
  std::optional<gguf::TensorType> format = getTensorType(type.getElementType());
  const gguf::TensorTypeInfo &info = gguf::GetInfo(*format);
  if (lastDim(type) % info.block_elements != 0)
    return emitOpError("(C2) expected rows of a multiple of ")
           << info.block_elements << " elements, found " << lastDim(type);
  std::optional<int64_t> bytes = getStorageBytes(type);
  if (!bytes || static_cast<uint64_t>(*bytes) != getSize())
    return emitOpError("(C3) expected ")
           << (bytes ? std::to_string(*bytes) : "fewer than 2^63") << " bytes, found " << getSize();
  if (static_cast<int64_t>(getOffset()) < 0)
    return emitOpError("(C4) expected an offset of at least 0, found ")
           << static_cast<int64_t>(getOffset());
  if (getLayoutAttr() && !canHaveLayout(type, getLayoutAttr()))
    return emitOpError("(C5) cannot have ") << getLayoutAttr() << ": " << type;
  return success();
}

RankedTensorType WeightOp::getStoredType() {
  auto type = cast<RankedTensorType>(getType());
  return getLayoutAttr() ? withLayout(type, getLayoutAttr()) : type;
}

LogicalResult WeightOp::verifySymbolUses(SymbolTableCollection &symbols) {
  if (!getTwinAttr()) return success();
  auto twin = symbols.lookupNearestSymbolFrom<WeightOp>(*this, getTwinAttr());
  if (twin && twin.getType() == getType()) return success();
  return emitOpError("(C6) names ")
         << getTwinAttr() << " as its twin, which is no weight of its type";
}

LogicalResult GetWeightOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto weight = symbols.lookupNearestSymbolFrom<WeightOp>(*this, getWeightAttr());
  if (!weight) return emitOpError("(C1) names ") << getWeightAttr() << ", which is no weight";
  if (weight.getStoredType() != getType())
    return emitOpError("(C1) expected the weight's type ")
           << weight.getStoredType() << ", found " << getType();
  return success();
}
