#include "dialects/plan/UnknownSizes.h"

using namespace mlir;

namespace emel::plan {

/// Whether the unknown dimensions of a type are the numbers that stand for tokens and rows.
static bool isSized(ShapedType type, ShapedType sized) {
  for (int64_t dim = 0; dim < type.getRank(); ++dim) {
    int64_t size = sized.getDimSize(dim);
    if (type.isDynamicDim(dim) && size != kTokensSize && size != kRowsSize) return false;
  }
  return true;
}

Value findOtherExtent(Operation *root, const TypeMap &types) {
  Value found;
  root->walk([&](Operation *op) {
    for (Value result : op->getResults()) {
      auto type = dyn_cast<RankedTensorType>(result.getType());
      if (!type || isSized(type, cast<RankedTensorType>(typeIn(types, result)))) continue;
      found = result;
      return WalkResult::interrupt();
    }
    return WalkResult::advance();
  });
  return found;
}

}  // namespace emel::plan
