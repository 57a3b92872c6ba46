#ifndef EMEL_TESTS_UNIT_INTERPRETER_PLAN_MUTATIONS_H_
#define EMEL_TESTS_UNIT_INTERPRETER_PLAN_MUTATIONS_H_

#include "dialects/plan/Plan.h"

#include <random>
#include <vector>

namespace emel::testing {

using Random = std::mt19937_64;

/// One way to change where values of a plan lie and when its launches run. What it computes stays.
struct PlanMutation {
  const char* name;
  /// Changes the entry, or the arenas of its module; false where it finds nothing to change.
  bool (*apply)(plan::EntryOp entry, Random& random);
};

const std::vector<PlanMutation>& planMutations();

}  // namespace emel::testing

#endif  // EMEL_TESTS_UNIT_INTERPRETER_PLAN_MUTATIONS_H_
