// Products of 8-bit activations and packed block formats. For each group of 32 columns
//
//     acc = fma(sum of scale * (dot of 16 or 32), D * d, acc)
//     acc = fma(sum of minimum * (sum of 16 or 32 activations), -(D' * d), acc)
//
// with a lane for each of the panel's 16 rows. Quants are bytes of 0 to 255: formats with negative
// values are moved up by `bias`, and dots start at -bias times the sum of the activations.

#include "codegen/cpu/Micro.h"
#include "runtime/gguf/integer_blocks.h"

using namespace mlir;

namespace emel::cpu {
namespace {

using gguf::TensorType;
using layout::R16Format;

constexpr int64_t kGroup = gguf::kIntegerGroup;
constexpr int64_t kLine = layout::kR16Line;

constexpr int8_t kIq4Levels[16] = {-127, -104, -83, -65, -49, -35, -22, -10,
                                   1,    13,   25,  38,  53,  69,  89,  113};
constexpr int8_t kMxfp4Levels[16] = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

/// What differs between formats beside their planes.
struct Code {
  TensorType type;
  int bias;                      // of the quants
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

/// What a group of a panel is scaled by: floats of the format, and of small integers one or two for
/// its halves; null where a format has none.
struct GroupScales {
  Value scale, minScale;
  SmallVector<Value, 2> integers, minima;
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
    halves_ = form_.elements_per_scale == 16 ? 2 : 1;
  }

  SmallVector<Value> multiply(const MicroOperands &operands) override {
    if (hasSmallScales_ && scales_.size() < operands.panels.size()) {
      int64_t numbers = groups_ * halves_;
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
    int64_t rows = operands.rows.size(), panels = operands.panels.size();
    // What a row has for the group: its scale, and its sums of 16.
    struct Activation {
      Value quants, scale;
      SmallVector<Value, 2> sums;  // of as many halves as the format has
    };
    SmallVector<Activation> activations;
    for (Value row : operands.rows) {
      Activation own;
      own.quants = emit_.at(row, column);
      Value eighth = emit_.div(column, 8);
      own.scale = emit_.broadcast(
          emit_.load(emit_.f32(), emit_.at(row, emit_.add(eighth, operands.columns))));
      Value at = emit_.at(row, emit_.add(eighth, operands.columns + operands.columns / 8));
      if (code_.bias != 0 || form_.has_minima) {
        SmallVector<Value, 2> both;
        for (int64_t half : {0, 1})
          both.push_back(emit_.create<arith::ExtSIOp>(
              emit_.i32(), emit_.load(emit_.getI16Type(), emit_.at(at, 2 * half))));
        if (halves_ == 1) both = {Value(emit_.create<arith::AddIOp>(both[0], both[1]))};
        own.sums = both;
      }
      activations.push_back(own);
    }
    SmallVector<Value> result(sums);
    for (int64_t p = 0; p < panels; ++p) {
      Value lines = emit_.at(units[p], emit_.add(emit_.mul(group, groupBytes_), format_.head));
      SmallVector<SmallVector<Value, 2>> dots(rows);
      for (int64_t r = 0; r < rows; ++r)
        for (int64_t half = 0; half < halves_; ++half)
          dots[r].push_back(code_.bias == 0 ? emit_.splatInt(ints_, 0)
                                            : emit_.broadcast(emit_.create<arith::MulIOp>(
                                                  activations[r].sums[half], emit_.i32(-code_.bias))));
      addDots(lines, llvm::map_to_vector(activations, [](auto &own) { return own.quants; }), dots);
      GroupScales scales = scalesOf(units[p], p, group);
      for (int64_t r = 0; r < rows; ++r) {
        Value &sum = result[p + r * panels];
        Value factor = mul(scales.scale, activations[r].scale);
        sum = emit_.fma(combine(dots[r], scales.integers), factor, sum);
        if (!form_.has_minima) continue;
        SmallVector<Value, 2> spread;
        for (Value own : activations[r].sums) spread.push_back(emit_.broadcast(own));
        Value minFactor = emit_.create<arith::NegFOp>(mul(scales.minScale, activations[r].scale));
        sum = emit_.fma(combine(spread, scales.minima), minFactor, sum);
      }
    }
    return result;
  }

  /// The integers' sum, each times its number where there are some: exact, below 2^24.
  Value combine(ArrayRef<Value> integers, ArrayRef<Value> numbers) {
    Value sum;
    for (auto [i, integer] : llvm::enumerate(integers)) {
      Value x = emit_.create<arith::SIToFPOp>(floats_, integer);
      if (numbers.empty()) return x;
      sum = sum ? emit_.fma(x, numbers[i], sum) : mul(x, numbers[i]);
    }
    return sum;
  }

  /// The dots of a group: of each of its 8 dwords a line of quants against a dword of each row.
  void addDots(Value lines, ArrayRef<Value> quants, MutableArrayRef<SmallVector<Value, 2>> dots) {
    SmallVector<Value> loaded(16);
    auto line = [&](int64_t index) {
      if (!loaded[index]) loaded[index] = emit_.load(ints_, emit_.at(lines, index * kLine), 64);
      return loaded[index];
    };
    for (int64_t index = 0; index * kLine < groupBytes_; ++index)
      emit_.prefetch(emit_.at(lines, index * kLine + 4096));
    for (int64_t dword = 0; dword < kGroup / 4; ++dword) {
      Value quant;
      int64_t shift = 0, first = 0;
      for (const R16Format::Plane &plane : format_.planes) {
        if (plane.width == 0) break;
        Value part = planeOf(line(first + dword % plane.width), plane.width,
                             plane.width * (dword / plane.width));
        if (shift) part = emit_.create<arith::ShLIOp>(part, emit_.splatInt(ints_, shift));
        quant = quant ? Value(emit_.create<arith::OrIOp>(quant, part)) : part;
        shift += plane.width;
        first += plane.width;
      }
      Value values = toBytes(quant);
      for (auto [row, dot] : llvm::zip(quants, dots)) {
        Value x = emit_.broadcast(emit_.load(emit_.i32(), emit_.at(row, 4 * dword)));
        Value &own = dot[dword / (kGroup / 4 / halves_)];
        own = target_.dotBytes(emit_, own, values, emit_.bitcast(bytes_, x));
      }
    }
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
      return emit_.bitcast(floats_,
                           emit_.create<arith::ShLIOp>(wide, emit_.splatInt(ints_, 16)));
    }
    return emit_.create<arith::ExtFOp>(floats_, emit_.load(emit_.vec(emit_.getF16Type()), at, 32));
  }

