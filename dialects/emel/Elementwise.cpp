#include "dialects/emel/Inference.h"

#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace emel;

//===----------------------------------------------------------------------===//
// Binary ops
//===----------------------------------------------------------------------===//

static LogicalResult inferBroadcast(std::optional<Location> loc, Value lhs, Value rhs,
                                    SmallVectorImpl<Type> &results) {
  RankedTensorType left = tensorType(lhs), right = tensorType(rhs);
  if (left.getElementType() != right.getElementType())
    return emitOptionalError(loc, "(C1) expected equal element types, found ",
                             left.getElementType(), " and ", right.getElementType());
  int64_t extra = left.getRank() - right.getRank();
  if (extra < 0)
    return emitOptionalError(loc, "(C2) expected at most ", left.getRank(),
                             " dimensions on the right, found ", right.getRank());
  for (int64_t i = 0; i < right.getRank(); ++i) {
    int64_t wide = left.getDimSize(i + extra), narrow = right.getDimSize(i);
    if (narrow != 1 && !sameDim(wide, narrow))
      return emitOptionalError(loc, "(C3) cannot broadcast ", narrow, " to ", wide);
  }
  results.push_back(left);
  return success();
}

#define EMEL_INFER_BINARY(Op)                                                                     \
  LogicalResult Op::inferReturnTypes(MLIRContext *, std::optional<Location> loc, Adaptor adaptor, \
                                     SmallVectorImpl<Type> &results) {                            \
    return inferBroadcast(loc, adaptor.getLhs(), adaptor.getRhs(), results);                      \
  }
EMEL_INFER_BINARY(AddOp)
EMEL_INFER_BINARY(SubOp)
EMEL_INFER_BINARY(MulOp)
EMEL_INFER_BINARY(DivOp)
#undef EMEL_INFER_BINARY

static bool isVectorOf(Value value, Value rowsOf) {
  RankedTensorType type = tensorType(value);
  return type.getRank() == 1 && type.hasStaticShape() &&
         type.getDimSize(0) == lastDim(tensorType(rowsOf));
}

/// layer_norm(x) * w + b  ->  layer_norm(x, w, b)
LogicalResult AddOp::canonicalize(AddOp op, PatternRewriter &rewriter) {
  auto norm = op.getLhs().getDefiningOp<LayerNormOp>();
  if (!norm || !norm->hasOneUse() || !norm.getWeight() || norm.getBias() ||
      !isVectorOf(op.getRhs(), norm))
    return rewriter.notifyMatchFailure(op, "not the bias of a layer norm");
  auto loc = rewriter.getFusedLoc({norm.getLoc(), op.getLoc()});
  auto biased = rewriter.create<LayerNormOp>(loc, norm.getType(), norm.getInput(), norm.getWeight(),
                                             op.getRhs(), norm.getEpsAttr());
  rewriter.replaceOp(op, biased);
  rewriter.eraseOp(norm);
  return success();
}

UnaryKind emel::getActivation(GluKind kind) {
  switch (kind) {
    case GluKind::Reglu: return UnaryKind::Relu;
    case GluKind::Geglu: return UnaryKind::Gelu;
    case GluKind::Swiglu: return UnaryKind::Silu;
    case GluKind::GegluErf: return UnaryKind::GeluErf;
    case GluKind::GegluQuick: return UnaryKind::GeluQuick;
  }
  llvm_unreachable("all kinds are above");
}

static std::optional<GluKind> gluKindOf(UnaryKind kind) {
  for (uint32_t i = 0; i <= getMaxEnumValForGluKind(); ++i)
    if (auto glu = symbolizeGluKind(i); glu && getActivation(*glu) == kind) return glu;
  return std::nullopt;
}

/// norm(x) * w  ->  norm(x, w), where the norm has no weight yet.
template <typename NormOp>
static LogicalResult weighNorm(MulOp op, PatternRewriter &rewriter) {
  auto norm = op.getLhs().getDefiningOp<NormOp>();
  if (!norm || !norm->hasOneUse() || norm.getWeight() || !isVectorOf(op.getRhs(), norm))
    return failure();
  rewriter.modifyOpInPlace(norm, [&] {
    norm.getWeightMutable().assign(op.getRhs());
    norm->setLoc(rewriter.getFusedLoc({norm.getLoc(), op.getLoc()}));
    // The weight may be defined after the norm; the product is after both.
    norm->moveBefore(op);
  });
  rewriter.replaceOp(op, norm);
  return success();
}

/// act(x) * y  ->  glu(x, y)
static LogicalResult formGlu(MulOp op, PatternRewriter &rewriter) {
  auto unary = op.getLhs().getDefiningOp<UnaryOp>();
  if (!unary || !unary->hasOneUse() || op.getLhs().getType() != op.getRhs().getType())
    return failure();
  std::optional<GluKind> kind = gluKindOf(unary.getKind());
  if (!kind) return failure();
  auto loc = rewriter.getFusedLoc({unary.getLoc(), op.getLoc()});
  auto glu = rewriter.create<GluOp>(loc, op.getType(), *kind, unary.getInput(), op.getRhs());
  rewriter.replaceOp(op, glu);
  rewriter.eraseOp(unary);
  return success();
}

LogicalResult MulOp::canonicalize(MulOp op, PatternRewriter &rewriter) {
  if (succeeded(weighNorm<RmsNormOp>(op, rewriter)) ||
      succeeded(weighNorm<LayerNormOp>(op, rewriter)) || succeeded(formGlu(op, rewriter)))
    return success();
  return rewriter.notifyMatchFailure(op, "neither the weight of a norm nor a gate");
}

