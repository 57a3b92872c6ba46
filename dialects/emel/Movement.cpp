#include "dialects/emel/Inference.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace emel;

/// Lets `op` read `value`, past `skipped`, and stand for that as well.
static void readThrough(Operation *op, Operation *skipped, Value value) {
  op->setLoc(FusedLoc::get(op->getContext(), {skipped->getLoc(), op->getLoc()}));
  op->setOperand(0, value);
}

LogicalResult GetRowsOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                          Adaptor adaptor, SmallVectorImpl<Type> &results) {
  RankedTensorType table = tensorType(adaptor.getTable()), ids = tensorType(adaptor.getIds());
  if (table.getRank() < 2 || ids.getRank() != table.getRank() - 1)
    return emitOptionalError(loc,
                             "(C1) expected a table of at least 2 dimensions and ids of one "
                             "less, found ",
                             table, " and ", ids);
  if (!llvm::equal(table.getShape().drop_back(2), ids.getShape().drop_back(1), sameDim))
    return emitOptionalError(loc, "(C2) expected equal leading dimensions, found ", table, " and ",
                             ids);
  if (!hasWholeBlocks(table))
    return emitOptionalError(loc, "(C3) expected rows of whole blocks, found ", table);
  SmallVector<int64_t> shape(ids.getShape());
  shape.push_back(lastDim(table));
  results.push_back(RankedTensorType::get(shape, decodedElement(table.getElementType())));
  return success();
}

std::optional<WeightRead> GetRowsOp::readWeight(unsigned operand,
                                                function_ref<ArrayRef<int64_t>(Value)> shapeOf) {
  if (operand != 0) return std::nullopt;
  return WeightRead{countElements(shapeOf(getIds())), /*isGathered=*/true};
}

LogicalResult ReshapeOp::verify() {
  RankedTensorType input = tensorType(getInput()), result = getType();
  if (input.getElementType() != result.getElementType() || hasLayout(input) || hasLayout(result))
    return emitOpError("(C1) expected equal element types without layout, found ")
           << input << " and " << result;
  auto known = [](RankedTensorType type) {
    // Unsigned: two products that wrap around alike are those of tensors that nobody can hold.
    uint64_t product = 1;
    for (int64_t dim : type.getShape())
      if (!isDynamic(dim)) product *= dim;
    return product;
  };
  if (input.getNumDynamicDims() > 1 || input.getNumDynamicDims() != result.getNumDynamicDims() ||
      known(input) != known(result) || (known(input) == 0 && input.getNumDynamicDims()))
    return emitOpError("(C2) cannot reshape ") << input << " to " << result;
  return success();
}

OpFoldResult ReshapeOp::fold(FoldAdaptor) {
  if (getInput().getType() == getType()) return getInput();
  auto inner = getInput().getDefiningOp<ReshapeOp>();
  if (!inner) return {};
  if (inner.getInput().getType() == getType()) return inner.getInput();
  readThrough(*this, inner, inner.getInput());
  return getResult();
}

LogicalResult PermuteOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                          Adaptor adaptor, SmallVectorImpl<Type> &results) {
  RankedTensorType input = tensorType(adaptor.getInput());
  SmallVector<int64_t> sorted(adaptor.getOrder());
  llvm::sort(sorted);
  if (!llvm::equal(sorted, llvm::seq<int64_t>(0, input.getRank())) || hasLayout(input))
    return emitOptionalError(loc, "(C1) expected a permutation of the dimensions of ", input,
                             " and no layout, found [", adaptor.getOrder(), "]");
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
  readThrough(*this, inner, inner.getInput());
  return getResult();
}

