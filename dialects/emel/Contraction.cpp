#include "dialects/emel/Inference.h"

using namespace mlir;
using namespace emel;

LogicalResult MatmulOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                         Adaptor adaptor, SmallVectorImpl<Type> &results) {
  RankedTensorType input = tensorType(adaptor.getInput()), weight = tensorType(adaptor.getWeight());
  int64_t rank = input.getRank(), weightRank = weight.getRank();
  if (weightRank < 2)
    return emitOptionalError(loc, "(C1) expected a weight of at least 2 dimensions, found ",
                             weightRank);
  if (rank < 1 || !sameDim(lastDim(input), lastDim(weight)))
    return emitOptionalError(loc, "(C2) expected equal innermost dimensions, found ", input,
                             " and ", weight);
  if (weightRank > std::max<int64_t>(rank, 2))
    return emitOptionalError(loc, "(C3) expected a weight of at most ", rank,
                             " dimensions, found ", weightRank);
  for (int64_t i = 0; i < weightRank - 2; ++i) {
    int64_t wide = input.getDimSize(rank - weightRank + i), narrow = weight.getDimSize(i);
    if (isDynamic(wide) || isDynamic(narrow)) continue;
    if (narrow == 0 || wide % narrow != 0)
      return emitOptionalError(loc, "(C3) weight dimension ", narrow, " does not divide ", wide);
  }
  SmallVector<int64_t> shape(input.getShape());
  shape.back() = weight.getDimSize(weightRank - 2);
  results.push_back(RankedTensorType::get(shape, input.getElementType()));
  return success();
}

LogicalResult MatmulIdOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                           Adaptor adaptor, SmallVectorImpl<Type> &results) {
  RankedTensorType input = tensorType(adaptor.getInput()), weight = tensorType(adaptor.getWeight()),
                   ids = tensorType(adaptor.getIds());
  if (weight.getRank() != 3 || ids.getRank() != 2 || (input.getRank() != 2 && input.getRank() != 3))
    return emitOptionalError(loc, "(C1) expected a weight of 3 dimensions, ids of 2 and an input of "
                                  "2 or 3, found ", weight, ", ", ids, " and ", input);
  if (!sameDim(lastDim(input), lastDim(weight)))
    return emitOptionalError(loc, "(C2) expected equal innermost dimensions, found ", input,
                             " and ", weight);
  if (!sameDim(input.getDimSize(0), ids.getDimSize(0)) ||
      (input.getRank() == 3 && !sameDim(input.getDimSize(1), ids.getDimSize(1))))
    return emitOptionalError(loc, "(C3) expected ids for each row of ", input, ", found ", ids);
  results.push_back(RankedTensorType::get(
      {mergeDims(input.getDimSize(0), ids.getDimSize(0)), ids.getDimSize(1), weight.getDimSize(1)},
      input.getElementType()));
  return success();
}
