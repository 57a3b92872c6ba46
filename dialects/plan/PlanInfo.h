#ifndef EMEL_DIALECTS_PLAN_PLAN_INFO_H_
#define EMEL_DIALECTS_PLAN_PLAN_INFO_H_

#include "dialects/plan/Footprint.h"

/// An entry as its verifier sees it: launches in epochs, values at places and between uses.
namespace emel::plan {

struct PlannedLaunch {
  LaunchOp op;
  /// The barriers before it.
  unsigned epoch = 0;
  Footprint *footprint = nullptr;
};

/// A result of a launch and its bytes, as many as it has where the step is largest.
struct PlacedValue {
  mlir::OpResult value;
  ArenaOp arena;
  Range bytes;
  /// The launch that computes it and the last one that reads it, which may be the same. The return
  /// counts as one more launch.
  unsigned first = 0, last = 0;

  bool overlaps(const PlacedValue &other) const {
    return arena == other.arena && bytes.overlaps(other.bytes);
  }
};

class PlanInfo {
 public:
  /// Fails, with an error, where the entry breaks (P1) or its kernels break off.
  static mlir::FailureOr<std::unique_ptr<PlanInfo>> create(EntryOp entry);

  EntryOp entry() const { return entry_; }
  Extents bounds() const { return bounds_; }
  llvm::ArrayRef<PlannedLaunch> launches() const { return launches_; }
  /// What ends the entry; its index among the launches is their number.
  ReturnOp end() const;
  /// Where a value lies; null for states and arguments.
  const PlacedValue *placeOf(mlir::Value value) const;
  /// The argument of the entry where a state lies.
  unsigned stateOf(mlir::Value state) const { return states_.lookup(state); }

 private:
  mlir::LogicalResult addLaunch(LaunchOp launch, unsigned epoch);
  /// Fails where the kernel computes other types than `types` has for the launch's results.
  mlir::FailureOr<Footprint *> findFootprint(LaunchOp launch, KernelOp kernel,
                                             const TypeMap &types);
  mlir::LogicalResult addPlace(mlir::OpResult result, mlir::Type type);
  mlir::LogicalResult addState(mlir::OpResult result, KernelOp kernel);

  EntryOp entry_;
  Extents bounds_;
  /// At the bounds, and at sizes that differ where the bounds do not.
  TypeMap types_;
  std::optional<TypeMap> otherTypes_;
  mlir::SymbolTableCollection symbols_;
  Footprints footprints_;
  llvm::SmallVector<PlannedLaunch> launches_;
  llvm::DenseMap<mlir::Value, PlacedValue> places_;
  llvm::DenseMap<mlir::Value, unsigned> states_;
};

/// How messages name a launch: by the op of the model it comes from, else by its kernel.
std::string nameOf(LaunchOp launch);

}  // namespace emel::plan

#endif  // EMEL_DIALECTS_PLAN_PLAN_INFO_H_