//===----------------------------------------------------------------------===//
// Other ops
//===----------------------------------------------------------------------===//

OpFoldResult UnaryOp::fold(FoldAdaptor) {
  auto inner = getInput().getDefiningOp<UnaryOp>();
  if (!inner) return {};
  switch (getKind()) {
    case UnaryKind::Neg: return inner.getKind() == UnaryKind::Neg ? inner.getInput() : Value();
    case UnaryKind::Abs:
    case UnaryKind::Relu:
    case UnaryKind::Floor:
    case UnaryKind::Ceil:
    case UnaryKind::Round:
    case UnaryKind::Trunc: return inner.getKind() == getKind() ? inner.getResult() : Value();
    default: return {};
  }
}

LogicalResult ClampOp::verify() {
  if (getLow().isNaN() || getHigh().isNaN() || getLow() > getHigh())
    return emitOpError("(C1) expected an ascending range without NaN, found ")
           << getLow().convertToDouble() << " to " << getHigh().convertToDouble();
  return success();
}

OpFoldResult ClampOp::fold(FoldAdaptor) {
  if (getLow().isInfinity() && getLow().isNegative() && getHigh().isInfinity() &&
      !getHigh().isNegative())
    return getInput();
  auto inner = getInput().getDefiningOp<ClampOp>();
  bool isSame = inner && inner.getLowAttr() == getLowAttr() && inner.getHighAttr() == getHighAttr();
  return isSame ? getInput() : Value();
}

/// Checks that parameters of `op` are finite, as its (C1) says.
static LogicalResult verifyFinite(Operation *op, ArrayRef<APFloat> parameters) {
  for (const APFloat &parameter : parameters)
    if (!parameter.isFinite())
      return op->emitOpError("(C1) expected finite parameters, found ")
             << parameter.convertToDouble();
  return success();
}

LogicalResult LeakyReluOp::verify() { return verifyFinite(*this, {getSlope()}); }

LogicalResult XieluOp::verify() {
  return verifyFinite(*this, {getAlphaN(), getAlphaP(), getBeta(), getEps()});
}

LogicalResult SwigluOaiOp::verify() {
  if (!isFiniteNonNegative(getLimit()))
    return emitOpError("(C1) expected a finite limit of at least 0, found ")
           << getLimit().convertToDouble();
  return verifyFinite(*this, {getAlpha()});
}

LogicalResult AddIdOp::inferReturnTypes(MLIRContext *, std::optional<Location> loc, Adaptor adaptor,
                                        SmallVectorImpl<Type> &results) {
  RankedTensorType input = tensorType(adaptor.getInput()), bias = tensorType(adaptor.getBias()),
                   ids = tensorType(adaptor.getIds());
  if (input.getRank() != 3 || bias.getRank() != 2 || ids.getRank() != 2)
    return emitOptionalError(loc,
                             "(C1) expected an input of 3 dimensions, a bias and ids of 2, found ",
                             input, ", ", bias, " and ", ids);
  if (input.getElementType() != bias.getElementType() || !sameDim(lastDim(input), lastDim(bias)))
    return emitOptionalError(loc, "(C2) expected equal rows, found ", input, " and ", bias);
  if (!llvm::equal(input.getShape().drop_back(), ids.getShape(), sameDim))
    return emitOptionalError(loc, "(C3) expected ids for each row of ", input, ", found ", ids);
  results.push_back(input);
  return success();
}

LogicalResult CastOp::verify() {
  RankedTensorType input = tensorType(getInput()), result = getType();
  if (input.getShape() != result.getShape() || hasLayout(input) || hasLayout(result))
    return emitOpError("(C1) expected equal shapes without layout, found ")
           << input << " and " << result;
  if (isa<BlockType>(input.getElementType()) && !isa<FloatType>(result.getElementType()))
    return emitOpError("(C2) expected floats from ")
           << input.getElementType() << ", found " << result.getElementType();
  return success();
}

/// Whether every number of type `from` is one of type `to`.
static bool keepsNumbers(Type from, Type to) {
  if (isa<IntegerType>(from) && isa<IntegerType>(to))
    return from.getIntOrFloatBitWidth() <= to.getIntOrFloatBitWidth();
  auto narrow = dyn_cast<FloatType>(from), wide = dyn_cast<FloatType>(to);
  if (!narrow || !wide) return false;
  const llvm::fltSemantics &a = narrow.getFloatSemantics(), &b = wide.getFloatSemantics();
  return APFloat::semanticsPrecision(a) <= APFloat::semanticsPrecision(b) &&
         APFloat::semanticsMaxExponent(a) <= APFloat::semanticsMaxExponent(b) &&
         APFloat::semanticsMinExponent(a) >= APFloat::semanticsMinExponent(b);
}

OpFoldResult CastOp::fold(FoldAdaptor) {
  if (getInput().getType() == getType()) return getInput();
  auto inner = getInput().getDefiningOp<CastOp>();
  if (!inner || inner.getInput().getType() != getType()) return {};
  Type middle = tensorType(getInput()).getElementType();
  return keepsNumbers(getType().getElementType(), middle) ? inner.getInput() : Value();
}

OpFoldResult ScaleOp::fold(FoldAdaptor) {
  return getFactor().isExactlyValue(1.0) && getBias().isZero() ? getInput() : Value();
}

std::optional<DimMap> AddIdOp::mapTile(unsigned, int64_t dim, unsigned operand) {
  bool isRow = dim == 2, isBias = operand == 1, isIds = operand == 2;
  if (isBias) return isRow ? std::optional(DimMap::same(1)) : std::nullopt;
  return isIds && isRow ? std::nullopt : std::optional(DimMap::same(dim));
}
