// Formats whose elements are numbers of a few bits under scales: the k-quants, their simpler kin,
// and those whose bits select a level. 16 elements at a time, as 32-bit lanes.

#include "codegen/cpu/products/DecodeBlocks.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "runtime/gguf/levels.h"

using namespace mlir;

namespace emel::cpu {

using gguf::kE2m1Doubled;
using gguf::kFourBitLevels;
using gguf::TensorType;
using layout::kR16Line;
using layout::R16Format;
using Kind = R16Format::Kind;
using PerLane = llvm::function_ref<int64_t(int64_t)>;

/// Elements of one step of r16's planes.
static constexpr int64_t kGroup = 32;

static constexpr int8_t kSigns[16] = {-1, 1};

//===----------------------------------------------------------------------===//
// Formats
//===----------------------------------------------------------------------===//

static PlaneFormat ofR16(TensorType type, int offset, ArrayRef<int8_t> levels = {}) {
  return {*layout::FindR16(type), offset, levels};
}

const PlaneFormat *findPlaneFormat(TensorType type) {
  static const PlaneFormat formats[] = {
      ofR16(TensorType::kQ8_0, 0),
      ofR16(TensorType::kQ4_0, 8),
      ofR16(TensorType::kQ4_1, 0),
      ofR16(TensorType::kQ5_0, 16),
      ofR16(TensorType::kQ5_1, 0),
      ofR16(TensorType::kQ2_K, 0),
      ofR16(TensorType::kQ3_K, 4),
      ofR16(TensorType::kQ4_K, 0),
      ofR16(TensorType::kQ5_K, 0),
      ofR16(TensorType::kQ6_K, 32),
      ofR16(TensorType::kIQ4_NL, 0, kFourBitLevels),
      ofR16(TensorType::kIQ4_XS, 0, kFourBitLevels),
      ofR16(TensorType::kMXFP4, 0, kE2m1Doubled),
      {{TensorType::kNVFP4, 64, 0, {{Kind::kWord, 0, 0}}, {{4, 4, 8}}}, 0, kE2m1Doubled},
      {{TensorType::kQ1_0, 128, 0, {{Kind::kHalf, 0, 0}}, {{1, 2, 1}}}, 0, kSigns},
      {{TensorType::kQ2_0, 64, 0, {{Kind::kHalf, 0, 0}}, {{2, 2, 1}}}, 1},
      {{TensorType::kTQ2_0, 256, 0, {{Kind::kHalf, 64, 0}}, {{2, 0, 32}}}, 1},
  };
  const auto *found = llvm::find_if(formats, [&](auto &row) { return row.form.type == type; });
  return found == std::end(formats) ? nullptr : found;
}

//===----------------------------------------------------------------------===//
// Vectors
//===----------------------------------------------------------------------===//

Value laneConstants(Emit &emit, int64_t lanes, PerLane number) {
  SmallVector<int32_t> numbers;
  for (int64_t i = 0; i < lanes; ++i) numbers.push_back(number(i));
  return emit.create<arith::ConstantOp>(
      DenseElementsAttr::get(emit.vec(emit.i32(), lanes), ArrayRef<int32_t>(numbers)));
}

Value pickLanes(Emit &emit, Value vector, int64_t lanes, PerLane element) {
  SmallVector<int64_t> elements;
  for (int64_t i = 0; i < lanes; ++i) elements.push_back(element(i));
  return emit.create<vector::ShuffleOp>(vector, vector, elements);
}

Value emitHalf(Emit &emit, Value bits) {
  if (auto vector = dyn_cast<VectorType>(bits.getType()))
    return emit.create<arith::ExtFOp>(vector.clone(emit.f32()),
                                      emit.bitcast(vector.clone(emit.getF16Type()), bits));
  return emit.create<arith::ExtFOp>(emit.f32(), emit.bitcast(emit.getF16Type(), bits));
}

Value emitBfloat16(Emit &emit, Value bits) {
  Type words = emit.i32(), floats = emit.f32();
  if (auto vector = dyn_cast<VectorType>(bits.getType()))
    words = vector.clone(words), floats = vector.clone(floats);
  Value word = emit.create<arith::ExtUIOp>(words, bits);
  return emit.bitcast(floats, emit.create<arith::ShLIOp>(word, emit.splatInt(words, 16)));
}

/// Bits of 16 lanes: (vector >> shift) & mask.
static Value cut(Emit &emit, Value vector, PerLane shift, PerLane mask) {
  Value low = emit.create<arith::ShRUIOp>(vector, laneConstants(emit, kLanes, shift));
  return emit.create<arith::AndIOp>(low, laneConstants(emit, kLanes, mask));
}

/// The same of the byte that each lane takes.
static Value cutBytes(Emit &emit, Value bytes, PerLane byte, PerLane shift, PerLane mask) {
  Value own = pickLanes(emit, bytes, kLanes, byte);
  return cut(emit, emit.create<arith::ExtUIOp>(emit.vec(emit.i32()), own), shift, mask);
}

/// low | high << shift.
static Value join(Emit &emit, Value low, Value high, int64_t shift) {
  Value shifted = emit.create<arith::ShLIOp>(high, emit.splatInt(high.getType(), shift));
  return emit.create<arith::OrIOp>(low, shifted);
}

//===----------------------------------------------------------------------===//
// Scales
//===----------------------------------------------------------------------===//

Value PlaneDecoder::half(const Place &place, const R16Format::Field &field) {
  Value from = emit_.at(place.halves, lane_ ? field.target : field.source);
  if (field.kind == Kind::kHalf) return emitHalf(emit_, emit_.load(emit_.getI16Type(), from));
  if (lane_) return emitBfloat16(emit_, emit_.load(emit_.getI16Type(), from));
  // Half of 2^(e - 127), which is subnormal for the two smallest exponents.
  Value e = emit_.create<arith::ExtUIOp>(emit_.i32(), emit_.load(emit_.i8(), from));
  Value small = emit_.create<arith::ShLIOp>(emit_.i32(0x200000), e);
  Value normal = emit_.create<arith::ShLIOp>(emit_.sub(e, emit_.i32(1)), emit_.i32(23));
  Value isSmall = emit_.create<arith::CmpIOp>(arith::CmpIPredicate::ult, e, emit_.i32(2));
  return emit_.bitcast(emit_.f32(), emit_.create<arith::SelectOp>(isSmall, small, normal));
}

/// `count` times 4 bytes.
Value PlaneDecoder::words(const Place &place, const R16Format::Field &field, int64_t count) {
  VectorType bytes = emit_.vec(emit_.i8(), 4 * count);
  if (!lane_) return emit_.load(bytes, emit_.at(place.words, field.source));
  SmallVector<Value> words;
  for (int64_t i = 0; i < count; ++i)
    words.push_back(emit_.load(emit_.i32(), emit_.at(place.words, field.target + i * kR16Line)));
  return emit_.bitcast(bytes,
                       emit_.create<vector::FromElementsOp>(emit_.vec(emit_.i32(), count), words));
}

/// Sixteen numbers of 6 bits (docs/layouts.md): scales 0-15, or scales 0-7 and minimums 0-7.
Value PlaneDecoder::sixBits(const Place &place, const R16Format::Field &field) {
  Value bytes = words(place, field, 3);
  auto pick = [&](PerLane byte, PerLane shift, PerLane mask) {
    return cutBytes(emit_, bytes, byte, shift, mask);
  };
  auto isLast = [](int64_t i) { return i >= 12; };
  if (lane_) {
    // Number 12 + i has two bits of each of the bytes i, 4 + i and 8 + i.
    auto three = [&](int64_t i) -> int64_t { return isLast(i) ? 3 : 0; };
    auto six = [](int64_t) -> int64_t { return 6; };
    Value low = pick([&](int64_t i) { return isLast(i) ? i - 12 : i; },
                     [&](int64_t i) { return isLast(i) ? 6 : 0; },
                     [&](int64_t i) { return isLast(i) ? 3 : 63; });
    Value middle = pick([&](int64_t i) { return isLast(i) ? i - 8 : 0; }, six, three);
    Value high = pick([&](int64_t i) { return isLast(i) ? i - 4 : 0; }, six, three);
    return join(emit_, join(emit_, low, middle, 2), high, 4);
  }
  if (field.kind == Kind::kScales6) {
    Value low = pick([](int64_t i) { return i % 8; }, [](int64_t i) { return i / 8 * 4; },
                     [](int64_t) { return 15; });
    Value high = pick([](int64_t i) { return 8 + i % 4; }, [](int64_t i) { return i / 4 * 2; },
                      [](int64_t) { return 3; });
    return join(emit_, low, high, 4);
  }
  // Scales 0-3 and 4-7, minimums 0-3 and 4-7.
  static constexpr int64_t kFirst[] = {0, 8, 4, 8}, kShift[] = {0, 0, 0, 4},
                           kMask[] = {63, 15, 63, 15}, kHigh[] = {0, 0, 4, 4},
                           kHighMask[] = {0, 3, 0, 3};
  Value low = pick([](int64_t i) { return kFirst[i / 4] + i % 4; },
                   [](int64_t i) { return kShift[i / 4]; }, [](int64_t i) { return kMask[i / 4]; });
  Value high = pick([](int64_t i) { return kHigh[i / 4] + i % 4; }, [](int64_t) { return 6; },
                    [](int64_t i) { return kHighMask[i / 4]; });
  return join(emit_, low, high, 4);
}

/// Whether parts of a block have scales of their own.
static bool hasScaleNumbers(const R16Format &form) {
  return llvm::any_of(form.fields, [](const R16Format::Field &field) {
    return field.kind != Kind::kNone && field.kind != Kind::kHalf && field.kind != Kind::kE8M0;
  });
}

/// d times the integers of 16 lanes, in memory.
Value PlaneDecoder::keep(Value d, Value numbers, Value memory) {
  Value floats = emit_.create<arith::SIToFPOp>(emit_.vec(emit_.f32()), numbers);
  emit_.store(emit_.create<arith::MulFOp>(emit_.broadcast(d), floats), memory, 64);
  return memory;
}

/// The scales of nvfp4: unsigned floats of 4 exponent and 3 fraction bits, halved. Its NaN is 0.
static Value smallFloats(Emit &emit, Value bytes) {
  VectorType ints = emit.vec(emit.i32()), floats = emit.vec(emit.f32());
  Value code = cutBytes(
      emit, bytes, [](int64_t i) { return i % 4; }, [](int64_t) { return 0; },
      [](int64_t) { return 127; });
  Value isNan =
      emit.create<arith::CmpIOp>(arith::CmpIPredicate::eq, code, emit.splatInt(ints, 127));
  code = emit.create<arith::SelectOp>(isNan, emit.splatInt(ints, 0), code);
  Value bits = emit.create<arith::ShLIOp>(code, emit.splatInt(ints, 20));
  return emit.create<arith::MulFOp>(emit.bitcast(floats, bits), emit.splat(floats, 0x1p119));
}

/// Scales that are integers under `d`, one for each 16 elements of a block.
PlaneDecoder::Scales PlaneDecoder::emitNumbers(const Place &place, Value d) {
  const R16Format::Field &second = form_.fields[1], &third = form_.fields[2];
  VectorType ints = emit_.vec(emit_.i32());
  auto less32 = [&](Value numbers) -> Value {
    return emit_.sub(numbers, emit_.splatInt(ints, 32));
  };
  auto pairs = [](int64_t i) { return i / 2; };
  if (second.kind == Kind::kScales6)
    return {keep(d, less32(sixBits(place, second)), scaleMemory_), {}};
  if (second.kind == Kind::kWords4) {
    Value scales = emit_.create<arith::ExtSIOp>(ints, words(place, second, 4));
    return {keep(d, scales, scaleMemory_), {}};
  }
  if (third.kind == Kind::kWord) {
    // Eight scales: nibbles of the word, above them pairs of bits of what `second` is here.
    Value from = emit_.at(place.halves, lane_ ? second.target : second.source);
    Value high = emit_.create<arith::ExtUIOp>(emit_.i32(), emit_.load(emit_.getI16Type(), from));
    Value low = emit_.load(emit_.i32(), emit_.at(place.words, lane_ ? third.target : third.source));
    Value numbers = join(emit_,
                         cut(
                             emit_, emit_.broadcast(low), [](int64_t i) { return i / 2 * 4; },
                             [](int64_t) { return 15; }),
                         cut(
                             emit_, emit_.broadcast(high), [](int64_t i) { return i / 2 * 2; },
                             [](int64_t) { return 3; }),
                         4);
    return {keep(d, less32(numbers), scaleMemory_), {}};
  }
  Value dmin = half(place, second), scales, minima;
  if (third.kind == Kind::kWords4) {
    Value bytes = words(place, third, 4);
    auto own = [](int64_t i) { return i; };
    auto nibble = [](int64_t) { return 15; };
    scales = cutBytes(emit_, bytes, own, [](int64_t) { return 0; }, nibble);
    minima = cutBytes(emit_, bytes, own, [](int64_t) { return 4; }, nibble);
  } else {
    Value numbers = sixBits(place, third);
    scales = pickLanes(emit_, numbers, kLanes, pairs);
    minima = pickLanes(emit_, numbers, kLanes, [](int64_t i) { return 8 + i / 2; });
  }
  return {keep(d, scales, scaleMemory_), keep(dmin, minima, offsetMemory_)};
}

PlaneDecoder::Scales PlaneDecoder::emitScales(const Place &place) {
  const R16Format::Field *fields = form_.fields;
  if (fields[0].kind == Kind::kWord) {
    emit_.store(smallFloats(emit_, words(place, fields[0], 1)), scaleMemory_, 64);
    return {scaleMemory_, {}};
  }
  Value d = half(place, fields[0]);
  if (fields[1].kind == Kind::kNone) return {d, {}};
  if (!hasScaleNumbers(form_)) return {d, emit_.create<arith::NegFOp>(half(place, fields[1]))};
  return emitNumbers(place, d);
}

//===----------------------------------------------------------------------===//
// Numbers
//===----------------------------------------------------------------------===//

/// A plane's bits of the elements k to k + 15 of a block as the file has it: element k of a run of
/// `span * 8 / width` has byte k % span, from bit `width * (k / span)` on.
Value PlaneDecoder::rowBits(const R16Format::Plane &plane, Value block, Value k) {
  VectorType ints = emit_.vec(emit_.i32());
  int64_t width = plane.width, span = plane.span, run = span * 8 / width;
  Value first = emit_.at(block, plane.source);
  if (span < kLanes) {
    Value bytes = emit_.load(emit_.vec(emit_.i8(), 2 * width),
                             emit_.at(first, emit_.mul(emit_.div(k, 8), width)));
    return cutBytes(
        emit_, bytes, [&](int64_t i) { return i / run * span + i % span; },
        [&](int64_t i) { return width * (i % run / span); },
        [&](int64_t) { return (1 << width) - 1; });
  }
  Value byte = emit_.add(emit_.mul(emit_.div(k, run), span), emit_.rem(k, span));
  Value bits =
      emit_.create<arith::ExtUIOp>(ints, emit_.load(emit_.vec(emit_.i8()), emit_.at(first, byte)));
  if (width == 8) return bits;
  Value shift = emit_.mul(emit_.div(emit_.rem(k, run), span), width);
  shift = emit_.createOrFold<arith::TruncIOp>(emit_.i32(), shift);
  bits = emit_.create<arith::ShRUIOp>(bits, emit_.broadcast(shift));
  return emit_.create<arith::AndIOp>(bits, emit_.splatInt(ints, (1 << width) - 1));
}

/// The same of half a group of r16: line j, from bit `width * s` on, has the elements from
/// 4 * (s * width + j) on.
Value PlaneDecoder::laneBits(int64_t width, Value lines, int half) {
  SmallVector<Value> words;
  SmallVector<int32_t> shifts;
  for (int64_t q = 4 * half; q < 4 * half + 4; ++q) {
    words.push_back(emit_.load(emit_.i32(), emit_.at(lines, q % width * kR16Line)));
    shifts.push_back(width * (q / width));
  }
  VectorType four = emit_.vec(emit_.i32(), 4);
  Value bits =
      emit_.create<arith::ShRUIOp>(emit_.create<vector::FromElementsOp>(four, words),
                                   laneConstants(emit_, 4, [&](int64_t i) { return shifts[i]; }));
  Value lanes = emit_.create<arith::ExtUIOp>(emit_.vec(emit_.i32()),
                                             emit_.bitcast(emit_.vec(emit_.i8()), bits));
  return emit_.create<arith::AndIOp>(lanes, emit_.splatInt(lanes.getType(), (1 << width) - 1));
}

Value PlaneDecoder::bits(const Place &place, Value group, int half, int plane) {
  const R16Format::Plane *planes = form_.planes;
  if (!lane_)
    return rowBits(planes[plane], place.halves, emit_.add(emit_.mul(group, kGroup), half * kLanes));
  int64_t groupLines = planes[0].width + planes[1].width;
  Value lines = emit_.at(place.lines, emit_.mul(group, groupLines * kR16Line));
  if (plane == 1) lines = emit_.at(lines, planes[0].width * kR16Line);
  return laneBits(planes[plane].width, lines, half);
}

/// What 16 elements' bits stand for.
Value PlaneDecoder::numbers(Value bits) {
  VectorType ints = emit_.vec(emit_.i32());
  if (form_.planes[0].width == 8) {
    Value up = emit_.splatInt(ints, 24);
    return emit_.create<arith::ShRSIOp>(emit_.create<arith::ShLIOp>(bits, up), up);
  }
  if (format_.levels.empty())
    return format_.offset ? emit_.sub(bits, emit_.splatInt(ints, format_.offset)) : bits;
  // Tables are looked up in by 64 bytes.
  Value index = emit_.create<arith::TruncIOp>(emit_.vec(emit_.i8()), bits);
  index = pickLanes(emit_, index, 4 * kLanes, [](int64_t i) { return i % kLanes; });
  ArrayRef<uint8_t> table(reinterpret_cast<const uint8_t *>(format_.levels.data()), 16);
  Value found = target_.lookUp(emit_, table, index);
  return emit_.create<arith::ExtSIOp>(ints,
                                      pickLanes(emit_, found, kLanes, [](int64_t i) { return i; }));
}

//===----------------------------------------------------------------------===//
// Blocks
//===----------------------------------------------------------------------===//

PlaneDecoder::PlaneDecoder(Emit &emit, const Target &target, const PlaneFormat &format, Value base,
                           Value lane)
    : emit_(emit),
      target_(target),
      format_(format),
      form_(format.form),
      info_(gguf::GetInfo(format.form.type)),
      base_(base),
      lane_(lane) {
  if (!hasScaleNumbers(form_)) return;
  scaleMemory_ = emit.frame(4 * kLanes);
  offsetMemory_ = emit.frame(4 * kLanes);
}

PlaneDecoder::Place PlaneDecoder::placeOf(Value block) {
  if (!lane_) {
    Value begin = emit_.at(base_, emit_.mul(block, info_.block_bytes));
    return {begin, begin, {}};
  }
  int64_t perUnit = form_.unit / info_.block_elements;
  int64_t groupBytes = (form_.planes[0].width + form_.planes[1].width) * kR16Line;
  int64_t blockBytes = info_.block_elements / kGroup * groupBytes;
  Value unit =
      emit_.at(base_, emit_.mul(emit_.div(block, perUnit), layout::R16Bytes(form_, form_.unit)));
  Value index = emit_.rem(block, perUnit), words = emit_.at(unit, emit_.mul(lane_, 4));
  Value half = emit_.add(emit_.mul(index, layout::kR16Rows), lane_);
  return {emit_.at(unit, emit_.mul(half, 2)), words,
          emit_.at(emit_.at(words, form_.head), emit_.mul(index, blockBytes))};
}

void PlaneDecoder::emitBlock(Value block, Value out) {
  Place place = placeOf(block);
  Scales scales = emitScales(place);
  VectorType floats = emit_.vec(emit_.f32());
  emit_.loop(emit_.i64(0), emit_.i64(info_.block_elements / kGroup), 1, [&](Value group) {
    for (int half = 0; half < 2; ++half) {
      Value sixteen = emit_.add(emit_.mul(group, 2), half);
      auto own = [&](Value scale) {
        if (isa<FloatType>(scale.getType())) return emit_.broadcast(scale);
        return emit_.broadcast(emit_.load(emit_.f32(), emit_.at(scale, emit_.mul(sixteen, 4)), 4));
      };
      Value code = bits(place, group, half, 0);
      if (form_.planes[1].width)
        code = join(emit_, code, bits(place, group, half, 1), form_.planes[0].width);
      Value number = emit_.create<arith::SIToFPOp>(floats, numbers(code));
      Value value = emit_.create<arith::MulFOp>(own(scales.scale), number);
      if (scales.offset) value = emit_.create<arith::SubFOp>(value, own(scales.offset));
      emit_.store(value, emit_.at(out, emit_.mul(sixteen, 4 * kLanes)));
    }
  });
}

}  // namespace emel::cpu
