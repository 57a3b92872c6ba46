#ifndef EMEL_PASSES_PIPELINES_H_
#define EMEL_PASSES_PIPELINES_H_

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassOptions.h"

/// The order of the passes. A pipeline takes the switches of the passes that it runs, and no
/// others.
namespace emel {

/// Switches that belong to whoever owns them: each pipeline owns those of its parts.
struct Switches {
  using Owner = mlir::detail::PassOptions;
  template <typename T>
  using Option = Owner::Option<T>;
  template <typename T>
  using ListOption = Owner::ListOption<T>;

  explicit Switches(Owner &owner) : owner(owner) {}
  Owner &owner;
};

struct GraphSwitches : Switches {
  using Switches::Switches;
  Option<bool> mergeWeights{owner, "merge-weights", llvm::cl::desc("store equal weights once"),
                            llvm::cl::init(true)};
  Option<bool> foldConstants{owner, "fold-constants",
                             llvm::cl::desc("compute what depends on small weights alone"),
                             llvm::cl::init(true)};
  Option<bool> fuseAttention{owner, "fuse-attention", llvm::cl::desc("make attention one op"),
                             llvm::cl::init(true)};
  ListOption<std::string> shardFolders{
      owner, "shard-folder", llvm::cl::desc("where shards may lie beside their own path")};
};

struct EntrySwitches : Switches {
  using Switches::Switches;
  Option<int64_t> small{owner, "small", llvm::cl::desc("the most tokens of the entry for a few"),
                        llvm::cl::init(8)};
  Option<int64_t> bulk{owner, "bulk", llvm::cl::desc("the most tokens of the entry for many"),
                       llvm::cl::init(512)};
  Option<bool> quantizeActivations{owner, "quantize-activations",
                                   llvm::cl::desc("round activations to 8 bits"),
                                   llvm::cl::init(true)};
  Option<std::string> state{owner, "state",
                            llvm::cl::desc("what keys and values are kept as: f16, q8_0 or keep"),
                            llvm::cl::init("f16")};
  Option<std::string> bulkForm{
      owner, "bulk-form",
      llvm::cl::desc("what activations of many tokens are rounded to instead: a8 or bf16"),
      llvm::cl::init("a8")};
  Option<std::string> device{owner, "device", llvm::cl::desc("what entries are made for"),
                             llvm::cl::init("cpu")};
  Option<bool> groupExperts{owner, "group-experts",
                            llvm::cl::desc("read each expert once for all tokens that choose it"),
                            llvm::cl::init(true)};
};

struct LayoutSwitches : Switches {
  using Switches::Switches;
  ListOption<std::string> targets{owner, "target",
                                  llvm::cl::desc("the machines that layouts are chosen for")};
  ListOption<std::string> layouts{
      owner, "layout", llvm::cl::desc("WEIGHT:LAYOUT, what a weight gets whatever it costs")};
};

struct FusionSwitches : Switches {
  using Switches::Switches;
  Option<bool> fuseProjections{owner, "fuse-projections",
                               llvm::cl::desc("group products of one value"), llvm::cl::init(true)};
  Option<bool> fuseEpilogue{owner, "fuse-epilogue", llvm::cl::desc("let activations join products"),
                            llvm::cl::init(true)};
  Option<bool> fuseRope{owner, "fuse-rope",
                        llvm::cl::desc("let rotations and writes to states join projections"),
                        llvm::cl::init(true)};
  Option<bool> fuseResidual{owner, "fuse-residual", llvm::cl::desc("let sums join products"),
                            llvm::cl::init(true)};
  Option<bool> fuseRows{owner, "fuse-rows", llvm::cl::desc("group light ops that work row by row"),
                        llvm::cl::init(true)};
  Option<int64_t> sample{
      owner, "sample",
      llvm::cl::desc("how many of the best tokens steps return beside logits; 0: none"),
      llvm::cl::init(0)};
};

struct PlanSwitches : Switches {
  using Switches::Switches;
  Option<int64_t> maxArena{owner, "max-arena",
                           llvm::cl::desc("fails where the arena needs more bytes; 0: no limit"),
                           llvm::cl::init(0)};
};

/// The options of a pipeline made of some parts.
template <typename... Parts>
struct PipelineOf : mlir::PassPipelineOptions<PipelineOf<Parts...>>, Parts... {
  PipelineOf() : Parts(static_cast<Switches::Owner &>(*this))... {}
};

using GroupOptions = PipelineOf<GraphSwitches, EntrySwitches, LayoutSwitches, FusionSwitches>;
using PipelineOptions =
    PipelineOf<GraphSwitches, EntrySwitches, LayoutSwitches, FusionSwitches, PlanSwitches>;

/// `--emel-graph-pipeline`: from an import to a smaller graph of the same form.
void addGraphPasses(mlir::OpPassManager &passes, const GraphSwitches &switches);

/// `--emel-entry-pipeline`: from one step to an entry for each size, of rounded activations.
void addEntryPasses(mlir::OpPassManager &passes, const EntrySwitches &switches);

/// `--emel-layout-pipeline`: chooses layouts of weights, which are then stored in them, for steps
/// of at most `batch` tokens.
void addLayoutPasses(mlir::OpPassManager &passes, const LayoutSwitches &switches, int64_t batch);

/// `--emel-fusion-pipeline`: from entries to groups that become kernels.
void addFusionPasses(mlir::OpPassManager &passes, const FusionSwitches &switches);

/// `--emel-plan-pipeline`: from groups to a plan with places, barriers and tiles.
void addPlanPasses(mlir::OpPassManager &passes, const PlanSwitches &switches);

/// `--emel-group-pipeline`: from an import to groups, the four above. Tests take this one apart to
/// check every pass of it.
template <typename Options>
void addGroupPasses(mlir::OpPassManager &passes, const Options &options) {
  addGraphPasses(passes, options);
  addEntryPasses(passes, options);
  addLayoutPasses(passes, options, options.bulk);
  addFusionPasses(passes, options);
}

/// `--emel-pipeline`: from an import to a plan, all passes in order.
void addAllPasses(mlir::OpPassManager &passes, const PipelineOptions &options);

/// Makes them known to a tool's command line.
void registerPipelines();

/// How far a pass, named by its flag, may move the logits: 0 where it keeps every bit. Bounds.inc
/// has the rows.
double boundOf(llvm::StringRef flag);

}  // namespace emel

#endif  // EMEL_PASSES_PIPELINES_H_
