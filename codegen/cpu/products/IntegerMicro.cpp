// Products of 8-bit activations and packed block formats. For each group of 16 columns
//
//     acc = fma(scale * (dot of 16), D * d, acc)
//     acc = fma(minimum * (sum of 16 activations), -(D' * d), acc)
//
// with a lane for each of a strip's rows. Where quants are moved up by a bias, dots start at -bias
// times the sum of the activations. Planes hold pairs of groups, the halves of 32 columns.
//
// Code is left in the order in which it is written here, which bounds how many registers it needs:
// a half of a group's columns of one strip is decoded, meets one row after the other, and is gone.

#include "codegen/cpu/products/Micro.h"
#include "codegen/cpu/products/Quants.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "runtime/gguf/activation.h"

using namespace mlir;

namespace emel::cpu {
namespace {

constexpr int64_t kHalfDwords = gguf::kActivationGroup / 4;

class IntegerMicro : public Micro {
 public:
  IntegerMicro(Emit &emit, const Target &target, std::unique_ptr<Quants> quants)
      : emit_(emit),
        target_(target),
        quants_(std::move(quants)),
        lanes_(target.lanes()),
        floats_(emit.vec(emit.f32(), lanes_)),
        ints_(emit.vec(emit.i32(), lanes_)),
        bytes_(emit.vec(emit.i8(), 4 * lanes_)) {}

  Blocking blocking() const override {
    // Without signs quants take half as many registers, where signs go over to activations.
    int64_t few = quants_->range().least < 0 ? 2 : 4;
    return {target_.registers < 32 ? few : 8, lanes_ < kLanes ? 1 : 4};
  }

  SmallVector<Value> multiply(const MicroOperands &operands) override {
    SmallVector<Value> sums(operands.rows.size() * operands.strips.size(), emit_.splat(floats_, 0));
    int64_t units = operands.columns / quants_->format().unit;
    int64_t left = operands.columns % quants_->format().unit / kQuantGroup;
    sums = emit_.loop(emit_.i64(0), emit_.i64(units), 1, sums, [&](Value unit, ValueRange sums) {
      return addUnit(operands, unit, quants_->groups(), sums);
    });
    return left ? addUnit(operands, emit_.i64(units), left, sums) : sums;
  }

 private:
  SmallVector<Value> addUnit(const MicroOperands &operands, Value unit, int64_t groups,
                             ValueRange sums) {
    SmallVector<QuantUnit> units;
    for (auto [s, strip] : llvm::enumerate(operands.strips)) {
      Value address = emit_.at(strip.panel, emit_.mul(unit, quants_->unitBytes()));
      units.push_back(quants_->begin(address, strip.lane, s));
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

  SmallVector<Value> addGroup(const MicroOperands &operands, ArrayRef<QuantUnit> units, Value group,
                              Value unitColumn, ValueRange sums) {
    Value column = emit_.add(unitColumn, emit_.mul(group, kQuantGroup));
    SmallVector<Value> result(sums);
    SmallVector<Value> lines;
    for (auto [s, unit] : llvm::enumerate(units)) {
      lines.push_back(quants_->lines(unit, group));
      bool isFirst = Emit::constant(operands.strips[s].lane) == 0;
      for (int64_t index = 0; isFirst && index * kPanelLine < quants_->groupBytes(); ++index)
        emit_.prefetch(emit_.at(lines[s], index * kPanelLine + 4096));
    }
    auto add = [&](size_t s, int64_t half) {
      QuantScales scales = quants_->scales(units[s], group, half);
      auto valueAt = [&](int64_t i) { return quants_->dword(lines[s], half * kHalfDwords + i); };
      SmallVector<Value> values;
      for (int64_t i = 0; operands.rows.size() > 1 && i < kHalfDwords; ++i)
        values.push_back(valueAt(i));
      auto kept = [&](int64_t i) { return values.empty() ? valueAt(i) : values[i]; };
      for (auto [r, row] : llvm::enumerate(operands.rows)) {
        Value &sum = result[s + r * units.size()];
        sum = addHalf(kept, scales, activation(row, operands.columns, column, half), sum);
      }
    };
    // The halves of a strip share lines, the strips of a half what belongs to rows: of these, what
    // takes fewer registers is close together.
    bool isNarrow = lanes_ < kLanes;
    for (size_t i = 0; i < 2 * units.size(); ++i)
      isNarrow ? add(i % units.size(), i / units.size()) : add(i / 2, i % 2);
    return result;
  }

  /// What a row has for a group.
  struct Activation {
    Value quants;  // where they begin, or they themselves
    Value scale;   // where it is
    Value sum;     // null where the format needs none
  };

  Activation activation(Value row, int64_t columns, Value groupColumn, int64_t half) {
    Activation own;
    Value column = emit_.add(groupColumn, half * gguf::kActivationGroup);
    own.quants = emit_.at(row, column);
    if (loadsHalves()) own.quants = emit_.load(ints_, own.quants);
    Value scale = emit_.add(emit_.div(column, 4), gguf::ActivationScalesAt(columns));
    own.scale = emit_.at(row, scale);
    if (quants_->bias() == 0 && !quants_->hasMinima()) return own;
    Value sum = emit_.add(emit_.div(column, 8), gguf::ActivationSumsAt(columns));
    own.sum = emit_.create<arith::ExtSIOp>(emit_.i32(),
                                           emit_.load(emit_.getI16Type(), emit_.at(row, sum)));
    return own;
  }

  /// Whether a register holds just the quants of a row's half.
  bool loadsHalves() const { return lanes_ == kHalfDwords; }

  Value addHalf(function_ref<Value(int64_t)> valueAt, const QuantScales &scales,
                const Activation &x, Value sum) {
    int64_t bias = quants_->bias();
    Value dot = bias == 0
                    ? emit_.splatInt(ints_, 0)
                    : emit_.broadcast(emit_.create<arith::MulIOp>(x.sum, emit_.i32(-bias)), lanes_);
    auto fourOf = [&](int64_t dword) -> Value {
      if (loadsHalves())
        return emit_.create<vector::ShuffleOp>(x.quants, x.quants,
                                               SmallVector<int64_t>(lanes_, dword));
      return emit_.broadcast(emit_.load(emit_.i32(), emit_.at(x.quants, 4 * dword)), lanes_);
    };
    auto pairAt = [&](int64_t i) {
      Value value = valueAt(i);
      return std::pair(value, emit_.bitcast(bytes_, fourOf(i)));
    };
    dot = target_.dot(emit_, dot, kHalfDwords, pairAt, quants_->range());
    Value scale = emit_.broadcast(emit_.load(emit_.f32(), x.scale), lanes_);
    sum = emit_.fma(scaled(dot, quants_->number(scales.integer)), mul(scales.scale, scale), sum);
    if (!quants_->hasMinima()) return sum;
    Value minFactor = emit_.create<arith::NegFOp>(mul(scales.minScale, scale));
    return emit_.fma(scaled(emit_.broadcast(x.sum, lanes_), quants_->number(scales.minimum)),
                     minFactor, sum);
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
  int64_t lanes_;
  VectorType floats_, ints_, bytes_;
};

}  // namespace

std::unique_ptr<Micro> createIntegerMicro(Emit &emit, const Target &target, gguf::TensorType type) {
  auto quants = Quants::create(emit, target, type);
  assert(quants && "a table of products has no formats without an integer form");
  return std::make_unique<IntegerMicro>(emit, target, std::move(quants));
}

}  // namespace emel::cpu
