#ifndef EMEL_DIALECTS_PLAN_ACCESS_H_
#define EMEL_DIALECTS_PLAN_ACCESS_H_

#include "dialects/emel/Shapes.h"
#include "dialects/plan/Plan.h"

/// Which parts of their operands tiles read, and which parts of their results they write.
namespace emel::plan {

/// The most that a step can be, and how large each unknown dimension is then.
struct Extents {
  int64_t tokens = 1, rows = 1;

  static Extents of(EntryOp entry) { return {entry.getMaxTokens(), entry.getMaxRows()}; }
  /// The size of the dimension named `n` or `m`.
  int64_t sizeOf(llvm::StringRef name) const { return name == "m" ? rows : tokens; }
};

/// The whole of a value: of a tensor of static shape, or of a state by heads.
Box wholeOf(mlir::Type type);

/// The types of an entry's values where a step is as large as `extents`.
TypeMap typesAt(EntryOp entry, Extents extents);

/// Whether the entry returns the value, which then lies in memory of the caller.
bool leavesEntry(mlir::Value value);

/// Whether it is what an entry returns behind the logits in a model that samples. It lies in an
/// arena of its own, since the caller may want it without the logits.
bool isBest(mlir::Value value);
inline constexpr llvm::StringLiteral kBestArena("best");

/// Reads of a kernel at fixed shapes.
class KernelAccess {
 public:
  /// `arguments` are the static types of the kernel's arguments.
  static mlir::FailureOr<KernelAccess> create(KernelOp kernel, mlir::TypeRange arguments);

  /// The part of each argument that a part of a result needs; none where it needs nothing of it.
  llvm::SmallVector<std::optional<Box>> reads(unsigned result, const Box &part) const;

  /// Whether each index of the result needs no other index of the argument, along every dimension:
  /// then it may be written over it.
  bool isElementwise(unsigned result, unsigned argument) const;

  /// The floating-point operations that a part of a result takes, where a state holds `context`
  /// cells for each sequence.
  double countFlops(unsigned result, const Box &part, int64_t context) const;

  /// Whether a part of a result is a part, too, of what an op wants whole.
  bool dividesWhole(unsigned result, const Box &part) const;

  /// The shape of a tensor of the body.
  llvm::ArrayRef<int64_t> shapeOf(mlir::Value value) const {
    return llvm::cast<mlir::RankedTensorType>(typeIn(types_, value)).getShape();
  }
  mlir::Type argumentType(unsigned index) const;
  mlir::Type resultType(unsigned index) const;

 private:
  using Parts = llvm::DenseMap<mlir::Value, Box>;

  /// The part of every value of the body that a part of a result needs.
  Parts partsFor(unsigned result, const Box &part) const;

  KernelOp kernel_;
  TypeMap types_;
};

/// The tiles of a result, in order: `part(t)` for t from 0 to `count`.
class Tiles {
 public:
  Tiles(TileAttr tile, mlir::Type type);

  int64_t count() const { return count_; }
  Box part(int64_t index) const;

 private:
  TileAttr tile_;
  Box whole_;
  int64_t count_ = 1;
};

/// The first and one past the last byte of a part of a tensor that lies row after row from byte 0;
/// both 0 where the part is empty.
Range byteHull(mlir::RankedTensorType type, const Box &part);

}  // namespace emel::plan

#endif  // EMEL_DIALECTS_PLAN_ACCESS_H_
