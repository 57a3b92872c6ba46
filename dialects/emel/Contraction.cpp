#include "dialects/emel/Inference.h"

using namespace mlir;
using namespace emel;

/// Leading dimensions of `narrow`, of which all but the last two are such, divide those of `wide`.
static LogicalResult checkLeading(std::optional<Location> loc, RankedTensorType wide,
                                  RankedTensorType narrow) {
  int64_t extra = wide.getRank() - narrow.getRank();
  for (int64_t i = 0; i < narrow.getRank() - 2; ++i) {
    int64_t many = wide.getDimSize(extra + i), few = narrow.getDimSize(i);
    if (isDynamic(many) || isDynamic(few)) continue;
    if (few == 0 || many % few != 0)
      return emitOptionalError(loc, "(C3) dimension ", few, " of ", narrow, " does not divide ",
                               many);
  }
  return success();
}

static LogicalResult checkWeightBlocks(std::optional<Location> loc, RankedTensorType weight) {
  if (hasWholeBlocks(weight)) return success();
  return emitOptionalError(loc, "(C4) expected rows of whole blocks, found ", weight);
}

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
    return emitOptionalError(loc, "(C3) expected a weight of at most ", rank, " dimensions, found ",
                             weightRank);
  if (failed(checkLeading(loc, input, weight)) || failed(checkWeightBlocks(loc, weight)))
    return failure();
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
    return emitOptionalError(loc,
                             "(C1) expected a weight of 3 dimensions, ids of 2 and an input of "
                             "2 or 3, found ",
                             weight, ", ", ids, " and ", input);
  if (!sameDim(lastDim(input), lastDim(weight)))
    return emitOptionalError(loc, "(C2) expected equal innermost dimensions, found ", input,
                             " and ", weight);
  if (!sameDim(input.getDimSize(0), ids.getDimSize(0)) ||
      (input.getRank() == 3 && !sameDim(input.getDimSize(1), ids.getDimSize(1))))
    return emitOptionalError(loc, "(C3) expected ids for each row of ", input, ", found ", ids);
  if (failed(checkWeightBlocks(loc, weight))) return failure();
  results.push_back(RankedTensorType::get(
      {mergeDims(input.getDimSize(0), ids.getDimSize(0)), ids.getDimSize(1), weight.getDimSize(1)},
      input.getElementType()));
  return success();
}

LogicalResult OutProdOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                          Adaptor adaptor, SmallVectorImpl<Type> &results) {
  RankedTensorType lhs = tensorType(adaptor.getLhs()), rhs = tensorType(adaptor.getRhs());
  int64_t rank = lhs.getRank();
  if (rhs.getRank() < 2 || rank < rhs.getRank())
    return emitOptionalError(loc,
                             "(C1) expected at least 2 dimensions and on the right at most those "
                             "of the left, found ",
                             lhs, " and ", rhs);
  if (!sameDim(lhs.getDimSize(rank - 2), rhs.getDimSize(rhs.getRank() - 2)))
    return emitOptionalError(loc, "(C2) expected as many rows on both sides, found ", lhs, " and ",
                             rhs);
  if (failed(checkLeading(loc, lhs, rhs))) return failure();
  SmallVector<int64_t> shape(lhs.getShape());
  shape[rank - 2] = lastDim(lhs);
  shape[rank - 1] = lastDim(rhs);
  results.push_back(RankedTensorType::get(shape, lhs.getElementType()));
  return success();
}
