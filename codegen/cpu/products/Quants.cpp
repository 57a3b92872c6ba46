#include "codegen/cpu/products/Quants.h"

#include "codegen/cpu/products/DecodeBlocks.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;

namespace emel::cpu {

using gguf::TensorType;
using layout::R16Format;

std::unique_ptr<Quants> Quants::create(Emit &emit, const Target &target, TensorType type) {
  bool isKnown = gguf::FindIntegerForm(type) && layout::FindR16(type);
  return isKnown ? std::unique_ptr<Quants>(new Quants(emit, target, *findPlaneFormat(type)))
                 : nullptr;
}

/// Numbers of a signed byte move up by as much; the others are bits already.
static int64_t biasOf(const PlaneFormat &format) {
  bool isSigned = format.form.type == TensorType::kQ8_0 || !format.levels.empty();
  return isSigned ? 128 : format.offset;
}

Quants::Quants(Emit &emit, const Target &target, const PlaneFormat &plane)
    : emit_(emit),
      target_(target),
      type_(plane.form.type),
      bias_(biasOf(plane)),
      levels_(plane.levels),
      format_(plane.form),
      form_(*gguf::FindIntegerForm(type_)),
      floats_(emit.vec(emit.f32(), target.lanes())),
      ints_(emit.vec(emit.i32(), target.lanes())),
      bytes_(emit.vec(emit.i8(), 4 * target.lanes())),
      lanes_(target.lanes()),
      groups_(format_.unit / kQuantGroup),
      groupBytes_((format_.planes[0].width + format_.planes[1].width) * kPanelLine),
      numbersPerGroup_(form_.elements_per_scale == 16 ? 2 : 1),
      hasSmallScales_(format_.unit > 64) {
  bool isSigned = target.dotBytes == DotBytes::kSdot ||
                  (target.dotBytes == DotBytes::kVpmaddubsw && bias_ == 128);
  offset_ = isSigned ? bias_ : 0;
  bias_ -= offset_;
}

/// Loads what several parts of the code read. Where a register has fewer lanes than a panel has
/// rows, each reads it anew, which costs less than to keep it.
static Value readAnew(Emit &emit, const Target &target, VectorType type, Value at) {
  int64_t bytes = type.getNumElements() * type.getElementTypeBitWidth() / 8;
  return emit.create<LLVM::LoadOp>(type, at, bytes, /*isVolatile=*/target.lanes() < kLanes);
}

ByteRange Quants::range() const {
  auto moved = [&](int64_t number, int64_t by) { return static_cast<int>(number + by); };
  if (!levels_.empty()) {
    auto [least, most] = std::minmax_element(levels_.begin(), levels_.end());
    return {moved(*least, bias_), moved(*most, bias_)};
  }
  int64_t most = (1 << (format_.planes[0].width + format_.planes[1].width)) - 1;
  return {moved(0, -offset_), moved(most, -offset_)};
}

//===----------------------------------------------------------------------===//
// Quants
//===----------------------------------------------------------------------===//

Value Quants::lines(const QuantUnit &unit, Value group) {
  return emit_.at(unit.words, emit_.add(emit_.mul(group, groupBytes_), format_.head));
}

Value Quants::dword(Value lines, int64_t dword) {
  Value quant;
  int64_t shift = 0, first = 0;
  for (const R16Format::Plane &plane : format_.planes) {
    if (plane.width == 0) break;
    Value line = readAnew(emit_, target_, ints_,
                          emit_.at(lines, (first + dword % plane.width) * kPanelLine));
    Value part = planeOf(line, plane.width, plane.width * (dword / plane.width));
    if (shift) part = emit_.create<arith::ShLIOp>(part, emit_.splatInt(ints_, shift));
    quant = quant ? Value(emit_.create<arith::OrIOp>(quant, part)) : part;
    shift += plane.width;
    first += plane.width;
  }
  return toBytes(quant);
}

Value Quants::planeOf(Value line, int64_t width, int64_t shift) {
  if (width == 8) return line;
  if (shift) line = emit_.create<arith::ShRUIOp>(line, emit_.splatInt(ints_, shift));
  int64_t mask = ((1 << width) - 1) * 0x01010101;
  return emit_.create<arith::AndIOp>(line, emit_.splatInt(ints_, mask));
}

Value Quants::toBytes(Value quant) {
  if (type_ == TensorType::kQ8_0 && bias_)
    quant = emit_.create<arith::XOrIOp>(quant, emit_.splatInt(ints_, int32_t(0x80808080)));
  Value bytes = emit_.bitcast(bytes_, quant);
  if (levels_.empty() && type_ != TensorType::kQ8_0 && offset_)
    bytes = emit_.create<arith::SubIOp>(bytes, emit_.splatInt(bytes_, offset_));
  if (levels_.empty()) return bytes;
  uint8_t table[16];
  for (int i = 0; i < 16; ++i) table[i] = static_cast<uint8_t>(levels_[i] + bias_);
  return target_.lookUp(emit_, table, bytes);
}

//===----------------------------------------------------------------------===//
// Scales
//===----------------------------------------------------------------------===//

/// Halves from `offset` on, as floats.
Value Quants::halves(const QuantUnit &unit, Value offset) {
  Value at = emit_.at(unit.halves, offset);
  if (type_ == TensorType::kMXFP4) {
    Value bits = readAnew(emit_, target_, emit_.vec(emit_.getI16Type(), lanes_), at);
    Value wide = emit_.create<arith::ExtUIOp>(ints_, bits);
    return emit_.bitcast(floats_, emit_.create<arith::ShLIOp>(wide, emit_.splatInt(ints_, 16)));
  }
  return emit_.create<arith::ExtFOp>(
      floats_, readAnew(emit_, target_, emit_.vec(emit_.getF16Type(), lanes_), at));
}

QuantScales Quants::scales(const QuantUnit &unit, Value group, int64_t half) {
  QuantScales scales;
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
  Value offset = emit_.mul(index, 4 * lanes_);
  scales.integer = emit_.at(scales_[unit.strip], offset);
  if (form_.has_minima) scales.minimum = emit_.at(minima_[unit.strip], offset);
  return scales;
}

Value Quants::number(Value address) {
  return address ? readAnew(emit_, target_, floats_, address) : Value();
}

QuantUnit Quants::begin(Value address, Value lane, size_t strip) {
  QuantUnit unit{emit_.at(address, emit_.mul(lane, 4)), emit_.at(address, emit_.mul(lane, 2)),
                 strip};
  if (!hasSmallScales_) return unit;
  int64_t bytes = groups_ * numbersPerGroup_ * 4 * lanes_;
  while (scales_.size() <= strip) {
    scales_.push_back(emit_.frame(bytes));
    minima_.push_back(form_.has_minima ? emit_.frame(bytes) : Value());
  }
  spreadScales(unit, scales_[strip], minima_[strip]);
  return unit;
}

void Quants::keep(Value memory, int64_t index, Value number) {
  emit_.store(emit_.create<arith::SIToFPOp>(floats_, number), emit_.at(memory, index * 4 * lanes_),
              4 * lanes_);
}

Value Quants::line(const QuantUnit &unit, int64_t index) {
  return emit_.load(ints_, emit_.at(unit.words, kPanelLine + index * kPanelLine), 4 * lanes_);
}

Value Quants::field(Value word, int64_t shift, int64_t mask) {
  if (shift) word = emit_.create<arith::ShRUIOp>(word, emit_.splatInt(ints_, shift));
  return emit_.create<arith::AndIOp>(word, emit_.splatInt(ints_, mask));
}

Value Quants::less32(Value number) {
  return emit_.create<arith::SubIOp>(number, emit_.splatInt(ints_, 32));
}

/// Writes a unit's small scales and minima to memory, as floats.
void Quants::spreadScales(const QuantUnit &unit, Value scales, Value minima) {
  int64_t numbers = groups_ * numbersPerGroup_;
  switch (type_) {
    case TensorType::kQ2_K:
      for (int64_t i = 0; i < numbers; ++i) {
        keep(scales, i, field(line(unit, i / 4), i % 4 * 8, 15));
        keep(minima, i, field(line(unit, i / 4), i % 4 * 8 + 4, 15));
      }
      return;
    case TensorType::kQ6_K:
      for (int64_t i = 0; i < numbers; ++i) {
        Value shift = emit_.splatInt(ints_, 24 - i % 4 * 8);
        Value high = emit_.create<arith::ShLIOp>(line(unit, i / 4), shift);
        keep(scales, i, emit_.create<arith::ShRSIOp>(high, emit_.splatInt(ints_, 24)));
      }
      return;
    case TensorType::kIQ4_XS: {
      Value high = emit_.create<arith::ExtUIOp>(
          ints_,
          emit_.load(emit_.vec(emit_.getI16Type(), lanes_), emit_.at(unit.halves, 32), 2 * lanes_));
      for (int64_t i = 0; i < numbers; ++i) {
        Value upper = emit_.create<arith::ShLIOp>(field(high, 2 * i, 3), emit_.splatInt(ints_, 4));
        Value lower = field(line(unit, 0), 4 * i, 15);
        keep(scales, i, less32(emit_.create<arith::OrIOp>(lower, upper)));
      }
      return;
    }
    default: spreadSixBits(unit, scales, minima);
  }
}

/// Sixteen numbers of 6 bits.
void Quants::spreadSixBits(const QuantUnit &unit, Value scales, Value minima) {
  auto six = [&](int64_t i) -> Value {
    if (i < 12) return field(line(unit, i / 4), i % 4 * 8, 63);
    Value number;
    for (int64_t word = 0; word < 3; ++word) {
      Value bits = field(line(unit, word), (i - 12) * 8 + 6, 3);
      if (word) bits = emit_.create<arith::ShLIOp>(bits, emit_.splatInt(ints_, 2 * word));
      number = number ? Value(emit_.create<arith::OrIOp>(number, bits)) : bits;
    }
    return number;
  };
  for (int64_t i = 0; i < 16; ++i) {
    if (!form_.has_minima)
      keep(scales, i, less32(six(i)));
    else
      keep(i < 8 ? scales : minima, i % 8, six(i));
  }
}

}  // namespace emel::cpu
