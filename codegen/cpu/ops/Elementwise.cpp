// Ops that compute an element from those at its place.

#include "codegen/cpu/emit/VectorMath.h"
#include "codegen/cpu/ops/Ops.h"
#include "dialects/emel/Emel.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

#include <numbers>

using namespace mlir;

namespace emel::cpu {

/// A function of the elements of the operands at one place.
using Formula = llvm::function_ref<Value(ValueRange)>;

static LogicalResult emitFormula(Tile &tile, Operation *op, const Part &part, const View &out,
                                 Formula formula) {
  Emit &emit = tile.emit;
  VectorType type = emit.vec(out.element);
  // Where an operand's dimension is 1 and the result's is not, it is the same at every index.
  struct Operand {
    View view;
    bool isBroadcast;
  };
  SmallVector<Operand> operands;
  for (OpOperand &operand : op->getOpOperands()) {
    FailureOr<View> view = tile.need(operand, part);
    if (failed(view)) return failure();
    auto own = cast<RankedTensorType>(operand.get().getType());
    for (int64_t dim = 0; dim < own.getRank(); ++dim)
      if (own.getDimSize(dim) == 1) view->strides[dim] = 0;
    bool isBroadcast = own.getRank() == 0 || own.getShape().back() == 1;
    // Of fewer dimensions: the innermost ones meet.
    while (view->strides.size() < out.strides.size())
      view->strides.insert(view->strides.begin(), 0);
    operands.push_back({*view, isBroadcast});
  }
  int64_t bytes = out.element.getIntOrFloatBitWidth() / 8;
  Span row = tile.rowOf(part);
  tile.rows(part, [&](ArrayRef<Value> outer) {
    Value begin = emit.mul(row.begin, bytes);
    SmallVector<Value> sources;
    for (Operand &operand : operands) {
      Value source = tile.address(operand.view, outer);
      sources.push_back(operand.isBroadcast ? source : emit.at(source, begin));
    }
    Value target = emit.at(tile.address(out, outer), begin);
    emit.vectors(row.size, [&](Value index, Value count) {
      Value offset = emit.mul(index, bytes);
      SmallVector<Value> values;
      for (auto [operand, source] : llvm::zip(operands, sources))
        values.push_back(operand.isBroadcast
                             ? emit.broadcast(emit.load(out.element, source))
                             : emit.loadLanes(type, emit.at(source, offset), count));
      emit.storeLanes(formula(values), emit.at(target, offset), count);
    });
  });
  return success();
}

template <typename OpType>
static LogicalResult emitBinary(Tile &tile, Operation *op, const Part &part, const View &out) {
  return emitFormula(tile, op, part, out,
                     [&](ValueRange x) -> Value { return tile.emit.create<OpType>(x[0], x[1]); });
}

static LogicalResult emitScale(Tile &tile, Operation *op, const Part &part, const View &out) {
  auto scale = cast<ScaleOp>(op);
  float factor = scale.getFactor().convertToFloat(), bias = scale.getBias().convertToFloat();
  Emit &emit = tile.emit;
  return emitFormula(tile, op, part, out, [&](ValueRange x) -> Value {
    Type type = x[0].getType();
    Value product = emit.create<arith::MulFOp>(x[0], emit.splat(type, factor));
    return bias == 0 ? product : emit.create<arith::AddFOp>(product, emit.splat(type, bias));
  });
}

static Value mul(Emit &emit, Value a, Value b) { return emit.create<arith::MulFOp>(a, b); }
static Value add(Emit &emit, Value a, Value b) { return emit.create<arith::AddFOp>(a, b); }

static Value isAbove(Emit &emit, Value a, Value b) {
  return emit.create<arith::CmpFOp>(arith::CmpFPredicate::OGT, a, b);
}

// sigmoid(2 z) with z = sqrt(2/pi) (x + 0.044715 x^3) is (1 + tanh z) / 2.
static Value emitGelu(Emit &emit, Value x) {
  Type type = x.getType();
  Value cube = mul(emit, mul(emit, x, x), x);
  Value inner = emit.fma(emit.splat(type, 0.044715), cube, x);
  Value angle = mul(emit, emit.splat(type, 2 * std::sqrt(2 / std::numbers::pi)), inner);
  return mul(emit, x, emitSigmoid(emit, angle));
}

static Value emitGeluErf(Emit &emit, Value x) {
  Type type = x.getType();
  Value erf = emitErf(emit, mul(emit, x, emit.splat(type, 1 / std::numbers::sqrt2)));
  return mul(emit, mul(emit, x, emit.splat(type, 0.5)), add(emit, erf, emit.splat(type, 1)));
}

static Value emitHardSigmoid(Emit &emit, Value x) {
  Type type = x.getType();
  Value sixth = emit.create<arith::DivFOp>(add(emit, x, emit.splat(type, 3)), emit.splat(type, 6));
  return emit.create<arith::MinimumFOp>(emit.create<arith::MaximumFOp>(sixth, emit.splat(type, 0)),
                                        emit.splat(type, 1));
}

// tanh(x/2) (e^x + 1) keeps small numbers precise.
static Value emitExpm1(Emit &emit, Value x) {
  Value one = emit.splat(x.getType(), 1), power = emitExp(emit, x);
  Value half = emitTanh(emit, mul(emit, x, emit.splat(x.getType(), 0.5)));
  Value isSmall = isAbove(emit, one, emit.create<math::AbsFOp>(x));
  return emit.select(isSmall, mul(emit, half, add(emit, power, one)),
                     emit.create<arith::SubFOp>(power, one));
}

static Value emitSoftplus(Emit &emit, Value x) {
  Value fall = emitExp(emit, emit.create<arith::NegFOp>(emit.create<math::AbsFOp>(x)));
  Value positive = emit.create<arith::MaximumFOp>(x, emit.splat(x.getType(), 0));
  return add(emit, positive, emitLog1p(emit, fall));
}

// x minus its whole part is exact, and so is the comparison.
static Value emitRound(Emit &emit, Value x) {
  Type type = x.getType();
  Value whole = emit.create<math::TruncOp>(x);
  Value rest = emit.create<math::AbsFOp>(emit.create<arith::SubFOp>(x, whole));
  Value one = emit.create<math::CopySignOp>(emit.splat(type, 1), x);
  Value isFar = emit.create<arith::CmpFOp>(arith::CmpFPredicate::OGE, rest, emit.splat(type, 0.5));
  return emit.select(isFar, add(emit, whole, one), whole);
}

static Value emitUnary(Emit &emit, UnaryKind kind, Value x) {
  Type type = x.getType();
  Value zero = emit.splat(type, 0), one = emit.splat(type, 1);
  switch (kind) {
    case UnaryKind::Abs: return emit.create<math::AbsFOp>(x);
    case UnaryKind::Sgn:
      return emit.select(isAbove(emit, x, zero), one,
                         emit.select(isAbove(emit, zero, x), emit.splat(type, -1), zero));
    case UnaryKind::Neg: return emit.create<arith::NegFOp>(x);
    case UnaryKind::Step: return emit.select(isAbove(emit, x, zero), one, zero);
    case UnaryKind::Tanh: return emitTanh(emit, x);
    case UnaryKind::Elu: return emit.select(isAbove(emit, x, zero), x, emitExpm1(emit, x));
    case UnaryKind::Relu: return emit.create<arith::MaximumFOp>(x, zero);
    case UnaryKind::Sigmoid: return emitSigmoid(emit, x);
    case UnaryKind::Gelu: return emitGelu(emit, x);
    case UnaryKind::GeluQuick:
      return mul(emit, x, emitSigmoid(emit, mul(emit, x, emit.splat(type, 1.702))));
    case UnaryKind::GeluErf: return emitGeluErf(emit, x);
    case UnaryKind::Silu: return mul(emit, x, emitSigmoid(emit, x));
    case UnaryKind::HardSwish: return mul(emit, x, emitHardSigmoid(emit, x));
    case UnaryKind::HardSigmoid: return emitHardSigmoid(emit, x);
    case UnaryKind::Exp: return emitExp(emit, x);
    case UnaryKind::Expm1: return emitExpm1(emit, x);
    case UnaryKind::Softplus: return emitSoftplus(emit, x);
    case UnaryKind::Floor: return emit.create<math::FloorOp>(x);
    case UnaryKind::Ceil: return emit.create<math::CeilOp>(x);
    case UnaryKind::Round: return emitRound(emit, x);
    case UnaryKind::Trunc: return emit.create<math::TruncOp>(x);
    case UnaryKind::Sqr: return mul(emit, x, x);
    case UnaryKind::Sqrt: return emit.create<math::SqrtOp>(x);
    case UnaryKind::Log: return emitLog(emit, x);
    case UnaryKind::Sin: return emitSin(emit, x);
    case UnaryKind::Cos: return emitCos(emit, x);
  }
  llvm_unreachable("every kind returns");
}

static LogicalResult emitUnaryOp(Tile &tile, Operation *op, const Part &part, const View &out) {
  UnaryKind kind = cast<UnaryOp>(op).getKind();
  return emitFormula(tile, op, part, out,
                     [&](ValueRange x) { return emitUnary(tile.emit, kind, x[0]); });
}

static LogicalResult emitGlu(Tile &tile, Operation *op, const Part &part, const View &out) {
  UnaryKind kind = getActivation(cast<GluOp>(op).getKind());
  return emitFormula(tile, op, part, out, [&](ValueRange x) -> Value {
    return mul(tile.emit, emitUnary(tile.emit, kind, x[0]), x[1]);
  });
}

/// min(max(x, low), high); a NaN stays one.
static Value emitClamp(Emit &emit, Value x, double low, double high) {
  Type type = x.getType();
  Value above = emit.create<arith::MaximumFOp>(x, emit.splat(type, low));
  return emit.create<arith::MinimumFOp>(above, emit.splat(type, high));
}

static LogicalResult emitClampOp(Tile &tile, Operation *op, const Part &part, const View &out) {
  auto clamp = cast<ClampOp>(op);
  double low = clamp.getLow().convertToDouble(), high = clamp.getHigh().convertToDouble();
  return emitFormula(tile, op, part, out,
                     [&](ValueRange x) { return emitClamp(tile.emit, x[0], low, high); });
}

static LogicalResult emitLeakyRelu(Tile &tile, Operation *op, const Part &part, const View &out) {
  Emit &emit = tile.emit;
  double slope = cast<LeakyReluOp>(op).getSlope().convertToDouble();
  return emitFormula(tile, op, part, out, [&](ValueRange x) {
    Type type = x[0].getType();
    return emit.select(isAbove(emit, x[0], emit.splat(type, 0)), x[0],
                       mul(emit, emit.splat(type, slope), x[0]));
  });
}

static LogicalResult emitXielu(Tile &tile, Operation *op, const Part &part, const View &out) {
  Emit &emit = tile.emit;
  auto xielu = cast<XieluOp>(op);
  return emitFormula(tile, op, part, out, [&](ValueRange values) {
    Value x = values[0];
    auto number = [&](const APFloat &of) { return emit.splat(x.getType(), of.convertToDouble()); };
    Value straight = mul(emit, number(xielu.getBeta()), x);
    Value square = emit.fma(mul(emit, number(xielu.getAlphaP()), x), x, straight);
    Value power = emitExpm1(emit, emit.create<arith::MinimumFOp>(x, number(xielu.getEps())));
    Value bend = emit.create<arith::SubFOp>(power, x);
    return emit.select(isAbove(emit, x, emit.splat(x.getType(), 0)), square,
                       emit.fma(number(xielu.getAlphaN()), bend, straight));
  });
}

static LogicalResult emitSwigluOai(Tile &tile, Operation *op, const Part &part, const View &out) {
  Emit &emit = tile.emit;
  auto glu = cast<SwigluOaiOp>(op);
  double alpha = glu.getAlpha().convertToDouble(), limit = glu.getLimit().convertToDouble();
  return emitFormula(tile, op, part, out, [&](ValueRange values) {
    Type type = values[0].getType();
    Value x = emit.create<arith::MinimumFOp>(values[0], emit.splat(type, limit));
    Value y = emitClamp(emit, values[1], -limit, limit);
    Value gated = mul(emit, x, emitSigmoid(emit, mul(emit, emit.splat(type, alpha), x)));
    return mul(emit, gated, add(emit, y, emit.splat(type, 1)));
  });
}

void addElementwiseEmitters(EmitterTable &table) {
  table["emel.add"] = {emitBinary<arith::AddFOp>, {kFloat32Only}};
  table["emel.sub"] = {emitBinary<arith::SubFOp>, {kFloat32Only}};
  table["emel.mul"] = {emitBinary<arith::MulFOp>, {kFloat32Only}};
  table["emel.div"] = {emitBinary<arith::DivFOp>, {kFloat32Only}};
  table["emel.scale"] = {emitScale, {kFloat32Only}};
  table["emel.unary"] = {emitUnaryOp, {kFloat32Only}};
  table["emel.glu"] = {emitGlu, {kFloat32Only}};
  table["emel.clamp"] = {emitClampOp, {kFloat32Only}};
  table["emel.leaky_relu"] = {emitLeakyRelu, {kFloat32Only}};
  table["emel.xielu"] = {emitXielu, {kFloat32Only}};
  table["emel.swiglu_oai"] = {emitSwigluOai, {kFloat32Only}};
}

}  // namespace emel::cpu
