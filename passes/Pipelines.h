#ifndef EMEL_PASSES_PIPELINES_H_
#define EMEL_PASSES_PIPELINES_H_

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassOptions.h"

namespace emel {

/// The switches of all pipelines. Each fusion can be left out.
struct PipelineOptions : mlir::PassPipelineOptions<PipelineOptions> {};

/// `--emel-graph-pipeline`: from an import to a smaller graph of the same form.
void addGraphPasses(mlir::OpPassManager& passes, const PipelineOptions& options);

/// `--emel-pipeline`: all passes, in order. Tests take this one apart to check every pass of it.
void addAllPasses(mlir::OpPassManager& passes, const PipelineOptions& options);

/// Makes them known to a tool's command line.
void registerPipelines();

/// How far a pass, named by its flag, may move the logits: 0 where it keeps every bit. Bounds.inc
/// has the rows.
double boundOf(llvm::StringRef flag);

}  // namespace emel

#endif  // EMEL_PASSES_PIPELINES_H_
