// Bounds of what computes with whole rows: from the orders of docs/numerics.md, with every rounding
// at its worst.

#include "tests/random/bounds.h"

#include <cmath>

using namespace mlir;

namespace emel::random {
namespace {

constexpr double kUnitHalf = 0x1p-24;

// Of a sum in 16 chains, relative to the magnitudes.
double sumBound(int64_t size) { return (static_cast<double>(size) / 16 + 6) * kUnitHalf; }

double epsOf(Operation* op) { return op->getAttrOfType<FloatAttr>("eps").getValueAsDouble(); }

// One range of numbers that is normed, as far as x and its error are known.
struct Norm {
  double factor, relative;

  // `centered` are the numbers that are squared, each known to `error`.
  Norm(ArrayRef<double> centered, ArrayRef<double> error, double eps, bool isLength) {
    double squares = 0, moved = 0;
    auto size = static_cast<int64_t>(centered.size());
    for (auto [x, e] : llvm::zip(centered, error)) {
      squares += x * x;
      moved += 2 * std::abs(x) * e + e * e;
    }
    double mean = isLength ? squares : squares / static_cast<double>(size);
    double change = isLength ? moved : moved / static_cast<double>(size);
    double under = isLength ? std::max(mean, eps * eps) : mean + eps;
    factor = 1 / std::sqrt(under);
    // Of 1 / sqrt(under): half the relative change, or all of it where that is large.
    change += static_cast<double>(size) * 0x1p-149;
    double share = under > 0 ? change / under : HUGE_VAL;
    // Beyond what a float holds, squares are infinite.
    bool isHeld = share < 0.25 && squares + moved < 0x1p127;
    relative = (isHeld ? 0.75 * share : HUGE_VAL) + sumBound(size) + 8 * kUnitHalf;
  }
};

// Ranges of `size` numbers of the input, each with its own mean.
Tensor boundOfRanges(Operation* op, ArrayRef<Known> operands, const Tensor& value, int64_t size) {
  const Tensor& x = tensorOf(operands[0].value);
  Tensor error = errorOf(operands[0]), bound = Tensor::ofReals(x.shape);
  bool isCentered = isa<LayerNormOp, GroupNormOp>(op);
  for (int64_t begin = 0; begin < x.size(); begin += size) {
    SmallVector<double> own(x.reals().begin() + begin, x.reals().begin() + begin + size);
    SmallVector<double> e(error.reals().begin() + begin, error.reals().begin() + begin + size);
    double mean = 0, magnitude = 0, shift = 0;
    for (int64_t i = 0; i < size; ++i)
      mean += own[i] / size, magnitude += std::abs(own[i]) / size, shift += e[i] / size;
    if (isCentered) {
      // A mean that is off moves all numbers.
      double off = shift + magnitude * (sumBound(size) + 2 * kUnitHalf);
      for (int64_t i = 0; i < size; ++i) {
        own[i] -= mean;
        e[i] += off + kUnitHalf * std::abs(own[i]);
      }
    }
    Norm norm(own, e, epsOf(op), isa<L2NormOp>(op));
    for (int64_t i = 0; i < size; ++i) {
      double w = 1, ew = 0;
      auto at = [&](unsigned operand) { return tensorOf(operands[operand].value).reals()[i]; };
      if (operands.size() > 1)
        w = std::abs(at(1)), ew = operands[1].error ? errorOf(operands[1]).reals()[i] : 0;
      double normed = std::abs(own[i]) * norm.factor;
      double off = e[i] * norm.factor * (1 + norm.relative) + normed * norm.relative;
      double& out = bound.reals()[begin + i];
      out = off * (w + ew) + normed * ew + 4 * kUnitHalf * (normed * (w + ew)) + 0x1p-146;
      if (operands.size() > 2)
        out += (operands[2].error ? errorOf(operands[2]).reals()[i] : 0) +
               2 * kUnitHalf * (std::abs(value.reals()[begin + i]) + std::abs(at(2)));
    }
  }
  return bound;
}

// How far a score of attention is off, and how large it is, at most, for any cell of a state.
struct Score {
  double error = 0, size = 0;
};

struct Cells {
  std::vector<double> key, key_error;  // the most over all cells, by head and dimension
  int64_t count = 0;

