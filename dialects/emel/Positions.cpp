#include "dialects/emel/Positions.h"

#include <cmath>
#include <numbers>

namespace emel {

namespace {

/// A number of 113 bits, whose operations are rounded alike everywhere.
class Quad {
 public:
  Quad(double x) : value_(x) {  // NOLINT: a double stands for itself
    bool losesInfo;
    value_.convert(llvm::APFloat::IEEEquad(), llvm::APFloat::rmNearestTiesToEven, &losesInfo);
  }
  Quad operator+(const Quad &other) const { return Quad(value_ + other.value_); }
  Quad operator-(const Quad &other) const { return Quad(value_ - other.value_); }
  Quad operator*(const Quad &other) const { return Quad(value_ * other.value_); }
  Quad operator/(const Quad &other) const { return Quad(value_ / other.value_); }
  double rounded() const {
    llvm::APFloat value = value_;
    bool losesInfo;
    value.convert(llvm::APFloat::IEEEdouble(), llvm::APFloat::rmNearestTiesToEven, &losesInfo);
    return value.convertToDouble();
  }

 private:
  explicit Quad(llvm::APFloat value) : value_(std::move(value)) {}
  llvm::APFloat value_;
};

/// ln((1 + s) / (1 - s)), for s up to 1/3, of which 40 terms leave less than 2^-113.
Quad lnOfRatio(const Quad &s) {
  Quad square = s * s, sum = 0;
  for (int k = 40; k-- > 0;) sum = sum * square + Quad(1) / (2 * k + 1);
  return Quad(2) * s * sum;
}

const Quad &ln2() {
  static const Quad number = lnOfRatio(Quad(1) / 3);
  return number;
}

Quad ln(double x) {
  int exponent;
  double mantissa = std::frexp(x, &exponent);
  return ln2() * exponent + lnOfRatio((Quad(mantissa) - 1) / (Quad(mantissa) + 1));
}

/// e^x, of which 28 terms leave less than 2^-113.
double exp(const Quad &x) {
  double k = std::nearbyint((x / ln2()).rounded());
  Quad rest = x - ln2() * k, sum = 1;
  for (int n = 28; n > 0; --n) sum = sum * rest / n + 1;
  return std::ldexp(sum.rounded(), static_cast<int>(k));
}

/// Which of YaRN's pairs turn often enough to keep their angle.
struct Ramp {
  double low, high, ext;

  explicit Ramp(RopeOp op) : ext(op.getExt().convertToDouble()) {
    auto turn = [&](const llvm::APFloat &beta) {
      double turns = op.getOrig() / (beta.convertToDouble() * 2 * std::numbers::pi);
      return (ln(turns) * op.getDims() / (ln(op.getBase().convertToDouble()) * 2)).rounded();
    };
    low = std::max(0.0, std::floor(turn(op.getBetaFast())));
    high = std::min<double>(op.getDims() - 1, std::ceil(turn(op.getBetaSlow())));
  }
  double mix(int64_t pair) const {
    return ext * (1 - std::clamp((pair - low) / std::max(0.001, high - low), 0.0, 1.0));
  }
};

}  // namespace

int64_t pairsOf(RopeOp op) {
  return op.getMode() == RopeMode::Vision ? op.getDims() : op.getDims() / 2;
}

/// Which of 4 positions a pair turns by, and which power of the base: that of its place in the
/// section for vision, else its number.
static std::pair<int64_t, int64_t> sectionOf(RopeOp op, int64_t pair) {
  auto sections = op.getSections();
  if (!sections) return {0, pair};
  int64_t sector = pair % ((*sections)[0] + (*sections)[1] + (*sections)[2] + (*sections)[3]);
  if (op.getMode() == RopeMode::Imrope)
    return {sector < 3 * (*sections)[sector % 3] ? sector % 3 : 3, pair};
  int64_t component = 0, begin = 0;
  while (component < 3 && sector >= begin + (*sections)[component])
    begin += (*sections)[component++];
  return {component, op.getMode() == RopeMode::Vision ? sector - begin : pair};
}

RopeAngles ropeAngles(RopeOp op) {
  Quad base = ln(op.getBase().convertToDouble());
  double scale = op.getScale().convertToDouble();
  RopeAngles angles{{}, {}, op.getAttn().convertToDouble()};
  std::optional<Ramp> ramp;
  if (!op.getExt().isZero()) {
    ramp.emplace(op);
    angles.magnitude *= 1 + 0.1 * ln(1 / scale).rounded();
  }
  for (int64_t pair = 0, pairs = pairsOf(op); pair < pairs; ++pair) {
    double mix = ramp ? ramp->mix(pair) : 0;
    auto [component, power] = sectionOf(op, pair);
    double angle = exp(base * (-2.0 * power) / op.getDims());
    angles.perPosition.push_back(angle * (scale * (1 - mix) + mix));
    angles.components.push_back(component);
  }
  return angles;
}

float alibiSlope(double maxBias, int64_t head, int64_t heads) {
  int64_t count = int64_t{1} << llvm::Log2_64(heads);
  double index = head < count ? head + 1 : head - count + 0.5;
  return static_cast<float>(exp(ln2() * -maxBias * index / count));
}

}  // namespace emel
