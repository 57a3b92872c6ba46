#include "dialects/emel/Inference.h"

using namespace mlir;
using namespace emel;

LogicalResult ArangeOp::verify() {
  if (getType().getRank() != 1 || !getType().hasStaticShape())
    return emitOpError("(C1) expected one dimension of known size, found ") << getType();
  if (!getStart().isFinite() || !getStep().isFinite())
    return emitOpError("(C2) expected a finite start and step, found a start of ")
           << getStart().convertToDouble() << " and a step of " << getStep().convertToDouble();
  return success();
}

LogicalResult DiagOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc, Adaptor adaptor,
                                       SmallVectorImpl<Type> &results) {
  RankedTensorType input = tensorType(adaptor.getInput());
  if (input.getRank() < 1)
    return emitOptionalError(loc, "(C1) expected an input of at least 1 dimension, found ", input);
  SmallVector<int64_t> shape(input.getShape());
  shape.push_back(lastDim(input));
  results.push_back(RankedTensorType::get(shape, input.getElementType()));
  return success();
}

static LogicalResult verifyMatrix(Operation *op, Value input) {
  if (tensorType(input).getRank() < 2)
    return op->emitOpError("(C1) expected an input of at least 2 dimensions, found ")
           << input.getType();
  return success();
}

LogicalResult DiagMaskOp::verify() {
  if (static_cast<int64_t>(getPast()) < 0)
    return emitOpError("(C2) expected a past of at least 0, found ")
           << static_cast<int64_t>(getPast());
  return verifyMatrix(*this, getInput());
}

OpFoldResult DiagMaskOp::fold(FoldAdaptor) {
  auto inner = getInput().getDefiningOp<DiagMaskOp>();
  bool isSame = inner && inner.getKind() == getKind() && inner.getPast() == getPast();
  return isSame ? getInput() : Value();
}

LogicalResult TriOp::verify() { return verifyMatrix(*this, getInput()); }

OpFoldResult TriOp::fold(FoldAdaptor) {
  auto inner = getInput().getDefiningOp<TriOp>();
  return inner && inner.getKind() == getKind() ? getInput() : Value();
}

std::optional<DimMap> DiagOp::mapTile(unsigned, int64_t dim, unsigned) {
  // Rows and columns of the matrix are both the input's row.
  return DimMap::same(std::min(dim, tensorType(getInput()).getRank() - 1));
}
