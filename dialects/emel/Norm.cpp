#include "dialects/emel/Inference.h"

using namespace mlir;
using namespace emel;

static LogicalResult verifyRowVector(Operation *op, RankedTensorType rows, Value vector,
                                     StringRef what) {
  if (rows.getRank() < 1)
    return op->emitOpError("(C1) expected an input of at least 1 dimension, found ") << rows;
  if (!vector) return success();
  RankedTensorType type = tensorType(vector);
  if (type.getRank() != 1 || !sameDim(type.getDimSize(0), lastDim(rows)) ||
      type.getElementType() != rows.getElementType())
    return op->emitOpError("(C1) expected a ")
           << what << " of " << dimText(lastDim(rows)) << " elements of " << rows.getElementType()
           << ", found " << type;
  return success();
}

static LogicalResult verifyEps(Operation *op, const APFloat &eps) {
  if (!isFiniteNonNegative(eps))
    return op->emitOpError("(C2) expected a finite eps of at least 0, found ")
           << eps.convertToDouble();
  return success();
}

LogicalResult RmsNormOp::verify() {
  if (failed(verifyRowVector(*this, tensorType(getInput()), getWeight(), "weight")))
    return failure();
  return verifyEps(*this, getEps());
}

LogicalResult LayerNormOp::verify() {
  RankedTensorType rows = tensorType(getInput());
  if (failed(verifyRowVector(*this, rows, getWeight(), "weight")) ||
      failed(verifyRowVector(*this, rows, getBias(), "bias")) || failed(verifyEps(*this, getEps())))
    return failure();
  if (getBias() && !getWeight()) return emitOpError("(C3) has a bias but no weight");
  return success();
}

LogicalResult L2NormOp::verify() {
  if (tensorType(getInput()).getRank() < 1)
    return emitOpError("(C1) expected an input of at least 1 dimension, found ")
           << getInput().getType();
  return verifyEps(*this, getEps());
}

LogicalResult GroupNormOp::verify() {
  RankedTensorType input = tensorType(getInput());
  if (input.getRank() < 3)
    return emitOpError("(C1) expected an input of at least 3 dimensions, found ") << input;
  if (failed(verifyEps(*this, getEps()))) return failure();
  int64_t groups = getGroups(), channels = input.getDimSize(input.getRank() - 3);
  if (groups <= 0 || (!isDynamic(channels) && channels % groups != 0))
    return emitOpError("(C3) expected groups that divide ")
           << dimText(channels) << " channels, found " << groups;
  return success();
}

std::optional<DimMap> GroupNormOp::mapTile(unsigned, int64_t dim, unsigned) {
  int64_t channels = tensorType(getInput()).getRank() - 3;
  if (dim > channels) return std::nullopt;
  DimMap map = DimMap::same(dim);
  if (dim < channels) return map;
  int64_t count = tensorType(getInput()).getDimSize(channels);
  if (isDynamic(count)) return std::nullopt;
  map.granule = std::max<int64_t>(count / static_cast<int64_t>(getGroups()), 1);
  return map;
}
