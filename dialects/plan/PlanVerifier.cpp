#include "dialects/plan/PlanVerifier.h"

using namespace mlir;
using namespace emel;
using namespace emel::plan;

LogicalResult plan::verifyPlan(EntryOp) { return success(); }
