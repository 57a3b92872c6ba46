#include "dialects/emel/Inference.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace emel;

LogicalResult ReduceOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                         Adaptor adaptor, SmallVectorImpl<Type> &results) {
  RankedTensorType input = tensorType(adaptor.getInput());
  SmallVector<int64_t> shape(input.getShape());
  int64_t previous = -1;
  for (int64_t dim : adaptor.getDims()) {
    if (dim <= previous || dim >= input.getRank())
      return emitOptionalError(loc, "(C1) expected ascending dimensions of ", input, ", found ",
                               dim);
    shape[dim] = 1;
    previous = dim;
  }
  if (previous < 0)
    return emitOptionalError(loc, "(C1) expected at least one dimension, found none");
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

LogicalResult ArgmaxOp::inferReturnTypes(MLIRContext *context, std::optional<Location> loc,
                                         Adaptor adaptor, SmallVectorImpl<Type> &results) {
  RankedTensorType input = tensorType(adaptor.getInput());
  if (input.getRank() < 1 || lastDim(input) == 0)
    return emitOptionalError(loc, "(C1) expected rows that are not empty, found ", input);
  results.push_back(
      RankedTensorType::get(input.getShape().drop_back(), IntegerType::get(context, 32)));
  return success();
}

LogicalResult TopKPartsOp::inferReturnTypes(MLIRContext *context, std::optional<Location> loc,
                                            Adaptor adaptor, SmallVectorImpl<Type> &results) {
  RankedTensorType input = tensorType(adaptor.getInput());
  if (input.getRank() != 2 || lastDim(input) < 1 || lastDim(input) > INT32_MAX)
    return emitOptionalError(loc, "(C1) expected rows of 1 to 2147483647 columns, found ", input);
  int64_t k = adaptor.getK(), width = adaptor.getWidth(), columns = lastDim(input);
  if (k < 1 || k > columns || width < 1 || width > columns)
    return emitOptionalError(loc, "(C2) expected k and width from 1 to ", columns, ", found ", k,
                             " and ", width);
  results.push_back(RankedTensorType::get(
      {input.getDimSize(0), static_cast<int64_t>(llvm::divideCeil(columns, width)), k},
      IntegerType::get(context, 64)));
  return success();
}

LogicalResult MergeTopKOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                            Adaptor adaptor, SmallVectorImpl<Type> &results) {
  RankedTensorType input = tensorType(adaptor.getInput());
  if (input.getRank() != 3 || !input.getElementType().isInteger(64) || input.getDimSize(1) < 1 ||
      input.getDimSize(2) < 1)
    return emitOptionalError(loc, "(C1) expected known parts of candidates of i64, found ", input);
  results.push_back(
      RankedTensorType::get({input.getDimSize(0), input.getDimSize(2)}, input.getElementType()));
  return success();
}

LogicalResult ArgsortOp::inferReturnTypes(MLIRContext *context, std::optional<Location> loc,
                                          Adaptor adaptor, SmallVectorImpl<Type> &results) {
  RankedTensorType input = tensorType(adaptor.getInput());
  if (input.getRank() < 1)
    return emitOptionalError(loc, "(C1) expected an input of at least 1 dimension, found ", input);
  results.push_back(RankedTensorType::get(input.getShape(), IntegerType::get(context, 32)));
  return success();
}

LogicalResult CumsumOp::verify() {
  if (tensorType(getInput()).getRank() < 1)
    return emitOpError("(C1) expected an input of at least 1 dimension, found ")
           << getInput().getType();
  return success();
}

LogicalResult CountEqualOp::inferReturnTypes(MLIRContext *context, std::optional<Location> loc,
                                             Adaptor adaptor, SmallVectorImpl<Type> &results) {
  RankedTensorType lhs = tensorType(adaptor.getLhs()), rhs = tensorType(adaptor.getRhs());
  if (lhs.getElementType() != rhs.getElementType() ||
      !llvm::equal(lhs.getShape(), rhs.getShape(), sameDim))
    return emitOptionalError(loc, "(C1) expected equal types, found ", lhs, " and ", rhs);
  results.push_back(RankedTensorType::get({}, IntegerType::get(context, 64)));
  return success();
}

std::optional<DimMap> ReduceOp::mapTile(unsigned, int64_t dim, unsigned) {
  return llvm::is_contained(getDims(), dim) ? std::nullopt : std::optional(DimMap::same(dim));
}

std::optional<DimMap> TopKPartsOp::mapTile(unsigned, int64_t dim, unsigned) {
  if (dim == 0) return DimMap::same(0);
  return dim == 1 ? std::optional(DimMap{.dim = 1, .num = static_cast<int64_t>(getWidth())})
                  : std::nullopt;
}

std::optional<DimMap> MergeTopKOp::mapTile(unsigned, int64_t dim, unsigned) {
  return dim == 0 ? std::optional(DimMap::same(0)) : std::nullopt;
}
