#include <cmath>
#include <numbers>

#include "dialects/emel/Positions.h"
#include "dialects/interpreter/Frame.h"
#include "dialects/interpreter/Orders.h"

using namespace mlir;

namespace emel::interpreter {

namespace {

/// The angle of each pair; see the formulas of `emel.rope`.
class PairAngles {
 public:
  PairAngles(RopeOp op, const Tensor &positions, const Tensor *factors)
      : mode_(op.getMode()),
        positions_(positions),
        factors_(factors),
        dims_(op.getDims()),
        base_(op.getBase().convertToDouble()),
        scale_(op.getScale().convertToDouble()),
        ext_(op.getExt().convertToDouble()),
        magnitude_(op.getAttn().convertToDouble()) {
    if (auto sections = op.getSections()) sections_.assign(sections->begin(), sections->end());
    if (ext_ == 0) return;
    low_ = std::max(0.0, std::floor(pairTurning(op.getBetaFast().convertToDouble(), op.getOrig())));
    high_ = std::min(dims_ - 1.0,
                     std::ceil(pairTurning(op.getBetaSlow().convertToDouble(), op.getOrig())));
    magnitude_ *= 1 + 0.1 * std::log(1 / scale_);
  }

  double magnitude() const { return magnitude_; }

  double angle(int64_t token, int64_t pair) const {
    auto [position, exponent] = positionOf(token, pair);
    double unscaled = position * std::pow(base_, -2.0 * exponent / dims_);
    if (factors_) unscaled /= factors_->reals()[pair];
    double scaled = unscaled * scale_;
    if (ext_ == 0) return scaled;
    double ramp = (pair - low_) / std::max(0.001, high_ - low_);
    double mix = ext_ * (1 - std::clamp(ramp, 0.0, 1.0));
    return scaled * (1 - mix) + unscaled * mix;
  }

 private:
  double pairTurning(double turns, double orig) const {
    return dims_ * std::log(orig / (turns * 2 * std::numbers::pi)) / (2 * std::log(base_));
  }

  /// Which of the 4 positions a pair of the repeating sections uses.
  int64_t componentOf(int64_t sector) const {
    if (mode_ == RopeMode::Imrope) return sector < 3 * sections_[sector % 3] ? sector % 3 : 3;
    int64_t c = 0;
    for (int64_t end = sections_[0]; c < 3 && sector >= end; end += sections_[c]) ++c;
    return c;
  }

  std::pair<double, int64_t> positionOf(int64_t token, int64_t pair) const {
    const std::vector<int64_t> &ids = positions_.ints();
    if (sections_.empty()) return {static_cast<double>(ids[token]), pair};
    int64_t sum = sections_[0] + sections_[1] + sections_[2] + sections_[3];
    int64_t sector = pair % sum, component = componentOf(sector), exponent = pair;
    if (mode_ == RopeMode::Vision) {
      exponent = sector;
      for (int64_t c = 0; c < component; ++c) exponent -= sections_[c];
    }
    return {static_cast<double>(ids[component * positions_.rowSize() + token]), exponent};
  }

  RopeMode mode_;
  const Tensor &positions_;
  const Tensor *factors_;
  SmallVector<int64_t, 4> sections_;
  int64_t dims_;
  double base_, scale_, ext_, magnitude_, low_ = 0, high_ = 0;
};

}  // namespace

/// As code turns rows: by angles of one position times the position, in float32.
static LogicalResult ropeInOrder(RopeOp op, Frame &frame) {
  Tensor result = frame.tensor(op.getInput());
  const Tensor *factors = frame.tensorOrNull(op.getFactors());
  RopeAngles angles = ropeAngles(op);
  auto magnitude = static_cast<float>(angles.magnitude);
  const Tensor &positions = frame.tensor(op.getPositions());
  int64_t heads = result.shape[1], pairs = pairsOf(op);
  bool isNormal = op.getMode() == RopeMode::Normal;
  for (int64_t token = 0; token < result.shape[0]; ++token)
    for (auto [pair, angle] : llvm::enumerate(angles.perPosition)) {
      double own = factors ? angle / factors->reals()[pair] : angle;
      int64_t position = positions.ints()[angles.components[pair] * positions.rowSize() + token];
      auto [sine, cosine] = orders::sinCos(own * static_cast<double>(position));
      sine *= magnitude, cosine *= magnitude;
      for (int64_t head = 0; head < heads; ++head) {
        double *x = result.row(token * heads + head) + (isNormal ? 2 * pair : pair);
        double &y = x[isNormal ? 1 : pairs];
        auto first = static_cast<float>(*x), second = static_cast<float>(y);
        *x = first * cosine - second * sine;
        y = first * sine + second * cosine;
      }
    }
  return frame.set(op.getResult(), std::move(result));
}

static LogicalResult rope(RopeOp op, Frame &frame) {
  if (followsOrders(op, frame)) return ropeInOrder(op, frame);
  Tensor result = frame.tensor(op.getInput());
  PairAngles angles(op, frame.tensor(op.getPositions()), frame.tensorOrNull(op.getFactors()));
  int64_t heads = result.shape[1], dims = op.getDims();
  bool isVision = op.getMode() == RopeMode::Vision, isNormal = op.getMode() == RopeMode::Normal;
  int64_t pairs = isVision ? dims : dims / 2, distance = isNormal ? 1 : pairs;
  for (int64_t token = 0; token < result.shape[0]; ++token)
    for (int64_t pair = 0; pair < pairs; ++pair) {
      double angle = angles.angle(token, pair);
      double cosine = std::cos(angle) * angles.magnitude();
      double sine = std::sin(angle) * angles.magnitude();
      for (int64_t head = 0; head < heads; ++head) {
        double *x = result.row(token * heads + head) + (isNormal ? 2 * pair : pair);
        double first = x[0], second = x[distance];
        x[0] = first * cosine - second * sine;
        x[distance] = first * sine + second * cosine;
      }
    }
  return frame.set(op.getResult(), std::move(result));
}

void addRopeHandlers(HandlerTable &table) { addHandler<RopeOp, rope>(table); }

}  // namespace emel::interpreter
