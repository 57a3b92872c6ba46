// Products of 8-bit activations and packed block formats. For each group of 16 columns
//
//     acc = fma(scale * (dot of 16), D * d, acc)
//     acc = fma(minimum * (sum of 16 activations), -(D' * d), acc)
//
// with a lane for each of the panel's 16 rows. Quants are bytes of 0 to 255: formats with negative
// values are moved up by a bias, and dots start at -bias times the sum of the activations. Planes
// hold pairs of groups, the halves of 32 columns.

#include "codegen/cpu/Micro.h"
#include "codegen/cpu/Quants.h"
#include "runtime/gguf/activation.h"

using namespace mlir;

namespace emel::cpu {
namespace {

constexpr int64_t kGroup = gguf::kIntegerGroup;
constexpr int64_t kHalfDwords = gguf::kActivationGroup / 4;
constexpr int64_t kLine = layout::kR16Line;

class IntegerMicro : public Micro {
 public:
  IntegerMicro(Emit &emit, const Target &target, std::unique_ptr<Quants> quants)
      : emit_(emit),
        target_(target),
        quants_(std::move(quants)),
        floats_(emit.vec(emit.f32())),
        ints_(emit.vec(emit.i32())),
        bytes_(emit.vec(emit.i8(), kLine)) {}

  SmallVector<Value> multiply(const MicroOperands &operands) override {
    SmallVector<Value> sums(operands.rows.size() * operands.panels.size(), emit_.splat(floats_, 0));
    int64_t units = operands.columns / quants_->format().unit;
    int64_t left = operands.columns % quants_->format().unit / kGroup;
    sums = emit_.loop(emit_.i64(0), emit_.i64(units), 1, sums, [&](Value unit, ValueRange sums) {
      return addUnit(operands, unit, quants_->groups(), sums);
    });
    return left ? addUnit(operands, emit_.i64(units), left, sums) : sums;
  }

 private:
  SmallVector<Value> addUnit(const MicroOperands &operands, Value unit, int64_t groups,
                             ValueRange sums) {
    SmallVector<Value> units;
    for (auto [p, panel] : llvm::enumerate(operands.panels)) {
      units.push_back(emit_.at(panel, emit_.mul(unit, quants_->unitBytes())));
      quants_->begin(units[p], p);
    }
    Value column = emit_.mul(unit, quants_->format().unit);
    SmallVector<Value> current(sums);
    if (!quants_->hasSmallScales()) {
      for (int64_t group = 0; group < groups; ++group)
        current = addGroup(operands, units, emit_.i64(group), column, current);
      return current;
    }
    return emit_.loop(emit_.i64(0), emit_.i64(groups), 1, current,
                      [&](Value group, ValueRange sums) {
                        return addGroup(operands, units, group, column, sums);
                      });
  }

  SmallVector<Value> addGroup(const MicroOperands &operands, ArrayRef<Value> units, Value group,
                              Value unitColumn, ValueRange sums) {
    Value column = emit_.add(unitColumn, emit_.mul(group, kGroup));
    SmallVector<Value> result(sums);
    for (auto [p, unit] : llvm::enumerate(units)) {
      Value lines = quants_->lines(unit, group);
      for (int64_t index = 0; index * kLine < quants_->groupBytes(); ++index)
        emit_.prefetch(emit_.at(lines, index * kLine + 4096));
      for (int64_t half : {0, 1}) {
        QuantScales scales = quants_->scales(unit, p, group, half);
        SmallVector<Value> values;
        for (int64_t dword = half * kHalfDwords; dword < (half + 1) * kHalfDwords; ++dword)
          values.push_back(quants_->dword(lines, dword));
        for (auto [r, row] : llvm::enumerate(operands.rows)) {
          Value &sum = result[p + r * units.size()];
          sum = addHalf(values, scales, activation(row, operands.columns, column, half), sum);
        }
      }
    }
    return result;
  }

  /// What a row has for a group.
  struct Activation {
    Value quants, scale, sum;  // the sum is null where the format needs none
  };

  Activation activation(Value row, int64_t columns, Value groupColumn, int64_t half) {
    Activation own;
    Value column = emit_.add(groupColumn, half * gguf::kActivationGroup);
    own.quants = emit_.at(row, column);
    Value scale = emit_.add(emit_.div(column, 4), gguf::ActivationScalesAt(columns));
    own.scale = emit_.broadcast(emit_.load(emit_.f32(), emit_.at(row, scale)));
    if (quants_->bias() == 0 && !quants_->hasMinima()) return own;
    Value sum = emit_.add(emit_.div(column, 8), gguf::ActivationSumsAt(columns));
    own.sum = emit_.create<arith::ExtSIOp>(emit_.i32(),
                                           emit_.load(emit_.getI16Type(), emit_.at(row, sum)));
    return own;
  }

  Value addHalf(ArrayRef<Value> values, const QuantScales &scales, const Activation &x, Value sum) {
    int64_t bias = quants_->bias();
    Value dot = bias == 0 ? emit_.splatInt(ints_, 0)
                          : emit_.broadcast(emit_.create<arith::MulIOp>(x.sum, emit_.i32(-bias)));
    for (auto [dword, weights] : llvm::enumerate(values)) {
      Value four = emit_.broadcast(emit_.load(emit_.i32(), emit_.at(x.quants, 4 * dword)));
      dot = target_.dotBytes(emit_, dot, weights, emit_.bitcast(bytes_, four));
    }
    sum = emit_.fma(scaled(dot, scales.integer), mul(scales.scale, x.scale), sum);
    if (!quants_->hasMinima()) return sum;
    Value minFactor = emit_.create<arith::NegFOp>(mul(scales.minScale, x.scale));
    return emit_.fma(scaled(emit_.broadcast(x.sum), scales.minimum), minFactor, sum);
  }

  /// An integer times a number, if there is one: exact, below 2^24.
  Value scaled(Value integer, Value number) {
    Value x = emit_.create<arith::SIToFPOp>(floats_, integer);
    return number ? mul(x, number) : x;
  }

  Value mul(Value a, Value b) { return emit_.create<arith::MulFOp>(a, b); }

  Emit &emit_;
  const Target &target_;
  std::unique_ptr<Quants> quants_;
  VectorType floats_, ints_, bytes_;
};

}  // namespace

std::unique_ptr<Micro> createIntegerMicro(Emit &emit, const Target &target, gguf::TensorType type) {
  auto quants = Quants::create(emit, target, type);
  return quants ? std::make_unique<IntegerMicro>(emit, target, std::move(quants)) : nullptr;
}

}  // namespace emel::cpu
