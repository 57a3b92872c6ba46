#include "runtime/layout/r16.h"

#include "runtime/layout/six_bits.h"

#include <algorithm>
#include <cstring>
#include <type_traits>

namespace emel::layout {
namespace {

using gguf::TensorType;
using Kind = R16Format::Kind;

// Elements that share a dword of each plane's every line.
constexpr uint32_t kGroup = 32;
constexpr uint32_t kLargestBlock = 256;

// The head of a unit holds, for each field, all of the unit's blocks; planes follow group by group.
constexpr R16Format kFormats[] = {
    {TensorType::kF32, 64, 0, {}, {}},
    {TensorType::kF16, 64, 0, {}, {}},
    {TensorType::kBF16, 64, 0, {}, {}},
    {TensorType::kQ8_0, 64, 64, {{Kind::kHalf, 0, 0}}, {{8, 2, 32}}},
    {TensorType::kQ4_0, 64, 64, {{Kind::kHalf, 0, 0}}, {{4, 2, 16}}},
    {TensorType::kQ4_1, 64, 128, {{Kind::kHalf, 0, 0}, {Kind::kHalf, 2, 64}}, {{4, 4, 16}}},
    {TensorType::kQ5_0, 64, 64, {{Kind::kHalf, 0, 0}}, {{4, 6, 16}, {1, 2, 1}}},
    {TensorType::kQ5_1,
     64,
     128,
     {{Kind::kHalf, 0, 0}, {Kind::kHalf, 2, 64}},
     {{4, 8, 16}, {1, 4, 1}}},
    {TensorType::kIQ4_NL, 64, 64, {{Kind::kHalf, 0, 0}}, {{4, 2, 16}}},
    {TensorType::kMXFP4, 64, 64, {{Kind::kE8M0, 0, 0}}, {{4, 1, 16}}},
    {TensorType::kQ2_K,
     256,
     320,
     {{Kind::kHalf, 80, 0}, {Kind::kHalf, 82, 32}, {Kind::kWords4, 0, 64}},
     {{2, 16, 32}}},
    {TensorType::kQ3_K,
     256,
     256,
     {{Kind::kHalf, 108, 0}, {Kind::kScales6, 96, 64}},
     {{2, 32, 32}, {1, 0, 32}}},
    {TensorType::kQ4_K,
     256,
     256,
     {{Kind::kHalf, 0, 0}, {Kind::kHalf, 2, 32}, {Kind::kMins6, 4, 64}},
     {{4, 16, 32}}},
    {TensorType::kQ5_K,
     256,
     256,
     {{Kind::kHalf, 0, 0}, {Kind::kHalf, 2, 32}, {Kind::kMins6, 4, 64}},
     {{4, 48, 32}, {1, 16, 32}}},
    {TensorType::kQ6_K,
     256,
     320,
     {{Kind::kHalf, 208, 0}, {Kind::kWords4, 192, 64}},
     {{4, 0, 64}, {2, 128, 32}}},
    {TensorType::kIQ4_XS,
     256,
     128,
     {{Kind::kHalf, 0, 0}, {Kind::kHalf, 2, 32}, {Kind::kWord, 4, 64}},
     {{4, 8, 16}}},
};

bool IsFloat(const R16Format& format) { return format.head == 0; }

uint32_t GroupBytes(const R16Format& format) {
  return (format.planes[0].width + format.planes[1].width) * kR16Line;
}

uint32_t LoadWord(const uint8_t* bytes) {
  uint32_t word;
  std::memcpy(&word, bytes, sizeof(word));
  return word;
}

void StoreWord(uint32_t word, uint8_t* bytes) { std::memcpy(bytes, &word, sizeof(word)); }

// Half of 2^(e - 127) as the upper half of a float, which holds it exactly.
uint16_t HalfScale(uint8_t e) { return static_cast<uint16_t>(e < 2 ? 0x20u << e : (e - 1u) << 7); }

uint8_t ExponentOf(uint16_t half_scale) {
  if (half_scale < 0x80) return half_scale >= 0x40 ? 1 : 0;
  return static_cast<uint8_t>((half_scale >> 7) + 1);
}

// A row's part of a field, in the head of the unit: `block` is the block's number in the unit.
void PackField(const R16Format::Field& field, uint32_t block, uint32_t lane, const uint8_t* source,
               uint8_t* head) {
  source += field.source;
  uint8_t* half = head + field.target + (block * kR16Rows + lane) * 2;
  uint8_t* words = head + field.target + lane * 4;
  switch (field.kind) {
    case Kind::kNone:
      return;
    case Kind::kHalf:
      std::memcpy(half, source, 2);
      return;
    case Kind::kE8M0: {
      const uint16_t scale = HalfScale(*source);
      std::memcpy(half, &scale, 2);
      return;
    }
    case Kind::kWord:
      std::memcpy(words, source, 4);
      return;
    case Kind::kWords4:
      for (int i = 0; i < 4; ++i) std::memcpy(words + i * kR16Line, source + 4 * i, 4);
      return;
    case Kind::kScales6:
    case Kind::kMins6: {
      const SixBits numbers = field.kind == Kind::kMins6 ? FromMins(source) : FromScales(source);
      const SixBitWords packed = ToWords(numbers);
      for (int i = 0; i < 3; ++i) StoreWord(packed[i], words + i * kR16Line);
      return;
    }
  }
}

void UnpackField(const R16Format::Field& field, uint32_t block, uint32_t lane, const uint8_t* head,
                 uint8_t* target) {
  target += field.source;
  const uint8_t* half = head + field.target + (block * kR16Rows + lane) * 2;
  const uint8_t* words = head + field.target + lane * 4;
  switch (field.kind) {
    case Kind::kNone:
      return;
    case Kind::kHalf:
      std::memcpy(target, half, 2);
      return;
    case Kind::kE8M0: {
      uint16_t scale;
      std::memcpy(&scale, half, 2);
      *target = ExponentOf(scale);
      return;
    }
    case Kind::kWord:
      std::memcpy(target, words, 4);
      return;
    case Kind::kWords4:
      for (int i = 0; i < 4; ++i) std::memcpy(target + 4 * i, words + i * kR16Line, 4);
      return;
    case Kind::kScales6:
    case Kind::kMins6: {
      SixBitWords packed;
      for (int i = 0; i < 3; ++i) packed[i] = LoadWord(words + i * kR16Line);
      const SixBits numbers = FromWords(packed);
      if (field.kind == Kind::kMins6) {
        ToMins(numbers, target);
      } else {
        ToScales(numbers, target);
      }
      return;
    }
  }
}

// The lowest `width` bits of each byte of a word.
template <uint32_t width>
constexpr uint32_t kMask = ((1u << width) - 1) * 0x01010101u;

// The plane's bits of each element of a block, a byte for each. Most spans are whole words.
template <uint32_t width>
void ReadCodes(const R16Format::Plane& plane, uint32_t elements, const uint8_t* block,
               uint8_t* codes) {
  const uint8_t* run = block + plane.source;
  for (uint32_t k = 0; k < elements; run += plane.span) {
    for (uint32_t shift = 0; shift < 8; shift += width, k += plane.span) {
      if (plane.span == 1) codes[k] = static_cast<uint8_t>(*run >> shift & kMask<width>);
      for (uint32_t i = 0; i + 4 <= plane.span; i += 4) {
        StoreWord(LoadWord(run + i) >> shift & kMask<width>, codes + k + i);
      }
    }
  }
}

// Expects zeros where it writes.
template <uint32_t width>
void WriteCodes(const R16Format::Plane& plane, uint32_t elements, const uint8_t* codes,
                uint8_t* block) {
  uint8_t* run = block + plane.source;
  for (uint32_t k = 0; k < elements; run += plane.span) {
    for (uint32_t shift = 0; shift < 8; shift += width, k += plane.span) {
      for (uint32_t i = 0; i < plane.span; ++i) {
        run[i] = static_cast<uint8_t>(run[i] | codes[k + i] << shift);
      }
    }
  }
}

// A plane takes `width` lines of each group. Line j, bits from width * s on: the codes of elements
// 4 * (s * width + j) and the three after it, one to a byte. Codes are below 2^width, so shifting
// the dword carries nothing from byte to byte.
template <uint32_t width>
void PackPlane(const uint8_t* codes, uint32_t lane, uint8_t* lines) {
  for (uint32_t j = 0; j < width; ++j) {
    uint32_t word = 0;
    for (uint32_t shift = 0; shift < 8; shift += width) {
      word |= LoadWord(codes + 4 * (shift + j)) << shift;
    }
    StoreWord(word, lines + j * kR16Line + lane * 4);
  }
}

template <uint32_t width>
void UnpackPlane(const uint8_t* lines, uint32_t lane, uint8_t* codes) {
  for (uint32_t j = 0; j < width; ++j) {
    const uint32_t word = LoadWord(lines + j * kR16Line + lane * 4);
    for (uint32_t shift = 0; shift < 8; shift += width) {
      StoreWord(word >> shift & kMask<width>, codes + 4 * (shift + j));
    }
  }
}

// Moves one plane of a block: its groups are `group_bytes` apart.
template <uint32_t width>
void MovePlane(const R16Format::Plane& plane, uint32_t elements, uint32_t group_bytes,
               uint32_t lane, const uint8_t* block, uint8_t* lines) {
  uint8_t codes[kLargestBlock];
  ReadCodes<width>(plane, elements, block, codes);
  for (uint32_t k = 0; k < elements; k += kGroup, lines += group_bytes) {
    PackPlane<width>(codes + k, lane, lines);
  }
}

template <uint32_t width>
void MovePlaneBack(const R16Format::Plane& plane, uint32_t elements, uint32_t group_bytes,
                   uint32_t lane, uint8_t* block, const uint8_t* lines) {
  uint8_t codes[kLargestBlock];
  for (uint32_t k = 0; k < elements; k += kGroup, lines += group_bytes) {
    UnpackPlane<width>(lines, lane, codes + k);
  }
  WriteCodes<width>(plane, elements, codes, block);
}

// Calls `move` with the plane's width as a constant.
template <typename Move>
void ForWidth(uint32_t width, Move move) {
  switch (width) {
    case 1:
      return move(std::integral_constant<uint32_t, 1>());
    case 2:
      return move(std::integral_constant<uint32_t, 2>());
    case 4:
      return move(std::integral_constant<uint32_t, 4>());
    case 8:
      return move(std::integral_constant<uint32_t, 8>());
    default:  // 0: the type has no such plane
      return;
  }
}

// Floats: a line holds 4 bytes of each row, one f32 or two consecutive f16 or bf16.
void PackFloats(uint64_t bytes, uint32_t lane, const uint8_t* row, uint8_t* panel) {
  for (uint64_t at = 0; at < bytes; at += 4) {
    std::memcpy(panel + at * kR16Rows + lane * 4, row + at, std::min<uint64_t>(4, bytes - at));
  }
}

void UnpackFloats(uint64_t bytes, uint32_t lane, const uint8_t* panel, uint8_t* row) {
  for (uint64_t at = 0; at < bytes; at += 4) {
    std::memcpy(row + at, panel + at * kR16Rows + lane * 4, std::min<uint64_t>(4, bytes - at));
  }
}

// A block's place in a panel: its unit's head and its own first line.
struct BlockPlace {
  uint64_t unit;   // offset of the unit
  uint32_t index;  // of the block in the unit
  uint64_t lines;  // offset of the block's codes
};

BlockPlace PlaceOf(const R16Format& format, uint64_t block, uint32_t elements) {
  const uint32_t per_unit = format.unit / elements;
  const uint64_t unit_bytes = R16Bytes(format, format.unit);
  BlockPlace place = {block / per_unit * unit_bytes, static_cast<uint32_t>(block % per_unit), 0};
  place.lines = place.unit + format.head + place.index * (elements / kGroup) * GroupBytes(format);
  return place;
}

}  // namespace

const R16Format* FindR16(TensorType type) {
  const auto* format = std::find_if(std::begin(kFormats), std::end(kFormats),
                                    [&](const R16Format& row) { return row.type == type; });
  return format == std::end(kFormats) ? nullptr : format;
}

uint64_t R16Bytes(const R16Format& format, uint64_t columns) {
  if (IsFloat(format)) {
    const uint64_t bytes = columns * gguf::GetInfo(format.type).block_bytes;
    return (bytes + 3) / 4 * kR16Line;
  }
  return (columns + format.unit - 1) / format.unit * format.head +
         columns / kGroup * GroupBytes(format);
}

void PackLane(const R16Format& format, uint64_t columns, uint32_t lane, const uint8_t* row,
              uint8_t* panel) {
  const gguf::TensorTypeInfo& info = gguf::GetInfo(format.type);
  if (IsFloat(format)) return PackFloats(columns * info.block_bytes, lane, row, panel);
  for (uint64_t b = 0; b < columns / info.block_elements; ++b, row += info.block_bytes) {
    const BlockPlace place = PlaceOf(format, b, info.block_elements);
    for (const R16Format::Field& field : format.fields) {
      PackField(field, place.index, lane, row, panel + place.unit);
    }
    uint8_t* lines = panel + place.lines;
    for (const R16Format::Plane& plane : format.planes) {
      ForWidth(plane.width, [&](auto width) {
        MovePlane<width>(plane, info.block_elements, GroupBytes(format), lane, row, lines);
      });
      lines += plane.width * kR16Line;
    }
  }
}

void UnpackLane(const R16Format& format, uint64_t columns, uint32_t lane, const uint8_t* panel,
                uint8_t* row) {
  const gguf::TensorTypeInfo& info = gguf::GetInfo(format.type);
  if (IsFloat(format)) return UnpackFloats(columns * info.block_bytes, lane, panel, row);
  for (uint64_t b = 0; b < columns / info.block_elements; ++b, row += info.block_bytes) {
    const BlockPlace place = PlaceOf(format, b, info.block_elements);
    std::memset(row, 0, info.block_bytes);
    for (const R16Format::Field& field : format.fields) {
      UnpackField(field, place.index, lane, panel + place.unit, row);
    }
    const uint8_t* lines = panel + place.lines;
    for (const R16Format::Plane& plane : format.planes) {
      ForWidth(plane.width, [&](auto width) {
        MovePlaneBack<width>(plane, info.block_elements, GroupBytes(format), lane, row, lines);
      });
      lines += plane.width * kR16Line;
    }
  }
}

}  // namespace emel::layout
