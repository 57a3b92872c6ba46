// Products of 8-bit activations and packed block formats. For each group of 16 columns
//
//     acc = fma(scale * (dot of 16), D * d, acc)
//     acc = fma(minimum * (sum of 16 activations), -(D' * d), acc)
//
// with a lane for each of the panel's 16 rows. Quants are bytes of 0 to 255: formats with negative
// values are moved up by `bias`, and dots start at -bias times the sum of the activations. Planes
// hold pairs of groups, the halves of 32 columns.

#include "codegen/cpu/Micro.h"
#include "runtime/gguf/activation.h"

using namespace mlir;

namespace emel::cpu {
namespace {

using gguf::TensorType;
using layout::R16Format;

constexpr int64_t kGroup = gguf::kIntegerGroup;
constexpr int64_t kHalfDwords = gguf::kActivationGroup / 4;
constexpr int64_t kLine = layout::kR16Line;

constexpr int8_t kIq4Levels[16] = {-127, -104, -83, -65, -49, -35, -22, -10,
                                   1,    13,   25,  38,  53,  69,  89,  113};
constexpr int8_t kMxfp4Levels[16] = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

/// What differs between formats beside their planes.
struct Code {
  TensorType type;
  int bias;                        // of the quants
  const int8_t *levels = nullptr;  // quants are indices of a table
};
constexpr Code kCodes[] = {
    {TensorType::kQ4_0, 8},
    {TensorType::kQ4_1, 0},
    {TensorType::kQ5_0, 16},
    {TensorType::kQ5_1, 0},
    {TensorType::kQ8_0, 128},
    {TensorType::kIQ4_NL, 128, kIq4Levels},
    {TensorType::kMXFP4, 12, kMxfp4Levels},
    {TensorType::kQ2_K, 0},
    {TensorType::kQ3_K, 4},
    {TensorType::kQ4_K, 0},
    {TensorType::kQ5_K, 0},
    {TensorType::kQ6_K, 32},
    {TensorType::kIQ4_XS, 128, kIq4Levels},
};

/// What half a group of a panel is scaled by: floats of the format and small integers, null where a
/// format has none.
struct GroupScales {
  Value scale, minScale, integer, minimum;
};

class IntegerMicro : public Micro {
 public:
  IntegerMicro(Emit &emit, const Target &target, const Code &code)
      : emit_(emit),
        target_(target),
        code_(code),
        format_(*layout::FindR16(code.type)),
        form_(*gguf::FindIntegerForm(code.type)),
        floats_(emit.vec(emit.f32())),
        ints_(emit.vec(emit.i32())),
        bytes_(emit.vec(emit.i8(), kLine)) {
    groups_ = format_.unit / kGroup;
    groupBytes_ = (format_.planes[0].width + format_.planes[1].width) * kLine;
    hasSmallScales_ = format_.unit > 64;
    numbersPerGroup_ = form_.elements_per_scale == 16 ? 2 : 1;
  }

  SmallVector<Value> multiply(const MicroOperands &operands) override {
    if (hasSmallScales_ && scales_.size() < operands.panels.size()) {
      int64_t numbers = groups_ * numbersPerGroup_;
      while (scales_.size() < operands.panels.size()) {
        scales_.push_back(emit_.frame(numbers * kLine));
        minima_.push_back(form_.has_minima ? emit_.frame(numbers * kLine) : Value());
      }
    }
    SmallVector<Value> sums(operands.rows.size() * operands.panels.size(), emit_.splat(floats_, 0));
    int64_t units = operands.columns / format_.unit;
    int64_t left = operands.columns % format_.unit / kGroup;
    sums = emit_.loop(emit_.i64(0), emit_.i64(units), 1, sums, [&](Value unit, ValueRange sums) {
      return addUnit(operands, unit, groups_, sums);
    });
    return left ? addUnit(operands, emit_.i64(units), left, sums) : sums;
  }

