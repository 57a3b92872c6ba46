#ifndef EMEL_RUNTIME_LAYOUT_R16_H_
#define EMEL_RUNTIME_LAYOUT_R16_H_

#include "runtime/gguf/tensor_type.h"

#include <absl/types/span.h>

#include <cstdint>

// The layout r16: 16 rows interleaved, so that a vector lane holds one row and no sum crosses
// lanes. A matrix is a sequence of panels of 16 rows, a panel a sequence of units along the
// columns; everything is made of lines of 64 bytes, in which each row has its 4.
namespace emel::layout {

inline constexpr uint32_t kR16Rows = 16;
inline constexpr uint32_t kR16Line = 64;

// How one type is packed. Everything is data, so that kernels, tests and documents can ask too.
struct R16Format {
  gguf::TensorType type;
  // Columns of a unit. A row's last unit may be shorter, by whole blocks (by any number for
  // floats).
  uint32_t unit;
  // Bytes of the scales that a unit begins with; 0 for floats.
  uint32_t head;

  // A part of a block's scales.
  enum class Kind : uint8_t {
    kNone,
    kHalf,     // 16 bits: one after the other for the rows of a panel
    kE8M0,     // 8 bits: half the scale as the upper 16 bits of a float, then as kHalf
    kWord,     // 32 bits: one line
    kWords4,   // 4 times 32 bits: four lines
    kScales6,  // 16 scales of 6 bits as q3_k has them: three lines
    kMins6,    // 8 scales and 8 minimums of 6 bits as q4_k has them: three lines
  };
  struct Field {
    Kind kind = Kind::kNone;
    uint8_t source = 0;  // offset in the GGUF block
    uint8_t target = 0;  // offset in the unit's head, of the unit's first block
  } fields[3];

  // `width` bits of each element. In the GGUF block element k of a run of `span * 8 / width` has
  // byte k % span of the run's `span`, from bit `width * (k / span)` on.
  struct Plane {
    uint8_t width = 0;
    uint8_t source = 0;  // offset in the GGUF block
    uint8_t span = 0;
  } planes[2];
};

// Null for types that have no such layout.
const R16Format* FindR16(gguf::TensorType type);

// Bytes of 16 rows of that many columns, which start at the beginning of a unit.
uint64_t R16Bytes(const R16Format& format, uint64_t columns);

// Moves `columns` elements of one row between the GGUF arrangement and lane `lane` of a panel, from
// the beginning of a unit on. Packing expects zeros where it writes.
void PackLane(const R16Format& format, uint64_t columns, uint32_t lane, const uint8_t* row,
              uint8_t* panel);
void UnpackLane(const R16Format& format, uint64_t columns, uint32_t lane, const uint8_t* panel,
                uint8_t* row);

}  // namespace emel::layout

#endif  // EMEL_RUNTIME_LAYOUT_R16_H_
