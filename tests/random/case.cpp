#include "tests/random/case.h"

#include "compiler/driver/Diagnostics.h"
#include "mlir/Pass/PassManager.h"
#include "passes/Passes.h"
#include "passes/Pipelines.h"

#include <map>

using namespace mlir;

namespace emel::random {

std::vector<testing::TestForm> formsHere() {
  std::vector<testing::TestForm> forms;
  for (const testing::TestForm& form : testing::KnownForms())
    if (testing::RunnerOf(form).ok()) forms.push_back(form);
  return forms;
}

std::vector<Goal> allGoals(const std::vector<testing::TestForm>& forms) {
  std::vector<Goal> goals;
  for (const Recipe& recipe : recipes())
    for (const Variant& variant : recipe.variants)
      for (auto kind : {plan::LaunchKind::Each, plan::LaunchKind::Owner, plan::LaunchKind::Dynamic})
        for (const testing::TestForm& form : forms)
          goals.push_back({&recipe, &variant, kind, form});
  return goals;
}

//===----------------------------------------------------------------------===//
// Making
//===----------------------------------------------------------------------===//

static Settings makeSettings(const Goal& goal, Random& random) {
  Settings settings;
  const Variant& variant = *goal.variant;
  bool isProduct = !variant.input.empty();
  settings.roundsToBf16 = variant.input == "bf16";
  settings.quantizes = isProduct ? variant.input != "f32" : random.once(3);
  settings.groupsExperts = variant.kind == "grouped" || (!isProduct && random.once(2));
  settings.small = settings.roundsToBf16 ? 1 : random.of({1, 1, 2, 4});
  settings.batch = random.of({1, 3, 6, 9, 17, 33});
  if (settings.roundsToBf16 && settings.batch == 1) settings.batch = 18;
  if (variant.kind == "grouped" && settings.batch == 1) settings.batch = 5;
  bool isOfState = goal.recipe->op == "emel.attention" || goal.recipe->op == "emel.kv_write";
  settings.state = isOfState && (variant.element == "f16" || variant.element == "q8_0")
                       ? variant.element
                       : "keep";
  // What keeps states also says whether activations are rounded.
  if (settings.state != "keep") settings.quantizes = true;
  // One kernel with the logits cannot be computed by each worker.
  settings.fuses = !random.once(4) && goal.kind != plan::LaunchKind::Each;
  settings.foldsConstants = !random.once(3);
  settings.columns = random.of({16, 32, 48, 256});
  settings.rows = random.of({1, 2, 3, 8});
  settings.redundant = random.of({0, 64, 65536});
  settings.dynamicFrom = random.of({0, 4, 8});
  settings.kind = goal.kind;
  settings.op = goal.recipe->op;
  settings.seed = random.bits();
  return settings;
}

// Pieces of a few sequences, in steps that the largest entry takes.
static Steps makeSteps(const Settings& settings, int64_t token_limit, Random& random) {
  Steps steps;
  int64_t sequences = random.of({1, 1, 2, 3});
  std::vector<int64_t> next(sequences, 0);
  int64_t total = settings.batch == 1 ? 4 : settings.batch + 3;
  if (random.once(6)) next.assign(sequences, 0), total = std::min<int64_t>(70, total * 8);
  while (total > 0) {
    testing::StepTokens step;
    int64_t size =
        std::min(total, random.once(3) ? settings.batch : random.between(1, settings.batch));
    total -= size;
    std::vector<int64_t> shares(sequences, 0);
    for (int64_t i = 0; i < size; ++i) ++shares[random.below(sequences)];
    for (int64_t slot = 0; slot < sequences; ++slot)
      for (int64_t i = 0; i < shares[slot]; ++i) {
        step.tokens.push_back(static_cast<int32_t>(random.below(token_limit)));
        step.positions.push_back(static_cast<int32_t>(next[slot]++));
        step.slots.push_back(static_cast<int32_t>(slot));
      }
    steps.push_back(std::move(step));
  }
  return steps;
}

Steps splitOtherwise(const Steps& steps, int64_t most, Random& random) {
  Steps split;
  for (const testing::StepTokens& step : steps)
    for (size_t at = 0; at < step.tokens.size();) {
      size_t end = std::min<size_t>(step.tokens.size(), at + random.between(1, most));
      auto cut = [&](const std::vector<int32_t>& all) {
        return std::vector<int32_t>(all.begin() + at, all.begin() + end);
      };
      split.push_back({cut(step.tokens), cut(step.positions), cut(step.slots)});
      at = end;
    }
  return split;
}

static int64_t widthOf(ModuleOp module) {
  auto model = module->getAttrOfType<DictionaryAttr>(EmelDialect::kModelAttr);
  return model.getAs<IntegerAttr>("vocab").getInt();
}

// Weights of matrices get the layout that the goal names, those of others any.
static void chooseLayouts(Case& made, StringRef weight) {
  if (made.goal.variant->layout.empty()) return;
  made.settings.layouts.push_back(weight.str() + ":" + made.goal.variant->layout);
}

// The weight that the op of the goal reads.
static std::string weightOf(ModuleOp module, StringRef op) {
  std::string name;
  module.walk([&](Operation* found) {
    if (found->getName().getStringRef() != op) return;
    for (Value operand : found->getOperands())
      if (auto get = operand.getDefiningOp<GetWeightOp>())
        if (cast<RankedTensorType>(get.getType()).getRank() > 1 && name.empty())
          name = get.getWeight().str();
  });
  return name;
}

Case makeCase(MLIRContext& context, const Goal& goal, uint64_t seed, const std::string& path) {
  Case made{goal, seed};
  // What surrounds the op and how all is run come from draws of their own, so that a graph from a
  // file is run as the one that it was shrunk from.
  Random settings(seed ^ 0x5e771465), steps(seed ^ 0x57e95), draws(seed);
  made.settings = makeSettings(goal, settings);
  Graph graph(context, draws, path);
  Value value = goal.recipe->make(graph, *goal.variant);
  if (value)
    for (int64_t more = draws.below(3); more > 0 && value; --more) value = decorate(graph, value);
  if (value) made.module = graph.finish(value);
  made.refusal = graph.refusal();
  int64_t limit = graph.tokenRows();
  if (made.module) {
    limit = std::min(limit, widthOf(*made.module));
    chooseLayouts(made, weightOf(*made.module, goal.recipe->op));
  }
  made.steps = makeSteps(made.settings, limit, steps);
  return made;
}

//===----------------------------------------------------------------------===//
// Passes
//===----------------------------------------------------------------------===//

static absl::Status runPasses(ModuleOp module, llvm::function_ref<void(PassManager&)> add) {
  DiagnosticCollector diagnostics(module.getContext());
  PassManager passes(module.getContext());
  add(passes);
  return succeeded(passes.run(module)) ? absl::OkStatus() : diagnostics.status();
}

static void takeSwitches(const Settings& settings, PipelineOptions& options) {
  options.small = settings.small;
  options.bulk = settings.batch;
  options.quantizeActivations = settings.quantizes;
  options.state = settings.state;
  options.bulkForm = settings.roundsToBf16 ? "bf16" : "a8";
  options.groupExperts = settings.groupsExperts;
  options.foldConstants = settings.foldsConstants;
  options.targets = ArrayRef<std::string>("generic");
  options.layouts = ArrayRef<std::string>(settings.layouts);
  options.fuseProjections = options.fuseEpilogue = options.fuseRope = options.fuseResidual =
      options.fuseRows = settings.fuses;
}

absl::Status makeEntries(ModuleOp module, const Settings& settings, bool optimizes) {
  return runPasses(module, [&](PassManager& passes) {
    PipelineOptions options;
    takeSwitches(settings, options);
    if (optimizes) addGraphPasses(passes, options);
    addEntryPasses(passes, options);
    if (optimizes) addLayoutPasses(passes, options, options.bulk);
  });
}

// Gives launches other kinds than the partition chose; whether a plan allows it, its verifier says.
static void changeKinds(ModuleOp module, const Settings& settings) {
  Random random(settings.seed);
  module.walk([&](plan::LaunchOp launch) {
    bool hasOp = false;
    launch.getKernelOp().walk(
        [&](Operation* op) { hasOp |= op->getName().getStringRef() == settings.op; });
    plan::LaunchKind kind = launch.getKind();
    bool isSharable = kind != plan::LaunchKind::Each;
    if (hasOp && settings.kind)
      kind = *settings.kind;
    else if (isSharable && random.once(4))
      kind = plan::LaunchKind::Dynamic;
    launch.setKind(kind);
    if (kind != plan::LaunchKind::Each) return;
    SmallVector<Attribute> tiles(launch.getNumResults(),
                                 plan::TileAttr::get(module.getContext(), {}, {}));
    launch.setTilesAttr(ArrayAttr::get(module.getContext(), tiles));
  });
}

absl::Status makePlan(ModuleOp module, const Settings& settings) {
  absl::Status status = runPasses(module, [&](PassManager& passes) {
    PipelineOptions options;
    takeSwitches(settings, options);
    addGroupPasses(passes, options);
    passes.addPass(createOutline());
    PartitionOptions partition;
    partition.tileColumns = settings.columns;
    partition.tileRows = settings.rows;
    partition.redundant = settings.redundant;
    partition.dynamicFrom = settings.dynamicFrom;
    passes.addPass(createPartition(partition));
  });
  if (!status.ok()) return status;
  changeKinds(module, settings);
  return runPasses(module, [&](PassManager& passes) {
    passes.addPass(createInsertBarriers());
    passes.addPass(createLifetimes());
    passes.addPass(createPlanBuffers({}));
  });
}

}  // namespace emel::random