 private:
  SmallVector<Value> addUnit(const MicroOperands &operands, Value unit, int64_t groups,
                             ValueRange sums) {
    int64_t unitBytes = format_.head + groups_ * groupBytes_;
    SmallVector<Value> units;
    for (auto [p, panel] : llvm::enumerate(operands.panels)) {
      units.push_back(emit_.at(panel, emit_.mul(unit, unitBytes)));
      if (hasSmallScales_) spreadScales(units[p], p);
    }
    Value column = emit_.mul(unit, format_.unit);
    SmallVector<Value> current(sums);
    if (!hasSmallScales_) {
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
      Value lines = emit_.at(unit, emit_.add(emit_.mul(group, groupBytes_), format_.head));
      for (int64_t index = 0; index * kLine < groupBytes_; ++index)
        emit_.prefetch(emit_.at(lines, index * kLine + 4096));
      for (int64_t half : {0, 1}) {
        GroupScales scales = scalesOf(unit, p, group, half);
        SmallVector<Value> values;
        for (int64_t dword = half * kHalfDwords; dword < (half + 1) * kHalfDwords; ++dword)
          values.push_back(quants(lines, dword));
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
    if (code_.bias == 0 && !form_.has_minima) return own;
    Value sum = emit_.add(emit_.div(column, 8), gguf::ActivationSumsAt(columns));
    own.sum = emit_.create<arith::ExtSIOp>(emit_.i32(),
                                           emit_.load(emit_.getI16Type(), emit_.at(row, sum)));
    return own;
  }

  Value addHalf(ArrayRef<Value> values, const GroupScales &scales, const Activation &x, Value sum) {
    Value dot = code_.bias == 0
                    ? emit_.splatInt(ints_, 0)
                    : emit_.broadcast(emit_.create<arith::MulIOp>(x.sum, emit_.i32(-code_.bias)));
    for (auto [dword, weights] : llvm::enumerate(values)) {
      Value four = emit_.broadcast(emit_.load(emit_.i32(), emit_.at(x.quants, 4 * dword)));
      dot = target_.dotBytes(emit_, dot, weights, emit_.bitcast(bytes_, four));
    }
    sum = emit_.fma(scaled(dot, scales.integer), mul(scales.scale, x.scale), sum);
    if (!form_.has_minima) return sum;
    Value minFactor = emit_.create<arith::NegFOp>(mul(scales.minScale, x.scale));
    return emit_.fma(scaled(emit_.broadcast(x.sum), scales.minimum), minFactor, sum);
  }

  /// An integer times a number, if there is one: exact, below 2^24.
  Value scaled(Value integer, Value number) {
    Value x = emit_.create<arith::SIToFPOp>(floats_, integer);
    return number ? mul(x, number) : x;
  }

  /// A dword of quants of each row of the panel.
  Value quants(Value lines, int64_t dword) {
    Value quant;
    int64_t shift = 0, first = 0;
    for (const R16Format::Plane &plane : format_.planes) {
      if (plane.width == 0) break;
      Value line = emit_.load(ints_, emit_.at(lines, (first + dword % plane.width) * kLine), 64);
      Value part = planeOf(line, plane.width, plane.width * (dword / plane.width));
      if (shift) part = emit_.create<arith::ShLIOp>(part, emit_.splatInt(ints_, shift));
      quant = quant ? Value(emit_.create<arith::OrIOp>(quant, part)) : part;
      shift += plane.width;
      first += plane.width;
    }
    return toBytes(quant);
  }

  Value planeOf(Value line, int64_t width, int64_t shift) {
    if (width == 8) return line;
    if (shift) line = emit_.create<arith::ShRUIOp>(line, emit_.splatInt(ints_, shift));
    int64_t mask = ((1 << width) - 1) * 0x01010101;
    return emit_.create<arith::AndIOp>(line, emit_.splatInt(ints_, mask));
  }

  Value toBytes(Value quant) {
    if (code_.type == TensorType::kQ8_0)
      quant = emit_.create<arith::XOrIOp>(quant, emit_.splatInt(ints_, int32_t(0x80808080)));
    Value bytes = emit_.bitcast(bytes_, quant);
    if (!code_.levels) return bytes;
    uint8_t table[16];
    for (int i = 0; i < 16; ++i) table[i] = static_cast<uint8_t>(code_.levels[i] + code_.bias);
    return target_.lookUp(emit_, table, bytes);
  }

  //===--------------------------------------------------------------------===//
  // Scales
  //===--------------------------------------------------------------------===//

  /// 16 halves from `offset` on, as floats.
  Value halves(Value unit, Value offset) {
    Value at = emit_.at(unit, offset);
    if (code_.type == TensorType::kMXFP4) {
      Value bits = emit_.load(emit_.vec(emit_.getI16Type()), at, 32);
      Value wide = emit_.create<arith::ExtUIOp>(ints_, bits);
      return emit_.bitcast(floats_, emit_.create<arith::ShLIOp>(wide, emit_.splatInt(ints_, 16)));
    }
    return emit_.create<arith::ExtFOp>(floats_, emit_.load(emit_.vec(emit_.getF16Type()), at, 32));
  }

  GroupScales scalesOf(Value unit, int64_t panel, Value group, int64_t half) {
    GroupScales scales;
    if (!hasSmallScales_) {
      scales.scale = halves(unit, emit_.mul(group, 32));
      // x = d q + m: the minimum is 1 under the scale -m.
      if (form_.has_minima)
        scales.minScale =
            emit_.create<arith::NegFOp>(halves(unit, emit_.add(emit_.mul(group, 32), 64)));
      return scales;
    }
    scales.scale = halves(unit, emit_.i64(0));
    if (form_.has_minima) scales.minScale = halves(unit, emit_.i64(32));
    Value index = emit_.add(emit_.mul(group, numbersPerGroup_), numbersPerGroup_ == 2 ? half : 0);
    Value offset = emit_.mul(index, kLine);
    scales.integer = emit_.load(floats_, emit_.at(scales_[panel], offset), 64);
    if (form_.has_minima)
      scales.minimum = emit_.load(floats_, emit_.at(minima_[panel], offset), 64);
    return scales;
  }

  /// Writes a unit's small scales and minima to the frame, as floats.
  void spreadScales(Value unit, int64_t panel) {
    auto store = [&](Value frame, int64_t index, Value number) {
      emit_.store(emit_.create<arith::SIToFPOp>(floats_, number), emit_.at(frame, index * kLine),
                  64);
    };
    auto line = [&](int64_t index) {
      return emit_.load(ints_, emit_.at(unit, kLine + index * kLine), 64);
    };
    auto field = [&](Value word, int64_t shift, int64_t mask) -> Value {
      Value moved =
          shift ? Value(emit_.create<arith::ShRUIOp>(word, emit_.splatInt(ints_, shift))) : word;
      return emit_.create<arith::AndIOp>(moved, emit_.splatInt(ints_, mask));
    };
    auto less32 = [&](Value number) -> Value {
      return emit_.create<arith::SubIOp>(number, emit_.splatInt(ints_, 32));
    };
    Value scales = scales_[panel], minima = minima_[panel];
    int64_t numbers = groups_ * numbersPerGroup_;
    switch (code_.type) {
      case TensorType::kQ2_K:
        for (int64_t i = 0; i < numbers; ++i) {
          store(scales, i, field(line(i / 4), i % 4 * 8, 15));
          store(minima, i, field(line(i / 4), i % 4 * 8 + 4, 15));
        }
        return;
      case TensorType::kQ6_K:
        for (int64_t i = 0; i < numbers; ++i) {
          Value high =
              emit_.create<arith::ShLIOp>(line(i / 4), emit_.splatInt(ints_, 24 - i % 4 * 8));
          store(scales, i, emit_.create<arith::ShRSIOp>(high, emit_.splatInt(ints_, 24)));
        }
        return;
      case TensorType::kIQ4_XS: {
        Value high = emit_.create<arith::ExtUIOp>(
            ints_, emit_.load(emit_.vec(emit_.getI16Type()), emit_.at(unit, 32), 32));
        for (int64_t i = 0; i < numbers; ++i) {
          Value upper =
              emit_.create<arith::ShLIOp>(field(high, 2 * i, 3), emit_.splatInt(ints_, 4));
          store(scales, i, less32(emit_.create<arith::OrIOp>(field(line(0), 4 * i, 15), upper)));
        }
        return;
      }
      default: break;
    }
    // Sixteen numbers of 6 bits.
    auto six = [&](int64_t i) -> Value {
      if (i < 12) return field(line(i / 4), i % 4 * 8, 63);
      Value number;
      for (int64_t word = 0; word < 3; ++word) {
        Value bits = field(line(word), (i - 12) * 8 + 6, 3);
        if (word) bits = emit_.create<arith::ShLIOp>(bits, emit_.splatInt(ints_, 2 * word));
        number = number ? Value(emit_.create<arith::OrIOp>(number, bits)) : bits;
      }
      return number;
    };
    for (int64_t i = 0; i < 16; ++i) {
      if (!form_.has_minima)
        store(scales, i, less32(six(i)));
      else
        store(i < 8 ? scales : minima, i % 8, six(i));
    }
  }

  Value mul(Value a, Value b) { return emit_.create<arith::MulFOp>(a, b); }

  Emit &emit_;
  const Target &target_;
  const Code &code_;
  const R16Format &format_;
  const gguf::IntegerForm &form_;
  VectorType floats_, ints_, bytes_;
  int64_t groups_, groupBytes_, numbersPerGroup_;
  bool hasSmallScales_;
  /// For each panel, room for a unit's small numbers as floats.
  SmallVector<Value> scales_, minima_;
};

}  // namespace

std::unique_ptr<Micro> createIntegerMicro(Emit &emit, const Target &target, TensorType type) {
  for (const Code &code : kCodes)
    if (code.type == type) return std::make_unique<IntegerMicro>(emit, target, code);
  return nullptr;
}

}  // namespace emel::cpu
