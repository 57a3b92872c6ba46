#include <cmath>
#include <numbers>

#include "dialects/interpreter/Frame.h"
#include "dialects/interpreter/Orders.h"

using namespace mlir;

namespace emel::interpreter {

/// Index into `narrow` for element `i` of `wide`, broadcasting as the binary ops do.
static int64_t broadcastIndex(const Shape &wide, const Shape &narrow, int64_t i) {
  int64_t index = 0, stride = 1;
  for (size_t d = 0; d < narrow.size(); ++d) {
    int64_t size = wide[wide.size() - 1 - d], own = narrow[narrow.size() - 1 - d];
    if (own != 1) index += i % size * stride;
    stride *= own;
    i /= size;
  }
  return index;
}

template <typename OpType, typename Function>
static LogicalResult binary(OpType op, Frame &frame, Function function) {
  Tensor result = frame.tensor(op.getLhs());
  const Tensor &rhs = frame.tensor(op.getRhs());
  for (int64_t i = 0, end = result.size(); i < end; ++i)
    result.reals()[i] =
        function(result.reals()[i], rhs.reals()[broadcastIndex(result.shape, rhs.shape, i)]);
  return frame.set(op.getResult(), std::move(result));
}

static LogicalResult add(AddOp op, Frame &frame) { return binary(op, frame, std::plus<double>()); }
static LogicalResult sub(SubOp op, Frame &frame) { return binary(op, frame, std::minus<double>()); }
static LogicalResult mul(MulOp op, Frame &frame) {
  return binary(op, frame, std::multiplies<double>());
}
static LogicalResult div(DivOp op, Frame &frame) {
  return binary(op, frame, std::divides<double>());
}

static double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

static double apply(UnaryKind kind, double x) {
  using std::numbers::pi;
  switch (kind) {
    case UnaryKind::Abs: return std::fabs(x);
    case UnaryKind::Sgn: return x > 0 ? 1 : x < 0 ? -1 : 0;
    case UnaryKind::Neg: return -x;
    case UnaryKind::Step: return x > 0;
    case UnaryKind::Tanh: return std::tanh(x);
    case UnaryKind::Elu: return x > 0 ? x : std::expm1(x);
    case UnaryKind::Relu: return std::max(x, 0.0);
    case UnaryKind::Sigmoid: return sigmoid(x);
    case UnaryKind::Gelu:
      return 0.5 * x * (1 + std::tanh(std::sqrt(2 / pi) * (x + 0.044715 * x * x * x)));
    case UnaryKind::GeluQuick: return x * sigmoid(1.702 * x);
    case UnaryKind::GeluErf: return 0.5 * x * (1 + std::erf(x / std::sqrt(2.0)));
    case UnaryKind::Silu: return x * sigmoid(x);
    case UnaryKind::HardSwish: return x * std::clamp((x + 3) / 6, 0.0, 1.0);
    case UnaryKind::HardSigmoid: return std::clamp((x + 3) / 6, 0.0, 1.0);
    case UnaryKind::Exp: return std::exp(x);
    case UnaryKind::Expm1: return std::expm1(x);
    case UnaryKind::Softplus: return std::max(x, 0.0) + std::log1p(std::exp(-std::fabs(x)));
    case UnaryKind::Floor: return std::floor(x);
    case UnaryKind::Ceil: return std::ceil(x);
    case UnaryKind::Round: return std::round(x);
    case UnaryKind::Trunc: return std::trunc(x);
    case UnaryKind::Sqr: return x * x;
    case UnaryKind::Sqrt: return std::sqrt(x);
    case UnaryKind::Log: return std::log(x);
    case UnaryKind::Sin: return std::sin(x);
    case UnaryKind::Cos: return std::cos(x);
  }
  llvm_unreachable("every kind returns");
}

/// A function as the op computes it.
static std::function<double(double)> functionOf(Operation *op, UnaryKind kind, Frame &frame) {
  if (followsOrders(op, frame)) return [=](float x) { return orders::unary(kind, x); };
  return [=](double x) { return apply(kind, x); };
}

static LogicalResult unary(UnaryOp op, Frame &frame) {
  Tensor result = frame.tensor(op.getInput());
  auto function = functionOf(op, op.getKind(), frame);
  for (double &x : result.reals()) x = function(x);
  return frame.set(op.getResult(), std::move(result));
}

static LogicalResult glu(GluOp op, Frame &frame) {
  Tensor result = frame.tensor(op.getGate());
  const Tensor &up = frame.tensor(op.getUp());
  auto activation = functionOf(op, getActivation(op.getKind()), frame);
  Type element = op.getType().getElementType();
  // Two roundings, as the activation and the product written apart would have.
  for (auto [x, y] : llvm::zip(result.reals(), up.reals()))
    x = roundTo(element, frame.interpreter().options().precision, activation(x)) * y;
  return frame.set(op.getResult(), std::move(result));
}

static LogicalResult scale(ScaleOp op, Frame &frame) {
  Tensor result = frame.tensor(op.getInput());
  double factor = op.getFactor().convertToDouble(), bias = op.getBias().convertToDouble();
  bool isOrdered = followsOrders(op, frame);
  for (double &x : result.reals()) {
    x *= factor;
    if (bias != 0) x = (isOrdered ? static_cast<float>(x) : x) + bias;
  }
  return frame.set(op.getResult(), std::move(result));
}

/// Applies a function to each number of the input.
template <typename OpType, typename Function>
static LogicalResult map(OpType op, Frame &frame, Function function) {
  Tensor result = frame.tensor(op.getInput());
  for (double &x : result.reals()) x = function(x);
  return frame.set(op.getResult(), std::move(result));
}

static LogicalResult clamp(ClampOp op, Frame &frame) {
  double low = op.getLow().convertToDouble(), high = op.getHigh().convertToDouble();
  if (followsOrders(op, frame))
    return map(op, frame, [=](float x) { return orders::clamp(x, low, high); });
  return map(op, frame, [=](double x) { return std::clamp(x, low, high); });
}

static LogicalResult leakyRelu(LeakyReluOp op, Frame &frame) {
  double slope = op.getSlope().convertToDouble();
  return map(op, frame, [=](double x) { return x > 0 ? x : slope * x; });
}

static LogicalResult xielu(XieluOp op, Frame &frame) {
  double alphaN = op.getAlphaN().convertToDouble(), alphaP = op.getAlphaP().convertToDouble(),
         beta = op.getBeta().convertToDouble(), eps = op.getEps().convertToDouble();
  if (followsOrders(op, frame))
    return map(op, frame, [=](float x) { return orders::xielu(x, alphaN, alphaP, beta, eps); });
  return map(op, frame, [=](double x) {
    return x > 0 ? alphaP * x * x + beta * x
                 : alphaN * (std::expm1(std::min(x, eps)) - x) + beta * x;
  });
}

static LogicalResult swigluOai(SwigluOaiOp op, Frame &frame) {
  Tensor result = frame.tensor(op.getGate());
  double alpha = op.getAlpha().convertToDouble(), limit = op.getLimit().convertToDouble();
  bool isOrdered = followsOrders(op, frame);
  for (auto [gate, up] : llvm::zip(result.reals(), frame.tensor(op.getUp()).reals())) {
    if (isOrdered) {
      gate = orders::swigluOai(gate, up, alpha, limit);
      continue;
    }
    double x = std::min(gate, limit), y = std::clamp(up, -limit, limit);
    gate = x * sigmoid(alpha * x) * (y + 1);
  }
  return frame.set(op.getResult(), std::move(result));
}

static LogicalResult addId(AddIdOp op, Frame &frame) {
  Tensor result = frame.tensor(op.getInput());
  const Tensor &bias = frame.tensor(op.getBias()), &ids = frame.tensor(op.getIds());
  for (int64_t r = 0; r < result.rowCount(); ++r) {
    int64_t id = ids.ints()[r];
    if (failed(checkIndex(op, id, bias.shape[0]))) return failure();
    for (int64_t i = 0; i < result.rowSize(); ++i) result.row(r)[i] += bias.row(id)[i];
  }
  return frame.set(op.getResult(), std::move(result));
}

/// The nearest integer towards zero that `bits` bits hold; 0 for a NaN.
static int64_t truncate(double x, unsigned bits) {
  double limit = std::ldexp(1.0, bits - 1);
  if (std::isnan(x)) return 0;
  if (x <= -limit) return llvm::minIntN(bits);
  return x >= limit ? llvm::maxIntN(bits) : static_cast<int64_t>(x);
}

static LogicalResult cast(CastOp op, Frame &frame) {
  const Tensor &input = frame.tensor(op.getInput());
  Type element = op.getType().getElementType();
  if (isa<FloatType>(element) && !input.isInts()) return frame.set(op.getResult(), input);
  if (isa<FloatType>(element)) {
    Tensor result = Tensor::ofReals(input.shape);
    llvm::copy(input.ints(), result.reals().begin());
    return frame.set(op.getResult(), std::move(result));
  }
  unsigned bits = element.getIntOrFloatBitWidth();
  Tensor result = Tensor::ofInts(input.shape);
  for (int64_t i = 0, end = input.size(); i < end; ++i)
    result.ints()[i] = input.isInts() ? llvm::SignExtend64(input.ints()[i], bits)
                                      : truncate(input.reals()[i], bits);
  return frame.set(op.getResult(), std::move(result));
}

void addElementwiseHandlers(HandlerTable &table) {
  addHandler<AddOp, add>(table);
  addHandler<SubOp, sub>(table);
  addHandler<MulOp, mul>(table);
  addHandler<DivOp, div>(table);
  addHandler<UnaryOp, unary>(table);
  addHandler<GluOp, glu>(table);
  addHandler<ScaleOp, scale>(table);
  addHandler<ClampOp, clamp>(table);
  addHandler<LeakyReluOp, leakyRelu>(table);
  addHandler<XieluOp, xielu>(table);
  addHandler<SwigluOaiOp, swigluOai>(table);
  addHandler<AddIdOp, addId>(table);
  addHandler<CastOp, cast>(table);
}

}  // namespace emel::interpreter