LogicalResult SliceOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc, Adaptor adaptor,
                                        SmallVectorImpl<Type> &results) {
  RankedTensorType input = tensorType(adaptor.getInput());
  int64_t dim = adaptor.getDim(), offset = adaptor.getOffset(), size = adaptor.getSize();
  if (dim < 0 || dim >= input.getRank() || input.isDynamicDim(dim) || hasLayout(input))
    return emitOptionalError(loc, "(C1) expected a dimension of known size and no layout, found ",
                             dim, " of ", input);
  int64_t extent = input.getDimSize(dim);
  if (offset < 0 || size < 0 || offset > extent || size > extent - offset)
    return emitOptionalError(loc, "(C2) expected a range within ", extent, ", found ", size,
                             " from ", offset);
  if (auto block = dyn_cast<BlockType>(input.getElementType());
      block && dim == input.getRank() - 1) {
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

/// slice(slice(x))  ->  slice(x)
static bool sliceThroughSlice(SliceOp op) {
  auto inner = op.getInput().getDefiningOp<SliceOp>();
  if (!inner || inner.getDim() != op.getDim()) return false;
  op.setOffset(op.getOffset() + inner.getOffset());
  readThrough(op, inner, inner.getInput());
  return true;
}

/// slice(concat(…, x, …))  ->  slice(x), where the range lies in x
static bool sliceThroughConcat(SliceOp op) {
  auto inner = op.getInput().getDefiningOp<ConcatOp>();
  if (!inner || inner.getDim() != op.getDim()) return false;
  int64_t offset = op.getOffset();
  for (Value part : inner.getInputs()) {
    SmallVector<int64_t> shape(tensorType(part).getShape());
    int64_t extent = std::exchange(shape[op.getDim()], op.getSize());
    if (isDynamic(extent)) return false;
    if (offset < extent) {
      // The type must stay the one that is inferred, so the part must know as much as the whole.
      if (shape[op.getDim()] > extent - offset || op.getType().getShape() != ArrayRef(shape))
        return false;
      op.setOffset(offset);
      readThrough(op, inner, part);
      return true;
    }
    offset -= extent;
  }
  return false;
}

OpFoldResult SliceOp::fold(FoldAdaptor) {
  if (getInput().getType() == getType()) return getInput();
  return sliceThroughSlice(*this) || sliceThroughConcat(*this) ? getResult() : Value();
}

LogicalResult ConcatOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                         Adaptor adaptor, SmallVectorImpl<Type> &results) {
  int64_t dim = adaptor.getDim();
  if (adaptor.getInputs().empty() || dim < 0 || dim >= tensorType(adaptor.getInputs()[0]).getRank())
    return emitOptionalError(loc, "(C1) expected inputs that have a dimension ", dim, ", found (",
                             adaptor.getInputs().getTypes(), ")");
  RankedTensorType first = tensorType(adaptor.getInputs()[0]);
  SmallVector<int64_t> shape(first.getShape());
  shape[dim] = 0;
  for (Value input : adaptor.getInputs()) {
    RankedTensorType type = tensorType(input);
    if (type.getElementType() != first.getElementType() || type.getRank() != first.getRank())
      return emitOptionalError(loc, "(C2) expected inputs of the element type and rank of ", first,
                               ", found ", type);
    if (hasLayout(type) || !hasWholeBlocks(type))
      return emitOptionalError(loc, "(C3) expected inputs of whole blocks without a layout, found ",
                               type);
    for (int64_t d = 0; d < first.getRank(); ++d) {
      int64_t size = type.getDimSize(d);
      if (d != dim && !sameDim(shape[d], size))
        return emitOptionalError(loc, "(C4) expected equal dimensions but ", dim, ", found ", first,
                                 " and ", type);
      if (d != dim) {
        shape[d] = mergeDims(shape[d], size);
      } else if (isDynamic(size) || isDynamic(shape[d])) {
        shape[d] = ShapedType::kDynamic;
      } else if (__builtin_add_overflow(shape[d], size, &shape[d])) {
        return emitOptionalError(loc, "(C5) expected fewer than 2^63 indices of dimension ", dim,
                                 ", found more with ", type);
      }
    }
  }
  results.push_back(RankedTensorType::get(shape, first.getElementType()));
  return success();
}

/// concat(slice(x, 0, a), slice(x, a, b), …)  ->  x, where the slices are all of x
static Value sliceWhole(ConcatOp op) {
  auto first = op.getInputs()[0].getDefiningOp<SliceOp>();
  if (!first || first.getInput().getType() != op.getType()) return {};
  uint64_t end = 0;
  for (Value input : op.getInputs()) {
    auto slice = input.getDefiningOp<SliceOp>();
    if (!slice || slice.getInput() != first.getInput() || slice.getDim() != op.getDim() ||
        slice.getOffset() != end)
      return {};
    end += slice.getSize();
  }
  return first.getInput();
}

OpFoldResult ConcatOp::fold(FoldAdaptor) {
  return getInputs().size() == 1 ? getInputs()[0] : sliceWhole(*this);
}

LogicalResult RepeatOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                         Adaptor adaptor, SmallVectorImpl<Type> &results) {
  RankedTensorType input = tensorType(adaptor.getInput());
  SmallVector<int64_t> shape(input.getShape());
  bool fits = shape.size() == adaptor.getCounts().size() && !hasLayout(input);
  for (size_t d = 0; fits && d < shape.size(); ++d) {
    int64_t count = adaptor.getCounts()[d];
    fits = count > 0;
    if (!isDynamic(shape[d]))
      fits &= !__builtin_mul_overflow(shape[d], count, &shape[d]);
    else if (count != 1)
      shape[d] = ShapedType::kDynamic;
  }
  if (!fits)
    return emitOptionalError(loc, "(C1) expected a positive count for each dimension of ", input,
                             ", found [", adaptor.getCounts(), "]");
  results.push_back(RankedTensorType::get(shape, input.getElementType()));
  return success();
}

