#include "dialects/emel/Inference.h"

using namespace mlir;
using namespace emel;

//===----------------------------------------------------------------------===//
// Rope
//===----------------------------------------------------------------------===//

static bool hasFourPositions(RopeMode mode) {
  return mode != RopeMode::Normal && mode != RopeMode::Neox;
}

static LogicalResult verifyRopeShapes(RopeOp op) {
  RankedTensorType input = tensorType(op.getInput()), positions = tensorType(op.getPositions());
  if (input.getRank() != 3)
    return op.emitOpError("(C1) expected an input of 3 dimensions, found ") << input;
  int64_t dims = op.getDims(), row = lastDim(input);
  bool isVision = op.getMode() == RopeMode::Vision;
  bool fits = isDynamic(row) || (isVision ? row % 2 == 0 && dims == row / 2 : dims <= row);
  if (dims <= 0 || dims % 2 != 0 || !fits)
    return op.emitOpError("(C2) expected an even 'dims' of ")
           << (isVision ? "half" : "at most") << " the row of " << dimText(row) << ", found "
           << dims;
  int64_t rank = hasFourPositions(op.getMode()) ? 2 : 1;
  if (positions.getRank() != rank || !sameDim(lastDim(positions), input.getDimSize(0)) ||
      (rank == 2 && positions.getDimSize(0) != 4))
    return op.emitOpError("(C3) expected positions of ")
           << (rank == 2 ? "4 x " : "") << dimText(input.getDimSize(0)) << ", found " << positions;
  if (Value factors = op.getFactors()) {
    RankedTensorType type = tensorType(factors);
    int64_t pairs = isVision ? dims : dims / 2;
    if (type.getRank() != 1 || type.getDimSize(0) != pairs || !type.getElementType().isF32())
      return op.emitOpError("(C4) expected ") << pairs << " factors of f32, found " << type;
  }
  return success();
}

LogicalResult RopeOp::verify() {
  if (failed(verifyRopeShapes(*this))) return failure();
  for (const auto &[name, number] :
       {std::pair("base", getBase()), std::pair("scale", getScale()), std::pair("attn", getAttn()),
        std::pair("beta_fast", getBetaFast()), std::pair("beta_slow", getBetaSlow())})
    if (!isFinitePositive(number))
      return emitOpError("(C5) expected a finite and positive ")
             << name << ", found " << number.convertToDouble();
  if (!isFiniteNonNegative(getExt()))
    return emitOpError("(C6) expected ext finite and not negative, found ")
           << getExt().convertToDouble();
  std::optional<ArrayRef<int64_t>> sections = getSections();
  if (sections.has_value() != hasFourPositions(getMode()))
    return emitOpError("(C7) mode '") << stringifyRopeMode(getMode())
                                      << (sections ? "' takes no sections" : "' needs sections");
  if (sections) {
    int64_t sum = 0;
    bool valid = sections->size() == 4;
    for (int64_t section : *sections) {
      valid &= section >= 0 && section <= static_cast<int64_t>(getDims());
      sum += valid ? section : 0;
    }
    if (!valid || sum == 0)
      return emitOpError("(C7) expected 4 sections from 0 to ")
             << getDims() << " with a positive sum, found [" << *sections << "]";
  }
  if (!getExt().isZero() && static_cast<int64_t>(getOrig()) <= 0)
    return emitOpError("(C8) expected a positive 'orig' with ext, found ")
           << static_cast<int64_t>(getOrig());
  return success();
}

//===----------------------------------------------------------------------===//
// Softmax and attention
//===----------------------------------------------------------------------===//

