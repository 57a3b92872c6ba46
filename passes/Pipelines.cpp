#include "passes/Pipelines.h"

#include "passes/Passes.h"

using namespace mlir;

namespace emel {

void addGraphPasses(OpPassManager &passes, const GraphSwitches &switches) {
  SmallVector<std::string> folders(switches.shardFolders.begin(), switches.shardFolders.end());
  passes.addPass(createSimplify());
  if (switches.mergeWeights) {
    MergeWeightsOptions merge;
    merge.shardFolders = folders;
    passes.addPass(createMergeWeights(merge));
  }
  if (switches.foldConstants) {
    FoldConstantsOptions fold;
    fold.shardFolders = folders;
    passes.addPass(createFoldConstants(fold));
  }
  if (switches.fuseAttention) passes.addPass(createFuseAttention());
  // Again: what was merged and folded has left equal and unused reads of weights.
  passes.addPass(createSimplify());
  passes.addPass(createDropDeadWeights());
}

void addEntryPasses(OpPassManager &passes, const EntrySwitches &switches) {
  passes.addPass(createSpecialize(
      {.small = switches.small, .bulk = switches.bulk, .device = switches.device}));
  if (switches.quantizeActivations) {
    QuantizeActivationsOptions quantize{.state = switches.state};
    quantize.bulk = switches.bulkForm;
    if (quantize.bulk != "a8") quantize.bulkFrom = switches.small + 1;
    passes.addPass(createQuantizeActivations(quantize));
  }
  if (switches.groupExperts) passes.addPass(createGroupExperts());
}

void addLayoutPasses(OpPassManager &passes, const LayoutSwitches &switches, int64_t batch) {
  SmallVector<std::string> targets(switches.targets.begin(), switches.targets.end());
  SelectLayoutsOptions select;
  select.targets = targets;
  SmallVector<std::string> layouts(switches.layouts.begin(), switches.layouts.end());
  select.layouts = layouts;
  select.batch = batch;
  passes.addPass(createSelectLayouts(select));
  passes.addPass(createStorePacked());
}

void addFusionPasses(OpPassManager &passes, const FusionSwitches &switches) {
  if (switches.fuseProjections) passes.addPass(createFuseProjections());
  if (switches.fuseEpilogue) passes.addPass(createFuseEpilogue());
  if (switches.fuseRope) passes.addPass(createFuseRope());
  if (switches.fuseResidual) passes.addPass(createFuseResidual());
  if (switches.fuseRows) passes.addPass(createFuseRows());
  if (switches.sample != 0) passes.addPass(createFuseHead({switches.sample}));
}

void addPlanPasses(OpPassManager &passes, const PlanSwitches &switches) {
  passes.addPass(createOutline());
  passes.addPass(createPartition());
  passes.addPass(createInsertBarriers());
  passes.addPass(createLifetimes());
  passes.addPass(createPlanBuffers({.maxArena = switches.maxArena}));
}

void addAllPasses(OpPassManager &passes, const PipelineOptions &options) {
  addGroupPasses(passes, options);
  addPlanPasses(passes, options);
}

namespace {

/// Alone, this part has to be told what it else learns from the entries' switches.
struct BatchSwitch : Switches {
  using Switches::Switches;
  Option<int64_t> batch{owner, "batch", llvm::cl::desc("the most tokens of a step"),
                        llvm::cl::init(512)};
};

using LayoutOptions = PipelineOf<LayoutSwitches, BatchSwitch>;

template <typename Options, typename Add>
void addPipeline(StringRef name, StringRef summary, Add add) {
  static PassPipelineRegistration<Options> registered(
      name, summary,
      [add](OpPassManager &passes, const Options &options) { add(passes, options); });
}

}  // namespace

void registerPipelines() {
  addPipeline<PipelineOf<GraphSwitches>>("emel-graph-pipeline",
                                         "Makes the graph of an import smaller", addGraphPasses);
  addPipeline<PipelineOf<EntrySwitches>>("emel-entry-pipeline",
                                         "Makes an entry for each size of step", addEntryPasses);
  addPipeline<LayoutOptions>("emel-layout-pipeline", "Chooses layouts and stores weights in them",
                             [](OpPassManager &passes, const LayoutOptions &options) {
                               addLayoutPasses(passes, options, options.batch);
                             });
  addPipeline<PipelineOf<FusionSwitches>>("emel-fusion-pipeline", "Groups what one kernel computes",
                                          addFusionPasses);
  addPipeline<GroupOptions>("emel-group-pipeline", "Runs all passes from an import to groups",
                            addGroupPasses<GroupOptions>);
  addPipeline<PipelineOf<PlanSwitches>>("emel-plan-pipeline", "Makes a plan of groups",
                                        addPlanPasses);
  addPipeline<PipelineOptions>("emel-pipeline", "Runs all passes, from an import to a plan",
                               addAllPasses);
}

double boundOf(StringRef flag) {
#define EMEL_BOUND(name, bound) \
  if (flag == name) return bound;
#include "passes/Bounds.inc"
  return 0;
}

}  // namespace emel
