#include "dialects/emel/Inference.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace emel;

LogicalResult GetRowsOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                          Adaptor adaptor, SmallVectorImpl<Type> &results) {
  RankedTensorType table = tensorType(adaptor.getTable()), ids = tensorType(adaptor.getIds());
  if (table.getRank() < 2 || ids.getRank() != table.getRank() - 1)
    return emitOptionalError(loc, "(C1) expected a table of at least 2 dimensions and ids of one "
                                  "less, found ", table, " and ", ids);
  if (!llvm::equal(table.getShape().drop_back(2), ids.getShape().drop_back(1), sameDim))
    return emitOptionalError(loc, "(C2) expected equal leading dimensions, found ", table, " and ",
                             ids);
  SmallVector<int64_t> shape(ids.getShape());
  shape.push_back(lastDim(table));
  results.push_back(RankedTensorType::get(shape, decodedElement(table.getElementType())));
  return success();
}

LogicalResult ReshapeOp::verify() {
  RankedTensorType input = tensorType(getInput()), result = getType();
  if (input.getElementType() != result.getElementType())
    return emitOpError("(C1) expected element type ")
           << input.getElementType() << ", found " << result.getElementType();
  auto known = [](RankedTensorType type) {
    int64_t product = 1;
    for (int64_t dim : type.getShape())
      if (!isDynamic(dim)) product *= dim;
    return product;
  };
  if (input.getNumDynamicDims() > 1 || input.getNumDynamicDims() != result.getNumDynamicDims() ||
      known(input) != known(result))
    return emitOpError("(C2) cannot reshape ") << input << " to " << result;
  return success();
}

OpFoldResult ReshapeOp::fold(FoldAdaptor) {
  if (getInput().getType() == getType()) return getInput();
  auto inner = getInput().getDefiningOp<ReshapeOp>();
  if (!inner) return {};
  if (inner.getInput().getType() == getType()) return inner.getInput();
  getInputMutable().assign(inner.getInput());
  return getResult();
}

LogicalResult PermuteOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                          Adaptor adaptor, SmallVectorImpl<Type> &results) {
  RankedTensorType input = tensorType(adaptor.getInput());
  SmallVector<int64_t> sorted(adaptor.getOrder());
  llvm::sort(sorted);
  if (!llvm::equal(sorted, llvm::seq<int64_t>(0, input.getRank())))
    return emitOptionalError(loc, "(C1) expected a permutation of ", input.getRank(),
                             " dimensions");
  SmallVector<int64_t> shape;
  for (int64_t dim : adaptor.getOrder()) shape.push_back(input.getDimSize(dim));
  results.push_back(RankedTensorType::get(shape, input.getElementType()));
  return success();
}

OpFoldResult PermuteOp::fold(FoldAdaptor) {
  if (llvm::equal(getOrder(), llvm::seq<int64_t>(0, getOrder().size()))) return getInput();
  auto inner = getInput().getDefiningOp<PermuteOp>();
  if (!inner) return {};
  SmallVector<int64_t> order;
  for (int64_t dim : getOrder()) order.push_back(inner.getOrder()[dim]);
  setOrder(order);
  getInputMutable().assign(inner.getInput());
  return getResult();
}

LogicalResult SliceOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                        Adaptor adaptor, SmallVectorImpl<Type> &results) {
  RankedTensorType input = tensorType(adaptor.getInput());
  int64_t dim = adaptor.getDim(), offset = adaptor.getOffset(), size = adaptor.getSize();
  if (dim < 0 || dim >= input.getRank() || input.isDynamicDim(dim))
    return emitOptionalError(loc, "(C1) expected a dimension of known size of ", input, ", found ",
                             dim);
  int64_t extent = input.getDimSize(dim);
  if (offset < 0 || size < 0 || offset > extent || size > extent - offset)
    return emitOptionalError(loc, "(C2) expected a range within ", extent, ", found ", size,
                             " from ", offset);
  if (auto block = dyn_cast<BlockType>(input.getElementType()); block && dim == input.getRank() - 1) {
    int64_t elements = block.getInfo().block_elements;
    if (offset % elements != 0 || size % elements != 0)
      return emitOptionalError(loc, "(C3) expected a range of whole blocks of ", elements,
                               ", found ", size, " from ", offset);
  }
  SmallVector<int64_t> shape(input.getShape());
  shape[dim] = size;
  results.push_back(RankedTensorType::get(shape, input.getElementType()));
  return success();
}

OpFoldResult SliceOp::fold(FoldAdaptor) {
  if (getInput().getType() == getType()) return getInput();
  auto inner = getInput().getDefiningOp<SliceOp>();
  if (!inner || inner.getDim() != getDim()) return {};
  setOffset(getOffset() + inner.getOffset());
  getInputMutable().assign(inner.getInput());
  return getResult();
}
