#include "tests/random/bounds.h"

#include <cmath>

using namespace mlir;

namespace emel::random {
namespace {

constexpr double kHalf = 0x1p-24;  // a rounding, of 1
constexpr double kHeld = 0x1p127;  // sums beyond it may be infinite as floats
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Units in the last place, and what comes on top of them: "Functions of one number".
struct FunctionBound {
  double units, more = 0;
};
FunctionBound boundOfKind(UnaryKind kind) {
  switch (kind) {
    case UnaryKind::HardSigmoid:
      return {1};
    case UnaryKind::HardSwish:
    case UnaryKind::Exp:
      return {2};
    case UnaryKind::Log:
    case UnaryKind::Tanh:
      return {3};
    case UnaryKind::Expm1:
    case UnaryKind::Elu:
    case UnaryKind::Softplus:
      return {4};
    case UnaryKind::Sigmoid:
      return {3, 0x1p-127};
    case UnaryKind::Silu:
      return {3, 0x1p-120};
    case UnaryKind::GeluQuick:
      return {3, 0x1p-26};
    case UnaryKind::Gelu:
      return {3, 0x1p-25};
    case UnaryKind::GeluErf:
      return {4, 0x1p-21};
    case UnaryKind::Sin:
    case UnaryKind::Cos:
      return {kInfinity};
    default:
      return {0};
  }
}

bool isElementwise(Operation* op) {
  return isa<AddOp, SubOp, MulOp, DivOp, UnaryOp, GluOp, ScaleOp, ClampOp, LeakyReluOp, XieluOp,
             SwigluOaiOp, FillOp, CastOp, AddIdOp>(op);
}

// Ops that move numbers, add some or take the larger: errors go the way of the numbers.
bool movesErrors(Operation* op) {
  return isa<GetRowsOp, ReshapeOp, PermuteOp, SliceOp, ConcatOp, RepeatOp, PadOp, RollOp, PackOp,
             UnpackOp, SetOp, SetRowsOp, AccumulateOp, ReduceOp, CumsumOp, DiagOp, DiagMaskOp,
             TriOp>(op);
}

// What an elementwise op adds to an element, next to its rounding.
double ownOf(Operation* op, ArrayRef<double> x, double y) {
  double units = 1, more = 0;
  if (auto unary = dyn_cast<UnaryOp>(op)) {
    FunctionBound bound = boundOfKind(unary.getKind());
    units = bound.units, more = bound.more;
  } else if (auto glu = dyn_cast<GluOp>(op)) {
    FunctionBound bound = boundOfKind(getActivation(glu.getKind()));
    units = bound.units + 1, more = bound.more * std::abs(x[1]);
  } else if (auto scale = dyn_cast<ScaleOp>(op)) {
    more = kHalf * std::abs(x[0] * scale.getFactor().convertToDouble());
  } else if (isa<XieluOp>(op)) {
    units = 8, more = 0x1p-22;
  } else if (isa<SwigluOaiOp>(op)) {
    units = 6, more = 0x1p-22;
  }
  return 2 * kHalf * units * std::abs(y) + more + 0x1p-148;
}

// The operands at the ends of what they may be; every combination of ends is tried.
std::optional<Tensor> boundOfElements(Evaluator& evaluator, Operation* op, ArrayRef<Known> operands,
                                      const Tensor& value) {
  Tensor bound = Tensor::ofReals(value.shape);
  SmallVector<unsigned> inexact;
  for (auto [i, known] : llvm::enumerate(operands))
    if (known.error) inexact.push_back(i);
  for (unsigned ends = 0; !inexact.empty() && ends < 1u << inexact.size(); ++ends) {
    SmallVector<RuntimeValue> moved;
    for (const Known& known : operands) moved.push_back(known.value);
    for (auto [bit, i] : llvm::enumerate(inexact)) {
      double sign = ends >> bit & 1 ? 1 : -1;
      moved[i] = wrap(map(tensorOf(operands[i].value), errorOf(operands[i]),
                          [&](double x, double e) { return e == 0 ? x : x + sign * e; }));
    }
    auto results = evaluator.run(op, moved, /*inBits=*/false);
    if (!results) return std::nullopt;
    const Tensor& end = tensorOf(results->front());
    if (end.isInts()) return std::nullopt;
    for (int64_t i = 0; i < bound.size(); ++i) {
      double distance = std::abs(end.reals()[i] - value.reals()[i]);
      bool isSame = end.reals()[i] == value.reals()[i];
      double& most = bound.reals()[i];
      most = isSame ? most : std::isnan(distance) ? kInfinity : std::max(most, distance);
    }
  }
  auto at = [&](unsigned operand, int64_t i) {
    const Tensor& of = tensorOf(operands[operand].value);
    return of.size() == value.size() && !of.isInts() && !of.isRounded() ? of.reals()[i] : 0;
  };
  for (int64_t i = 0; i < bound.size(); ++i) {
    SmallVector<double> x;
    for (unsigned o = 0; o < operands.size(); ++o)
      x.push_back(std::abs(at(o, i)) +
                  (operands[o].error && at(o, i) != 0 ? errorOf(operands[o]).reals()[i] : 0));
    bound.reals()[i] += ownOf(op, x, std::abs(value.reals()[i]) + bound.reals()[i]);
  }
  return bound;
}

// Errors as they are moved; ops that add add roundings, one for each number at most.
std::optional<Tensor> boundOfMove(Evaluator& evaluator, Operation* op, ArrayRef<Known> operands,
                                  const Tensor& value) {
  SmallVector<RuntimeValue> errors, sizes;
  for (const Known& known : operands) {
    const Tensor& own = tensorOf(known.value);
    bool isReal = !own.isInts();
    errors.push_back(isReal ? wrap(errorOf(known)) : known.value);
    sizes.push_back(isReal ? wrap(map(own, [](double x) { return std::abs(x); })) : known.value);
  }
  auto bound = evaluator.twin(op, errors);
  if (!bound) return std::nullopt;
  double roundings = isa<AccumulateOp>(op) ? 1 : 0;
  if (auto reduce = dyn_cast<ReduceOp>(op);
      reduce && (reduce.getKind() == ReduceKind::Sum || reduce.getKind() == ReduceKind::Mean))
    roundings = static_cast<double>(tensorOf(operands[0].value).size()) /
                    static_cast<double>(std::max<int64_t>(1, value.size())) +
                2;
  if (isa<CumsumOp>(op)) roundings = static_cast<double>(value.rowSize());
  // What a mask hides is -inf in the twin too.
  if (roundings == 0)
    return map(*bound, value, [](double e, double y) {
      return std::isinf(y) ? 0 : std::isfinite(e) ? std::abs(e) : kInfinity;
    });
  auto magnitude = evaluator.twin(op, sizes);
  if (!magnitude) return std::nullopt;
  return map(*bound, *magnitude, [&](double e, double m) {
    return m + e < kHeld ? e + roundings * kHalf * (m + e) + 0x1p-148 : kInfinity;
  });
}

double rowMost(const Tensor& tensor, int64_t row) {
  double most = 0;
  for (int64_t i = 0; i < tensor.rowSize(); ++i)
    most = std::max(most, std::abs(tensor.row(row)[i]));
  return most;
}

// Sums of products: of magnitudes with errors less those without, and the roundings.
std::optional<Tensor> boundOfProduct(Evaluator& evaluator, Operation* op, ArrayRef<Known> operands,
                                     const Tensor& value) {
  auto columns =
      static_cast<double>(isa<OutProdOp>(op) ? tensorOf(operands[0].value).shape.rbegin()[1]
                                             : tensorOf(operands[0].value).rowSize());
  Semiring semiring = Semiring::PlusTimes;
  if (auto matmul = dyn_cast<MatmulOp>(op)) semiring = matmul.getSemiring();
  if (auto product = dyn_cast<OutProdOp>(op)) semiring = product.getSemiring();
  if (semiring != Semiring::PlusTimes) {
    if (operands[0].error || operands[1].error) return std::nullopt;
    return map(value, [&](double y) { return (columns + 1) * 0x1p-22 * (1 + std::abs(y)); });
  }
  SmallVector<RuntimeValue> sizes, most;
  bool isExact = true;
  for (auto [i, known] : llvm::enumerate(operands)) {
    if (i > 1) {
      sizes.push_back(known.value);
      most.push_back(known.value);
      continue;
    }
    isExact &= !known.error;
    Tensor own = map(realsOf(tensorOf(known.value)), [](double x) { return std::abs(x); });
    most.push_back(wrap(known.error ? map(own, errorOf(known), std::plus<>()) : own));
    sizes.push_back(wrap(std::move(own)));
  }
  auto high = evaluator.twin(op, most), low = isExact ? high : evaluator.twin(op, sizes);
  if (!high || !low) return std::nullopt;
  Type input = getElementTypeOrSelf(op->getOperand(0).getType());
  // Minima are taken off what is larger than the weight itself.
  double roundings = (columns + 1) * kHalf * (isa<ActivationType>(input) ? 8 : 1);
  double tiny = (columns + 1) * 0x1p-149;
  if (input.isBF16()) roundings += 0x1p-8, tiny = (columns + 1) * 0x1p-117;
  return map(*high, *low, [&](double h, double l) {
    return h < kHeld ? h - l + roundings * h + tiny : kInfinity;
  });
}

// Whether the order of a row's numbers is known.
bool isOrderKnown(const Known& known) {
  const Tensor &value = tensorOf(known.value), error = errorOf(known);
  for (int64_t r = 0; r < value.rowCount(); ++r) {
    SmallVector<int64_t> order(value.rowSize());
    for (int64_t i = 0; i < value.rowSize(); ++i) order[i] = i;
    llvm::sort(order, [&](int64_t a, int64_t b) { return value.row(r)[a] < value.row(r)[b]; });
    for (size_t i = 1; i < order.size(); ++i) {
      double gap = value.row(r)[order[i]] - value.row(r)[order[i - 1]];
      if (!(gap > error.row(r)[order[i]] + error.row(r)[order[i - 1]])) return false;
    }
  }
  return true;
}

// A number may be rounded the other way.
Tensor boundOfQuantize(const Known& input, const Tensor& value) {
  Tensor bound = errorOf(input);
  constexpr int64_t kGroup = gguf::kActivationGroup;
  const auto& groups = std::get<interpreter::RoundedRows>(value.data);
  for (size_t g = 0; g < groups.size(); ++g) {
    double* own = bound.reals().data() + g * kGroup;
    double most = *std::max_element(own, own + kGroup);
    for (int64_t i = 0; most > 0 && i < kGroup; ++i)
      own[i] += 1.01 * std::abs(groups[g].scale) + most / 64;
  }
  return bound;
}

}  // namespace

bool promisesBits(Operation* op) {
  if (auto unary = dyn_cast<UnaryOp>(op)) return boundOfKind(unary.getKind()).units == 0;
  if (auto glu = dyn_cast<GluOp>(op)) return glu.getKind() == GluKind::Reglu;
  if (auto scale = dyn_cast<ScaleOp>(op)) return scale.getBias().isZero();
  if (auto reduce = dyn_cast<ReduceOp>(op))
    return reduce.getKind() == ReduceKind::Max || reduce.getKind() == ReduceKind::Min;
  if (auto matmul = dyn_cast<MatmulOp>(op); matmul && matmul.getSemiring() != Semiring::PlusTimes)
    return matmul.getSemiring() != Semiring::LogSumExp;
  if (isa<MatmulOp, MatmulIdOp>(op))
    return isa<ActivationType>(getElementTypeOrSelf(op->getOperand(0).getType()));
  if (isa<CumsumOp>(op)) return false;
  return movesErrors(op) ||
         isa<AddOp, SubOp, MulOp, DivOp, ClampOp, FillOp, AddIdOp, CastOp, TopKOp, ArgmaxOp,
             ArgsortOp, GroupExpertsOp, CountEqualOp, QuantizeOp, KvWriteOp>(op);
}

std::optional<RuntimeValue> boundOf(Evaluator& evaluator, Operation* op, ArrayRef<Known> operands,
                                    const RuntimeValue& value) {
  if (auto write = dyn_cast<KvWriteOp>(op)) return boundOfWrite(evaluator, write, operands);
  const Tensor& tensor = tensorOf(value);
  std::optional<Tensor> bound;
  if (isElementwise(op)) bound = boundOfElements(evaluator, op, operands, tensor);
  if (movesErrors(op)) bound = boundOfMove(evaluator, op, operands, tensor);
  if (isa<MatmulOp, MatmulIdOp, OutProdOp>(op))
    bound = boundOfProduct(evaluator, op, operands, tensor);
  if (isa<RmsNormOp, LayerNormOp, L2NormOp, GroupNormOp>(op))
    bound = boundOfNorm(op, operands, tensor);
  if (auto softmax = dyn_cast<SoftmaxOp>(op)) bound = boundOfSoftmax(softmax, operands, tensor);
  if (auto rope = dyn_cast<RopeOp>(op)) bound = boundOfRope(rope, operands);
  if (auto attention = dyn_cast<AttentionOp>(op))
    bound = boundOfAttention(evaluator, attention, operands);
  if (isa<QuantizeOp>(op)) bound = boundOfQuantize(operands[0], tensor);
  if (isa<TopKOp, ArgmaxOp, ArgsortOp>(op) && isOrderKnown(operands[0]))
    return wrap(Tensor::ofReals({}));
  if (!bound || tensor.isInts()) return std::nullopt;
  // What no float holds is infinite in code, and so is what follows.
  Tensor reals = realsOf(tensor);
  return wrap(map(*bound, reals, [](double e, double y) {
    return std::isinf(y) || std::abs(y) + e < kHeld ? e : kInfinity;
  }));
}

}  // namespace emel::random
