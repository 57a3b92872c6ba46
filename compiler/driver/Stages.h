#ifndef EMEL_COMPILER_DRIVER_STAGES_H_
#define EMEL_COMPILER_DRIVER_STAGES_H_

#include <optional>
#include <string>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "mlir/Support/Timing.h"
#include "passes/LayoutChoice.h"

/// How far a module is compiled. The form of every stage prints and parses again, and compiling
/// goes on from it.
namespace emel {

enum class Stage {
  Import,  // one @step, as the importer writes it
  Graph,   // the same, smaller
  Groups,  // an entry for each size of step, its ops in the groups that become kernels
  Plan,    // launches with places, barriers and tiles
};

llvm::StringRef nameOf(Stage stage);

struct PlanOptions {
  int64_t small = 8, batch = 512;   // the most tokens of the entries for a few and for many
  int64_t maxArena = 0;             // 0: no limit
  int64_t workers = 64;             // the most that an artifact is made for
  int64_t sample = 0;               // the best tokens of a row that steps can give; 0: none
  std::string machine = "generic";  // whose speeds decide
  std::string state = "f16";        // what keys and values are kept as: f16, q8_0 or keep
  ActivationForm bulkForm = ActivationForm::A8;  // of activations of many tokens
  std::vector<std::string> layouts;     // WEIGHT:LAYOUT, what weights get whatever it costs
  mlir::TimingScope *timing = nullptr;  // takes the time of each pass
};

/// The stage that a module's form is of; none where it is no model. A graph looks as an import
/// does, and is taken for one: the passes between change nothing that they have changed before.
/// Entries are groups, whether or not something was grouped: who made them says what runs as one
/// kernel.
std::optional<Stage> stageOf(mlir::ModuleOp module);

/// Runs the passes that lead from the module's own stage to another. The status has their errors.
absl::Status compileTo(mlir::ModuleOp module, Stage stage, const PlanOptions &options);

/// Which layouts the weights have, and what else was possible; of a plan only which they have. The
/// status has the errors.
absl::StatusOr<LayoutReport> reportLayouts(mlir::ModuleOp module, const PlanOptions &options);

}  // namespace emel

#endif  // EMEL_COMPILER_DRIVER_STAGES_H_
