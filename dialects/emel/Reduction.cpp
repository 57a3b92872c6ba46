#include "dialects/emel/Inference.h"

using namespace mlir;
using namespace emel;

LogicalResult ReduceOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                         Adaptor adaptor, SmallVectorImpl<Type> &results) {
  RankedTensorType input = tensorType(adaptor.getInput());
  SmallVector<int64_t> shape(input.getShape());
  int64_t previous = -1;
  for (int64_t dim : adaptor.getDims()) {
    if (dim <= previous || dim >= input.getRank())
      return emitOptionalError(loc, "(C1) expected ascending dimensions of ", input, ", found ", dim);
    shape[dim] = 1;
    previous = dim;
  }
  if (previous < 0) return emitOptionalError(loc, "(C1) expected at least one dimension");
  results.push_back(RankedTensorType::get(shape, input.getElementType()));
  return success();
}

LogicalResult TopKOp::inferReturnTypes(MLIRContext *context, std::optional<Location> loc,
                                       Adaptor adaptor, SmallVectorImpl<Type> &results) {
  RankedTensorType input = tensorType(adaptor.getInput());
  int64_t k = adaptor.getK();
  if (input.getRank() < 1 || k <= 0 || (!isDynamic(lastDim(input)) && k > lastDim(input)))
    return emitOptionalError(loc, "(C1) expected k from 1 to the row of ", input, ", found ", k);
  SmallVector<int64_t> shape(input.getShape());
  shape.back() = k;
  results.push_back(RankedTensorType::get(shape, IntegerType::get(context, 32)));
  return success();
}
