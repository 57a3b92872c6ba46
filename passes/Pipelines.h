#ifndef EMEL_PASSES_PIPELINES_H_
#define EMEL_PASSES_PIPELINES_H_

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassOptions.h"

namespace emel {

/// The switches of all pipelines. Each fusion can be left out.
struct PipelineOptions : mlir::PassPipelineOptions<PipelineOptions> {
  Option<bool> mergeWeights{*this, "merge-weights", llvm::cl::desc("Store equal weights once"),
                            llvm::cl::init(true)};
  Option<bool> foldConstants{*this, "fold-constants",
                             llvm::cl::desc("Compute what depends on small weights alone"),
                             llvm::cl::init(true)};
  Option<bool> fuseAttention{*this, "fuse-attention", llvm::cl::desc("Make attention one op"),
                             llvm::cl::init(true)};
  Option<std::string> sample{
      *this, "sample", llvm::cl::desc("What steps return in place of logits: argmax or top-k:K")};
  ListOption<std::string> shardFolders{
      *this, "shard-folder", llvm::cl::desc("Where shards may lie beside their own path")};
  Option<bool> quantizeActivations{*this, "quantize-activations",
                                   llvm::cl::desc("round activations to 8 bits"),
                                   llvm::cl::init(true)};
  Option<std::string> state{*this, "state",
                            llvm::cl::desc("what keys and values are kept as: f16, q8_0 or keep"),
                            llvm::cl::init("f16")};
  Option<bool> bf16{*this, "bf16",
                    llvm::cl::desc("round activations of many tokens to bf16 instead"),
                    llvm::cl::init(false)};
  Option<int64_t> small{*this, "small", llvm::cl::desc("the most tokens of the entry for a few"),
                        llvm::cl::init(8)};
  Option<int64_t> bulk{*this, "bulk", llvm::cl::desc("the most tokens of the entry for many"),
                       llvm::cl::init(512)};
  Option<bool> groupExperts{*this, "group-experts",
                            llvm::cl::desc("read each expert once for all tokens that choose it"),
                            llvm::cl::init(true)};
  Option<int64_t> maxArena{*this, "max-arena",
                           llvm::cl::desc("fails where the arena needs more bytes; 0: no limit"),
                           llvm::cl::init(0)};
  ListOption<std::string> targets{*this, "target",
                                  llvm::cl::desc("the machines that layouts are chosen for")};
  Option<bool> fuseProjections{*this, "fuse-projections",
                               llvm::cl::desc("group products of one value"), llvm::cl::init(true)};
  Option<bool> fuseEpilogue{*this, "fuse-epilogue", llvm::cl::desc("let activations join products"),
                            llvm::cl::init(true)};
  Option<bool> fuseRope{*this, "fuse-rope",
                        llvm::cl::desc("let rotations and writes to states join projections"),
                        llvm::cl::init(true)};
  Option<bool> fuseResidual{*this, "fuse-residual", llvm::cl::desc("let sums join products"),
                            llvm::cl::init(true)};
  Option<bool> fuseRows{*this, "fuse-rows", llvm::cl::desc("group light ops that work row by row"),
                        llvm::cl::init(true)};
};

/// `--emel-graph-pipeline`: from an import to a smaller graph of the same form.
void addGraphPasses(mlir::OpPassManager &passes, const PipelineOptions &options);

/// `--emel-layout-pipeline`: chooses layouts of weights, which are then stored in them.
void addLayoutPasses(mlir::OpPassManager &passes, const PipelineOptions &options);

/// `--emel-fusion-pipeline`: from entries to groups that become kernels.
void addFusionPasses(mlir::OpPassManager &passes, const PipelineOptions &options);

/// `--emel-plan-pipeline`: from groups to a plan with places, barriers and tiles.
void addPlanPasses(mlir::OpPassManager &passes, const PipelineOptions &options);

/// `--emel-pipeline`: all passes up to groups, in order. Tests take this one apart to check every
/// pass of it.
void addAllPasses(mlir::OpPassManager &passes, const PipelineOptions &options);

/// Makes them known to a tool's command line.
void registerPipelines();

/// How far a pass, named by its flag, may move the logits: 0 where it keeps every bit. Bounds.inc
/// has the rows.
double boundOf(llvm::StringRef flag);

}  // namespace emel

#endif  // EMEL_PASSES_PIPELINES_H_
