#ifndef EMEL_TESTS_RANDOM_CASE_H_
#define EMEL_TESTS_RANDOM_CASE_H_

#include "dialects/plan/Plan.h"
#include "tests/kernels/run_kernel.h"
#include "tests/random/recipes.h"

#include <optional>
#include <string>
#include <vector>

// One case: a graph, how it is compiled, and the steps that are run.
namespace emel::random {

// A cell of the table of coverage, which a case is made for.
struct Goal {
  const Recipe* recipe;
  const Variant* variant;
  plan::LaunchKind kind;
  testing::TestForm form;

  std::string row() const { return recipe->op + " | " + variant->label(); }
};

// Every cell, in the order of the table; `forms` are those that run here.
std::vector<testing::TestForm> formsHere();
std::vector<Goal> allGoals(const std::vector<testing::TestForm>& forms);

// How a case is compiled.
struct Settings {
  int64_t small = 1, batch = 1;
  bool quantizes = false, roundsToBf16 = false, groupsExperts = true;
  std::string state = "keep";
  std::vector<std::string> layouts;  // WEIGHT:LAYOUT
  bool fuses = true, foldsConstants = true;
  // Of partitioning: as small as the graphs are.
  int64_t columns = 256, rows = 8, redundant = 65536, dynamicFrom = 8;
  // The kind of each launch that has the op of the goal; of others some are changed.
  std::optional<plan::LaunchKind> kind;
  std::string op;
  uint64_t seed = 0;
};

// Tokens that follow each other in their sequences.
using Steps = std::vector<testing::StepTokens>;

struct Case {
  Goal goal;
  uint64_t seed;
  mlir::OwningOpRef<mlir::ModuleOp> module;  // null where the verifier refuses it
  std::string refusal;
  Settings settings;
  Steps steps;
};

// The same one for the same seed. `path` is where its weights go.
Case makeCase(mlir::MLIRContext& context, const Goal& goal, uint64_t seed, const std::string& path);
// The same tokens in other steps, each in its sequence's order.
Steps splitOtherwise(const Steps& steps, int64_t most, Random& random);

// The passes, up to entries whose ops are all there, in the numbers that code has: what is
// interpreted. With the passes on graphs and on layouts, or without them.
absl::Status makeEntries(mlir::ModuleOp module, const Settings& settings, bool optimizes);
// All passes.
absl::Status makePlan(mlir::ModuleOp module, const Settings& settings);

}  // namespace emel::random

#endif  // EMEL_TESTS_RANDOM_CASE_H_