LogicalResult SoftmaxOp::verify() {
  RankedTensorType input = tensorType(getInput());
  int64_t rank = input.getRank();
  if (rank < 1)
    return emitOpError("(C1) expected an input of at least 1 dimension, found ") << input;
  if (Value mask = getMask()) {
    RankedTensorType type = tensorType(mask);
    if (rank < 2 || type.getRank() != 2 || !sameDim(lastDim(type), lastDim(input)) ||
        !sameDim(type.getDimSize(0), input.getDimSize(rank - 2)))
      return emitOpError("(C1) expected a mask of the last two dimensions of ")
             << input << ", found " << type;
  }
  if (rank < 3 && (getSinks() || !getMaxBias().isZero()))
    return emitOpError("(C2) sinks and max_bias need an input of at least 3 dimensions, found ")
           << rank;
  if (Value sinks = getSinks()) {
    RankedTensorType type = tensorType(sinks);
    if (type.getRank() != 1 || !sameDim(type.getDimSize(0), input.getDimSize(rank - 3)))
      return emitOpError("(C2) expected ")
             << dimText(input.getDimSize(rank - 3)) << " sinks, found " << type;
  }
  if (!getScale().isFinite() || !isFiniteNonNegative(getMaxBias()))
    return emitOpError("(C3) expected a finite scale and a finite max_bias of at least 0, found ")
           << "a scale of " << getScale().convertToDouble() << " and a max_bias of "
           << getMaxBias().convertToDouble();
  return success();
}

static LogicalResult checkHeads(std::optional<Location> loc, int64_t heads, int64_t kvHeads) {
  if (isDynamic(heads) || isDynamic(kvHeads) || (kvHeads > 0 && heads % kvHeads == 0))
    return success();
  return emitOptionalError(loc, "(C2) ", kvHeads, " heads of keys do not divide ", heads,
                           " heads of queries");
}

static LogicalResult checkSinks(std::optional<Location> loc, Value sinks, int64_t heads) {
  if (!sinks) return success();
  RankedTensorType type = tensorType(sinks);
  if (type.getRank() == 1 && sameDim(type.getDimSize(0), heads)) return success();
  return emitOptionalError(loc, "(C3) expected ", dimText(heads), " sinks, found ", type);
}

template <typename Adaptor>
static LogicalResult checkNumbers(std::optional<Location> loc, Adaptor adaptor) {
  if (adaptor.getScale().isFinite() && isFiniteNonNegative(adaptor.getSoftcap()) &&
      isFiniteNonNegative(adaptor.getMaxBias()))
    return success();
  return emitOptionalError(
      loc, "(C4) expected a finite scale, and softcap and max_bias finite and not negative, found ",
      "a scale of ", adaptor.getScale().convertToDouble(), ", a softcap of ",
      adaptor.getSoftcap().convertToDouble(), " and a max_bias of ",
      adaptor.getMaxBias().convertToDouble());
}

LogicalResult FlashAttentionOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                                 Adaptor adaptor, SmallVectorImpl<Type> &results) {
  RankedTensorType query = tensorType(adaptor.getQuery()), key = tensorType(adaptor.getKey()),
                   value = tensorType(adaptor.getValue());
  if (query.getRank() != 3 || key.getRank() != 3 || value.getRank() != 3 ||
      !sameDim(lastDim(query), lastDim(key)) || !sameDim(key.getDimSize(0), value.getDimSize(0)) ||
      !sameDim(key.getDimSize(1), value.getDimSize(1)))
    return emitOptionalError(loc,
                             "(C1) expected a query [n, heads, k], a key [c, kv_heads, k] and a "
                             "value [c, kv_heads, v], found ",
                             query, ", ", key, " and ", value);
  int64_t heads = query.getDimSize(1);
  if (failed(checkHeads(loc, heads, key.getDimSize(1)))) return failure();
  if (Value mask = adaptor.getMask()) {
    RankedTensorType type = tensorType(mask);
    if (type.getRank() != 2 || !sameDim(type.getDimSize(0), query.getDimSize(0)) ||
        !sameDim(type.getDimSize(1), key.getDimSize(0)))
      return emitOptionalError(loc, "(C3) expected a mask [n, c], found ", type);
  }
  if (failed(checkSinks(loc, adaptor.getSinks(), heads)) || failed(checkNumbers(loc, adaptor)))
    return failure();
  results.push_back(
      RankedTensorType::get({query.getDimSize(0), heads, lastDim(value)}, query.getElementType()));
  return success();
}