  GroupScales scalesOf(Value unit, int64_t panel, Value group) {
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
    for (int64_t half = 0; half < halves_; ++half) {
      Value offset = emit_.mul(emit_.add(emit_.mul(group, halves_), half), kLine);
      scales.integers.push_back(emit_.load(floats_, emit_.at(scales_[panel], offset), 64));
      if (form_.has_minima)
        scales.minima.push_back(emit_.load(floats_, emit_.at(minima_[panel], offset), 64));
    }
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
      Value moved = shift ? Value(emit_.create<arith::ShRUIOp>(word, emit_.splatInt(ints_, shift)))
                          : word;
      return emit_.create<arith::AndIOp>(moved, emit_.splatInt(ints_, mask));
    };
    auto less32 = [&](Value number) -> Value {
      return emit_.create<arith::SubIOp>(number, emit_.splatInt(ints_, 32));
    };
    Value scales = scales_[panel], minima = minima_[panel];
    int64_t numbers = groups_ * halves_;
    switch (code_.type) {
      case TensorType::kQ2_K:
        for (int64_t i = 0; i < numbers; ++i) {
          store(scales, i, field(line(i / 4), i % 4 * 8, 15));
          store(minima, i, field(line(i / 4), i % 4 * 8 + 4, 15));
        }
        return;
      case TensorType::kQ6_K:
        for (int64_t i = 0; i < numbers; ++i) {
          Value high = emit_.create<arith::ShLIOp>(line(i / 4), emit_.splatInt(ints_, 24 - i % 4 * 8));
          store(scales, i, emit_.create<arith::ShRSIOp>(high, emit_.splatInt(ints_, 24)));
        }
        return;
      case TensorType::kIQ4_XS: {
        Value high = emit_.create<arith::ExtUIOp>(
            ints_, emit_.load(emit_.vec(emit_.getI16Type()), emit_.at(unit, 32), 32));
        for (int64_t i = 0; i < numbers; ++i) {
          Value upper = emit_.create<arith::ShLIOp>(field(high, 2 * i, 3), emit_.splatInt(ints_, 4));
          store(scales, i,
                less32(emit_.create<arith::OrIOp>(field(line(0), 4 * i, 15), upper)));
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
  int64_t groups_, groupBytes_, halves_;
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
