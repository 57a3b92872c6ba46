#include "dialects/emel/Inference.h"
#include "runtime/gguf/integer_blocks.h"

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

/// Whether rows of the type can be multiplied by rounded activations.
static bool hasIntegerForm(Type weight) {
  auto block = dyn_cast<BlockType>(cast<RankedTensorType>(weight).getElementType());
  return block && gguf::FindIntegerForm(block.getFormat());
}

/// The element type of what comes of an input and a weight.
static FailureOr<Type> contractedElement(std::optional<Location> loc, RankedTensorType input,
                                         RankedTensorType weight, Semiring semiring) {
  Type float32 = Float32Type::get(input.getContext());
  if (input.getElementType().isBF16()) return float32;
  if (!isa<ActivationType>(input.getElementType())) return input.getElementType();
  if (semiring != Semiring::PlusTimes || !hasIntegerForm(weight))
    return emitOptionalError(loc,
                             "(C5) expected a weight with an integer form and plus_times, found ",
                             weight, " and ", stringifySemiring(semiring));
  return float32;
}

/// The input of a contraction that can round it, else null.
static OpOperand *roundableInput(OpOperand &input, Value weight, ActivationForm form) {
  bool isFloat32 = tensorType(input.get()).getElementType().isF32();
  bool isFit = hasIntegerForm(weight.getType()) ||
               (form == ActivationForm::BF16 && tensorType(weight).getElementType().isBF16());
  return isFloat32 && isFit ? &input : nullptr;
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
    return emitOptionalError(loc, "(C3) expected a weight of at most ", std::max<int64_t>(rank, 2),
                             " dimensions, found ", weightRank);
  if (failed(checkLeading(loc, input, weight)) || failed(checkWeightBlocks(loc, weight)))
    return failure();
  FailureOr<Type> element = contractedElement(loc, input, weight, adaptor.getSemiring());
  if (failed(element)) return failure();
  SmallVector<int64_t> shape(input.getShape());
  shape.back() = weight.getDimSize(weightRank - 2);
  results.push_back(RankedTensorType::get(shape, *element));
  return success();
}

OpOperand *MatmulOp::getRoundableOperand(ActivationForm form) {
  return getSemiring() == Semiring::PlusTimes ? roundableInput(getInputMutable(), getWeight(), form)
                                              : nullptr;
}

LogicalResult GroupExpertsOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                               Adaptor adaptor, SmallVectorImpl<Type> &results) {
  RankedTensorType ids = tensorType(adaptor.getIds());
  int64_t experts = adaptor.getExperts();
  if (ids.getRank() != 2)
    return emitOptionalError(loc, "(C1) expected ids of 2 dimensions, found ", ids);
  if (experts < 1 || experts > INT32_MAX)
    return emitOptionalError(loc, "(C2) expected from 1 to 2147483647 experts, found ", experts);
  results.push_back(ids);
  results.push_back(RankedTensorType::get({experts + 1}, ids.getElementType()));
  return success();
}

/// An order of the pairs that ids make, and where each expert's begin.
static bool areGroups(ValueRange groups, RankedTensorType ids, RankedTensorType weight) {
  if (groups.size() != 2) return false;
  RankedTensorType order = tensorType(groups[0]), starts = tensorType(groups[1]);
  int64_t experts = weight.getDimSize(0);
  return order.getRank() == 2 && sameDim(order.getDimSize(0), ids.getDimSize(0)) &&
         sameDim(order.getDimSize(1), ids.getDimSize(1)) && starts.getRank() == 1 &&
         (isDynamic(experts) || sameDim(starts.getDimSize(0), experts + 1));
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
  if (!adaptor.getGroups().empty() && !areGroups(adaptor.getGroups(), ids, weight))
    return emitOptionalError(loc, "(C6) expected an order of the shape of ", ids,
                             " and starts of the experts of ", weight, ", found ",
                             adaptor.getGroups().getTypes());
  if (failed(checkWeightBlocks(loc, weight))) return failure();
  FailureOr<Type> element = contractedElement(loc, input, weight, Semiring::PlusTimes);
  if (failed(element)) return failure();
  results.push_back(RankedTensorType::get(
      {mergeDims(input.getDimSize(0), ids.getDimSize(0)), ids.getDimSize(1), weight.getDimSize(1)},
      *element));
  return success();
}