OpFoldResult RepeatOp::fold(FoldAdaptor) {
  return llvm::all_of(getCounts(), [](int64_t count) { return count == 1; }) ? getInput() : Value();
}

LogicalResult PadOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc, Adaptor adaptor,
                                      SmallVectorImpl<Type> &results) {
  RankedTensorType input = tensorType(adaptor.getInput());
  ArrayRef<int64_t> lows = adaptor.getLow(), highs = adaptor.getHigh();
  SmallVector<int64_t> shape(input.getShape());
  bool fits = shape.size() == lows.size() && shape.size() == highs.size() && !hasLayout(input);
  for (size_t d = 0; fits && d < shape.size(); ++d) {
    int64_t size = shape[d], low = lows[d], high = highs[d];
    fits = low >= 0 && high >= 0;
    if (!fits || isDynamic(size)) continue;
    if ((low || high) && ((adaptor.getKind() == PadKind::Circular && size == 0) ||
                          (adaptor.getKind() == PadKind::Reflect && std::max(low, high) >= size)))
      return emitOptionalError(loc, "(C2) cannot pad dimension ", d, " of ", input, " by ", low,
                               " and ", high, " of its own elements");
    fits = !__builtin_add_overflow(size, low, &shape[d]) &&
           !__builtin_add_overflow(shape[d], high, &shape[d]);
  }
  if (!fits)
    return emitOptionalError(loc, "(C1) expected amounts of at least 0 for each dimension of ",
                             input, ", found low [", lows, "] and high [", highs, "]");
  results.push_back(RankedTensorType::get(shape, input.getElementType()));
  return success();
}

static bool isZero(int64_t x) { return x == 0; }

OpFoldResult PadOp::fold(FoldAdaptor) {
  return llvm::all_of(getLow(), isZero) && llvm::all_of(getHigh(), isZero) ? getInput() : Value();
}

LogicalResult RollOp::verify() {
  RankedTensorType input = tensorType(getInput());
  if (static_cast<int64_t>(getShifts().size()) != input.getRank() || hasLayout(input))
    return emitOpError("(C1) expected a shift for each dimension of ")
           << input << " and no layout, found [" << getShifts() << "]";
  return success();
}

OpFoldResult RollOp::fold(FoldAdaptor) {
  return llvm::all_of(getShifts(), isZero) ? getInput() : Value();
}

//===----------------------------------------------------------------------===//
// Layouts
//===----------------------------------------------------------------------===//

static LogicalResult verifyRelayout(Operation *op, bool toLayout) {
  RankedTensorType input = tensorType(op->getOperand(0)), result = tensorType(op->getResult(0));
  if (input.getShape() != result.getShape() || input.getElementType() != result.getElementType())
    return op->emitOpError("(C1) expected the same shape and element type, found ")
           << input << " and " << result;
  if (hasLayout(input) == toLayout || hasLayout(result) != toLayout)
    return op->emitOpError("(C2) expected a layout ")
           << (toLayout ? "after" : "before") << " and none " << (toLayout ? "before" : "after")
           << ", found " << input << " and " << result;
  return success();
}

LogicalResult PackOp::verify() { return verifyRelayout(*this, /*toLayout=*/true); }
LogicalResult UnpackOp::verify() { return verifyRelayout(*this, /*toLayout=*/false); }

OpFoldResult PackOp::fold(FoldAdaptor) {
  auto inner = getInput().getDefiningOp<UnpackOp>();
  return inner && inner.getInput().getType() == getType() ? inner.getInput() : Value();
}

