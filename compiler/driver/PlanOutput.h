#ifndef EMEL_COMPILER_DRIVER_PLAN_OUTPUT_H_
#define EMEL_COMPILER_DRIVER_PLAN_OUTPUT_H_

#include <map>
#include <string>
#include <vector>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "compiler/driver/PlanSummary.h"
#include "passes/LayoutChoice.h"

/// From a module to a plan, and what is written about it.
namespace emel {

struct PlanOptions {
  int64_t small = 8, batch = 512;  // the most tokens of the entries for a few and for many
  int64_t maxArena = 0;            // 0: no limit
  int64_t workers = 64;            // the most that an artifact is made for
  std::string target = "generic";
  std::string state = "f16";  // what keys and values are kept as: f16, q8_0 or keep
  bool bf16 = false;  // in place of 8 bits for many tokens: all that code is made for has AMX
};

/// Runs all passes up to groups, and says which layouts they chose. The status has the errors.
absl::StatusOr<LayoutReport> groupModel(mlir::ModuleOp module, const PlanOptions &options);

/// Runs all passes, and says which layouts they chose. The status has the errors.
absl::StatusOr<LayoutReport> planModel(mlir::ModuleOp module, const PlanOptions &options);

/// `entry,id,lower,upper,size,offset`, a line for each buffer of the shared arena; those of the
/// worker arena have the entry's name and `.scratch`.
std::string writePlanCsv(const PlanSummary &plan);

/// Names of weights whose rows code decodes one by one as it multiplies them, by their type.
using DecodedWeights = std::map<std::string, std::vector<std::string>>;

/// The memory contract and the layouts as JSON. `module` says what the passes did.
std::string writePlanReport(mlir::ModuleOp module, const PlanSummary &plan,
                            const LayoutReport &layouts, const PlanOptions &options,
                            const DecodedWeights &decoded);

/// The shared arena of each entry over plan time, as a picture.
std::string writePlanSvg(const PlanSummary &plan);

}  // namespace emel

#endif  // EMEL_COMPILER_DRIVER_PLAN_OUTPUT_H_