OpOperand *MatmulIdOp::getRoundableOperand(ActivationForm form) {
  return roundableInput(getInputMutable(), getWeight(), form);
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

//===----------------------------------------------------------------------===//
// Tiles and cost
//===----------------------------------------------------------------------===//

/// A leading dimension of the operand that broadcasts: each index serves `wide / narrow`.
static std::optional<DimMap> mapLeading(RankedTensorType wide, RankedTensorType narrow,
                                        int64_t dim) {
  int64_t own = dim - (wide.getRank() - narrow.getRank());
  if (own < 0) return std::nullopt;
  int64_t many = wide.getDimSize(dim), few = narrow.getDimSize(own);
  if (isDynamic(many) || isDynamic(few)) return std::nullopt;
  DimMap map = DimMap::same(own);
  map.num = few;
  map.den = std::max<int64_t>(many, 1);
  return map.reduced();
}

std::optional<DimMap> MatmulOp::mapTile(unsigned, int64_t dim, unsigned operand) {
  RankedTensorType input = tensorType(getInput()), weight = tensorType(getWeight());
  int64_t column = input.getRank() - 1;
  if (operand == 0) return dim < column ? std::optional(DimMap::same(dim)) : std::nullopt;
  if (dim == column) return DimMap::same(weight.getRank() - 2);
  return dim < column - 1 ? mapLeading(input, weight, dim) : std::nullopt;
}

std::optional<DimMap> MatmulIdOp::mapTile(unsigned, int64_t dim, unsigned operand) {
  bool isWeight = operand == 1, isInput = operand == 0;
  if (dim == 2) return isWeight ? std::optional(DimMap::same(1)) : std::nullopt;
  bool isPerToken = isInput && tensorType(getInput()).getRank() == 2;
  // Groups are those of all ids.
  if (isWeight || (dim == 1 && isPerToken) || (isGrouped() && !isInput)) return std::nullopt;
  return DimMap::same(dim);
}

/// Blocks of tokens would each read the experts that they share.
bool MatmulIdOp::keepsWhole(unsigned, int64_t dim) { return isGrouped() && dim < 2; }

std::optional<DimMap> OutProdOp::mapTile(unsigned, int64_t dim, unsigned operand) {
  RankedTensorType lhs = tensorType(getLhs()), rhs = tensorType(getRhs());
  int64_t column = lhs.getRank() - 1;
  if (dim < column - 1)
    return operand == 0 ? std::optional(DimMap::same(dim)) : mapLeading(lhs, rhs, dim);
  // The rows of the result are the columns of the left operand.
  if ((operand == 0) != (dim == column - 1)) return std::nullopt;
  return DimMap::same(tensorType(getOperand(operand)).getRank() - 1);
}

/// A multiplication and an addition for each element of the result and each of `depth` summands.
static double countProducts(ArrayRef<int64_t> result, int64_t depth) {
  double count = 2.0 * depth;
  for (int64_t dim : result) count *= dim;
  return count;
}

double MatmulOp::countFlops(function_ref<ArrayRef<int64_t>(Value)> shapeOf, int64_t) {
  return countProducts(shapeOf(getResult()), shapeOf(getInput()).back());
}

double MatmulIdOp::countFlops(function_ref<ArrayRef<int64_t>(Value)> shapeOf, int64_t) {
  return countProducts(shapeOf(getResult()), shapeOf(getInput()).back());
}

double OutProdOp::countFlops(function_ref<ArrayRef<int64_t>(Value)> shapeOf, int64_t) {
  return countProducts(shapeOf(getResult()), shapeOf(getLhs()).drop_back().back());
}

std::optional<WeightRead> MatmulOp::readWeight(unsigned operand,
                                               function_ref<ArrayRef<int64_t>(Value)> shapeOf) {
  if (operand != 1) return std::nullopt;
  return WeightRead{countElements(shapeOf(getWeight()).drop_back())};
}

/// An expert for each pair of token and slot; grouped, each that is chosen, if all choose others.
std::optional<WeightRead> MatmulIdOp::readWeight(unsigned operand,
                                                 function_ref<ArrayRef<int64_t>(Value)> shapeOf) {
  if (operand != 1) return std::nullopt;
  ArrayRef<int64_t> weight = shapeOf(getWeight());
  double experts = countElements(shapeOf(getIds()));
  if (isGrouped()) experts = std::min<double>(experts, weight[0]);
  return WeightRead{experts * weight[1]};
}
