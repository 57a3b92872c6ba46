#ifndef EMEL_DIALECTS_PLAN_STATE_PAGES_H_
#define EMEL_DIALECTS_PLAN_STATE_PAGES_H_

#include "dialects/plan/Plan.h"

/// Pages that states lie in. Those that are read through a window keep its pages alone, and share a
/// class with the other states of that window:
///
///     class 0   ├ layer 1 ┤├ layer 3 ┤          a page for each 32 positions
///     class 1   ├ layer 0 ┤├ layer 2 ┤          a page for each of the last 32 n
namespace emel::plan {

struct PageClass {
  /// 0: of all positions.
  int64_t window = 0;
  int64_t layers = 0, pageBytes = 0;
  /// Of a sequence of the full context.
  int64_t pages = 0;
};

struct StatePages {
  struct Layer {
    unsigned pageClass;
    /// In its class's page.
    int64_t offset;
  };
  /// For each state argument of the entries, in order.
  llvm::SmallVector<Layer> layers;
  llvm::SmallVector<PageClass> classes{1};

  /// Of a sequence of the full context; and what that would be without windows.
  int64_t bytes() const;
  int64_t bytesWithoutWindows() const;
};

/// All states one after the other, in one class of pages.
StatePages layOutStates(EntryOp entry);
/// The same in classes: a window counts where it keeps fewer pages than there are.
StatePages layOutStates(mlir::ModuleOp module);

}  // namespace emel::plan

#endif  // EMEL_DIALECTS_PLAN_STATE_PAGES_H_
