#ifndef EMEL_COMPILER_DRIVER_PLAN_OUTPUT_H_
#define EMEL_COMPILER_DRIVER_PLAN_OUTPUT_H_

#include <map>
#include <string>
#include <vector>

#include "compiler/driver/PlanSummary.h"
#include "compiler/driver/Stages.h"

/// What is written about a plan.
namespace emel {

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