  Cells(const Known& state, KvType type)
      : key(type.getHeads() * type.getKeyDim()), key_error(key.size()) {
    for (const auto& [slot, cells] : stateOf(state.value))
      for (const auto& [position, cell] : cells) {
        count = std::max<int64_t>(count, position + 1);
        for (size_t i = 0; i < key.size(); ++i) key[i] = std::max(key[i], std::abs(cell->key[i]));
      }
    if (!state.error) return;
    for (const auto& [slot, cells] : stateOf(*state.error))
      for (const auto& [position, cell] : cells)
        for (size_t i = 0; i < key.size(); ++i) key_error[i] = std::max(key_error[i], cell->key[i]);
  }
};

// Values' magnitudes in the place of them, or their errors.
State stateOfValues(const Known& state, bool wantsErrors) {
  State made;
  for (const auto& [slot, cells] : stateOf(state.value))
    for (const auto& [position, cell] : cells) {
      interpreter::Cell copy = *cell;
      for (double& x : copy.value) x = wantsErrors ? 0 : std::abs(x);
      if (state.error) {
        const auto& error = *stateOf(*state.error).at(slot).at(position);
        for (size_t i = 0; i < copy.value.size(); ++i) copy.value[i] += error.value[i];
      }
      made[slot][position] = std::make_shared<const interpreter::Cell>(std::move(copy));
    }
  return made;
}

}  // namespace

std::optional<Tensor> boundOfNorm(Operation* op, ArrayRef<Known> operands, const Tensor& value) {
  int64_t size = value.rowSize();
  if (auto group = dyn_cast<GroupNormOp>(op)) {
    auto shape = ArrayRef<int64_t>(value.shape).take_back(3);
    size = shape[0] / static_cast<int64_t>(group.getGroups()) * shape[1] * shape[2];
  }
  return boundOfRanges(op, operands, value, size);
}

std::optional<Tensor> boundOfSoftmax(SoftmaxOp op, ArrayRef<Known> operands, const Tensor& value) {
  if (op.getMask() || op.getSinks()) return std::nullopt;
  const Tensor& x = tensorOf(operands[0].value);
  Tensor error = errorOf(operands[0]), bound = Tensor::ofReals(x.shape);
  double scale = std::abs(op.getScale().convertToDouble());
  for (int64_t r = 0; r < x.rowCount(); ++r) {
    double size = 0, most = 0;
    for (int64_t i = 0; i < x.rowSize(); ++i) {
      size = std::max(size, std::abs(x.row(r)[i]) * scale);
      most = std::max(most, error.row(r)[i] * scale);
    }
    // Of both the number's exponent and those of the sum.
    double exponent = 2 * (most + 3 * size * kUnitHalf);
    double relative = std::expm1(exponent) + sumBound(x.rowSize()) + 8 * 2 * kUnitHalf;
    for (int64_t i = 0; i < x.rowSize(); ++i)
      bound.row(r)[i] = relative * value.row(r)[i] + 0x1p-140;
  }
  return bound;
}

std::optional<Tensor> boundOfAttention(Evaluator& evaluator, AttentionOp op,
                                       ArrayRef<Known> operands) {
  const Tensor& query = tensorOf(operands[0].value);
  Tensor error = errorOf(operands[0]);
  if (operands.size() > 4 && operands[4].error) return std::nullopt;
  auto type = cast<KvType>(op.getState().getType());
  Cells cells(operands[1], type);
  SmallVector<RuntimeValue> sizes, errors;
  for (const Known& known : operands) sizes.push_back(known.value);
  errors = sizes;
  sizes[1] = std::make_shared<const State>(stateOfValues(operands[1], false));
  errors[1] = std::make_shared<const State>(stateOfValues(operands[1], true));
  auto weighed = evaluator.twin(op, sizes), moved = evaluator.twin(op, errors);
  if (!weighed || !moved) return std::nullopt;
  int64_t heads = query.shape[1], dims = query.shape[2];
  double scale = std::abs(op.getScale().convertToDouble());
  double bias = op.getMaxBias().convertToDouble() > 0 ? static_cast<double>(cells.count) : 0;
  double cap = op.getSoftcap().convertToDouble();
  Tensor bound = Tensor::ofReals(weighed->shape);
  for (int64_t r = 0; r < bound.rowCount(); ++r) {
    int64_t head = r % heads / (heads / type.getHeads());
    Score score;
    for (int64_t d = 0; d < dims; ++d) {
      double q = std::abs(query.row(r)[d]), eq = error.row(r)[d];
      double k = cells.key[head * dims + d], ek = cells.key_error[head * dims + d];
      score.size += (q + eq) * (k + ek) * scale;
      score.error += (eq * k + q * ek + eq * ek) * scale;
    }
    score.error += (static_cast<double>(dims) + 8) * kUnitHalf * score.size + 4 * kUnitHalf * bias +
                   8 * kUnitHalf * cap + 4 * kUnitHalf * (score.size + bias);
    double relative =
        std::expm1(2 * score.error) + (4.0 * static_cast<double>(cells.count) + 64) * kUnitHalf;
    for (int64_t i = 0; i < bound.rowSize(); ++i)
      bound.row(r)[i] = relative * weighed->row(r)[i] +
                        std::exp(2 * score.error) * moved->row(r)[i] * (1 + relative) + 0x1p-140;
  }
  return bound;
}

Tensor boundOfRope(RopeOp op, ArrayRef<Known> operands) {
  const Tensor& x = tensorOf(operands[0].value);
  Tensor error = errorOf(operands[0]), bound = Tensor::ofReals(x.shape);
  double magnitude = op.getAttn().convertToDouble();
  if (op.getExt().convertToDouble() > 0)
    magnitude *= 1 + 0.1 * std::log(1 / op.getScale().convertToDouble());
  for (int64_t r = 0; r < x.rowCount(); ++r) {
    double size = 0, most = 0;
    for (int64_t i = 0; i < x.rowSize(); ++i) {
      size = std::max(size, std::abs(x.row(r)[i]));
      most = std::max(most, error.row(r)[i]);
    }
    // A turn by sine and cosine, each known to some units of 1.
    for (int64_t i = 0; i < x.rowSize(); ++i)
      bound.row(r)[i] =
          std::max(1.0, magnitude) * (1.5 * most + 2 * (size + most) * 4 * 2 * kUnitHalf) +
          0x1p-147;
  }
  return bound;
}

// The cells of the errors; a number that is rounded to fewer bits may go the other way.
std::optional<RuntimeValue> boundOfWrite(Evaluator& evaluator, KvWriteOp op,
                                         ArrayRef<Known> operands) {
  Type element = cast<KvType>(op.getState().getType()).getElementType();
  double step = element.isF32() ? kUnitHalf : element.isF16() ? 0x1p-10 : 0x1p-7;
  SmallVector<RuntimeValue> errors;
  for (const Known& known : operands) errors.push_back(known.value);
  for (unsigned i : {1u, 2u}) {
    const Tensor& own = tensorOf(operands[i].value);
    Tensor error = errorOf(operands[i]);
    for (int64_t r = 0; r < own.rowCount(); ++r) {
      double most = 0;
      for (int64_t k = 0; k < own.rowSize(); ++k) most = std::max(most, std::abs(own.row(r)[k]));
      for (int64_t k = 0; operands[i].error && k < own.rowSize(); ++k) {
        // Blocks share a scale, which follows from their largest number.
        double size = isa<BlockType>(element) ? 1.05 * most : std::abs(own.row(r)[k]);
        error.row(r)[k] += step * (size + error.row(r)[k]) + 0x1p-24;
      }
    }
    errors[i] = wrap(std::move(error));
  }
  State before;
  for (const auto& [slot, cells] : stateOf(operands[0].value))
    for (const auto& [position, cell] : cells)
      before[slot][position] = operands[0].error
                                   ? stateOf(*operands[0].error).at(slot).at(position)
                                   : std::make_shared<const interpreter::Cell>(interpreter::Cell{
                                         std::vector<double>(cell->key.size()),
                                         std::vector<double>(cell->value.size())});
  errors[0] = std::make_shared<const State>(std::move(before));
  auto results = evaluator.runTwin(op, errors);
  return results ? std::optional(results->front()) : std::nullopt;
}

}  // namespace emel::random
