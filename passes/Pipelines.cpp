#include "passes/Pipelines.h"

#include "passes/Passes.h"

using namespace mlir;

namespace emel {

void addGraphPasses(OpPassManager &passes, const PipelineOptions &options) {
  SmallVector<std::string> folders(options.shardFolders.begin(), options.shardFolders.end());
  passes.addPass(createSimplify());
  if (options.mergeWeights) {
    MergeWeightsOptions merge;
    merge.shardFolders = folders;
    passes.addPass(createMergeWeights(merge));
  }
  if (options.foldConstants) {
    FoldConstantsOptions fold;
    fold.shardFolders = folders;
    passes.addPass(createFoldConstants(fold));
  }
  if (options.fuseAttention) passes.addPass(createFuseAttention());
  if (!options.sample.empty()) passes.addPass(createFuseHead({options.sample}));
  // Again: what was merged and folded has left equal and unused reads of weights.
  passes.addPass(createSimplify());
  passes.addPass(createDropDeadWeights());
}

void addLayoutPasses(OpPassManager &passes, const PipelineOptions &options) {
  std::vector<std::string> targets(options.targets.begin(), options.targets.end());
  SelectLayoutsOptions select;
  select.targets = targets;
  select.batch = options.bulk;
  passes.addPass(createSelectLayouts(select));
  passes.addPass(createStorePacked());
}

void addFusionPasses(OpPassManager &passes, const PipelineOptions &options) {
  if (options.fuseProjections) passes.addPass(createFuseProjections());
  if (options.fuseEpilogue) passes.addPass(createFuseEpilogue());
  if (options.fuseRope) passes.addPass(createFuseRope());
  if (options.fuseResidual) passes.addPass(createFuseResidual());
  if (options.fuseRows) passes.addPass(createFuseRows());
}

void addPlanPasses(OpPassManager &passes, const PipelineOptions &options) {
  passes.addPass(createOutline());
  passes.addPass(createPartition());
  passes.addPass(createInsertBarriers());
  passes.addPass(createLifetimes());
  passes.addPass(createPlanBuffers({.maxArena = options.maxArena}));
}

void addAllPasses(OpPassManager &passes, const PipelineOptions &options) {
  addGraphPasses(passes, options);
  passes.addPass(createSpecialize({.small = options.small, .bulk = options.bulk}));
  if (options.quantizeActivations) {
    QuantizeActivationsOptions quantize{.state = options.state};
    if (options.bf16) quantize.bulkFrom = options.small + 1;
    passes.addPass(createQuantizeActivations(quantize));
  }
  if (options.groupExperts) passes.addPass(createGroupExperts());
  addLayoutPasses(passes, options);
  addFusionPasses(passes, options);
}

void registerPipelines() {
  static PassPipelineRegistration<PipelineOptions> graph(
      "emel-graph-pipeline", "Makes the graph of an import smaller", addGraphPasses);
  static PassPipelineRegistration<PipelineOptions> layout(
      "emel-layout-pipeline", "Chooses layouts and stores weights in them", addLayoutPasses);
  static PassPipelineRegistration<PipelineOptions> fusion(
      "emel-fusion-pipeline", "Groups what one kernel computes", addFusionPasses);
  static PassPipelineRegistration<PipelineOptions> plan("emel-plan-pipeline",
                                                        "Makes a plan of groups", addPlanPasses);
  static PassPipelineRegistration<PipelineOptions> all("emel-pipeline", "Runs all passes in order",
                                                       addAllPasses);
}

double boundOf(StringRef flag) {
#define EMEL_BOUND(name, bound) \
  if (flag == name) return bound;
#include "passes/Bounds.inc"
  return 0;
}

}  // namespace emel
