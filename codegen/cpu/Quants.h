#ifndef EMEL_CODEGEN_CPU_QUANTS_H_
#define EMEL_CODEGEN_CPU_QUANTS_H_

#include "codegen/cpu/Emit.h"
#include "codegen/cpu/Target.h"
#include "runtime/gguf/integer_blocks.h"
#include "runtime/layout/r16.h"

/// Reads panels of r16 as integers and scales, a lane for each of the 16 rows.
namespace emel::cpu {

struct PlaneFormat;

/// What 16 columns of a panel are scaled by: floats of the format and small integers, null where a
/// format has none.
struct QuantScales {
  mlir::Value scale, minScale, integer, minimum;
};

/// The numbers of a format with an integer form. Quants are bytes of 0 to 255: formats with
/// negative values are moved up by `bias`. Planes hold groups of 32 columns, of two halves each.
class Quants {
 public:
  /// Null where the format has no integer form.
  static std::unique_ptr<Quants> create(Emit &emit, const Target &target, gguf::TensorType type);

  const layout::R16Format &format() const { return format_; }
  int64_t bias() const { return bias_; }
  bool hasMinima() const { return form_.has_minima; }
  /// Groups of 32 columns in a whole unit, and the bytes of each and of the unit.
  int64_t groups() const { return groups_; }
  int64_t groupBytes() const { return groupBytes_; }
  int64_t unitBytes() const { return format_.head + groups_ * groupBytes_; }
  /// Whether scales are kept in memory between `begin` and `scales`.
  bool hasSmallScales() const { return hasSmallScales_; }

  /// Prepares the scales of the unit at `unit`, as those of panel number `panel` of several that
  /// are read together.
  void begin(mlir::Value unit, size_t panel);
  QuantScales scales(mlir::Value unit, size_t panel, mlir::Value group, int64_t half);
  /// Where the quants of a group begin.
  mlir::Value lines(mlir::Value unit, mlir::Value group);
  /// Four quants of each row: columns 4 dword to 4 dword + 3 of the group.
  mlir::Value dword(mlir::Value lines, int64_t dword);

 private:
  Quants(Emit &emit, const Target &target, const PlaneFormat &plane);

  mlir::Value planeOf(mlir::Value line, int64_t width, int64_t shift);
  mlir::Value toBytes(mlir::Value quant);
  mlir::Value halves(mlir::Value unit, mlir::Value offset);
  void spreadScales(mlir::Value unit, mlir::Value scales, mlir::Value minima);
  void spreadSixBits(mlir::Value unit, mlir::Value scales, mlir::Value minima);
  mlir::Value line(mlir::Value unit, int64_t index);
  mlir::Value field(mlir::Value word, int64_t shift, int64_t mask);
  mlir::Value less32(mlir::Value number);
  void keep(mlir::Value memory, int64_t index, mlir::Value number);

  Emit &emit_;
  const Target &target_;
  gguf::TensorType type_;
  int64_t bias_;
  llvm::ArrayRef<int8_t> levels_;  // what quants select, or none
  const layout::R16Format &format_;
  const gguf::IntegerForm &form_;
  mlir::VectorType floats_, ints_, bytes_;
  int64_t groups_, groupBytes_, numbersPerGroup_;
  bool hasSmallScales_;
  /// For each panel, room for a unit's small numbers as floats.
  llvm::SmallVector<mlir::Value> scales_, minima_;
};

}  // namespace emel::cpu

#endif  // EMEL_CODEGEN_CPU_QUANTS_H_