LogicalResult AttentionOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc,
                                            Adaptor adaptor, SmallVectorImpl<Type> &results) {
  RankedTensorType query = tensorType(adaptor.getQuery());
  auto state = cast<KvType>(adaptor.getState().getType());
  if (query.getRank() != 3 || !sameDim(lastDim(query), state.getKeyDim()))
    return emitOptionalError(loc, "(C1) expected a query [n, heads, ", state.getKeyDim(),
                             "], found ", query);
  int64_t tokens = query.getDimSize(0), heads = query.getDimSize(1);
  if (failed(checkHeads(loc, heads, state.getHeads()))) return failure();
  for (Value ids : {adaptor.getPositions(), adaptor.getSlots()}) {
    if (tensorType(ids).getRank() != 1 || !sameDim(lastDim(tensorType(ids)), tokens))
      return emitOptionalError(loc, "(C3) expected positions and slots for each of ",
                               dimText(tokens), " tokens, found ", ids.getType());
    tokens = mergeDims(tokens, lastDim(tensorType(ids)));
  }
  if (failed(checkSinks(loc, adaptor.getSinks(), heads)) || failed(checkNumbers(loc, adaptor)))
    return failure();
  if (static_cast<int64_t>(adaptor.getWindow()) < 0)
    return emitOptionalError(loc, "(C4) expected a window of at least 0, found ",
                             static_cast<int64_t>(adaptor.getWindow()));
  results.push_back(RankedTensorType::get({query.getDimSize(0), heads, state.getValueDim()},
                                          query.getElementType()));
  return success();
}

//===----------------------------------------------------------------------===//
// State
//===----------------------------------------------------------------------===//

static bool matchesCells(RankedTensorType type, KvType state, int64_t dim) {
  return type.getRank() == 3 && type.getDimSize(1) == state.getHeads() && lastDim(type) == dim;
}

static LogicalResult verifyIds(Operation *op, int64_t tokens, ValueRange ids) {
  for (Value value : ids) {
    if (tensorType(value).getRank() != 1 || !sameDim(lastDim(tensorType(value)), tokens))
      return op->emitOpError("(C2) expected positions and slots for each of ")
             << dimText(tokens) << " tokens, found " << value.getType();
    tokens = mergeDims(tokens, lastDim(tensorType(value)));
  }
  return success();
}

bool KvWriteOp::consumesState(OpOperand &operand) { return operand == getStateMutable(); }

LogicalResult KvWriteOp::verify() {
  KvType state = getState().getType();
  RankedTensorType key = tensorType(getKey()), value = tensorType(getValue());
  if (!matchesCells(key, state, state.getKeyDim()) ||
      !matchesCells(value, state, state.getValueDim()) ||
      !sameDim(key.getDimSize(0), value.getDimSize(0)))
    return emitOpError("(C1) expected keys and values of ")
           << state << ", found " << key << " and " << value;
  return verifyIds(*this, key.getDimSize(0), {getPositions(), getSlots()});
}

LogicalResult KvReadOp::verify() {
  KvType state = getState().getType();
  RankedTensorType key = tensorType(getKey()), value = tensorType(getValue()),
                   mask = tensorType(getMask());
  if (!matchesCells(key, state, state.getKeyDim()) ||
      !matchesCells(value, state, state.getValueDim()) || mask.getRank() != 2 ||
      !sameDim(key.getDimSize(0), value.getDimSize(0)) ||
      !sameDim(lastDim(mask), key.getDimSize(0)))
    return emitOpError("(C1) expected keys, values and a mask of ")
           << state << ", found " << key << ", " << value << " and " << mask;
  if (static_cast<int64_t>(getWindow()) < 0)
    return emitOpError("(C3) expected a window of at least 0, found ")
           << static_cast<int64_t>(getWindow());
  return verifyIds(*this, mask.getDimSize(0), {getPositions(), getSlots()});
}

