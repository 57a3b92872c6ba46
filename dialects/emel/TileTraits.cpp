#include "dialects/emel/TileTraits.h"

#include "dialects/emel/Inference.h"

using namespace mlir;
using namespace emel;

std::optional<DimMap> emel::mapElementwise(Operation *op, int64_t dim, unsigned operand) {
  RankedTensorType result = tensorType(op->getResult(0)),
                   type = tensorType(op->getOperand(operand));
  int64_t own = dim - (result.getRank() - type.getRank());
  // A dimension that may turn out to be 1 serves every index.
  if (own < 0 || (type.getDimSize(own) != result.getDimSize(dim) &&
                  (type.getDimSize(own) == 1 || isDynamic(type.getDimSize(own)))))
    return std::nullopt;
  return mapDecoded(type, own);
}

std::optional<DimMap> emel::mapRows(Operation *op, int64_t dim, unsigned operand) {
  int64_t row = tensorType(op->getOperand(0)).getRank() - 1;
  if (operand == 0) return dim < row ? std::optional(DimMap::same(dim)) : std::nullopt;
  return dim == row ? std::optional(DimMap::same(0)) : std::nullopt;
}
