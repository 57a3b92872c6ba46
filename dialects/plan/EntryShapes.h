#ifndef EMEL_DIALECTS_PLAN_ENTRY_SHAPES_H_
#define EMEL_DIALECTS_PLAN_ENTRY_SHAPES_H_

#include <map>
#include <memory>

#include "dialects/plan/Access.h"

namespace emel::plan {

/// The launches of an entry at its largest step, or at a smaller one: types of values, and what
/// parts of results read.
class EntryShapes {
 public:
  /// Fails, with an error, where shapes do not follow from the entry's bounds.
  static mlir::FailureOr<EntryShapes> create(EntryOp entry, Extents extents);

  mlir::Type typeOf(mlir::Value value) const { return typeIn(types_, value); }
  const KernelAccess &accessOf(LaunchOp launch) const {
    return *byLaunch_.find(launch.getOperation())->second;
  }

 private:
  TypeMap types_;
  std::vector<std::shared_ptr<KernelAccess>> accesses_;
  /// Launches of the same kernel on the same types, as layers are, share one.
  llvm::DenseMap<mlir::Operation *, KernelAccess *> byLaunch_;
};

}  // namespace emel::plan

#endif  // EMEL_DIALECTS_PLAN_ENTRY_SHAPES_H_