//===----------------------------------------------------------------------===//
// Tiles
//===----------------------------------------------------------------------===//

/// Dimension `dim` of an operand that has one index for each `heads / few` of the result's heads.
static std::optional<DimMap> mapHeads(int64_t dim, int64_t few, int64_t heads) {
  if (isDynamic(few) || isDynamic(heads)) return std::nullopt;
  DimMap map = DimMap::same(dim);
  map.num = few;
  map.den = std::max<int64_t>(heads, 1);
  return map.reduced();
}

std::optional<DimMap> RopeOp::mapTile(unsigned, int64_t dim, unsigned operand) {
  bool isInput = operand == 0, isPositions = operand == 1;
  if (isInput && dim < 2) return DimMap::same(dim);
  if (isPositions && dim == 0) return DimMap::same(tensorType(getPositions()).getRank() - 1);
  return std::nullopt;
}

std::optional<DimMap> SoftmaxOp::mapTile(unsigned, int64_t dim, unsigned operand) {
  int64_t row = tensorType(getInput()).getRank() - 1;
  if (operand == 0) return dim < row ? std::optional(DimMap::same(dim)) : std::nullopt;
  bool isMask = getMask() && operand == getODSOperandIndexAndLength(1).first;
  return dim == (isMask ? row - 1 : row - 2) ? std::optional(DimMap::same(0)) : std::nullopt;
}

std::optional<DimMap> FlashAttentionOp::mapTile(unsigned, int64_t dim, unsigned operand) {
  bool isQuery = operand == 0, isKeyOrValue = operand == 1 || operand == 2,
       isMask = getMask() && operand == 3, isHead = dim == 1;
  if (dim == 2) return std::nullopt;
  if (isQuery) return DimMap::same(dim);
  if (isKeyOrValue && isHead)
    return mapHeads(1, tensorType(getKey()).getDimSize(1), tensorType(getQuery()).getDimSize(1));
  bool isSinks = !isKeyOrValue && !isMask;
  return (isMask && !isHead) || (isSinks && isHead) ? std::optional(DimMap::same(0)) : std::nullopt;
}

std::optional<DimMap> KvWriteOp::mapTile(unsigned, int64_t, unsigned operand) {
  bool isState = operand == 0, isKeyOrValue = operand == 1 || operand == 2;
  if (isState) return DimMap::same(0);
  return isKeyOrValue ? std::optional(DimMap::same(1)) : std::nullopt;
}

std::optional<DimMap> AttentionOp::mapTile(unsigned, int64_t dim, unsigned operand) {
  bool isQuery = operand == 0, isState = operand == 1, isSinks = operand == 4, isHead = dim == 1;
  if (dim == 2) return std::nullopt;
  if (isQuery) return DimMap::same(dim);
  if (isState && isHead)
    return mapHeads(0, cast<KvType>(getState().getType()).getHeads(),
                    tensorType(getQuery()).getDimSize(1));
  return isState || isSinks != isHead ? std::nullopt : std::optional(DimMap::same(0));
}

//===----------------------------------------------------------------------===//
// Cost
//===----------------------------------------------------------------------===//

/// Scores and their weighted sum for each query, [n, heads, key], over `cells` keys.
static double countAttention(ArrayRef<int64_t> query, int64_t valueDim, int64_t cells) {
  return 2.0 * query[0] * query[1] * cells * (query[2] + valueDim);
}

double FlashAttentionOp::countFlops(function_ref<ArrayRef<int64_t>(Value)> shapeOf, int64_t) {
  return countAttention(shapeOf(getQuery()), shapeOf(getValue())[2], shapeOf(getKey())[0]);
}

double AttentionOp::countFlops(function_ref<ArrayRef<int64_t>(Value)> shapeOf, int64_t context) {
  int64_t window = getWindow();
  return countAttention(shapeOf(getQuery()), cast<KvType>(getState().getType()).getValueDim(),
                        window > 0 ? std::min(window, context) : context);
}
