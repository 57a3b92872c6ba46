#include "compiler/driver/Stages.h"

#include "compiler/driver/Diagnostics.h"
#include "dialects/plan/Plan.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"
#include "passes/Pipelines.h"

using namespace mlir;

namespace emel {

StringRef nameOf(Stage stage) {
  switch (stage) {
    case Stage::Import: return "import";
    case Stage::Graph: return "graph";
    case Stage::Groups: return "groups";
    case Stage::Plan: return "plan";
  }
  return "";
}

std::optional<Stage> stageOf(ModuleOp module) {
  if (!module.getOps<plan::EntryOp>().empty()) return Stage::Plan;
  auto isEntry = [](func::FuncOp function) { return function->hasAttr(EmelDialect::kEntryAttr); };
  if (llvm::any_of(module.getOps<func::FuncOp>(), isEntry)) return Stage::Groups;
  if (module.lookupSymbol<func::FuncOp>(EmelDialect::kStep)) return Stage::Import;
  return std::nullopt;
}

static void addPasses(OpPassManager &passes, Stage from, Stage to,
                      const PipelineOptions &switches) {
  if (from < Stage::Groups && to >= Stage::Groups)
    addGroupPasses(passes, switches);
  else if (from < Stage::Graph && to >= Stage::Graph)
    addGraphPasses(passes, switches);
  if (from < Stage::Plan && to >= Stage::Plan) addPlanPasses(passes, switches);
}

absl::Status compileTo(ModuleOp module, Stage stage, const PlanOptions &options) {
  std::optional<Stage> own = stageOf(module);
  if (!own) return absl::InvalidArgumentError("expected @step, entries or a plan, found none");
  if (*own > stage)
    return absl::InvalidArgumentError("the module is compiled to " + nameOf(*own).str() +
                                      " already: expected a stage from there on, found " +
                                      nameOf(stage).str());
  module.getContext()->printOpOnDiagnostic(false);  // a plan is long, and the message says where
  DiagnosticCollector diagnostics(module.getContext());
  PassManager passes(module.getContext());
  if (options.timing) passes.enableTiming(*options.timing);
  (void)applyPassManagerCLOptions(passes);  // fails where a program does not take them
  PipelineOptions switches;
  switches.small = options.small;
  switches.bulk = options.batch;
  switches.maxArena = options.maxArena;
  switches.state = options.state;
  switches.bulkForm = stringifyActivationForm(options.bulkForm).str();
  switches.targets = ArrayRef<std::string>(options.machine);
  switches.sample = options.sample;
  switches.layouts = ArrayRef<std::string>(options.layouts);
  addPasses(passes, *own, stage, switches);
  if (succeeded(passes.run(module))) return absl::OkStatus();
  absl::Status status = diagnostics.status();
  // What verified before and does not now was broken by a pass.
  ScopedDiagnosticHandler silence(module.getContext(), [](Diagnostic &) { return success(); });
  return succeeded(verify(module)) ? status : diagnostics.status(absl::StatusCode::kInternal);
}

/// What a weight is stored as.
static LayoutAttr storedLayout(WeightOp weight) {
  return dyn_cast_or_null<LayoutAttr>(weight.getStoredType().getEncoding());
}

/// Makes the report say what the module has, which somebody may have edited.
static void takeChoices(ModuleOp module, LayoutReport &report) {
  for (auto [weight, choice] : llvm::zip(module.getOps<WeightOp>(), report.weights)) {
    LayoutAttr own = storedLayout(weight);
    if (choice.choice().layout == own) continue;
    auto found = llvm::find_if(choice.candidates, [&](auto &one) { return one.layout == own; });
    if (found == choice.candidates.end()) continue;
    choice.chosen = found - choice.candidates.begin();
    choice.reason = "the module has it so";
  }
}

absl::StatusOr<LayoutReport> reportLayouts(ModuleOp module, const PlanOptions &options) {
  DiagnosticCollector diagnostics(module.getContext());
  FailureOr<const plan::Device *> device = plan::deviceOf(module);
  if (failed(device)) return diagnostics.status();
  // The report of a graph does not depend on whether its layouts were selected yet.
  FailureOr<LayoutReport> layouts = chooseLayouts(
      module, {.machines = {(*device)->findMachine(options.machine)}, .batch = options.batch});
  if (failed(layouts)) return diagnostics.status();
  takeChoices(module, *layouts);
  return std::move(*layouts);
}

}  // namespace emel
