#ifndef EMEL_PASSES_LAYOUTCHOICE_H_
#define EMEL_PASSES_LAYOUTCHOICE_H_

#include "passes/LayoutCost.h"

/// Which layout each weight gets, and why.
namespace emel {

/// What is expected to run, and where. The cost of a layout is the sum over all of it.
struct LayoutWorkload {
  /// Of the module's device; the last that it has where none is named. One packed copy serves all.
  llvm::SmallVector<const plan::Speeds *> machines;
  int64_t decodeTokens = 256;  // generated, one a step
  int64_t promptTokens = 512;  // in steps of `batch`
  int64_t batch = 512;
  /// Layouts that weights get whatever they cost, by name: "row_major" or what the dialect calls
  /// it.
  llvm::StringMap<std::string> forced;
};

/// One layout that a weight could have. Times are seconds: of a step of one token, of a bulk step,
/// for having packed it, and of the whole workload; each the mean of the targets.
struct LayoutCandidate {
  LayoutAttr layout;  // null: as in the file
  uint64_t bytes = 0;
  double decode = 0, prefill = 0, packing = 0, total = 0;
};

struct LayoutChoice {
  std::string name;
  mlir::RankedTensorType type;
  llvm::SmallVector<std::string> uses;  // ops that read it
  llvm::SmallVector<LayoutCandidate> candidates;
  unsigned chosen = 0;
  /// Where not the cheapest is chosen, or there is one candidate only: why.
  std::string reason;
  /// What sums of rounded activations are is defined for panels; those of floats take either.
  bool needsPanels = false;

  const LayoutCandidate &choice() const { return candidates[chosen]; }
};

/// "r16", and "row_major" for null.
llvm::StringRef nameOf(LayoutAttr layout);

struct LayoutReport {
  LayoutWorkload workload;
  std::vector<LayoutChoice> weights;

  /// A table for people, and everything for programs.
  void print(llvm::raw_ostream &out) const;
  void printJson(llvm::raw_ostream &out) const;
};

/// Chooses for every weight of a model in the form of a graph, with or without groups, before or
/// after layouts were selected: the same module, workload and version give the same report. Fails,
/// with an error at the op, where shapes do not follow from the entries' arguments.
mlir::FailureOr<LayoutReport> chooseLayouts(mlir::ModuleOp module, const LayoutWorkload &workload);

}  // namespace emel

#endif  // EMEL_PASSES_LAYOUTCHOICE_H_
