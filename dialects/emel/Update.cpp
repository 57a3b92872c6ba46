#include "dialects/emel/Inference.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace emel;

LogicalResult SetRowsOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                          Adaptor adaptor, SmallVectorImpl<Type> &results) {
  RankedTensorType table = tensorType(adaptor.getTable()), rows = tensorType(adaptor.getRows()),
                   ids = tensorType(adaptor.getIds());
  int64_t rank = table.getRank();
  if (rank < 2 || rows.getRank() != rank || ids.getRank() != rank - 1)
    return emitOptionalError(loc,
                             "(C1) expected a table of at least 2 dimensions, rows of as many and "
                             "ids of one less, found ",
                             table, ", ", rows, " and ", ids);
  if (!llvm::equal(table.getShape().drop_back(2), rows.getShape().drop_back(2), sameDim) ||
      !llvm::equal(table.getShape().drop_back(2), ids.getShape().drop_back(), sameDim) ||
      !sameDim(lastDim(table), lastDim(rows)))
    return emitOptionalError(loc, "(C2) expected equal leading dimensions and rows, found ", table,
                             ", ", rows, " and ", ids);
  if (!llvm::equal(rows.getShape().drop_back(), ids.getShape(), sameDim))
    return emitOptionalError(loc, "(C3) expected an id for each row, found ", rows, " and ", ids);
  results.push_back(table);
  return success();
}

static LogicalResult inferWhole(std::optional<Location> loc, Value wholeValue, Value partValue,
                                ArrayRef<int64_t> offsets, SmallVectorImpl<Type> &results) {
  RankedTensorType whole = tensorType(wholeValue), part = tensorType(partValue);
  int64_t rank = whole.getRank();
  if (part.getRank() != rank || part.getElementType() != whole.getElementType() ||
      hasLayout(whole) || hasLayout(part))
    return emitOptionalError(loc,
                             "(C1) expected a part of like dimensions and elements without "
                             "layout, found ",
                             whole, " and ", part);
  if (static_cast<int64_t>(offsets.size()) != rank ||
      llvm::any_of(offsets, [](int64_t offset) { return offset < 0; }))
    return emitOptionalError(loc, "(C2) expected ", rank, " offsets of at least 0, found [",
                             offsets, "]");
  for (auto [size, extent, offset] : llvm::zip(part.getShape(), whole.getShape(), offsets))
    if (!isDynamic(extent) && (offset > extent || (!isDynamic(size) && size > extent - offset)))
      return emitOptionalError(loc, "(C3) expected a part inside ", whole, ", found ", part, " at ",
                               offset, " of ", extent);
  results.push_back(whole);
  return success();
}

LogicalResult SetOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc, Adaptor adaptor,
                                      SmallVectorImpl<Type> &results) {
  return inferWhole(loc, adaptor.getWhole(), adaptor.getPart(), adaptor.getOffsets(), results);
}

OpFoldResult SetOp::fold(FoldAdaptor) {
  // A part of the same known shape is all of the whole.
  bool isAll = getPart().getType() == getType() && getType().hasStaticShape();
  return isAll ? getPart() : Value();
}

LogicalResult AccumulateOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                             Adaptor adaptor, SmallVectorImpl<Type> &results) {
  return inferWhole(loc, adaptor.getWhole(), adaptor.getPart(), adaptor.getOffsets(), results);
}

std::optional<DimMap> SetRowsOp::mapTile(unsigned, int64_t dim, unsigned operand) {
  bool isTable = operand == 0, isRows = operand == 1;
  int64_t row = tensorType(getTable()).getRank() - 1;
  // Any row may go to any place.
  bool isSame = isTable || dim < row - 1 || (isRows && dim == row);
  return isSame ? std::optional(DimMap::same(dim)) : std::nullopt;
}

static DimMap mapPart(ArrayRef<int64_t> offsets, int64_t dim, unsigned operand) {
  DimMap map = DimMap::same(dim);
  if (operand == 1) map.offset = -offsets[dim];
  return map;
}

std::optional<DimMap> SetOp::mapTile(unsigned, int64_t dim, unsigned operand) {
  return mapPart(getOffsets(), dim, operand);
}

std::optional<DimMap> AccumulateOp::mapTile(unsigned, int64_t dim, unsigned operand) {
  return mapPart(getOffsets(), dim, operand);
}
