#ifndef EMEL_CODEGEN_CPU_PRODUCTS_QUANTS_H_
#define EMEL_CODEGEN_CPU_PRODUCTS_QUANTS_H_

#include "codegen/cpu/Target.h"
#include "codegen/cpu/emit/Emit.h"
#include "runtime/gguf/integer_blocks.h"
#include "runtime/layout/r16.h"

/// Reads panels of r16 as integers and scales, a lane for each row: as many of the panel's 16 rows
/// at once as a register has lanes.
namespace emel::cpu {

struct PlaneFormat;

/// Columns under one scale, and bytes of a line of a panel.
inline constexpr int64_t kQuantGroup = gguf::kIntegerGroup, kPanelLine = layout::kR16Line;

/// What 16 columns of a panel are scaled by: floats of the format, and where small integers are as
/// floats; null where a format has none.
struct QuantScales {
  mlir::Value scale, minScale, integer, minimum;
};

/// A unit of a panel, from some lane on: where its numbers of 32 bits and those of 16 bits begin.
struct QuantUnit {
  mlir::Value words, halves;
  size_t strip;
};

/// The numbers of a format with an integer form. Where the target multiplies bytes of 0 to 255,
/// formats with negative values are moved up by `bias`. Planes hold groups of 32 columns, of two
/// halves each.
class Quants {
 public:
  /// Null where the format has no integer form.
  static std::unique_ptr<Quants> create(Emit &emit, const Target &target, gguf::TensorType type);

  const layout::R16Format &format() const { return format_; }
  int64_t bias() const { return bias_; }
  ByteRange range() const;
  bool hasMinima() const { return form_.has_minima; }
  /// Groups of 32 columns in a whole unit, and the bytes of each and of the unit.
  int64_t groups() const { return groups_; }
  int64_t groupBytes() const { return groupBytes_; }
  int64_t unitBytes() const { return format_.head + groups_ * groupBytes_; }
  /// Whether scales are kept in memory between `begin` and `scales`.
  bool hasSmallScales() const { return hasSmallScales_; }

  /// The unit at an address, from a lane on. Prepares its scales, as those of strip number `strip`
  /// of several that are read together.
  QuantUnit begin(mlir::Value address, mlir::Value lane, size_t strip);
  QuantScales scales(const QuantUnit &unit, mlir::Value group, int64_t half);
  /// A small integer of these, if there is one.
  mlir::Value number(mlir::Value address);
  /// Where the quants of a group begin.
  mlir::Value lines(const QuantUnit &unit, mlir::Value group);
  /// Four quants of each row: columns 4 dword to 4 dword + 3 of the group.
  mlir::Value dword(mlir::Value lines, int64_t dword);

 private:
  static constexpr int64_t kGroup = gguf::kIntegerGroup, kLine = layout::kR16Line;

  Quants(Emit &emit, const Target &target, const PlaneFormat &plane);

  mlir::Value planeOf(mlir::Value line, int64_t width, int64_t shift);
  mlir::Value toBytes(mlir::Value quant);
  mlir::Value halves(const QuantUnit &unit, mlir::Value offset);
  void spreadScales(const QuantUnit &unit, mlir::Value scales, mlir::Value minima);
  void spreadSixBits(const QuantUnit &unit, mlir::Value scales, mlir::Value minima);
  mlir::Value line(const QuantUnit &unit, int64_t index);
  mlir::Value field(mlir::Value word, int64_t shift, int64_t mask);
  mlir::Value less32(mlir::Value number);
  void keep(mlir::Value memory, int64_t index, mlir::Value number);

  Emit &emit_;
  const Target &target_;
  gguf::TensorType type_;
  /// What numbers are moved up by as quants, and quants down from the file's bits.
  int64_t bias_, offset_;
  llvm::ArrayRef<int8_t> levels_;  // what quants select, or none
  const layout::R16Format &format_;
  const gguf::IntegerForm &form_;
  mlir::VectorType floats_, ints_, bytes_;
  int64_t lanes_, groups_, groupBytes_, numbersPerGroup_;
  bool hasSmallScales_;
  /// For each strip, room for a unit's small numbers as floats.
  llvm::SmallVector<mlir::Value> scales_, minima_;
};

}  // namespace emel::cpu

#endif  // EMEL_CODEGEN_CPU_PRODUCTS_QUANTS_H_