OpFoldResult UnpackOp::fold(FoldAdaptor) {
  auto inner = getInput().getDefiningOp<PackOp>();
  return inner && inner.getInput().getType() == getType() ? inner.getInput() : Value();
}

//===----------------------------------------------------------------------===//
// Tiles
//===----------------------------------------------------------------------===//

std::optional<DimMap> GetRowsOp::mapTile(unsigned, int64_t dim, unsigned operand) {
  RankedTensorType table = tensorType(getTable());
  int64_t row = table.getRank() - 1;
  bool isTable = operand == 0;
  if (dim == (isTable ? row - 1 : row)) return std::nullopt;
  return isTable ? mapDecoded(table, dim) : DimMap::same(dim);
}

std::optional<DimMap> PermuteOp::mapTile(unsigned, int64_t dim, unsigned) {
  return DimMap::same(getOrder()[dim]);
}

std::optional<DimMap> SliceOp::mapTile(unsigned, int64_t dim, unsigned) {
  DimMap map = DimMap::same(dim);
  if (dim == static_cast<int64_t>(getDim())) map.offset = getOffset();
  return map;
}

std::optional<DimMap> ConcatOp::mapTile(unsigned, int64_t dim, unsigned operand) {
  DimMap map = DimMap::same(dim);
  if (dim != static_cast<int64_t>(getDim())) return map;
  for (Value before : getInputs().take_front(operand)) {
    if (isDynamic(tensorType(before).getDimSize(dim))) return std::nullopt;
    map.offset -= tensorType(before).getDimSize(dim);
  }
  return map;
}

std::optional<DimMap> RepeatOp::mapTile(unsigned, int64_t dim, unsigned) {
  return getCounts()[dim] == 1 ? std::optional(DimMap::same(dim)) : std::nullopt;
}

std::optional<DimMap> PadOp::mapTile(unsigned, int64_t dim, unsigned) {
  bool isPadded = getLow()[dim] != 0 || getHigh()[dim] != 0;
  if (isPadded && getKind() != PadKind::Zeros) return std::nullopt;
  DimMap map = DimMap::same(dim);
  map.offset = -getLow()[dim];
  return map;
}

std::optional<DimMap> RollOp::mapTile(unsigned, int64_t dim, unsigned) {
  return getShifts()[dim] == 0 ? std::optional(DimMap::same(dim)) : std::nullopt;
}

namespace {

/// A number of elements of which one factor may be unknown.
struct Count {
  int64_t known = 1;
  bool hasUnknown = false;

  bool operator==(const Count &) const = default;
  /// False where the product is too large or 0, so that no map follows from it.
  bool multiply(int64_t dim) {
    if (isDynamic(dim)) return !std::exchange(hasUnknown, true);
    return dim > 0 && !__builtin_mul_overflow(known, dim, &known);
  }
  /// Whether the other one has to grow until both can be equal.
  bool isAhead(const Count &other) const {
    return hasUnknown == other.hasUnknown ? known > other.known : hasUnknown;
  }
};

}  // namespace

std::optional<DimMap> ReshapeOp::mapTile(unsigned, int64_t dim, unsigned) {
  ArrayRef<int64_t> from = tensorType(getInput()).getShape(), to = getType().getShape();
  // Dimensions fall into groups of equal products, from the outermost on. In a group an index of
  // the result's outermost dimension is `num` elements, one of the input's is `den`.
  size_t i = 0, r = 0;
  while (i < from.size() && r < to.size()) {
    if (from[i] == 1 && to[r] != 1) {
      ++i;  // a group begins where there is something to divide
      continue;
    }
    int64_t input = i, result = r;
    Count outer, inner, num, den;
    if (!outer.multiply(to[r++]) || !inner.multiply(from[i++])) return {};
    while (outer != inner) {
      bool growInput = outer.isAhead(inner);
      if (growInput ? i == from.size() : r == to.size()) return {};
      int64_t size = growInput ? from[i++] : to[r++];
      if (!(growInput ? inner : outer).multiply(size) || !(growInput ? den : num).multiply(size))
        return {};
    }
    if (result == dim && !num.hasUnknown && !den.hasUnknown)
      return DimMap{input, num.known, den.known}.reduced();
    if (result >= dim) return {};
  }
  return {};
}
