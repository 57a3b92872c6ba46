#include "passes/Pipelines.h"

#include "passes/Passes.h"

using namespace mlir;

namespace emel {

void addGraphPasses(OpPassManager& passes, const PipelineOptions& options) {
  passes.addPass(createSimplify());
  passes.addPass(createDropDeadWeights());
}

void addAllPasses(OpPassManager& passes, const PipelineOptions& options) {
  addGraphPasses(passes, options);
}

void registerPipelines() {
  static PassPipelineRegistration<PipelineOptions> graph(
      "emel-graph-pipeline", "Makes the graph of an import smaller", addGraphPasses);
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
